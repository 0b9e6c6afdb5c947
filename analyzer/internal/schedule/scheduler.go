// Package schedule runs goroutines one at a time, each until it blocks, and
// lets virtual time pass only when all are blocked, as a testing/synctest
// bubble does.
//
// It knows waits, channels and timers; what a goroutine does between two waits
// is the executor's.
package schedule

import (
	"go/token"

	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/heap"
)

// A Chooser decides what the program leaves open.
type Chooser interface {
	// ChooseFor returns a number from 0 to n-1 on behalf of the given goroutine
	// (or Time); 0 is the likeliest. The format and its arguments say what is
	// chosen, for a trace.
	ChooseFor(by, n int, format string, args ...any) int
}

// Time is who chooses which timer fires.
const Time = -1

// A Goroutine is one thread of the executed program.
type Goroutine struct {
	ID    int
	Made  token.Pos // the go statement or call that started it; NoPos for the root
	Wait  *Wait     // what it waits for; nil while it can run
	Ended bool
	Waits int // how many waits it has begun
	Body  any // the executor's: its frames
}

// A Wait is what a blocked goroutine waits for: one of some channel
// operations, or a condition.
type Wait struct {
	What   string // for traces
	Pos    token.Pos
	For    any         // the executor's: what is waited for
	Cases  []Case      // channel operations
	Ready  func() bool // other waits: whether it is over
	Resume func(Result)

	// Last makes the wait be looked at after others: what ends it takes
	// several steps in the library.
	Last bool
	// Outside says that code that is not executed can end the wait.
	Outside bool
	// Sleep says that the wait ends by the passing of time alone, so that
	// another goroutine's progress shows only in what is done afterwards.
	Sleep bool
}

// A Pending is a clock of a channel that may still send on it or close it by
// itself.
type Pending interface{ Pending() bool }

// Timed reports whether the wait may still end by the passing of time: if all
// is at rest, by a heartbeat.
func (w *Wait) Timed() bool {
	for _, c := range w.Cases {
		if c.Chan == nil || c.Send {
			continue
		}
		if clock, ok := c.Chan.Clock.(Pending); ok && clock.Pending() {
			return true
		}
	}
	return w.Sleep
}

// A Case is a channel operation. A nil channel blocks for ever.
type Case struct {
	Chan *heap.Chan
	Send bool
	Val  heap.Value // the value to send
	Pos  token.Pos
}

// A Result says how a wait ended.
type Result struct {
	Case   int
	Val    heap.Value // the value received; nil for the zero value of a closed channel
	OK     bool       // false for the zero value of a closed channel
	Closed bool       // a send found its channel closed: it panics
}

// A Scheduler runs the goroutines of one execution.
type Scheduler struct {
	Clock
	Goroutines []*Goroutine // in the order of their start; the first is the root

	// Step runs a goroutine until it blocks or ends.
	Step func(*Goroutine)
	// Expose is called with a value that is sent to code that is not executed.
	Expose func(heap.Value)
	// FromElsewhere returns a value that code that is not executed sends.
	FromElsewhere func(*heap.Chan) heap.Value
	// Stopped ends the execution where it stands.
	Stopped bool

	choose Chooser
}

// New returns a scheduler without goroutines.
func New(choose Chooser) *Scheduler {
	s := &Scheduler{choose: choose}
	s.Clock.init()
	return s
}

// Go adds a goroutine that can run.
func (s *Scheduler) Go(made token.Pos) *Goroutine {
	g := &Goroutine{ID: len(s.Goroutines), Made: made}
	s.Goroutines = append(s.Goroutines, g)
	return g
}

// Root returns the first goroutine.
func (s *Scheduler) Root() *Goroutine { return s.Goroutines[0] }

// Run runs all goroutines until nothing moves any more and no timer is left
// that could change that. It reports whether it came to rest: not where it was
// stopped.
func (s *Scheduler) Run() bool {
	for !s.Stopped {
		if s.RunReady(); s.Stopped {
			break
		}
		if !s.fire() {
			return !s.Stopped
		}
	}
	return false
}

// RunReady runs all goroutines until they are blocked, without letting time
// pass.
func (s *Scheduler) RunReady() {
	for !s.Stopped {
		g := s.next()
		if g == nil {
			return
		}
		s.Step(g)
	}
}

// next returns a goroutine that can run: one that is not blocked, else one
// whose wait is over.
func (s *Scheduler) next() *Goroutine {
	for _, g := range s.Goroutines {
		if !g.Ended && g.Wait == nil {
			return g
		}
	}
	for _, last := range []bool{false, true} {
		for _, g := range s.Goroutines {
			if !g.Ended && g.Wait.Last == last && s.poll(g) {
				return g
			}
		}
	}
	return nil
}

// Block makes g wait. Where the wait is over at once, g goes on.
func (s *Scheduler) Block(g *Goroutine, w *Wait) {
	if g.Wait != nil {
		panic("schedule: a blocked goroutine blocks") // Inv: only a running one does.
	}
	g.Wait = w
	g.Waits++
	if !w.Last {
		s.poll(g)
	}
}

// poll ends the wait of g if it is over, and reports whether it was.
func (s *Scheduler) poll(g *Goroutine) bool {
	w := g.Wait
	if w.Ready != nil {
		if !w.Ready() {
			return false
		}
		s.end(g, Result{})
		return true
	}
	var ready []int
	for i, c := range w.Cases {
		if s.possible(g, c) {
			ready = append(ready, i)
		}
	}
	if len(ready) == 0 {
		return false
	}
	i := ready[0]
	if len(ready) > 1 {
		i = ready[s.choose.ChooseFor(g.ID, len(ready), "which ready case of the select")]
	}
	s.perform(g, i)
	return true
}

// TryCases performs one of the channel operations if one is possible at once.
func (s *Scheduler) TryCases(g *Goroutine, w *Wait) bool {
	g.Wait = w
	if s.poll(g) {
		return true
	}
	g.Wait = nil
	return false
}

func (s *Scheduler) end(g *Goroutine, r Result) {
	w := g.Wait
	g.Wait = nil
	w.Resume(r)
}

// possible reports whether g can perform the channel operation c now.
func (s *Scheduler) possible(g *Goroutine, c Case) bool {
	switch ch := c.Chan; {
	case ch == nil:
		return false
	case ch.Closed:
		return true
	case c.Send:
		return ch.Outside || !ch.Full() || s.partner(g, c) != nil
	default:
		return len(ch.Buf) > 0 || s.partner(g, c) != nil
	}
}

// partner returns a blocked goroutine that waits for the opposite of c.
func (s *Scheduler) partner(g *Goroutine, c Case) *Goroutine {
	for _, h := range s.Goroutines {
		if h != g && !h.Ended && h.Wait != nil && opposite(h.Wait, c) >= 0 {
			return h
		}
	}
	return nil
}

// opposite returns the index of the case of w that is the opposite of c, or -1.
func opposite(w *Wait, c Case) int {
	for i, d := range w.Cases {
		if d.Chan == c.Chan && d.Send != c.Send {
			return i
		}
	}
	return -1
}

// perform performs the i'th channel operation that g waits for, which must be
// possible.
func (s *Scheduler) perform(g *Goroutine, i int) {
	c := g.Wait.Cases[i]
	if c.Send {
		s.send(g, i, c)
	} else {
		s.receive(g, i, c)
	}
}

func (s *Scheduler) send(g *Goroutine, i int, c Case) {
	ch := c.Chan
	switch {
	case ch.Closed:
		s.end(g, Result{Case: i, Closed: true})
		return
	case ch.Outside:
		s.Expose(c.Val)
	default:
		if h := s.partner(g, c); h != nil {
			s.end(h, Result{Case: opposite(h.Wait, c), Val: c.Val, OK: true})
		} else {
			ch.Buf = append(ch.Buf, c.Val)
		}
	}
	s.end(g, Result{Case: i})
}

func (s *Scheduler) receive(g *Goroutine, i int, c Case) {
	ch := c.Chan
	sender := s.partner(g, c)
	switch {
	case len(ch.Buf) > 0:
		val := ch.Buf[0]
		ch.Buf = ch.Buf[1:]
		if sender != nil { // it gets the place that has become free
			j := opposite(sender.Wait, c)
			ch.Buf = append(ch.Buf, sender.Wait.Cases[j].Val)
			s.end(sender, Result{Case: j})
		}
		s.end(g, Result{Case: i, Val: val, OK: true})
	case sender != nil:
		j := opposite(sender.Wait, c)
		val := sender.Wait.Cases[j].Val
		s.end(sender, Result{Case: j})
		s.end(g, Result{Case: i, Val: val, OK: true})
	default: // closed
		s.end(g, Result{Case: i})
	}
}

// Close closes a channel. All that wait on it go on by that, even if something
// else ends their waits before they run: senders panic.
func (s *Scheduler) Close(ch *heap.Chan) {
	ch.Closed = true
	for _, g := range s.Goroutines {
		if g.Ended || g.Wait == nil {
			continue
		}
		for i, c := range g.Wait.Cases {
			if c.Chan == ch {
				s.end(g, Result{Case: i, Closed: c.Send})
				break
			}
		}
	}
}

// Deliver sends on a channel what comes from no goroutine: to one that waits
// for it, else into its buffer.
func (s *Scheduler) Deliver(ch *heap.Chan, val heap.Value) {
	if g := s.partner(nil, Case{Chan: ch, Send: true}); g != nil {
		s.end(g, Result{Case: opposite(g.Wait, Case{Chan: ch, Send: true}), Val: val, OK: true})
		return
	}
	ch.Buf = append(ch.Buf, val)
}
