package execute

import (
	"go/token"

	"golang.org/x/tools/go/ssa"

	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/heap"
	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/schedule"
)

// A thread is what a goroutine executes: its frames, the innermost last.
type thread struct {
	frames    []*frame
	next      func()                        // what to do first when the goroutine runs again
	trace     uint64                        // a hash of the blocks it went through
	exit      *ssa.Return                   // the last return
	exits     map[*ssa.Function]*ssa.Return // the last return of each function
	internal  bool                          // it is the library's own
	panicking bool
	panicked  heap.Value // with what, if that is known
}

func threadOf(g *schedule.Goroutine) *thread { return g.Body.(*thread) }

func (t *thread) push(f *frame) { t.frames = append(t.frames, f) }
func (t *thread) pop()          { t.frames = t.frames[:len(t.frames)-1] }
func (t *thread) top() *frame   { return t.frames[len(t.frames)-1] }

// A frame is a function under execution, or what a library model does once a
// function that it called has returned.
type frame struct {
	then func(heap.Value) Action // of a library model; the rest is unset

	fn    *ssa.Function
	info  *funcInfo
	regs  []heap.Value
	block *ssa.BasicBlock
	pc    int
	made  token.Pos // where the function value was made, for a closure

	defers    deferStack
	unwinding bool // a panic runs the deferred calls
	recovered bool // a deferred call recovered
	inDefer   bool // it was called by a defer

	turns tally[*ssa.BasicBlock] // how often each loop's head was reached again
	calls tally[ssa.Instruction] // how often each unknown call was made
}

// A deferStack holds the deferred calls of a frame; the body of a range over a
// function defers onto the stack of the function around it.
type deferStack struct{ calls []func(*schedule.Goroutine) }

func (f *frame) instr() ssa.Instruction { return f.block.Instrs[f.pc] }

func (f *frame) set(v ssa.Value, x heap.Value) { f.regs[f.info.index[v]] = x }

// jump moves to block b and sets its phis, all at once.
func (f *frame) jump(m *Machine, b *ssa.BasicBlock) {
	from := f.block
	edge := 0
	for i, p := range b.Preds {
		if p == from {
			edge = i
		}
	}
	var (
		few  [8]heap.Value
		vals = few[:0]
		n    = 0
	)
	for _, instr := range b.Instrs {
		phi, ok := instr.(*ssa.Phi)
		if !ok {
			break
		}
		vals = append(vals, m.value(f, phi.Edges[edge]))
		n++
	}
	for i, v := range vals {
		f.set(b.Instrs[i].(*ssa.Phi), v)
	}
	if b.Dominates(from) { // a back edge
		f.turns.add(b)
	}
	f.block, f.pc = b, n
}

// A tally counts how often each of a few things has happened.
type tally[K comparable] []count[K]

type count[K comparable] struct {
	of K
	n  int
}

// add counts one more of k, and returns how many there are.
func (t *tally[K]) add(k K) int {
	for i := range *t {
		if c := &(*t)[i]; c.of == k {
			c.n++
			return c.n
		}
	}
	*t = append(*t, count[K]{k, 1})
	return 1
}
