package execute

import (
	"fmt"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/heap"
	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/schedule"
)

// What can be seen of an execution from outside.

// Live calls add for each value that goroutine g may still use.
func (m *Machine) Live(g *schedule.Goroutine, add func(heap.Value)) {
	for _, f := range threadOf(g).frames {
		f.live(add)
	}
}

// Latent calls add for each function that an event from elsewhere may call.
func (m *Machine) Latent(add func(heap.Value)) {
	for _, l := range m.latent {
		if l.possible() {
			add(l.val)
		}
	}
}

// A latent value is one that an event from elsewhere may use, as long as
// possible reports so.
type latent struct {
	val      heap.Value
	possible func() bool
}

// AddLatent tells that an event from elsewhere may use v.
func (m *Machine) AddLatent(v heap.Value, possible func() bool) {
	m.latent = append(m.latent, latent{v, possible})
}

// IsInternal reports whether g is a goroutine of the library's own.
func (m *Machine) IsInternal(g *schedule.Goroutine) bool { return threadOf(g).internal }

// WayOf returns a hash of the way that goroutine g took.
func (m *Machine) WayOf(g *schedule.Goroutine) uint64 { return threadOf(g).trace }

// FunctionOf returns the function that goroutine g executes.
func (m *Machine) FunctionOf(g *schedule.Goroutine) *ssa.Function {
	t := threadOf(g)
	for i := len(t.frames) - 1; i >= 0; i-- {
		if f := t.frames[i]; f.then == nil && f.fn.Syntax() != nil {
			return f.fn
		}
	}
	return nil
}

// ExitOf returns the return statement by which goroutine g last left fn, else
// any function; nil if there is none.
func (m *Machine) ExitOf(g *schedule.Goroutine, fn *ssa.Function) *ssa.Return {
	t := threadOf(g)
	if exit := t.exits[fn]; exit != nil {
		return exit
	}
	return t.exit
}

// Failed reports whether the root, whose last result is an error, has returned one;
// known is false where that is not decided.
func (m *Machine) Failed() (failed, known bool) {
	last := m.Results
	if tuple, ok := last.(heap.Tuple); ok && len(tuple) > 0 {
		last = tuple[len(tuple)-1]
	}
	switch v := last.(type) {
	case heap.Nil:
		return false, true
	case heap.Iface:
		return true, true
	case *heap.Symbol:
		return v.IsNil() == heap.No, v.IsNil() != heap.Undecided
	}
	return false, false
}

// Left describes the goroutines that have not ended, for a trace.
func (m *Machine) Left() string {
	var b strings.Builder
	for _, g := range m.Sched.Goroutines {
		if g.Ended || m.IsInternal(g) {
			continue
		}
		what := "can run"
		if g.Wait != nil {
			what = fmt.Sprintf("%s at %s", g.Wait.What, m.SSA.Fset.Position(g.Wait.Pos))
		}
		fmt.Fprintf(&b, "[%d: %s] ", g.ID, what)
	}
	return b.String()
}
