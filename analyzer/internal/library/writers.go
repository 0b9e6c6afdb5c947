package library

import (
	"go/types"
	"slices"
	"strings"

	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/execute"
	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/heap"
)

// A writer is a kind of functions among the harmless ones that write to what one of
// their arguments refers to.
type writer struct {
	prefix string // of their names
	arg    int    // the argument, receivers counted; from the end if it is negative
}

// writers are the functions that write, by package.
var writers = map[string][]writer{
	"bufio":           {{"Read", -1}},
	"encoding/base64": {{"Decode", -2}},
	"encoding/binary": {{"Read", -1}, {"Decode", -1}, {"Put", -2}},
	"encoding/hex":    {{"Decode", 0}},
	"encoding/json":   {{"Decode", -1}, {"Unmarshal", -1}},
	"fmt":             {{"Fscan", -1}, {"Scan", -1}, {"Sscan", -1}},
	"io":              {{"ReadFull", 1}, {"ReadAtLeast", 1}},
	"maps":            {{"Copy", 0}, {"DeleteFunc", 0}},
	"math/rand":       {{"Read", -1}},
	"os":              {{"Read", -1}},
	"slices":          {{"Compact", 0}, {"Delete", 0}, {"Insert", 0}, {"Replace", 0}, {"Reverse", 0}, {"Sort", 0}},
	"sort":            {{"", 0}},
	"sync/atomic":     {{"", 0}},
}

// overwrite tells what a harmless function does to its arguments: it may write to one of
// them, and call those methods of others that it takes them for.
func overwrite(c *execute.Call) {
	receivers := len(c.Args) - c.Sig.Params().Len()
	for i, a := range c.Args {
		if i >= receivers && callsMethods(c, a, c.Sig.Params().At(i-receivers).Type()) {
			c.Expose(a)
		}
	}
	for _, w := range writers[packageOf(c.Name)] {
		if !strings.HasPrefix(base(c.Name), w.prefix) {
			continue
		}
		i := w.arg
		if i < 0 {
			i += len(c.Args)
		}
		if i < 0 || i >= len(c.Args) {
			continue
		}
		others := slices.Delete(slices.Clone(c.Args), i, i+1)
		for _, a := range others {
			c.Expose(a) // it may be a part of what is written
		}
		for _, v := range destinations(c, i) {
			c.Overwrite(v, heap.Known(others...))
		}
		return
	}
}

// destinations returns what is written to by way of an argument: each of several.
func destinations(c *execute.Call, arg int) []heap.Value {
	if c.Sig.Variadic() && arg == len(c.Args)-1 {
		return elements(c.Args[arg])
	}
	return c.Args[arg : arg+1]
}

// callsMethods reports whether a function calls methods of the program: its parameter
// is an interface that has them.
func callsMethods(c *execute.Call, v heap.Value, param types.Type) bool {
	i, ok := param.Underlying().(*types.Interface)
	return ok && slices.ContainsFunc(slices.Collect(i.Methods()), func(m *types.Func) bool { return c.Executes(v, m.Name()) })
}
