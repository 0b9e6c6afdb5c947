package execute

import (
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ssa"

	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/heap"
	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/schedule"
)

// goStmt starts a goroutine: the callee and its arguments are evaluated here.
func (m *Machine) goStmt(g *schedule.Goroutine, f *frame, instr *ssa.Go) {
	c := m.prepare(f, &instr.Call, token.NoPos)
	started := m.Go(instr.Pos(), func(h *schedule.Goroutine) { m.dispatch(h, &c) })
	if m.Trace != nil {
		m.Trace("goroutine %d starts goroutine %d at %s", g.ID, started.ID, m.SSA.Fset.Position(instr.Pos()))
	}
	f.pc++
}

// deferStmt puts a call on the stack of deferred calls.
func (m *Machine) deferStmt(g *schedule.Goroutine, f *frame, instr *ssa.Defer) {
	c := m.prepare(f, &instr.Call, instr.Pos())
	stack := &f.defers
	if instr.DeferStack != nil {
		if s, ok := m.value(f, instr.DeferStack).(*deferStack); ok {
			stack = s
		}
	}
	stack.calls = append(stack.calls, func(g *schedule.Goroutine) {
		n := len(threadOf(g).frames)
		m.dispatch(g, &c)
		if t := threadOf(g); len(t.frames) > n && t.frames[n].then == nil {
			t.frames[n].inDefer = true
		}
	})
	f.pc++
}

// runDefers makes the last deferred call; the instruction is executed again
// when it has returned.
func (m *Machine) runDefers(g *schedule.Goroutine, f *frame) {
	if call := f.defers.pop(); call != nil {
		call(g)
		return
	}
	f.pc++
}

func (s *deferStack) pop() func(*schedule.Goroutine) {
	if len(s.calls) == 0 {
		return nil
	}
	call := s.calls[len(s.calls)-1]
	s.calls = s.calls[:len(s.calls)-1]
	return call
}

// panic begins to unwind the stack of g.
func (m *Machine) panic(g *schedule.Goroutine) {
	t := threadOf(g)
	for len(t.frames) > 0 && t.top().then != nil {
		t.pop()
	}
	if len(t.frames) == 0 {
		m.stop(Exited)
		return
	}
	t.panicking, t.panicked = true, nil
	t.top().unwinding = true
}

// unwind makes the next deferred call of a frame that a panic left, or ends
// the frame.
func (m *Machine) unwind(g *schedule.Goroutine, f *frame) {
	t := threadOf(g)
	if call := f.defers.pop(); call != nil {
		call(g)
		return
	}
	if !f.recovered {
		with := t.panicked
		t.pop()
		m.panic(g)
		t.panicked = with
		return
	}
	f.unwinding = false
	if f.fn.Recover == nil {
		t.pop()
		m.deliver(g, m.zeroResults(f.fn.Signature))
		return
	}
	f.block, f.pc = f.fn.Recover, 0
}

// recover_ is the builtin function: it stops a panic if a frame's deferred
// call is what calls it.
func (m *Machine) recover_(g *schedule.Goroutine, f *frame) heap.Value {
	t := threadOf(g)
	if !f.inDefer || !t.panicking {
		return heap.Nil{}
	}
	for i := len(t.frames) - 1; i >= 0; i-- {
		if below := t.frames[i]; below.unwinding && !below.recovered {
			below.recovered = true
			t.panicking = false
			if _, isNil := t.panicked.(heap.Nil); !isNil && t.panicked != nil {
				return t.panicked
			}
			s := m.Heap.Unknown("panic", false).Symbol(m.anyType())
			s.Nil = heap.No
			s.Doubt = true // it is an error of the runtime
			return s
		}
	}
	return heap.Nil{}
}

func (m *Machine) zeroResults(sig *types.Signature) heap.Value {
	if sig.Results().Len() == 1 {
		return m.Heap.Zero(sig.Results().At(0).Type())
	}
	return m.Heap.Zero(sig.Results())
}
