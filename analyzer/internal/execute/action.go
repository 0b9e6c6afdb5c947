package execute

import (
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ssa"

	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/heap"
	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/schedule"
)

// A Model does what a function of the library does, as far as it matters.
type Model func(*Call) Action

// A Call is a call of a library function.
type Call struct {
	*Machine
	G    *schedule.Goroutine
	Name string       // the function's full name
	Args []heap.Value // with the receiver
	Sig  *types.Signature
	Pos  token.Pos // of the call
}

// An Action is what a model does next: return, wait, call a function of the
// program, or leave the program.
type Action struct {
	kind   actionKind
	val    heap.Value
	wait   *schedule.Wait
	fn     heap.Value
	method string
	args   []heap.Value
	then   func(heap.Value) Action
}

type actionKind int

const (
	actReturn actionKind = iota
	actWait
	actCall
	actInvoke
	actPanic
	actExit
)

// Return ends the call with the given results.
func Return(results ...heap.Value) Action {
	switch len(results) {
	case 0:
		return Action{}
	case 1:
		return Action{val: results[0]}
	}
	return Action{val: heap.Tuple(results)}
}

// Wait blocks the goroutine until w is over. It sets w.Resume.
func Wait(w *schedule.Wait, then func() Action) Action {
	return Action{kind: actWait, wait: w, then: func(heap.Value) Action { return then() }}
}

// Invoke calls a function value of the program and goes on with its result.
func Invoke(fn heap.Value, args []heap.Value, then func(heap.Value) Action) Action {
	return Action{kind: actCall, fn: fn, args: args, then: then}
}

// InvokeMethod calls the named method of recv and goes on with its result.
func InvokeMethod(recv heap.Value, method string, args []heap.Value, then func(heap.Value) Action) Action {
	return Action{kind: actInvoke, fn: recv, method: method, args: args, then: then}
}

// Panic panics.
func Panic() Action { return Action{kind: actPanic} }

// Exit ends the program.
func Exit() Action { return Action{kind: actExit} }

// perform does a on goroutine g, whose topmost frame waits for the result.
func (m *Machine) perform(g *schedule.Goroutine, a Action) {
	t := threadOf(g)
	switch a.kind {
	case actReturn:
		m.deliver(g, a.val)
	case actWait:
		a.wait.Resume = func(schedule.Result) {
			t.next = func() { m.perform(g, a.then(nil)) }
		}
		m.Sched.Block(g, a.wait)
	case actCall:
		t.await(a.then)
		m.callValue(g, a.fn, a.args, token.NoPos)
	case actInvoke:
		t.await(a.then)
		m.callMethod(g, a.fn, a.method, nil, a.args, token.NoPos)
	case actPanic:
		m.panic(g)
	case actExit:
		m.stop(Exited)
	}
}

// await pushes what a model does with the result of the next call; nil passes
// it on.
func (t *thread) await(then func(heap.Value) Action) {
	if then != nil {
		t.push(&frame{then: then})
	}
}

// deliver hands the result of a call to the frame that waits for it, or ends
// the goroutine.
func (m *Machine) deliver(g *schedule.Goroutine, v heap.Value) {
	t := threadOf(g)
	if len(t.frames) == 0 {
		g.Ended = true
		if g.ID == 0 {
			m.Results = v
		}
		return
	}
	f := t.top()
	if f.then != nil {
		t.pop()
		m.perform(g, f.then(v))
		return
	}
	if f.unwinding {
		return // the next deferred call, or the end of the panic
	}
	if call, ok := f.instr().(*ssa.Call); ok {
		f.set(call, v)
		f.pc++
	}
	// Otherwise f runs its deferred calls, one after the other.
}

// Discard ends a call without a result.
func Discard(heap.Value) Action { return Return() }
