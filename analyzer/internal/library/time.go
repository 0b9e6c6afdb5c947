package library

import (
	"go/types"

	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/execute"
	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/heap"
	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/schedule"
)

// An instant is a time.Time.
type instant struct{ at heap.Linear }

// instantOf returns the instant that v is; isZero reports that it is the zero
// time.
func instantOf(v heap.Value) (at heap.Linear, isZero bool) {
	switch v := v.(type) {
	case instant:
		return v.at, false
	case *heap.Symbol:
		return heap.Linear{Terms: []heap.Term{{Sym: v, K: 1}}}, v.IsNil() == heap.Yes
	}
	return heap.Linear{}, true
}

// someDuration returns an unknown duration.
func someDuration(c *execute.Call) heap.Linear {
	s := c.Heap.Unknown("duration", false).Symbol(types.Typ[types.Int64])
	return heap.Linear{Terms: []heap.Term{{Sym: s, K: 1}}}
}

// durationOf returns a duration argument.
func durationOf(c *execute.Call, v heap.Value) heap.Linear {
	if d, ok := heap.LinearOf(v); ok {
		return d
	}
	return someDuration(c)
}

// timeoutOf returns a timer's duration argument. One that nothing but a branch says not
// to be positive is a guess: nobody sets a timer that fires at once.
func timeoutOf(c *execute.Call, v heap.Value) heap.Linear {
	d := durationOf(c, v)
	if _, constant := d.Constant(); !constant {
		positive, known := c.Sched.Order.Known(d, heap.Greater)
		c.Doubtful = c.Doubtful || known && !positive
	}
	return d
}

var timeTable = table{
	"time.Now":             func(c *execute.Call) execute.Action { return execute.Return(instant{c.Sched.Now}) },
	"time.Since":           timeSince,
	"time.Until":           timeUntil,
	"time.After":           timeAfter,
	"time.Tick":            timeTick,
	"time.NewTimer":        timeNewTimer,
	"time.NewTicker":       timeNewTicker,
	"time.AfterFunc":       timeAfterFunc,
	"time.Sleep":           timeSleep,
	"runtime.Gosched":      gosched,
	"(*time.Timer).Stop":   timerStop,
	"(*time.Timer).Reset":  timerReset,
	"(*time.Ticker).Stop":  timerStop,
	"(*time.Ticker).Reset": timerReset,
	"(time.Time).Add":      timeAdd,
	"(time.Time).Sub":      timeSub,
	"(time.Time).After":    timeRelation(heap.Greater),
	"(time.Time).Before":   timeRelation(heap.Less),
	"(time.Time).Equal":    timeRelation(heap.Equal),
	"(time.Time).Compare":  timeCompare,
	"(time.Time).IsZero":   timeIsZero,
	"(time.Time).Round":    timeSame,
	"(time.Time).Truncate": timeSame,
	"(time.Time).UTC":      timeSame,
	"(time.Time).Local":    timeSame,
	"(time.Time).In":       timeSame,
}

func timeSame(c *execute.Call) execute.Action { return execute.Return(c.Args[0]) }

func timeSince(c *execute.Call) execute.Action {
	at, _ := instantOf(c.Args[0])
	return execute.Return(c.Sched.Now.Sub(at))
}

func timeUntil(c *execute.Call) execute.Action {
	at, _ := instantOf(c.Args[0])
	return execute.Return(at.Sub(c.Sched.Now))
}

func timeAdd(c *execute.Call) execute.Action {
	at, _ := instantOf(c.Args[0])
	return execute.Return(instant{at.Add(1, durationOf(c, c.Args[1]))})
}

func timeSub(c *execute.Call) execute.Action {
	t, _ := instantOf(c.Args[0])
	u, _ := instantOf(c.Args[1])
	return execute.Return(t.Sub(u))
}

// timeRelation compares two instants.
func timeRelation(rel heap.Relation) execute.Model {
	return func(c *execute.Call) execute.Action { return execute.Return(timesAre(c, rel)) }
}

// timesAre compares the two instants that a call gets; the zero time is before all
// others.
func timesAre(c *execute.Call, rel heap.Relation) heap.Value {
	t, tZero := instantOf(c.Args[0])
	u, uZero := instantOf(c.Args[1])
	switch {
	case tZero && uZero:
		return heap.Bool(rel == heap.Equal)
	case tZero:
		return heap.Bool(rel == heap.Less)
	case uZero:
		return heap.Bool(rel == heap.Greater)
	}
	return c.Ordering(t.Sub(u), rel)
}

// timeCompare returns -1, 0 or 1.
func timeCompare(c *execute.Call) execute.Action {
	switch {
	case c.Decide(timesAre(c, heap.Less), "an instant is before another"):
		return execute.Return(heap.Linear{C: -1})
	case c.Decide(timesAre(c, heap.Equal), "an instant is another"):
		return execute.Return(heap.Linear{})
	}
	return execute.Return(heap.Linear{C: 1})
}

func timeIsZero(c *execute.Call) execute.Action {
	switch v := c.Args[0].(type) {
	case instant:
		return execute.Return(heap.Bool(false))
	case *heap.Symbol:
		return execute.Return(c.IsNil(v)) // a symbol of a time is nil where it is zero
	}
	return execute.Return(heap.Bool(true))
}

// A timerModel is what is known of a time.Timer, a time.Ticker or the channel
// of one.
type timerModel struct {
	timer    *schedule.Timer
	ch       *heap.Chan // nil for AfterFunc
	ticker   bool
	external bool
}

// External reports whether the timer came from elsewhere.
func (t *timerModel) External() bool { return t.external }

// Pending reports whether the timer may still fire.
func (t *timerModel) Pending() bool { return !t.external && t.timer.Active }

// newTimer returns a timer that sends on a channel, running.
func newTimer(c *execute.Call, elem types.Type, ticker bool) *timerModel {
	d := timeoutOf(c, c.Args[0])
	t := &timerModel{ticker: ticker, ch: &heap.Chan{Elem: elem, Cap: 1, Made: c.Pos}}
	t.ch.Clock = t
	t.timer = &schedule.Timer{When: c.Sched.Now.Add(1, d), Made: c.Pos}
	m := c.Machine
	t.timer.Fire = func() {
		if !t.ch.Full() {
			m.Sched.Deliver(t.ch, instant{m.Sched.Now})
		}
	}
	if ticker {
		t.timer.Period = &d
		t.timer.Heard = func() bool { return !t.ch.Full() }
	}
	c.Sched.Start(t.timer)
	return t
}

func timeAfter(c *execute.Call) execute.Action {
	return execute.Return(newTimer(c, chanElem(c.Sig.Results().At(0).Type()), false).ch)
}

func timeTick(c *execute.Call) execute.Action {
	return execute.Return(newTimer(c, chanElem(c.Sig.Results().At(0).Type()), true).ch)
}

func timeNewTimer(c *execute.Call) execute.Action  { return newTimerStruct(c, false) }
func timeNewTicker(c *execute.Call) execute.Action { return newTimerStruct(c, true) }

// newTimerStruct returns a pointer to a struct whose field C is the channel.
func newTimerStruct(c *execute.Call, ticker bool) execute.Action {
	cell := c.Heap.NewCell(pointee(c.Sig.Results().At(0).Type()))
	field := fieldOf(cell, "C")
	t := newTimer(c, chanElem(field.Type), ticker)
	field.Store(t.ch)
	cell.Model = t
	return execute.Return(cell)
}

func chanElem(t types.Type) types.Type { return t.Underlying().(*types.Chan).Elem() }

func pointee(t types.Type) types.Type { return t.Underlying().(*types.Pointer).Elem() }

// fieldOf returns the cell of the named field of a struct cell, or nil.
func fieldOf(cell *heap.Cell, name string) *heap.Cell {
	s, ok := cell.Type.Underlying().(*types.Struct)
	if !ok {
		return nil
	}
	for i := range s.NumFields() {
		if s.Field(i).Name() == name {
			return cell.Field(i)
		}
	}
	return nil
}

// timeAfterFunc calls its function in a goroutine of its own.
func timeAfterFunc(c *execute.Call) execute.Action {
	m, made, f := c.Machine, c.Pos, c.Args[1]
	t := &timerModel{timer: &schedule.Timer{
		When: c.Sched.Now.Add(1, timeoutOf(c, c.Args[0])), Made: made, Calls: true,
		Fire: func() { m.GoCall(made, f, nil, nil) },
	}}
	c.Sched.Start(t.timer)
	cell := c.Heap.NewCell(pointee(c.Sig.Results().At(0).Type()))
	cell.Model = t
	return execute.Return(cell)
}

func timerOf(v heap.Value) *timerModel {
	if model := heap.ModelOf(v); model != nil {
		t, _ := (*model).(*timerModel)
		return t
	}
	return nil
}

// timerStop stops a timer. As of Go 1.23 no stale value is left in its channel.
func timerStop(c *execute.Call) execute.Action {
	t := timerOf(c.Args[0])
	if t == nil {
		return pure(c)
	}
	return stopped(t, c)
}

func stopped(t *timerModel, c *execute.Call) execute.Action {
	was := t.timer.Active || t.ch != nil && len(t.ch.Buf) > 0
	t.timer.Active = false
	if t.ch != nil {
		t.ch.Buf = nil
	}
	if c.Sig.Results().Len() == 0 {
		return execute.Return()
	}
	return execute.Return(heap.Bool(was))
}

func timerReset(c *execute.Call) execute.Action {
	t := timerOf(c.Args[0])
	if t == nil {
		return pure(c)
	}
	a := stopped(t, c)
	d := timeoutOf(c, c.Args[1])
	t.timer.When = c.Sched.Now.Add(1, d)
	if t.ticker {
		t.timer.Period = &d
	}
	c.Sched.Start(t.timer)
	return a
}

// timeSleep blocks until time has passed.
func timeSleep(c *execute.Call) execute.Action { return sleep(c, durationOf(c, c.Args[0])) }

// gosched lets the others run: it sleeps for the shortest time.
func gosched(c *execute.Call) execute.Action { return sleep(c, heap.Linear{C: 1}) }

func sleep(c *execute.Call, d heap.Linear) execute.Action {
	over := false
	c.Sched.Start(&schedule.Timer{When: c.Sched.Now.Add(1, d), Made: c.Pos, Fire: func() { over = true }})
	return execute.Wait(&schedule.Wait{
		What: "sleep", Pos: c.Pos, Sleep: true, Ready: func() bool { return over },
	}, func() execute.Action { return execute.Return() })
}

// foreignTimer makes a channel of instants that came from elsewhere a timer's.
func foreignTimer(m *execute.Machine, ch *heap.Chan) *timerModel {
	o := m.Heap.Unknown("timer", true)
	t := &timerModel{ch: ch, external: true}
	t.timer = &schedule.Timer{
		When:     m.Sched.Now.Add(1, heap.Linear{Terms: []heap.Term{{Sym: o.Symbol(types.Typ[types.Int64]), K: 1}}}),
		External: true,
		Fire:     func() { m.Sched.Deliver(ch, instant{m.Sched.Now}) },
	}
	m.Sched.Start(t.timer)
	return t
}
