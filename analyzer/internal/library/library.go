// Package library says what the functions of the standard library, and of some
// modules beside it, do to a handshake: a table from the full names of
// functions to small models, a file for each modelled package.
//
// No other package spells a name of the standard library.
package library

import (
	"go/token"
	"go/types"
	"maps"
	"slices"
	"strings"
	"sync"

	"golang.org/x/tools/go/ssa"

	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/execute"
	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/heap"
)

// A table maps the full names of functions to their models.
type table map[string]execute.Model

// A Library is the table, with rows for the TLS stacks that it was made for.
type Library struct {
	handshakes map[string]execute.Model // by full name
	named      map[string]bool          // the same, by name: whether one is a method
	conns      map[string]*stack        // by the full name of a type that handshakes are methods of
	packages   map[string]bool          // that have such types
	params     map[string][]string      // what the methods take, by name
}

// A stack is one of a library.
type stack struct {
	Stack
	library *Library
}

// New returns a library that knows further TLS stacks beside those that it
// always knows.
func New(further []Stack) *Library {
	if len(further) == 0 {
		return standard()
	}
	l := newLibrary(slices.Concat(stacks, further))
	for _, s := range further {
		for _, h := range s.Handshakes { // nobody tells what they take
			delete(l.params, h.Name)
			delete(l.params, h.Context)
		}
	}
	return l
}

var standard = sync.OnceValue(func() *Library { return newLibrary(stacks) })

func newLibrary(stacks []Stack) *Library {
	l := &Library{
		handshakes: map[string]execute.Model{},
		named:      map[string]bool{},
		conns:      map[string]*stack{},
		packages:   map[string]bool{},
		params:     maps.Clone(methodParams),
	}
	for _, s := range stacks {
		l.add(s)
	}
	return l
}

// add adds the rows of a TLS stack.
func (l *Library) add(data Stack) {
	l.packages[data.Path] = true
	for _, h := range data.Handshakes {
		s := &stack{data, l}
		if h.Recv != "" {
			s = l.conn(data, h)
		}
		for _, name := range []string{h.Name, h.Context} {
			if token.IsIdentifier(name) { // a receiver of its own has a row of its own
				l.handshakes[s.full(h.Recv, name)] = s.model(h)
				l.named[name] = l.named[name] || h.Recv != ""
			}
		}
	}
}

// conn returns the stack that has the handshake's receiver: one of the data's,
// or one that was added before and has further handshakes now.
func (l *Library) conn(data Stack, h Handshake) *stack {
	name := data.typeName(h.Recv)
	known := l.conns[name]
	if known == nil {
		known = &stack{data, l}
		l.conns[name] = known
		return known
	}
	known.CloseWaits = known.CloseWaits || data.CloseWaits
	known.Handshakes = append(slices.Clip(known.Handshakes), h)
	return known
}

// functions has what is known of all functions that are not a stack's.
var functions = sync.OnceValue(func() table {
	all := table{}
	for _, t := range []table{
		contextTable, timeTable, netTable, errorsTable, syncTable, atomicTable, errgroupTable, noReturnTable, stringsTable, iterTable,
		slicesTable, readersTable, assertionsTable, serversTable,
		stacksTable,
	} {
		maps.Copy(all, t)
	}
	return all
})

// Function returns the model of the function with the given full name and
// signature.
func (l *Library) Function(name string, sig *types.Signature) execute.Model {
	if model := l.known(name); model != nil {
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

// known returns the model of the function with the given full name, if there
// is one for just that function.
func (l *Library) known(name string) execute.Model {
	if model := functions()[name]; model != nil {
		return model
	}
	name = plain(name)
	if model := l.handshakes[name]; model != nil {
		return model
	}
	recv, method, ok := strings.Cut(strings.TrimPrefix(name, "("), ").")
	if s := l.conns[recv]; ok && s != nil {
		return s.method(method)
	}
	return nil
}

// Method returns the model of a method of a value whose code is not here, by what
// is known of the value.
func (l *Library) Method(recv heap.Value, name string) execute.Model {
	if model := heap.ModelOf(recv); model != nil {
		if m, ok := (*model).(methods); ok {
			return m.method(name)
		}
	}
	if s, ok := recv.(*heap.Symbol); ok && connMethods[name] != nil && looksLikeConn(s.Object().Type) {
		return connMethods[name] // whatever it is seen as
	}
	return nil
}

// MethodOf returns the model of a method of a static type whose code is not here.
func (l *Library) MethodOf(static types.Type, name string) execute.Model {
	if model := l.known("(" + types.TypeString(static, nil) + ")." + name); model != nil {
		return model
	}
	if looksLikeConn(static) {
		return connMethods[name]
	}
	if endsTest(static, name) {
		return exit
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
	return ok && clocks[execute.CalleeName(&call.Call)]
}

// pure is the model of a function that keeps nothing of what it gets, and
// closes nothing.
func pure(c *execute.Call) execute.Action {
	return execute.Return(c.FreshResults(c.Sig, c.Name))
}

// shared is the model of a function that returns what others may have as well.
func shared(c *execute.Call) execute.Action {
	results := c.FreshResults(c.Sig, c.Name)
	c.Expose(results)
	return execute.Return(results)
}

// first is the model of a function that returns its first argument in another
// form.
func first(c *execute.Call) execute.Action { return execute.Return(c.Args[0]) }

// harmless is pure, for a function that is only known by its package: what it
// calls may close what it got, and so may those who get what it returns, if that
// can hold a connection at all.
func harmless(c *execute.Call) execute.Action {
	if slices.ContainsFunc(slices.Collect(c.Sig.Params().Variables()), isFunc) ||
		slices.ContainsFunc(slices.Collect(c.Sig.Results().Variables()), func(v *types.Var) bool { return mayHoldConn(v.Type()) }) {
		for _, a := range c.Args {
			c.Expose(a)
		}
	}
	settled := computingPackages[packageOf(c.Name)] && len(c.Args) > 0 && heap.Known(c.Args...)
	return streaming(c, func() execute.Action {
		overwrite(c)
		if len(knownErrors(c)) > 0 {
			return guess(c)
		}
		results := c.FreshResults(c.Sig, c.Name)
		if settled {
			settle(results)
		}
		return execute.Return(results)
	})
}

// settle settles results, but for errors: that there is none is no mere guess where
// the arguments are spelled out.
func settle(results heap.Value) {
	switch v := results.(type) {
	case heap.Tuple:
		for _, x := range v {
			settle(x)
		}
	case *heap.Symbol:
		if !execute.IsError(v.Type) {
			heap.Settle(v)
		}
	}
}

// computingPackages are those among the harmless ones whose functions compute
// from their arguments alone what they return.
var computingPackages = map[string]bool{
	"bytes": true, "encoding/base64": true, "encoding/binary": true, "encoding/hex": true,
	"encoding/json": true, "fmt": true, "html": true, "maps": true, "math": true, "net/netip": true,
	"net/url": true, "path": true, "path/filepath": true, "regexp": true, "slices": true, "sort": true,
	"strconv": true, "strings": true, "time": true, "unicode": true, "unicode/utf8": true, "errors": true,
}

func isFunc(v *types.Var) bool {
	_, ok := v.Type().Underlying().(*types.Signature)
	return ok
}

// mayHoldConn reports whether a connection can be got out of a value of type t
// without its methods, or closed by them.
func mayHoldConn(t types.Type) bool { return mayHold(t, map[types.Type]bool{}) }

// mayHold is mayHoldConn, for a type that occurs in others, which are seen
// already.
func mayHold(t types.Type, seen map[types.Type]bool) bool {
	t = types.Unalias(t)
	if seen[t] {
		return false
	}
	seen[t] = true
	if named, ok := t.(*types.Named); ok && named.Obj().Pkg() != nil && harmlessPackages[named.Obj().Pkg().Path()] {
		return hasMethod(t, "Close") // what it holds can't be got out of it
	}
	if hasMethod(t, "Close") {
		return true
	}
	switch t := t.Underlying().(type) {
	case *types.Interface:
		return t.NumMethods() == 0
	case *types.Pointer:
		return mayHold(t.Elem(), seen)
	case *types.Struct:
		return slices.ContainsFunc(slices.Collect(t.Fields()), func(f *types.Var) bool { return mayHold(f.Type(), seen) })
	case *types.Slice:
		return mayHold(t.Elem(), seen)
	case *types.Array:
		return mayHold(t.Elem(), seen)
	case *types.Map:
		return mayHold(t.Key(), seen) || mayHold(t.Elem(), seen)
	case *types.Chan:
		return mayHold(t.Elem(), seen)
	case *types.Signature:
		return true
	}
	return false
}

// isHarmless reports whether the function belongs to a package whose functions
// keep nothing and close nothing.
func isHarmless(name string) bool {
	path := strings.TrimLeft(name, "(*")
	if path != name && (strings.HasPrefix(path, "io.") || strings.HasPrefix(path, "os.")) {
		return false // a method of an interface, or of a file
	}
	return harmlessPackages[packageOf(name)]
}

// packageOf returns the import path of a function's package, or "".
func packageOf(name string) string {
	path := strings.TrimLeft(name, "(*")
	slash := strings.LastIndexByte(path, '/')
	dot := strings.IndexByte(path[slash+1:], '.')
	return path[:slash+1+max(dot, 0)]
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
