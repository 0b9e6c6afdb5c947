package judge

import (
	"go/token"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/execute"
	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/schedule"
	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/search"
)

// A race is a wait that ended because a timer fired, and that the end of the
// handshake would have ended as well.
type race struct {
	timer  *schedule.Timer
	waiter *schedule.Goroutine // in the first execution
	pos    token.Pos           // where it waited
	fn     *ssa.Function       // the function in which it waited
	firing int                 // the timer's, by number
}

// race asks whether a handshake that was left behind was in a race: it makes
// the same choices again and lets the handshake finish where a timer fired,
// the last first. It was a race if another goroutine moves on by that which in
// the first execution did so by the timer. It was none with a timer before if
// what decided it was no timer. It returns nil if there was none, and the cost of
// asking.
func (j *Judge) race(root *ssa.Function, path *search.Path, first *run, c candidate) (*race, int) {
	cost := 0
	decided := map[*schedule.Goroutine]bool{} // those whose race something else has ended
	for k := len(first.firings) - 2; k >= 0; k-- {
		var moved []int
		for _, id := range first.firings[k].movedTo(first.firings[k+1]) {
			if g := first.Sched.Goroutines[id]; g != c.G && !first.IsInternal(g) && !decided[g] {
				moved = append(moved, id)
			}
		}
		timer := first.firings[k].timer
		beat := first.beats[timer] && !slices.Contains(moved, first.Sched.Root().ID)
		if beat || timer.Deadline || len(moved) == 0 {
			continue
		}
		for _, answer := range []execute.Answer{execute.Succeeds, execute.Fails} {
			q := question{first: first, index: c.index, k: k, moved: moved, answer: answer}
			race, steps := j.ask(root, path, q)
			cost += steps
			if race != nil && !timer.Plain {
				return race, cost
			}
			if race != nil {
				decided[race.waiter] = true
				break
			}
		}
	}
	race, steps := j.heldUp(root, path, first, c)
	return race, cost + steps
}

// heldUp asks whether the root, which waits for ever, is in a race that a timer
// would win if what it calls, or wakes, did not wait for the handshake itself: it
// makes the same choices again, and then ends that wait.
func (j *Judge) heldUp(root *ssa.Function, path *search.Path, first *run, c candidate) (*race, int) {
	main := first.Sched.Root()
	if !first.stuck || !c.freed[main] {
		return nil, 0
	}
	cost := 0
	for k := len(first.firings) - 2; k >= 0; k-- {
		if first.firings[k].timer.Plain {
			continue
		}
		for _, id := range first.firings[k].wokenUntil(first.firings[k+1]) {
			if woken := first.Sched.Goroutines[id]; woken == c.G || woken == main || !c.freed[woken] {
				continue
			}
			second, ok := j.again(root, path, len(first.firings))
			if !ok || id >= len(second.Sched.Goroutines) || second.Sched.Goroutines[id].Wait == nil {
				return nil, cost + second.Steps
			}
			before := second.snapshot(first.firings[k].timer)
			second.Sched.Goroutines[id].Wait.Ready = func() bool { return true }
			second.Whole = true
			second.Run()
			cost += second.Steps
			if slices.Contains(before.movedTo(second.snapshot(nil)), main.ID) {
				p := before.progress[main.ID]
				return &race{before.timer, main, p.pos, p.fn, k}, cost
			}
		}
	}
	return nil, cost
}

// A question is whether a goroutine that moved on by the k'th firing would
// have done so by the end of a handshake.
type question struct {
	first  *run
	index  int   // of the handshake
	k      int   // of the firing
	moved  []int // the goroutines that moved on by it
	answer execute.Answer
}

// ask executes again and lets the handshake finish in place of the firing.
func (j *Judge) ask(root *ssa.Function, path *search.Path, q question) (*race, int) {
	second, ok := j.again(root, path, q.k)
	if !ok || !second.goesOn(q.index) {
		return nil, second.Steps
	}
	before := second.snapshot(q.first.firings[q.k].timer)
	second.Handshakes[q.index].Finish(q.answer)
	second.Whole = true
	second.Run()
	after := second.snapshot(nil)
	moved := before.movedTo(after)
	if by := second.ExitedBy; by != nil {
		moved = append(moved, by.ID) // it has gone on until there
	}
	for _, id := range moved {
		if slices.Contains(q.moved, id) {
			return q.race(before, id), second.Steps
		}
	}
	if before.timer.Plain {
		return nil, second.Steps
	}
	// A goroutine that polls moves on only with time: does it then go another
	// way?
	second.Sched.OnFire = nil
	if second.Run() != execute.Rested {
		return nil, second.Steps
	}
	after = second.snapshot(nil)
	rest := q.first.firings[len(q.first.firings)-1]
	for _, id := range q.moved {
		if id < len(after.progress) && rest.progress[id].way != after.progress[id].way {
			race := q.race(before, id)
			race.timer = q.first.lastFor(id)
			return race, second.Steps
		}
	}
	return nil, second.Steps
}

// lastFor returns the timer by which a goroutine moved on for the last time.
func (r *run) lastFor(id int) (last *schedule.Timer) {
	for k, f := range r.firings[:len(r.firings)-1] {
		if id < len(f.progress) && slices.Contains(f.movedTo(r.firings[k+1]), id) {
			last = f.timer
		}
	}
	return last
}

func (q question) race(before firing, id int) *race {
	p := before.progress[id]
	return &race{before.timer, q.first.Sched.Goroutines[id], p.pos, p.fn, q.k}
}

// movesOn asks whether the one who raced the handshake moves on by the timer, also
// if the handshake does not end by that: else it only waits for a handshake that
// its own context ends.
func (j *Judge) movesOn(root *ssa.Function, path *search.Path, c candidate, r *race) (bool, int) {
	again, ok := j.again(root, path, r.firing)
	if !ok || !again.goesOn(c.index) {
		return true, again.Steps
	}
	before := again.snapshot(nil)
	again.Handshakes[c.index].G.Wait.Ready = func() bool { return false }
	again.Sched.OnFire = func(n int, t *schedule.Timer) bool { return n <= r.firing }
	again.Whole = true
	again.Run()
	return slices.Contains(before.movedTo(again.snapshot(nil)), r.waiter.ID), again.Steps
}

// givesUp asks whether a race that is followed by a wait for the result of the
// handshake was meant to bound it: whether the root ends in another way when the handshake
// succeeds after the race than when it does before. If not, the timer was one
// that only tells how long it takes.
func (j *Judge) givesUp(root *ssa.Function, path *search.Path, first *run, c candidate, r *race) (bool, int) {
	won, cost := j.ending(root, path, c, r.firing)
	lost, more := j.ending(root, path, c, len(first.firings)-1)
	return won != lost, cost + more
}

// ending executes again, lets the handshake succeed in place of a firing, or at
// rest, and returns how the root ends then.
func (j *Judge) ending(root *ssa.Function, path *search.Path, c candidate, firing int) (ending, int) {
	again, ok := j.again(root, path, firing)
	if !ok || !again.goesOn(c.index) {
		return ending{}, again.Steps
	}
	again.Handshakes[c.index].Finish(execute.Succeeds)
	again.Whole = true
	again.Sched.OnFire = nil
	again.Run()
	main := again.Sched.Root()
	if !main.Ended {
		return ending{}, again.Steps
	}
	if n := root.Signature.Results().Len(); n > 0 && execute.IsError(root.Signature.Results().At(n-1).Type()) {
		if failed, known := again.Failed(); known {
			return ending{ended: true, failed: failed}, again.Steps
		}
	}
	return ending{ended: true, exit: again.ExitOf(main, root)}, again.Steps
}

// An ending is how the root ends: by an error or without, or else where.
type ending struct {
	ended, failed bool
	exit          *ssa.Return
}

// again executes with the same choices, lets only so many timers fire, and
// reports whether that came to rest.
func (j *Judge) again(root *ssa.Function, path *search.Path, firings int) (r *run, ok bool) {
	r = j.start(root, newReplay(path.Trail), nil, nil)
	r.Sched.OnFire = func(n int, t *schedule.Timer) bool { return n < firings }
	return r, r.Run() == execute.Rested
}

// goesOn reports whether a handshake was started, and has not ended.
func (r *run) goesOn(index int) bool {
	return index < len(r.Handshakes) && !r.Handshakes[index].Ended
}

// A replay makes the choices of an earlier execution again, each goroutine its
// own, and the likeliest where there are no more.
type replay struct{ left map[int][]search.Choice }

func newReplay(trail []search.Choice) *replay {
	r := &replay{left: map[int][]search.Choice{}}
	for _, c := range trail {
		r.left[c.By] = append(r.left[c.By], c)
	}
	return r
}

// Choose makes the next choice of by.
func (r *replay) Choose(by int, at any, n, weight int) int {
	left := r.left[by]
	if len(left) == 0 || left[0].N != n {
		return 0
	}
	r.left[by] = left[1:]
	return left[0].Picked
}
