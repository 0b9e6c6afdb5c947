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

// overwrite tells what a harmless function writes to.
func overwrite(c *execute.Call) {
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
		for _, v := range destinations(c, i) {
			if t := heldType(v); t != nil && mayHoldConn(t) {
				for _, a := range others {
					c.Expose(a) // it may be a part of what is written
				}
			}
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

// heldType returns the type of what is written to by way of v, or nil.
func heldType(v heap.Value) types.Type {
	switch v := v.(type) {
	case heap.Iface:
		return heldType(v.Val)
	case *heap.Cell:
		return v.Type
	case *heap.Slice:
		return v.Elem
	case *heap.Map:
		return v.Type
	case *heap.Symbol:
		return v.Type
	}
	return nil
}

// streaming runs what a harmless function calls of the program, and goes on then: the
// Read or Write of a stream that it gets, once, with an unknown buffer. Of other
// methods nothing is known.
func streaming(c *execute.Call, then func() execute.Action) execute.Action {
	receivers := len(c.Args) - c.Sig.Params().Len()
	for i, a := range c.Args {
		if i < receivers {
			continue
		}
		param, ok := c.Sig.Params().At(i - receivers).Type().Underlying().(*types.Interface)
		if !ok {
			continue
		}
		for m := range param.Methods() {
			switch {
			case !c.Executes(a, m.Name()):
			case m.Name() == "Read" || m.Name() == "Write":
				buf := c.Heap.Fresh(m.Signature().Params().At(0).Type(), "buffer")
				return execute.InvokeMethod(a, m.Name(), []heap.Value{buf}, func(heap.Value) execute.Action { return then() })
			default:
				c.Expose(a)
			}
		}
	}
	return then()
}
