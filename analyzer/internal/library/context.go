package library

import (
	"go/token"
	"go/types"

	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/execute"
	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/heap"
	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/schedule"
)

// A contextModel is what is known of a context.
type contextModel struct {
	parent   *contextModel
	children []*contextModel
	after    []*afterDone

	never    bool // it is never done: Background and its like
	external bool // it came from elsewhere, and may be done at any time
	// unseen says that what ends it is not followed: its type is the program's
	// own, or whoever made it ends it when the caller has returned.
	unseen bool

	deadline, hasDeadline heap.Value // of one from elsewhere, once asked for

	done   bool
	err    heap.Value
	cause  heap.Value
	ch     *heap.Chan
	timer  *schedule.Timer
	at     *heap.Linear // its deadline
	handle *heap.Cell   // stands for the right to cancel it
	key    heap.Value   // of WithValue
	val    heap.Value
}

// An afterDone is a call that context.AfterFunc arranged.
type afterDone struct {
	run     func()
	stopped bool
}

func (x *contextModel) method(name string) execute.Model { return contextMethods[name] }

// Refs returns the value that the context carries.
func (x *contextModel) Refs() []heap.Value {
	var refs []heap.Value
	if x.val != nil {
		refs = append(refs, x.val)
	}
	return refs
}

// External reports whether code that is not executed can cancel the context.
func (x *contextModel) External() bool {
	return x.external || x.parent != nil && x.parent.External()
}

// Pending reports whether the context may still be done by its deadline.
func (x *contextModel) Pending() bool {
	return !x.external && x.timer != nil && x.timer.Active || x.parent != nil && x.parent.Pending()
}

// isUnseen reports whether the context, or one it derives from, is ended by
// something that is not followed.
func (x *contextModel) isUnseen() bool {
	return x.unseen || x.parent != nil && x.parent.isUnseen()
}

// cancelers returns what stands for the right to cancel the context.
func (x *contextModel) cancelers() (handles []heap.Value) {
	for ; x != nil; x = x.parent {
		if x.handle != nil {
			handles = append(handles, x.handle)
		}
	}
	return handles
}

var contextMethods = table{
	"Done":     contextDone,
	"Err":      contextErr,
	"Deadline": contextDeadline,
	"Value":    contextValue,
}

var contextTable = table{
	"(*net/http.Request).Context": requestContext,
	"(*testing.common).Context":   requestContext,
	"(testing.TB).Context":        requestContext,

	"context.Background":         contextBackground,
	"context.TODO":               contextBackground,
	"context.WithoutCancel":      contextBackground,
	"context.WithCancel":         contextWithCancel,
	"context.WithCancelCause":    contextWithCancel,
	"context.WithTimeout":        contextWithTimeout,
	"context.WithTimeoutCause":   contextWithTimeout,
	"context.WithDeadline":       contextWithDeadline,
	"context.WithDeadlineCause":  contextWithDeadline,
	"context.WithValue":          contextWithValue,
	"context.AfterFunc":          contextAfterFunc,
	"context.Cause":              contextCause,
	"(context.Context).Done":     contextDone,
	"(context.Context).Err":      contextErr,
	"(context.Context).Deadline": contextDeadline,
	"(context.Context).Value":    contextValue,
}

// contextOf returns what is known of the context v.
func contextOf(v heap.Value) *contextModel {
	_, custom := v.(heap.Iface)
	model := heap.ModelOf(v)
	if model == nil && !custom {
		return &contextModel{never: true} // nil
	}
	if model != nil {
		if x, ok := (*model).(*contextModel); ok {
			return x
		}
	}
	x := &contextModel{external: true, unseen: custom}
	if model != nil && *model == nil {
		*model = x
	}
	return x
}

// newContext returns a context of the type of the call's i'th result.
func newContext(c *execute.Call, x *contextModel) heap.Value {
	t := c.Sig.Results().At(0).Type()
	if c.Sig.Results().Len() > 1 && !hasMethod(t, "Done") {
		t = c.Sig.Results().At(1).Type() // errgroup.WithContext
	}
	s := c.Heap.Unknown("ctx", false).Symbol(t)
	s.Nil = heap.No
	s.Distinct = true
	s.Model = x
	return s
}

func hasMethod(t types.Type, name string) bool {
	obj, _, _ := types.LookupFieldOrMethod(t, true, nil, name)
	_, ok := obj.(*types.Func)
	return ok
}

// A lifetime is what is kept of an object with a context that ends with it.
type lifetime struct{ ctx heap.Value }

// Refs returns the context.
func (l *lifetime) Refs() []heap.Value { return []heap.Value{l.ctx} }

// requestContext returns the context of a request or a test: it is cancelled
// when the handler or the test has returned.
func requestContext(c *execute.Call) execute.Action {
	l := stateOf[lifetime](c.Args[0])
	if l.ctx == nil {
		l.ctx = newContext(c, &contextModel{external: true, unseen: true})
	}
	return execute.Return(l.ctx)
}

func contextBackground(c *execute.Call) execute.Action {
	return execute.Return(newContext(c, &contextModel{never: true}))
}

// derive returns a child of the context v.
func derive(c *execute.Call, v heap.Value) *contextModel {
	parent := contextOf(v)
	x := &contextModel{parent: parent}
	parent.listen(c)
	if parent.done {
		x.finish(c.Machine, parent.err, parent.cause)
		return x
	}
	parent.children = append(parent.children, x)
	return x
}

// listen makes the end of the context an event, if it comes from elsewhere, and
// returns the timer of that event.
func (x *contextModel) listen(c *execute.Call) *schedule.Timer {
	for ; x.parent != nil; x = x.parent {
	}
	if !x.external || x.done {
		return nil
	}
	if x.timer == nil {
		o := c.Heap.Unknown("cancelled", false)
		x.timer = &schedule.Timer{
			When:     c.Sched.Now.Add(1, heap.Linear{Terms: []heap.Term{{Sym: o.Symbol(types.Typ[types.Int64]), K: 1}}}),
			Made:     c.Pos,
			Asked:    map[*schedule.Goroutine]token.Pos{},
			Context:  true,
			External: true,
			Fire: func() {
				err := x.foreignErr(c)
				x.finish(c.Machine, err, err)
			},
		}
		c.Sched.Start(x.timer)
	}
	return x.timer
}

// foreignErr returns the error of a context that came from elsewhere: that of
// its deadline, if it may have one, or that of a cancellation.
func (x *contextModel) foreignErr(c *execute.Call) heap.Value {
	hasDeadline := true
	if x.hasDeadline != nil {
		holds, known := execute.Truth(x.hasDeadline)
		hasDeadline = holds || !known
	}
	if !hasDeadline || c.Choose(2, "a context is done by its deadline, or cancelled") == 1 {
		return c.Sentinel("context", "Canceled")
	}
	return c.Sentinel("context", "DeadlineExceeded")
}

// finish makes the context done, and all that derive from it.
func (x *contextModel) finish(m *execute.Machine, err, cause heap.Value) {
	if x.done {
		return
	}
	x.done, x.err, x.cause = true, err, cause
	if x.timer != nil {
		x.timer.Active = false
	}
	if x.ch != nil {
		m.Sched.Close(x.ch)
	}
	for _, child := range x.children {
		child.finish(m, err, cause)
	}
	for _, a := range x.after {
		if !a.stopped {
			a.run()
		}
	}
}

// cancelFunc returns the function that cancels x.
func cancelFunc(c *execute.Call, x *contextModel) heap.Value {
	x.handle = c.Heap.NewCell(types.Typ[types.Int])
	return &heap.Func{
		Free: []heap.Value{x.handle},
		Native: execute.Model(func(c *execute.Call) execute.Action {
			err := heap.Value(c.Sentinel("context", "Canceled"))
			cause := err
			if len(c.Args) > 0 {
				cause = c.Args[0]
			}
			x.finish(c.Machine, err, cause)
			return execute.Return()
		}),
	}
}

func contextWithCancel(c *execute.Call) execute.Action {
	x := derive(c, c.Args[0])
	return execute.Return(newContext(c, x), cancelFunc(c, x))
}

func contextWithTimeout(c *execute.Call) execute.Action {
	d, ok := heap.LinearOf(c.Args[1])
	if !ok {
		d = someDuration(c)
	}
	return withDeadline(c, c.Sched.Now.Add(1, d))
}

func contextWithDeadline(c *execute.Call) execute.Action {
	at, _ := instantOf(c.Args[1])
	return withDeadline(c, at)
}

func withDeadline(c *execute.Call, at heap.Linear) execute.Action {
	x := derive(c, c.Args[0])
	x.at = &at
	err := c.Sentinel("context", "DeadlineExceeded")
	var cause heap.Value = err
	if len(c.Args) > 2 {
		cause = c.Args[2]
	}
	if !x.done {
		x.timer = &schedule.Timer{
			When: at, Made: c.Pos, Context: true,
			Fire: func() { x.finish(c.Machine, err, cause) },
		}
		c.Sched.Start(x.timer)
	}
	return execute.Return(newContext(c, x), cancelFunc(c, x))
}

func contextWithValue(c *execute.Call) execute.Action {
	x := derive(c, c.Args[0])
	x.key, x.val = c.Args[1], c.Args[2]
	return execute.Return(newContext(c, x))
}

// contextAfterFunc arranges a call in a goroutine of its own.
func contextAfterFunc(c *execute.Call) execute.Action {
	x := contextOf(c.Args[0])
	x.listen(c)
	m, made, f := c.Machine, c.Pos, c.Args[1]
	a := &afterDone{run: func() { m.GoCall(made, f, nil, nil) }}
	if x.done {
		a.run()
	} else {
		x.after = append(x.after, a)
		if x.External() {
			c.AddLatent(f, func() bool { return !a.stopped && !x.done })
		}
	}
	stop := execute.Model(func(c *execute.Call) execute.Action {
		first := !x.done && !a.stopped
		a.stopped = true
		return execute.Return(heap.Bool(first))
	})
	return execute.Return(&heap.Func{Native: stop})
}

func contextDone(c *execute.Call) execute.Action {
	x := contextOf(c.Args[0])
	if x.never {
		return execute.Return(heap.Nil{})
	}
	if t := x.listen(c); t != nil {
		t.Asked[c.G], t.Made = c.Pos, c.Pos
	}
	if x.ch == nil {
		x.ch = &heap.Chan{Elem: emptyStruct, Clock: x, Made: c.Pos, Closed: x.done}
	}
	return execute.Return(x.ch)
}

var emptyStruct = types.NewStruct(nil, nil)

func contextErr(c *execute.Call) execute.Action {
	x := contextOf(c.Args[0])
	if !x.done {
		if !x.never {
			x.listen(c)
		}
		return execute.Return(heap.Nil{})
	}
	return execute.Return(x.err)
}

func contextCause(c *execute.Call) execute.Action {
	x := contextOf(c.Args[0])
	if !x.done {
		return execute.Return(heap.Nil{})
	}
	return execute.Return(x.cause)
}

func contextDeadline(c *execute.Call) execute.Action {
	for x := contextOf(c.Args[0]); x != nil; x = x.parent {
		switch {
		case x.at != nil:
			return execute.Return(instant{*x.at}, heap.Bool(true))
		case x.external:
			if x.hasDeadline == nil {
				results := c.FreshResults(c.Sig, "deadline").(heap.Tuple)
				x.deadline, x.hasDeadline = results[0], results[1]
			}
			return execute.Return(x.deadline, x.hasDeadline)
		}
	}
	return execute.Return(c.Heap.Zero(c.Sig.Results().At(0).Type()), heap.Bool(false))
}

func contextValue(c *execute.Call) execute.Action {
	for x := contextOf(c.Args[0]); x != nil; x = x.parent {
		if x.key == nil {
			continue
		}
		if c.Same(x.key, c.Args[1]) == heap.Yes {
			return execute.Return(x.val)
		}
		c.Expose(x.val)
	}
	return execute.Return(c.Heap.Unknown("value", true).Make(c.Sig.Results().At(0).Type()))
}

// watch is a goroutine of the library's own that does something once the
// context is done, unless it is over before.
func (x *contextModel) watch(m *execute.Machine, over func() bool, do func() execute.Action) {
	m.Do(execute.Wait(&schedule.Wait{
		What:  "watch a context",
		Pos:   token.NoPos,
		Ready: func() bool { return x.done || over() },
	}, func() execute.Action {
		if over() {
			return execute.Return()
		}
		return do()
	}))
}
