package execute

import (
	"go/constant"

	"golang.org/x/tools/go/ssa"

	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/heap"
	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/schedule"
)

// A loop whose condition can't be decided is left after maxTurns turns: rather
// than not after likelyTurns.
const (
	likelyTurns = 2
	maxTurns    = 5
)

// branch executes an if.
func (m *Machine) branch(g *schedule.Goroutine, f *frame, instr *ssa.If) {
	cond := m.value(f, instr.Cond)
	holds, known := Truth(cond)
	if !known {
		var alive bool
		if holds, alive = m.guess(g, f, cond, instr); !alive {
			m.stop(Pruned)
			return
		}
		Assume(cond, holds)
	}
	if holds {
		m.jump(g, f, f.block.Succs[0])
	} else {
		m.jump(g, f, f.block.Succs[1])
	}
}

// Truth returns the truth of a boolean as far as it is decided.
func Truth(v heap.Value) (holds, known bool) {
	switch v := v.(type) {
	case heap.Const:
		return constant.BoolVal(v.Val), true
	case heap.Not:
		holds, known = Truth(v.Sym)
		return !holds, known
	case *heap.Symbol:
		if v.True == heap.Undecided && v.Test != nil {
			v.True = v.Test.Known()
		}
		return v.True == heap.Yes, v.True != heap.Undecided
	}
	return false, false
}

// Assume decides an undecided boolean.
func Assume(v heap.Value, holds bool) {
	switch v := v.(type) {
	case heap.Not:
		Assume(v.Sym, !holds)
	case *heap.Symbol:
		v.True = heap.Decide(holds)
		if v.Test != nil {
			v.Test.Decide(holds)
		}
	}
}

// Decide decides a boolean: by what is known, else by a choice.
func (m *Machine) Decide(v heap.Value, why string) bool {
	holds, known := Truth(v)
	if known {
		return holds
	}
	m.doubt(v)
	first := likely(v) != heap.No
	holds = first == (m.Choose(2, "%s: %v first", why, first) == 0)
	Assume(v, holds)
	return holds
}

// doubt notes that a boolean is about to be decided that may be a guess.
func (m *Machine) doubt(v heap.Value) {
	m.Doubtful = m.Doubtful || heap.Settled(v) || heap.Doubtful(v) && m.pending()
}

// likely returns the answer that a run takes first.
func likely(v heap.Value) heap.Decision {
	switch v := v.(type) {
	case heap.Not:
		switch likely(v.Sym) {
		case heap.Yes:
			return heap.No
		case heap.No:
			return heap.Yes
		}
	case *heap.Symbol:
		if v.Test != nil {
			return v.Test.Likely()
		}
	}
	return heap.Undecided
}

// guess decides the condition of an if that is not known. A branch on which no
// handshake can be reached any more is not taken, nor one that ends the execution
// for sure; alive is false where both are such.
func (m *Machine) guess(g *schedule.Goroutine, f *frame, cond heap.Value, instr *ssa.If) (holds, alive bool) {
	yes, no := f.block.Succs[0], f.block.Succs[1]
	if !m.Whole && !m.pending() && !m.reachableBelow(g) {
		a, b := m.reaches(f, yes), m.reaches(f, no)
		if !a && !b {
			return false, false
		}
		if a != b {
			return a, true
		}
	}
	first := m.firstGuess(f, cond, yes, no)
	if leave, turns := f.leaves(yes, no); turns >= maxTurns {
		return leave, true
	} else if turns >= likelyTurns {
		first = leave
	}
	m.doubt(cond)
	if doomed := f.info.doomed; doomed[yes.Index] || doomed[no.Index] {
		return doomed[no.Index], doomed[yes.Index] != doomed[no.Index]
	}
	holds = first == (m.Choose(2, "%v at %s: %v first", cond, m.position(instr.Cond), first) == 0)
	if m.took != nil {
		m.took(Branch{instr, holds, m.goesOn()})
	}
	return holds, true
}

// A Branch is a way that was taken where the condition is not known.
type Branch struct {
	If    *ssa.If
	Holds bool
	// Handshake says that a handshake was going on.
	Handshake bool
}

// firstGuess returns the likelier answer: the one on the way to a handshake.
func (m *Machine) firstGuess(f *frame, cond heap.Value, yes, no *ssa.BasicBlock) bool {
	if len(m.Handshakes) == 0 {
		if a, b := m.reaches(f, yes), m.reaches(f, no); a != b {
			return a
		}
	}
	return likely(cond) != heap.No
}

// leaves returns the answer that leaves a loop, and how many turns the loop has
// taken; no turns where neither answer or both do so.
func (f *frame) leaves(yes, no *ssa.BasicBlock) (leave bool, turns int) {
	for _, c := range f.turns {
		body := f.info.loops[c.of]
		if c.n <= turns || !body.has(f.block.Index) {
			continue
		}
		if stays := body.has(yes.Index); stays != body.has(no.Index) {
			leave, turns = !stays, c.n
		}
	}
	return leave, turns
}

// pending reports whether a handshake was started whose outcome may still
// matter: its goroutine or another one than the root's is alive.
func (m *Machine) pending() bool {
	for _, h := range m.Handshakes {
		if !h.Ended || !h.G.Ended && h.G.ID != 0 {
			return true
		}
	}
	return false
}

// reaches reports whether a handshake can be reached from the start of block b.
func (m *Machine) reaches(f *frame, b *ssa.BasicBlock) bool {
	r := f.info.reach[b.Index]
	return r.static || m.armed && r.dynamic
}

// reachableBelow reports whether a handshake can be reached after the topmost
// frame of g has returned, or by another goroutine, or by what a timer calls.
func (m *Machine) reachableBelow(g *schedule.Goroutine) bool {
	if m.armed && m.Sched.WillCall() {
		return true
	}
	for _, h := range m.Sched.Goroutines {
		if h.Ended {
			continue
		}
		t := threadOf(h)
		frames := t.frames
		if h == g {
			frames = frames[:len(frames)-1]
		} else if t.next != nil {
			return true // it has not begun
		}
		for _, f := range frames {
			if f.then == nil && m.reachesAfter(f) || f.then == nil && len(f.defers.calls) > 0 && m.armed {
				return true
			}
		}
	}
	return false
}

// reachesAfter reports whether a handshake can be reached after the
// instruction that the frame is at.
func (m *Machine) reachesAfter(f *frame) bool {
	r := f.info.leading[f.block.Index].after(f.pc)
	for _, s := range f.block.Succs {
		r.static = r.static || f.info.reach[s.Index].static
		r.dynamic = r.dynamic || f.info.reach[s.Index].dynamic
	}
	return r.static || m.armed && r.dynamic
}

// AnotherReachable reports whether goroutine g, or another one, can reach a
// handshake after the instruction that it is at.
func (m *Machine) AnotherReachable(g *schedule.Goroutine) bool {
	t := threadOf(g)
	for i := len(t.frames) - 1; i >= 0; i-- {
		if f := t.frames[i]; f.then == nil {
			return m.reachesAfter(f) || m.reachableBelow(g)
		}
	}
	return false
}
