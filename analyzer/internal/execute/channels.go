package execute

import (
	"go/types"

	"golang.org/x/tools/go/ssa"

	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/heap"
	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/schedule"
)

// send executes a send statement.
func (m *Machine) send(g *schedule.Goroutine, f *frame, instr *ssa.Send) {
	ch := m.chanOf(m.value(f, instr.Chan))
	m.Sched.Block(g, &schedule.Wait{
		What:  "send",
		Pos:   instr.Pos(),
		Cases: []schedule.Case{{Chan: ch, Send: true, Val: m.value(f, instr.X), Pos: instr.Pos()}},
		Resume: func(r schedule.Result) {
			threadOf(g).next = func() {
				if r.Closed {
					m.panic(g)
					return
				}
				f.pc++
			}
		},
	})
}

// receive executes a receive.
func (m *Machine) receive(g *schedule.Goroutine, f *frame, instr *ssa.UnOp, x heap.Value) {
	ch := m.chanOf(x)
	m.Sched.Block(g, &schedule.Wait{
		What:    "receive",
		Pos:     instr.Pos(),
		Cases:   []schedule.Case{{Chan: ch, Pos: instr.Pos()}},
		Outside: fromOutside(ch),
		Resume: func(r schedule.Result) {
			threadOf(g).next = func() {
				elem := instr.X.Type().Underlying().(*types.Chan).Elem()
				v := m.received(elem, r)
				if instr.CommaOk {
					v = heap.Tuple{v, heap.Bool(r.OK)}
				}
				f.set(instr, v)
				f.pc++
			}
		},
	})
}

// received returns the value that a receive yields.
func (m *Machine) received(elem types.Type, r schedule.Result) heap.Value {
	if r.Val == nil {
		return m.Heap.Zero(elem)
	}
	return r.Val
}

// fromOutside reports whether code that is not executed may speak on the
// channel.
func fromOutside(ch *heap.Chan) bool {
	if ch == nil {
		return false
	}
	clock, ok := ch.Clock.(interface{ External() bool })
	return ch.Outside || ok && clock.External()
}

// selectStmt executes a select statement. Its value is a tuple of the case's
// index, whether a receive got a value, and a value for each receive.
func (m *Machine) selectStmt(g *schedule.Goroutine, f *frame, instr *ssa.Select) {
	w := &schedule.Wait{What: "select", Pos: instr.Pos()}
	for _, s := range instr.States {
		c := schedule.Case{Chan: m.chanOf(m.value(f, s.Chan)), Send: s.Dir == types.SendOnly, Pos: s.Pos}
		if c.Send {
			c.Val = m.value(f, s.Send)
		} else {
			w.Outside = w.Outside || fromOutside(c.Chan)
		}
		w.Cases = append(w.Cases, c)
	}
	w.Resume = func(r schedule.Result) {
		threadOf(g).next = func() {
			if r.Closed {
				m.panic(g)
				return
			}
			threadOf(g).note(uint64(r.Case))
			f.set(instr, m.selected(instr, r))
			f.pc++
		}
	}
	if instr.Blocking {
		m.Sched.Block(g, w)
		return
	}
	if !m.Sched.TryCases(g, w) {
		w.Resume(schedule.Result{Case: -1})
	}
}

func (m *Machine) selected(instr *ssa.Select, r schedule.Result) heap.Value {
	tuple := heap.Tuple{heap.Linear{C: int64(r.Case)}, heap.Bool(r.OK)}
	for i, s := range instr.States {
		if s.Dir != types.RecvOnly {
			continue
		}
		elem := s.Chan.Type().Underlying().(*types.Chan).Elem()
		if i == r.Case {
			tuple = append(tuple, m.received(elem, r))
		} else {
			tuple = append(tuple, m.Heap.Zero(elem))
		}
	}
	return tuple
}
