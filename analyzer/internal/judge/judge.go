// Package judge executes a package's code in all ways that matter, looks at
// which handshakes are left when nothing moves any more, and says which of
// them had lost a race against a timer.
package judge

import (
	"go/token"
	"sort"
	"strconv"

	"golang.org/x/tools/go/ssa"

	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/execute"
	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/finding"
	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/schedule"
	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/search"
)

// A Judge judges the code of one package.
type Judge struct {
	Program *execute.Program
	Trace   func(root *ssa.Function) func(format string, args ...any) // returns what is told of every event, or nil

	// Handrolled asks for races that are well, too.
	Handrolled bool

	// Fixed says that the package is one that a fix has made: what was found in
	// it before was found early.
	Fixed bool

	// Early, if set, is called once, when there is more to do after stepsEarly
	// instructions: Findings has what was found until then.
	Early func()

	// Cancelled, if set, reports whether nobody waits for the findings any more.
	Cancelled func() bool

	// Entered are the functions that an execution came by.
	Entered map[*ssa.Function]bool
	// Exhausted are the roots that the budget was used up by, and Omitted those
	// that none was left for.
	Exhausted, Omitted []*ssa.Function

	left  int // of the budget
	done  int // instructions
	found map[key]finding.Finding
}

// A key tells findings apart: one diagnostic a mistake.
type key struct {
	pos      token.Pos
	category finding.Category
}

// Budgets, in instructions. What larger ones would find is not reported.
const (
	stepsPerPath    = 10_000
	stepsPerRoot    = 2_500 // in the first round
	stepsPerPackage = 600_000
	stepsPerFix     = 200_000 // to judge a package again that a fix was made in
	stepsEarly      = 100_000 // to tell something early
)

// keptPart is which part of the budget is kept for functions that no execution has
// come by, and for tests.
const keptPart = 4

// Roots judges all executions that begin with one of the functions: each for a
// while, then the rest of those that were not done. A part of the budget is kept for
// others.
func (j *Judge) Roots(roots []*ssa.Function) {
	if j.Entered == nil {
		j.Entered = map[*ssa.Function]bool{}
		j.found = map[key]finding.Finding{}
		j.left = stepsPerPackage
		if j.Fixed {
			j.left = stepsPerFix
		}
	}
	for _, root := range roots {
		j.Entered[root] = true
	}
	kept := j.left / keptPart
	if j.Fixed {
		kept = 0 // there are no others
	}
	explorers := map[*ssa.Function]*search.Explorer{}
	for steps := stepsPerRoot; len(roots) > 0 && j.left > kept; steps *= 4 {
		var more []*ssa.Function
		for _, root := range roots {
			if explorers[root] == nil {
				explorers[root] = j.explorer(root)
			}
			given := min(steps, j.left-kept)
			left, complete := explorers[root].Explore(given)
			j.left -= given - left
			if !complete {
				more = append(more, root)
			}
		}
		roots = more
	}
	for _, root := range roots {
		if explorers[root] == nil {
			j.Omitted = append(j.Omitted, root)
		} else {
			j.Exhausted = append(j.Exhausted, root)
		}
	}
}

// explorer returns an explorer of the executions that begin with root. News is
// a branch that was not taken before, or a state of rest that was not seen.
func (j *Judge) explorer(root *ssa.Function) *search.Explorer {
	known := map[any]bool{}
	return search.NewExplorer(func(path *search.Path) search.Outcome {
		if j.Cancelled != nil && j.Cancelled() {
			return search.Outcome{Steps: stepsPerPackage}
		}
		if j.Early != nil && j.done >= stepsEarly {
			j.Early()
			j.Early = nil
		}
		before := len(known)
		r, steps := j.path(root, path, func(b execute.Branch) { known[b] = true })
		rested := r.End == execute.Rested
		if rested {
			known[r.rest()] = true
		}
		j.done += steps
		return search.Outcome{Steps: steps, News: len(known) > before, Judged: rested}
	})
}

// Steps returns how many instructions were executed.
func (j *Judge) Steps() int {
	if j.Entered == nil {
		return 0 // there was no root
	}
	return stepsPerPackage - j.left
}

// Findings returns what was found, in the order of the source: the gravest for
// each handshake.
func (j *Judge) Findings() []finding.Finding {
	best := map[token.Pos]finding.Finding{}
	for k, f := range j.found {
		if old, ok := best[k.pos]; !ok || gravity[f.Category] < gravity[old.Category] {
			best[k.pos] = f
		}
	}
	var all []finding.Finding
	for _, f := range best {
		all = append(all, f)
	}
	fset := j.Program.SSA.Fset
	sort.Slice(all, func(i, k int) bool {
		a, b := fset.Position(all[i].Handshake), fset.Position(all[k].Handshake)
		if a.Filename != b.Filename {
			return a.Filename < b.Filename
		}
		return a.Offset < b.Offset
	})
	return all
}

// gravity orders the categories: of several mistakes at one handshake the
// first is reported.
var gravity = map[finding.Category]int{
	finding.Unstopped:   0,
	finding.Ineffective: 1,
	finding.BlockedSend: 2,
	finding.Borrowed:    3,
	finding.Handrolled:  4,
}

// A run is one execution, with a record of what each goroutine waited for
// whenever a timer fired.
type run struct {
	*execute.Machine
	firings []firing
	stopped []bool                   // by handshake: whether it had ended when all was at rest
	stuck   bool                     // whether the root was blocked for ever then
	beats   map[*schedule.Timer]bool // those that were heartbeats then
}

// A firing is the state just before a timer fired, or at rest.
type firing struct {
	timer    *schedule.Timer // nil at rest
	progress []progress      // by goroutine
}

// A progress is how far a goroutine has got.
type progress struct {
	waits int // it had begun
	ended bool
	way   uint64
	pos   token.Pos     // where it waits
	fn    *ssa.Function // that it waits in
}

// snapshot records how far the goroutines have got.
func (r *run) snapshot(t *schedule.Timer) firing {
	f := firing{timer: t}
	for _, g := range r.Sched.Goroutines {
		p := progress{waits: g.Waits, ended: g.Ended, way: r.WayOf(g)}
		if g.Wait != nil {
			p.pos, p.fn = g.Wait.Pos, r.FunctionOf(g)
		}
		f.progress = append(f.progress, p)
	}
	return f
}

// heartbeats returns the timers that go on and on at rest.
func (r *run) heartbeats() map[*schedule.Timer]bool {
	beats := map[*schedule.Timer]bool{}
	for _, f := range r.firings {
		if f.timer != nil && r.Sched.IsHeartbeat(f.timer) {
			beats[f.timer] = true
		}
	}
	return beats
}

// rest describes the state of rest: where each goroutine waits, or that it has
// ended, and which handshakes had ended.
func (r *run) rest() string {
	var b []byte
	for _, p := range r.firings[len(r.firings)-1].progress {
		if !p.ended {
			b = strconv.AppendInt(b, int64(p.pos), 10)
		}
		b = append(b, ' ')
	}
	for _, stopped := range r.stopped {
		b = strconv.AppendBool(b, stopped)
	}
	return string(b)
}

// movedTo returns the goroutines that moved on between two states, by number.
func (f firing) movedTo(later firing) (ids []int) {
	for id, p := range f.progress {
		if q := later.progress[id]; q.waits > p.waits || q.ended && !p.ended {
			ids = append(ids, id)
		}
	}
	return ids
}

// wokenUntil returns the goroutines that moved on or began between two states.
func (f firing) wokenUntil(later firing) []int {
	ids := f.movedTo(later)
	for id := len(f.progress); id < len(later.progress); id++ {
		ids = append(ids, id)
	}
	return ids
}

// start makes a machine that is about to execute root.
func (j *Judge) start(root *ssa.Function, chooser execute.Chooser, took func(execute.Branch), trace func(string, ...any)) *run {
	r := &run{}
	r.Machine = j.Program.New(root, execute.Config{
		Chooser:  chooser,
		MaxSteps: stepsPerPath,
		Took:     took,
		Entered:  func(fn *ssa.Function) { j.Entered[fn] = true },
		Trace:    trace,
	})
	r.Sched.OnFire = func(n int, t *schedule.Timer) bool {
		r.firings = append(r.firings, r.snapshot(t))
		if trace != nil {
			trace("the timer made at %s fires", j.Program.SSA.Fset.Position(t.Made))
		}
		return true
	}
	return r
}

// path judges one execution and returns it and what it cost.
func (j *Judge) path(root *ssa.Function, path *search.Path, took func(execute.Branch)) (r *run, steps int) {
	trace := j.Trace(root)
	if trace != nil {
		trace("--- an execution of %s", root)
	}
	r = j.start(root, path, took, trace)
	r.Run()
	if trace != nil {
		trace("%v after %d instructions; goroutines left: %s", r.End, r.Steps, r.Left())
	}
	if r.End != execute.Rested {
		return r, r.Steps
	}
	steps = r.Steps
	r.firings = append(r.firings, r.snapshot(nil))
	for _, h := range r.Handshakes {
		r.stopped = append(r.stopped, h.Ended)
	}
	r.stuck = isStuck(r.Sched.Root())
	r.beats = r.heartbeats()
	for _, c := range candidates(r) {
		cost := j.judge(root, path, r, c)
		steps += cost
	}
	return r, steps
}

// judge asks whether the candidate was in a race, and keeps it if it is a
// mistake. It returns what asking has cost.
func (j *Judge) judge(root *ssa.Function, path *search.Path, r *run, c candidate) int {
	isWell := r.stopped[c.index] && c.blocked == nil
	if isWell && (!j.Handrolled || c.NoContext) || j.known(c) || j.isOfTest(root, r, c) {
		return 0
	}
	race, cost := j.race(root, path, r, c)
	category := c.verdict(r, race)
	if category == finding.Ineffective && race != nil && !c.used {
		gaveUp, more := j.givesUp(root, path, r, c, race)
		if cost += more; !gaveUp {
			return cost
		}
	}
	if category == finding.Handrolled && c.Bounded {
		movesOn, more := j.movesOn(root, path, c, race)
		if cost += more; !movesOn {
			return cost
		}
	}
	if category == "" {
		return cost
	}
	if r.Trace != nil {
		r.Trace("found: %s", category)
	}
	if k := (key{c.Pos, category}); j.found[k].Category == "" {
		j.found[k] = c.finding(r, category, race)
	}
	return cost
}

// isOfTest reports whether what becomes of the handshake is a matter of the test that the
// execution begins with: one of other code that it calls, with a connection of its own,
// say, or one whose peer may be the test's, too.
func (j *Judge) isOfTest(root *ssa.Function, r *run, c candidate) bool {
	return j.Program.InTests(root) && (r.Listens || c.Fn != nil && !j.Program.InTests(c.Fn))
}

// known reports whether the gravest that can be said of the handshake is found
// already.
func (j *Judge) known(c candidate) bool {
	_, ok := j.found[key{c.Pos, finding.Unstopped}]
	return ok
}
