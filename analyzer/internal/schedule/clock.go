package schedule

import (
	"go/token"
	"slices"
	"sort"

	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/heap"
)

// A Clock is virtual time: the present instant and the timers to come. Instants
// are nanoseconds since the start of the execution.
type Clock struct {
	Now     heap.Linear
	Order   heap.Order // what is decided about durations
	Firings int        // how many timers have fired

	// OnFire, if set, is asked before the n'th firing whether the timer may
	// fire. If not, time stands still from there on.
	OnFire func(n int, t *Timer) bool

	// Compared is how many pairs of timers were compared.
	Compared int

	timers []*Timer
	fired  map[token.Pos]int  // how many timers made there have fired
	held   *Timer             // the next to fire, which OnFire held back
	events map[*heap.Chan]int // how often a channel from elsewhere has spoken
}

// MaxFirings bounds the firings of one execution: it is stopped there.
const MaxFirings = 300

// promptFirings is how often timers made at one place fire on time. Later ones are
// late, and ever later, as on a slow machine: so that a loop that sleeps until a
// deadline gets there.
const promptFirings = 50

// maxBeats bounds the firings of a ticker after the root has returned, and
// maxIdleBeats those during one wait of the root: what goes on then is a
// heartbeat. Goroutines that wait for it are not at rest; see Wait.Timed.
const (
	maxBeats     = 8
	maxIdleBeats = 40
)

// maxEvents bounds the values that a channel from elsewhere yields.
const maxEvents = 2

// A Timer calls Fire once its instant has come.
type Timer struct {
	When   heap.Linear
	Period *heap.Linear // of a ticker
	Made   token.Pos
	Asked  map[*Goroutine]token.Pos // of a context from elsewhere: where each goroutine has asked for it last
	Fire   func()
	Active bool
	delay  heap.Linear // from when it was started to its instant
	beats  int         // firings since the root last began or ended a wait
	wait   int         // the number of that wait

	// Calls says that firing calls a function of the program.
	Calls bool
	// Deadline says that the timer is a connection's: it ends what that is at, and
	// races nothing.
	Deadline bool
	// Context says that the timer is a context's.
	Context bool
	// External marks an event from code that is not executed, which may as
	// well never happen: it is not waited for once the root has returned.
	External bool
	// Plain marks an event that is no timer by the rule: a value on a channel
	// from elsewhere.
	Plain bool
	// Heard, if set, reports whether firing has an effect.
	Heard func() bool
}

// For returns the place in the source that stands for the timer where a goroutine
// waits for it.
func (t *Timer) For(g *Goroutine) token.Pos {
	if pos, ok := t.Asked[g]; ok {
		return pos
	}
	return t.Made
}

func (c *Clock) init() {
	c.events = map[*heap.Chan]int{}
	c.fired = map[token.Pos]int{}
}

// Start makes the timer fire when its instant has come.
func (c *Clock) Start(t *Timer) {
	t.delay = t.When.Sub(c.Now)
	for _, u := range c.timers {
		if u == t {
			t.Active = true
			return
		}
	}
	t.Active = true
	c.timers = append(c.timers, t)
}

// WillCall reports whether a timer that runs calls a function of the program.
func (c *Clock) WillCall() bool {
	return slices.ContainsFunc(c.timers, func(t *Timer) bool { return t.Active && t.Calls })
}

// fire lets time pass to the next timer's instant. It reports whether there
// was one.
func (s *Scheduler) fire() bool {
	t := s.held
	if t == nil || !t.Active && !t.Plain {
		if t = s.nextTimer(); t == nil {
			return false
		}
	}
	s.held = nil
	if s.Firings >= MaxFirings {
		s.Stopped = true
		return false
	}
	if s.OnFire != nil && !s.OnFire(s.Firings, t) {
		s.held = t
		return false
	}
	s.Firings++
	s.fired[t.Made]++
	s.beat(t)
	if later, known := s.Order.Likely(t.When.Sub(s.Now), heap.Greater); later || !known {
		s.pass(t.When)
	}
	if late := s.fired[t.Made] - promptFirings; late > 0 {
		s.Now = s.Now.Add(int64(late), t.delay)
	}
	if t.Period != nil {
		t.When, t.delay = s.Now.Add(1, *t.Period), *t.Period
	} else {
		t.Active = false
	}
	t.Fire()
	return true
}

// pass lets time pass until an instant, which so is not before the present one.
func (s *Scheduler) pass(until heap.Linear) {
	if ahead := until.Sub(s.Now); len(ahead.Terms) > 0 {
		if _, known := s.Order.Known(ahead, heap.GreaterEq); !known {
			s.Order.Decide(ahead, heap.GreaterEq, true)
		}
	}
	s.Now = until
}

// beat counts the firings of a timer while the root stays where it is.
func (s *Scheduler) beat(t *Timer) {
	wait := s.Root().Waits
	if s.Root().Ended {
		wait = -1
	}
	if t.wait != wait {
		t.wait, t.beats = wait, 0
	}
	t.beats++
}

// IsHeartbeat reports whether a timer has fired so often while the root stayed
// where it is that it is not waited for any more.
func (s *Scheduler) IsHeartbeat(t *Timer) bool {
	if s.Root().Ended {
		return t.wait == -1 && t.beats >= maxBeats
	}
	return t.wait == s.Root().Waits && t.beats >= maxIdleBeats
}

// nextTimer chooses the timer that fires next, and decides that it is before
// those that it was chosen from. It returns nil if there is none.
func (s *Scheduler) nextTimer() *Timer {
	first := s.first(s.pending())
	if len(first) == 0 {
		return nil
	}
	i := 0
	if len(first) > 1 {
		i = s.choose.ChooseFor(Time, len(first), "which of %d timers fires first", len(first))
	}
	t := first[i]
	for _, u := range first {
		d := t.When.Sub(u.When)
		if _, known := s.Order.Likely(d, heap.LessEq); u != t && !known {
			s.Order.Decide(d, heap.LessEq, true)
		}
	}
	return t
}

// pending returns the timers that can fire, the likeliest first.
func (s *Scheduler) pending() []*Timer {
	var pending []*Timer
	rootGone := s.Root().Ended
	live := s.timers[:0]
	for _, t := range s.timers {
		if !t.Active {
			continue // stopped, or fired; Start adds it again
		}
		live = append(live, t)
		if rootGone && t.External || s.IsHeartbeat(t) || t.Heard != nil && !t.Heard() {
			continue
		}
		pending = append(pending, t)
	}
	s.timers = live
	if !rootGone {
		pending = append(pending, s.eventsFromElsewhere()...)
	}
	sort.SliceStable(pending, func(i, j int) bool {
		a, b := pending[i], pending[j]
		if a.External != b.External {
			return b.External
		}
		return s.fired[a.Made] < s.fired[b.Made]
	})
	return pending
}

// eventsFromElsewhere returns a timer for each channel from elsewhere that a
// goroutine waits for.
func (s *Scheduler) eventsFromElsewhere() []*Timer {
	var events []*Timer
	for _, g := range s.Goroutines {
		if g.Ended || g.Wait == nil {
			continue
		}
		for _, c := range g.Wait.Cases {
			if c.Chan == nil || !c.Chan.Outside || c.Send || c.Chan.Clock != nil || s.events[c.Chan] >= maxEvents {
				continue
			}
			events = append(events, &Timer{
				When: s.Now, Made: c.Pos, External: true, Plain: true,
				Fire: func() { s.speak(c.Chan) },
			})
		}
	}
	return events
}

// speak delivers a value on a channel from elsewhere.
func (s *Scheduler) speak(ch *heap.Chan) {
	s.events[ch]++
	s.Deliver(ch, s.FromElsewhere(ch))
}

// first returns those of the timers that no other is known to precede. Events
// whose instant nobody knows may come at any time.
func (s *Scheduler) first(pending []*Timer) []*Timer {
	var first []*Timer
	for _, t := range pending {
		if !t.Plain && s.preceded(t, pending) {
			continue
		}
		first = append(first, t)
	}
	return first
}

func (s *Scheduler) preceded(t *Timer, pending []*Timer) bool {
	for _, u := range pending {
		if u == t || u.Plain {
			continue
		}
		s.Compared++
		if less, known := s.Order.Likely(u.When.Sub(t.When), heap.Less); less && known {
			return true
		}
	}
	return false
}
