package library

import (
	"go/constant"
	"go/types"
	"strings"

	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/execute"
	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/heap"
)

// An errorModel is what is known of an error that the library made.
type errorModel struct {
	wraps   []heap.Value
	timeout bool
	text    heap.Value // its message, a Const; nil if it is not known
	// foreign says that code that is not here made it of those that it wraps:
	// it may be of any type, and wrap others.
	foreign bool
}

// Refs returns the errors that can be reached by unwrapping.
func (e *errorModel) Refs() []heap.Value { return e.wraps }

// Is reports whether the error is of type t: it is a net.Error if it is a
// timeout, and of no type of the program.
func (e *errorModel) Is(t types.Type) (is, known bool) {
	return types.IsInterface(t) && e.timeout, !e.foreign
}

func (e *errorModel) method(name string) execute.Model {
	switch name {
	case "Timeout":
		return errorTimeout
	case "Unwrap":
		return errorsUnwrap
	case "Error":
		return errorText
	}
	return guess
}

// guess is the model of a function that computes something of what is known,
// in a way that is not.
func guess(c *execute.Call) execute.Action {
	result := c.FreshResults(c.Sig, c.Name)
	execute.Doubt(result)
	return execute.Return(result)
}

// errorText returns the text of an error; one that is not known is a guess.
func errorText(c *execute.Call) execute.Action {
	e := errorOf(c.Args[0])
	if e != nil && e.text != nil {
		return execute.Return(e.text)
	}
	if e != nil {
		return guess(c)
	}
	return pure(c)
}

// Foreign returns the model of a function that gets errors, or of an error's method.
func (l *Library) Foreign(sig *types.Signature) execute.Model {
	if recv := sig.Recv(); recv != nil && implementsError(recv.Type()) {
		return ofErrors
	}
	for p := range sig.Params().Variables() {
		t := p.Type()
		if s, ok := t.(*types.Slice); ok && sig.Variadic() {
			t = s.Elem()
		}
		if execute.IsError(t) {
			return ofErrors
		}
	}
	return nil
}

// ofErrors is the model of a function that is known only to get errors. One
// that returns an error wraps what it got: it returns nil only if it got nil.
// What it computes of an error that is known is a guess.
func ofErrors(c *execute.Call) execute.Action {
	result := c.FreshResults(c.Sig, c.Name)
	errs := knownErrors(c)
	if len(errs) == 0 {
		return execute.Return(result)
	}
	execute.Doubt(result)
	if s, ok := result.(*heap.Symbol); ok && execute.IsError(s.Type) {
		s.Doubt = false
		s.Nil = heap.No
		s.Model = &errorModel{wraps: errs, foreign: true}
	}
	return execute.Return(result)
}

// knownErrors returns the arguments that are errors and not nil.
func knownErrors(c *execute.Call) (errs []heap.Value) {
	var add func(heap.Value)
	add = func(v heap.Value) {
		switch v := v.(type) {
		case *heap.Slice:
			for _, e := range elements(v) {
				add(e)
			}
		case heap.Iface:
			if isErrorValue(v) {
				errs = append(errs, v)
			}
		case *heap.Cell:
			if implementsError(types.NewPointer(v.Type)) {
				errs = append(errs, v)
			}
		case *heap.Symbol:
			if isErrorValue(v) && v.IsNil() == heap.No {
				errs = append(errs, v)
			}
		}
	}
	for _, a := range c.Args {
		add(a)
	}
	return errs
}

var errorType = types.Universe.Lookup("error").Type()

// newError returns a new error.
func newError(c *execute.Call, e *errorModel) heap.Value {
	s := c.Heap.Unknown("error", false).Symbol(errorType)
	s.Nil = heap.No
	s.Distinct = true
	s.Model = e
	return s
}

// sentinels are the errors in package variables that more is known of.
var sentinels = map[string]*errorModel{
	"context.Canceled":         {text: text("context canceled")},
	"context.DeadlineExceeded": {text: text("context deadline exceeded"), timeout: true},
	"os.ErrDeadlineExceeded":   {text: text("i/o timeout"), timeout: true},
}

func text(s string) heap.Const { return heap.Const{Val: constant.MakeString(s)} }

// Sentinel returns what is known of the error in a package variable.
func (l *Library) Sentinel(name string) any {
	if e, ok := sentinels[name]; ok {
		return e
	}
	return &errorModel{}
}

var errorsTable = table{
	"errors.New":          errorsNew,
	"errors.Is":           errorsIs,
	"errors.As":           errorsAs,
	"errors.AsType":       errorsAsType,
	"errors.Unwrap":       errorsUnwrap,
	"errors.Join":         errorsJoin,
	"fmt.Errorf":          fmtErrorf,
	"(error).Error":       errorText,
	"(net.Error).Timeout": errorTimeout,
	"os.IsTimeout":        errorTimeout,
	"reflect.TypeOf":      guess,
	"reflect.DeepEqual":   guess,
	"unique.Make":         guess,
}

func errorsNew(c *execute.Call) execute.Action {
	e := &errorModel{}
	if _, ok := textOf(c.Args[0]); ok {
		e.text = c.Args[0]
	}
	return execute.Return(newError(c, e))
}

// errorOf returns what is known of the error v, or nil.
func errorOf(v heap.Value) *errorModel {
	if s, ok := v.(*heap.Symbol); ok {
		e, _ := s.Object().Model.(*errorModel)
		return e
	}
	return nil
}

// An errorSearch looks for an error in the tree of another one, as errors.Is and
// errors.As do.
type errorSearch struct {
	*execute.Call
	// matches reports whether an error is the one.
	matches func(err heap.Value) heap.Decision
	method  string     // of an error, that says whether it passes for the one
	arg     heap.Value // of that method

	unsure bool // whether there may be others in the tree
	guess  bool // whether what they are follows from what is known
}

// in looks for the error in a tree, and goes on with whether it is there.
func (s *errorSearch) in(err heap.Value, then func(found bool) execute.Action) execute.Action {
	if _, isNil := err.(heap.Nil); isNil {
		return then(false)
	}
	switch s.matches(err) {
	case heap.Yes:
		return then(true)
	case heap.Undecided:
		s.unsure = true
	}
	if !s.Executes(err, s.method) {
		return s.below(err, then)
	}
	return execute.InvokeMethod(err, s.method, []heap.Value{s.arg}, func(passes heap.Value) execute.Action {
		if s.Decide(passes, "an error passes for another one") {
			return then(true)
		}
		return s.below(err, then)
	})
}

// below looks for the error in what another one wraps.
func (s *errorSearch) below(err heap.Value, then func(found bool) execute.Action) execute.Action {
	if e := errorOf(err); e != nil {
		s.unsure = s.unsure || e.foreign
		s.guess = s.guess || e.foreign
		return s.inAny(e.wraps, then)
	}
	if s.Executes(err, "Unwrap") {
		return execute.InvokeMethod(err, "Unwrap", nil, func(v heap.Value) execute.Action {
			if list, ok := v.(*heap.Slice); ok {
				s.unsure = s.unsure || list.Unknown != nil
				return s.inAny(elements(list), then)
			}
			return s.in(v, then)
		})
	}
	i, made := err.(heap.Iface)
	if !made || hasMethod(i.Type, "Unwrap") || hasMethod(i.Type, s.method) && !s.Executes(err, s.method) {
		s.unsure = true
		s.guess = s.guess || made
	}
	return then(false)
}

func (s *errorSearch) inAny(errs []heap.Value, then func(found bool) execute.Action) execute.Action {
	if len(errs) == 0 {
		return then(false)
	}
	return s.in(errs[0], func(found bool) execute.Action {
		if found {
			return then(true)
		}
		return s.inAny(errs[1:], then)
	})
}

// errorsIs decides by the known part of the error's tree, else by a choice.
func errorsIs(c *execute.Call) execute.Action {
	err, target := c.Args[0], c.Args[1]
	s := &errorSearch{Call: c, method: "Is", arg: target}
	s.matches = func(e heap.Value) heap.Decision { return c.Same(e, target) }
	return s.in(err, func(found bool) execute.Action {
		if found || !s.unsure {
			return execute.Return(heap.Bool(found))
		}
		if s.guess {
			return guess(c)
		}
		return execute.Return(c.Equal(err, target))
	})
}

// errorsAs stores the first error of the tree that is of the target's type.
func errorsAs(c *execute.Call) execute.Action {
	target := c.Args[1]
	if i, ok := target.(heap.Iface); ok {
		target = i.Val
	}
	cell, ok := target.(*heap.Cell)
	if !ok {
		return pure(c)
	}
	return storeAs(c, cell, c.Args[1], func(found bool) execute.Action { return execute.Return(heap.Bool(found)) })
}

func errorsAsType(c *execute.Call) execute.Action {
	t := c.Sig.Results().At(0).Type()
	cell := c.Heap.NewCell(t)
	target := heap.Iface{Type: types.NewPointer(t), Val: cell}
	return storeAs(c, cell, target, func(found bool) execute.Action {
		return execute.Return(cell.Load(), heap.Bool(found))
	})
}

// storeAs stores the first error of the call's first argument that is of the type of the
// cell there, and goes on with whether there is one.
func storeAs(c *execute.Call, cell *heap.Cell, target heap.Value, then func(found bool) execute.Action) execute.Action {
	err := c.Args[0]
	s := &errorSearch{Call: c, method: "As", arg: target}
	s.matches = func(e heap.Value) heap.Decision {
		if v := c.Assert(e, cell.Type); v != nil {
			cell.Store(v)
			return heap.Yes
		}
		return heap.No
	}
	return s.in(err, func(found bool) execute.Action {
		if _, symbol := err.(*heap.Symbol); found || !s.unsure || symbol && errorOf(err) == nil {
			return then(found) // a symbol was asked itself
		}
		is := c.Heap.Fresh(types.Typ[types.Bool], "errors.As finds one")
		if s.guess {
			execute.Doubt(is)
		}
		if !c.Decide(is, "errors.As finds one") {
			return then(false)
		}
		cell.Store(c.Heap.Fresh(cell.Type, "as"))
		return then(true)
	})
}

func errorsUnwrap(c *execute.Call) execute.Action {
	e := errorOf(c.Args[0])
	switch {
	case e == nil && c.Executes(c.Args[0], "Unwrap"):
		return execute.InvokeMethod(c.Args[0], "Unwrap", nil, func(v heap.Value) execute.Action {
			if _, several := v.(*heap.Slice); several {
				v = heap.Nil{}
			}
			return execute.Return(v)
		})
	case e == nil:
		return ofErrors(c)
	case len(e.wraps) == 0:
		return execute.Return(heap.Nil{})
	}
	return execute.Return(e.wraps[0])
}

func errorsJoin(c *execute.Call) execute.Action {
	var wraps []heap.Value
	for _, v := range elements(c.Args[0]) {
		if _, isNil := v.(heap.Nil); !isNil {
			wraps = append(wraps, v)
		}
	}
	if len(wraps) == 0 {
		return execute.Return(heap.Nil{})
	}
	return execute.Return(newError(c, &errorModel{wraps: wraps}))
}

// fmtErrorf wraps its operands that are errors, if its format has a %w.
func fmtErrorf(c *execute.Call) execute.Action {
	e := &errorModel{}
	format, ok := c.Args[0].(heap.Const)
	if ok && strings.Contains(constant.StringVal(format.Val), "%w") {
		for _, v := range elements(c.Args[1]) {
			if isErrorValue(v) {
				e.wraps = append(e.wraps, v)
				if w := errorOf(v); w != nil {
					e.timeout = false // a wrapped timeout has no Timeout method of its own
				}
			}
		}
	}
	return execute.Return(newError(c, e))
}

func isErrorValue(v heap.Value) bool {
	switch v := v.(type) {
	case heap.Iface:
		return implementsError(v.Type)
	case *heap.Symbol:
		return types.IsInterface(v.Type) && implementsError(v.Type)
	}
	return false
}

func implementsError(t types.Type) bool {
	return types.Implements(t, errorType.Underlying().(*types.Interface))
}

// errorTimeout tells whether an error is a timeout; of one that is not known here, but to
// the program, the answer is a guess.
func errorTimeout(c *execute.Call) execute.Action {
	err := c.Args[0]
	if e := errorOf(err); e != nil {
		return execute.Return(heap.Bool(e.timeout))
	}
	if c.Executes(err, "Timeout") {
		return execute.InvokeMethod(err, "Timeout", nil, func(v heap.Value) execute.Action { return execute.Return(v) })
	}
	if _, made := err.(heap.Iface); made {
		return guess(c)
	}
	return pure(c)
}

// elements returns the known elements of a slice, such as variadic arguments.
func elements(v heap.Value) (vals []heap.Value) {
	if s, ok := v.(*heap.Slice); ok {
		for _, cell := range s.Cells {
			vals = append(vals, cell.Load())
		}
	}
	return vals
}
