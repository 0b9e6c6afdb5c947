package judge

import (
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/execute"
	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/finding"
	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/heap"
	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/schedule"
)

// A candidate is a handshake of an execution that came to rest, and what is to
// be said of it if it was in a race.
type candidate struct {
	*execute.Handshake
	index   int // among the execution's handshakes
	owner   owner
	operand bool // it is the operand of a select that has a timer
	used    bool // a goroutine uses its connection, and so waits for it
	// What happens once it is stopped, as somebody else might do:
	blocked *heap.Chan                   // the channel that its goroutine then blocks in, sending; noChan for nil
	freed   map[*schedule.Goroutine]bool // the goroutines that waited for it
}

// An owner says who can still stop a handshake.
type owner int

const (
	nobody  owner = iota
	callers       // through the root's parameters
	others        // code that is not executed
)

// candidates looks at the handshakes of an execution that came to rest. It
// goes on with the execution, to see what becomes of the goroutines when those
// that go on are stopped.
func candidates(r *run) []candidate {
	sight := inSight(r.Machine, true)
	beyond := inSight(r.Machine, false)
	var cs []candidate
	for i, h := range r.Handshakes {
		c := candidate{Handshake: h, index: i}
		switch {
		case h.Untrusted || r.Doubtful || touches(beyond, h):
			c.owner = others
		case touches(sight, h):
			c.owner = callers
		}
		c.operand = !h.Ended && slices.ContainsFunc(h.Calls, func(call ssa.Instruction) bool { return operandOfSelect(r, call) })
		c.used = slices.ContainsFunc(r.Sched.Goroutines, func(g *schedule.Goroutine) bool { return g.Wait != nil && g.Wait.For == h })
		cs = append(cs, c)
	}
	freed := r.stopAll()
	for i := range cs {
		cs[i].blocked = blockedIn(cs[i].G, sight)
		cs[i].freed = freed
	}
	return cs
}

// stopAll stops the handshakes that go on, and returns the goroutines that
// moved on by that beside their own.
func (r *run) stopAll() map[*schedule.Goroutine]bool {
	before := r.snapshot(nil)
	own := map[*schedule.Goroutine]bool{}
	for _, h := range r.Handshakes {
		if !h.Ended {
			h.Finish(execute.Dropped)
			own[h.G] = true
		}
	}
	r.Sched.OnFire = nil
	r.Whole = true
	r.Machine.Run()
	freed := map[*schedule.Goroutine]bool{}
	for _, id := range before.movedTo(r.snapshot(nil)) {
		if g := r.Sched.Goroutines[id]; !own[g] && !r.IsInternal(g) {
			freed[g] = true
		}
	}
	return freed
}

// verdict returns the category of the mistake that the candidate is, or "".
// The race is nil if it was in none.
func (c candidate) verdict(r *run, race *race) finding.Category {
	stopped := r.stopped[c.index]
	switch {
	case race == nil && c.operand && c.owner != others:
		return finding.Ineffective
	case race == nil, endsProcess(r, race):
		return ""
	case stopped && c.blocked != nil:
		return finding.BlockedSend
	case stopped:
		return finding.Handrolled
	case c.holdsUp(r, race.waiter) && c.owner != others:
		return finding.Ineffective // the handshake is waited for after the race
	case c.owner == nobody:
		return finding.Unstopped
	case c.blocked != nil:
		return finding.BlockedSend // once its owner has stopped it
	case c.owner == callers:
		return finding.Borrowed
	}
	return ""
}

// holdsUp reports whether the handshake is waited for after the race: by the
// one that raced it, or by the root.
func (c candidate) holdsUp(r *run, waiter *schedule.Goroutine) bool {
	root := r.Sched.Root()
	return c.freed[waiter] || c.freed[root] || waiter == root && r.stuck
}

// isStuck reports whether a goroutine is blocked for ever, and not because it
// has nothing more to do.
func isStuck(g *schedule.Goroutine) bool {
	if g.Ended || g.Wait.Outside || g.Wait.Timed() {
		return false
	}
	return g.Wait.Ready != nil || len(g.Wait.Cases) > 0
}

// endsProcess reports whether the race was in the function main, and lost by its
// return: nothing outlives the process.
func endsProcess(r *run, race *race) bool {
	fn := race.fn
	return fn != nil && fn.Name() == "main" && fn.Parent() == nil && fn.Signature.Recv() == nil &&
		fn.Pkg != nil && fn.Pkg.Pkg.Name() == "main" && r.Sched.Root().Ended
}

// finding returns what there is to tell of the candidate.
func (c candidate) finding(r *run, category finding.Category, race *race) finding.Finding {
	f := finding.Finding{Category: category, Handshake: c.Pos, Spawn: c.G.Made}
	if race != nil {
		f.Timer = race.timer.For(race.waiter)
		f.TimerIsContext = race.timer.Context
		f.Race = race.pos
		if exit := r.ExitOf(race.waiter, race.fn); exit != nil && category != finding.Ineffective {
			f.Exit = exit.Pos()
		}
	}
	if c.blocked != nil {
		f.Channel = c.blocked.Made
		f.Senders = len(c.blocked.Buf) + 1
	}
	return f
}

// touches reports whether the handshake can be stopped by one of the objects
// in the set.
func touches(set heap.Set, h *execute.Handshake) bool {
	for _, s := range h.Stoppers {
		if set.Has(s) {
			return true
		}
	}
	return false
}

// inSight returns what can be reached by code that is not executed, or by
// goroutines that such code may wake; with params, also through the root's
// parameters.
func inSight(m *execute.Machine, params bool) heap.Set {
	set := heap.Set{}
	add := func(v heap.Value) { set.Add(v) }
	if params {
		for _, v := range m.Params {
			add(v)
		}
	}
	for _, v := range m.Exposed {
		add(v)
	}
	if m.Sched.Root().Ended {
		add(m.Results)
	}
	m.Globals(func(c *heap.Cell) { add(c) })
	m.Latent(add)
	for _, g := range m.Sched.Goroutines {
		if !g.Ended && (g.Wait.Outside || g.Wait.Timed()) {
			m.Live(g, add)
		}
	}
	m.Seen(set)
	return set
}

// blockedIn returns the channel that g is blocked sending on for ever, or nil.
func blockedIn(g *schedule.Goroutine, sight heap.Set) *heap.Chan {
	if g.Ended || g.Wait == nil || g.Wait.Outside {
		return nil
	}
	var blocked *heap.Chan
	for _, c := range g.Wait.Cases {
		ch := c.Chan
		if ch == nil {
			ch = noChan
		}
		if sight.Has(ch) {
			return nil
		}
		if c.Send {
			blocked = ch
		}
	}
	return blocked
}

// noChan stands for the nil channel.
var noChan = &heap.Chan{}

// operandOfSelect reports whether the result of a call is sent by a select
// that also waits for a timer: the call is made before the select waits.
func operandOfSelect(r *run, instr ssa.Instruction) bool {
	call, ok := instr.(*ssa.Call)
	if !ok {
		return false
	}
	for _, ref := range *call.Referrers() {
		sel, ok := ref.(*ssa.Select)
		if !ok {
			continue
		}
		sent := slices.ContainsFunc(sel.States, func(s *ssa.SelectState) bool { return s.Send == call })
		timed := slices.ContainsFunc(sel.States, func(s *ssa.SelectState) bool { return s.Send == nil && r.Library.IsClock(s.Chan) })
		if sent && timed {
			return true
		}
	}
	return false
}
