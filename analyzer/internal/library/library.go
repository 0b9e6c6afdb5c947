// Package library says what the functions of the standard library, and of some
// modules beside it, do to a handshake: a table from the full names of
// functions to small models, a file for each modelled package.
//
// No other package spells a name of the standard library.
package library

import (
	"go/types"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/execute"
	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/heap"
)

// A table maps the full names of functions to their models.
type table map[string]execute.Model

// A Library is the table, with rows for the TLS stacks that it was made for.
type Library struct {
	functions  table
	stacks     []Stack
	handshakes map[string]bool // by full name
	named      map[string]bool // by name
}

// New returns a library that knows the given TLS stacks.
func New(stacks []Stack) *Library {
	l := &Library{functions: table{}, stacks: stacks, handshakes: map[string]bool{}, named: map[string]bool{}}
	for _, full := range l.Handshakes() {
		l.handshakes[full] = true
		l.named[base(full)] = true
	}
	for _, t := range []table{
		contextTable, timeTable, netTable, errorsTable, syncTable, atomicTable, errgroupTable, noReturnTable, stringsTable,
	} {
		for name, model := range t {
			l.functions[name] = model
		}
	}
	for _, s := range stacks {
		l.addStack(s)
	}
	return l
}

// Function returns the model of the function with the given full name and
// signature.
func (l *Library) Function(name string, sig *types.Signature) execute.Model {
	if model, ok := l.functions[name]; ok {
		return model
	}
	if model := l.constructor(name, sig); model != nil {
		return model
	}
	if isHarmless(name) {
		return harmless
	}
	return nil
}

// Method returns the model of a method of a value whose code is not here.
func (l *Library) Method(recv heap.Value, static types.Type, name string) execute.Model {
	if model := heap.ModelOf(recv); model != nil {
		if m, ok := (*model).(methods); ok {
			if model := m.method(name); model != nil {
				return model
			}
		}
	}
	if model := l.functions["("+types.TypeString(static, nil)+")."+name]; model != nil {
		return model
	}
	if looksLikeConn(static) {
		return connMethods[name]
	}
	return nil
}

// methods is what is kept of an object whose methods are known.
type methods interface {
	method(name string) execute.Model
}

// Channel returns the clock behind a channel from elsewhere: one of instants
// is a timer's.
func (l *Library) Channel(m *execute.Machine, ch *heap.Chan) any {
	if ch.Elem != nil && types.TypeString(ch.Elem, nil) == "time.Time" {
		return foreignTimer(m, ch)
	}
	return nil
}

// clocks are the functions that return the channel of a timer or a context.
var clocks = map[string]bool{
	"time.After":             true,
	"time.Tick":              true,
	"(context.Context).Done": true,
}

// IsClock reports whether the channel is, by the way it is spelled, that of a
// timer or a context.
func (l *Library) IsClock(ch ssa.Value) bool {
	if t, ok := ch.Type().Underlying().(*types.Chan); ok && types.TypeString(t.Elem(), nil) == "time.Time" {
		return true
	}
	call, ok := ch.(*ssa.Call)
	if !ok {
		return false
	}
	if call.Call.IsInvoke() {
		return clocks[call.Call.Method.FullName()]
	}
	fn := call.Call.StaticCallee()
	return fn != nil && clocks[execute.FullName(fn)]
}

// pure is the model of a function that keeps nothing of what it gets, and
// closes nothing.
func pure(c *execute.Call) execute.Action {
	return execute.Return(c.FreshResults(c.Sig, c.Name))
}

// harmless is pure, for a function that is only known by its package: what it
// returns may close what it got, if it can close at all.
func harmless(c *execute.Call) execute.Action {
	for v := range c.Sig.Results().Variables() {
		if hasMethod(v.Type(), "Close") {
			for _, a := range c.Args {
				c.Expose(a)
			}
		}
	}
	if len(knownErrors(c)) > 0 {
		return guess(c)
	}
	return pure(c)
}

// isHarmless reports whether the function belongs to a package whose functions
// keep nothing and close nothing.
func isHarmless(name string) bool {
	path := strings.TrimLeft(name, "(*")
	if path != name && (strings.HasPrefix(path, "io.") || strings.HasPrefix(path, "os.")) {
		return false // a method of an interface, or of a file
	}
	slash := strings.LastIndexByte(path, '/')
	dot := strings.IndexByte(path[slash+1:], '.')
	return dot >= 0 && harmlessPackages[path[:slash+1+dot]]
}

var harmlessPackages = map[string]bool{
	"bytes": true, "bufio": true, "crypto/x509": true, "encoding/base64": true,
	"encoding/binary": true, "encoding/hex": true, "encoding/json": true, "encoding/pem": true,
	"expvar": true, "fmt": true, "hash": true, "html": true, "log": true, "log/slog": true, "maps": true,
	"math": true, "math/rand": true, "math/rand/v2": true, "net/netip": true, "net/url": true,
	"os": true, "path": true, "path/filepath": true, "regexp": true,
	"runtime/debug": true, "slices": true, "sort": true, "strconv": true,
	"strings": true, "unicode": true, "unicode/utf8": true, "errors": true, "io": true,
	"sync/atomic": true, "time": true,
}
