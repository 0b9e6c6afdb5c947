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

// Foreign returns the model of a function that gets errors.
func (l *Library) Foreign(sig *types.Signature) execute.Model {
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

// chain returns the errors in the tree of v; complete reports whether it has
// no others.
func chain(c *execute.Call, v heap.Value) (errs []heap.Value, complete bool) {
	if _, ok := v.(heap.Nil); ok {
		return nil, true
	}
	errs, complete = []heap.Value{v}, true
	e := errorOf(v)
	if e == nil {
		i, ok := v.(heap.Iface)
		return errs, ok && !c.Executes(i, "Unwrap") && !c.Executes(i, "Is") && !c.Executes(i, "As")
	}
	complete = !e.foreign
	for _, w := range e.wraps {
		more, all := chain(c, w)
		errs = append(errs, more...)
		complete = complete && all
	}
	return errs, complete
}

// errorsIs decides by the known part of the error's tree, else by a choice.
func errorsIs(c *execute.Call) execute.Action {
	errs, complete := chain(c, c.Args[0])
	for _, e := range errs {
		switch c.Same(e, c.Args[1]) {
		case heap.Yes:
			return execute.Return(heap.Bool(true))
		case heap.Undecided:
			complete = false
		}
	}
	if complete {
		return execute.Return(heap.Bool(false))
	}
	is := c.Equal(c.Args[0], c.Args[1])
	if e := errorOf(c.Args[0]); e != nil && e.foreign {
		execute.Doubt(is)
	}
	return execute.Return(is)
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
	found := firstAs(c, c.Args[0], cell.Type)
	if found == nil {
		return execute.Return(heap.Bool(false))
	}
	cell.Store(found)
	return execute.Return(heap.Bool(true))
}

func errorsAsType(c *execute.Call) execute.Action {
	t := c.Sig.Results().At(0).Type()
	if found := firstAs(c, c.Args[0], t); found != nil {
		return execute.Return(found, heap.Bool(true))
	}
	return execute.Return(c.Heap.Zero(t), heap.Bool(false))
}

func firstAs(c *execute.Call, err heap.Value, t types.Type) heap.Value {
	errs, complete := chain(c, err)
	for _, e := range errs {
		if v := c.Assert(e, t); v != nil {
			return v
		}
	}
	if _, symbol := err.(*heap.Symbol); complete || symbol {
		return nil // a symbol was asked itself
	}
	if c.Choose(2, "errors.As finds one") == 1 {
		return c.Heap.Fresh(t, "as")
	}
	return nil
}

func errorsUnwrap(c *execute.Call) execute.Action {
	e := errorOf(c.Args[0])
	switch {
	case e == nil:
		return pure(c)
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
		return types.Implements(v.Type, errorType.Underlying().(*types.Interface))
	case *heap.Symbol:
		return types.IsInterface(v.Type) && types.Implements(v.Type, errorType.Underlying().(*types.Interface))
	}
	return false
}

// errorTimeout tells whether an error is a timeout.
func errorTimeout(c *execute.Call) execute.Action {
	if e := errorOf(c.Args[0]); e != nil {
		return execute.Return(heap.Bool(e.timeout))
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
