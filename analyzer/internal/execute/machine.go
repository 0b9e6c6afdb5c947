// Package execute runs SSA code abstractly: every goroutine of a program, one
// step after the other, with symbols for what nobody can know and a choice
// where the program's course depends on one.
//
// It knows the language; what library functions do is told by a Library.
package execute

import (
	"fmt"
	"go/token"
	"go/types"
	"maps"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/heap"
	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/schedule"
)

// A Machine is one execution of a program.
type Machine struct {
	*Program
	Heap  *heap.Heap
	Sched *schedule.Scheduler

	// Handshakes are the handshakes that were started, in their order.
	Handshakes []*Handshake
	// Results is what the root function returned.
	Results heap.Value
	// Params are the root's parameters and free variables: its callers' own.
	Params []heap.Value
	// Exposed are the values that code that is not executed has got.
	Exposed []heap.Value
	// Doubtful says that while a handshake went on, a guess was made on what
	// code that is not executed makes of an error: see heap.Symbol.Doubt; or, at any
	// time, one on what was settled: see heap.Symbol.Settled; or that it has done what
	// is not modelled.
	Doubtful bool
	// End says how the execution ended.
	End End
	// Listens says that the program waits for connections itself.
	Listens bool
	// ExitedBy is the goroutine that ended the process, if one did.
	ExitedBy *schedule.Goroutine
	// Whole executes on where no handshake can be reached any more.
	Whole bool
	// Steps counts the instructions executed.
	Steps int
	// Trace, if set, is told of every event.
	Trace func(format string, args ...any)

	init     *template                // nil in the initialization
	hidden   func(*ssa.Function) bool // functions that are unknown; may be nil
	chooser  Chooser
	maxSteps int
	entered  func(*ssa.Function)
	took     func(Branch)
	globals  map[*ssa.Global]*heap.Cell
	named    map[string]*heap.Symbol // globals of packages that are not loaded
	equal    map[[2]any]heap.Decision
	armed    bool // a function value that leads to a handshake has been made
	running  *schedule.Goroutine
	cloner   *cloner
	latent   []latent
	visible  heap.Set // what could be reached from Exposed at some time
}

// An End is the way in which an execution ended.
type End int

const (
	Running   End = iota
	Rested        // nothing moves any more
	Exited        // the process ended, or a path ended that nothing is to be said of
	Pruned        // no handshake can be reached any more
	Truncated     // a budget was used up
)

func (e End) String() string {
	return [...]string{"running", "at rest", "exited", "pruned", "truncated"}[e]
}

// A Chooser decides what the program leaves open.
type Chooser interface {
	// Choose returns a number from 0 to n-1 on behalf of a goroutine (or of
	// time); 0 is the likeliest. What is chosen, and where, is comparable. The
	// weight says how unlikely it is that another one matters.
	Choose(by int, at any, n, weight int) int
}

// A Config says how to execute.
type Config struct {
	Chooser  Chooser
	MaxSteps int                  // instructions; the execution is truncated there
	Entered  func(*ssa.Function)  // told of every function that is entered; may be nil
	Took     func(Branch)         // told of every undecided branch that is taken; may be nil
	Trace    func(string, ...any) // told of every event; may be nil
}

// maxDepth bounds the frames of a goroutine.
const maxDepth = 64

// maxRecursion bounds the frames of one function in a goroutine.
const maxRecursion = 3

// New returns a machine that is about to call root with unknown arguments.
func (p *Program) New(root *ssa.Function, c Config) *Machine {
	m := p.machine(p.initialized(root), c)
	outside := m.Heap.Unknown("param", true)
	var args, free []heap.Value
	for _, v := range root.Params {
		args = append(args, m.input(outside, v))
	}
	for _, v := range root.FreeVars {
		free = append(free, m.input(outside, v))
	}
	m.Params = append(append(m.Params, args...), free...)
	m.Go(token.NoPos, func(g *schedule.Goroutine) {
		m.callValue(g, &heap.Func{Fn: root, Free: free}, args, token.NoPos)
	})

	return m
}

// input returns the unknown value of a parameter or free variable.
func (m *Machine) input(o *heap.Origin, v ssa.Value) heap.Value {
	named := *o
	named.Name = v.Name()
	x := named.Make(v.Type())
	if s, ok := x.(*heap.Symbol); ok {
		if _, free := v.(*ssa.FreeVar); free || isReceiver(v) {
			s.Nil = heap.No
		}
	}
	return x
}

func isReceiver(v ssa.Value) bool {
	p, ok := v.(*ssa.Parameter)
	return ok && p.Parent().Signature.Recv() != nil && p.Parent().Params[0] == p
}

// machine makes a machine for what begins with a template; nil for the
// initialization itself.
func (p *Program) machine(init *template, c Config) *Machine {
	m := &Machine{
		Program:  p,
		init:     init,
		Heap:     heap.New(p.Pkg.Pkg),
		chooser:  c.Chooser,
		maxSteps: c.MaxSteps,
		entered:  c.Entered,
		took:     c.Took,
		Trace:    c.Trace,
		globals:  map[*ssa.Global]*heap.Cell{},
		named:    map[string]*heap.Symbol{},
		equal:    map[[2]any]heap.Decision{},
		visible:  heap.Set{},
	}
	if init != nil {
		m.Heap.Skip(init.symbols)
	}
	m.Sched = schedule.New(m)
	m.Sched.Step = m.step
	m.Sched.Expose = m.Expose
	m.Sched.FromElsewhere = func(ch *heap.Chan) heap.Value {
		return m.Heap.Unknown("received", true).Make(ch.Elem)
	}
	return m
}

// Run runs the machine until nothing moves any more, or it ends otherwise. It
// can be called again after something was changed.
func (m *Machine) Run() End {
	m.End = Running
	defer m.charge()
	switch {
	case m.Sched.Run():
		m.End = Rested
	case m.End == Running:
		m.End = Truncated // too many timers fired
	}
	return m.End
}

// comparisonsPerStep is how many timers are compared in the time of an
// instruction.
const comparisonsPerStep = 2

// charge adds what finding the next timers has cost, which does not truncate
// the execution.
func (m *Machine) charge() {
	cost := m.Sched.Compared / comparisonsPerStep
	m.Sched.Compared = 0
	m.Steps += cost
	m.maxSteps += cost
}

// Go starts a goroutine, which does start first.
func (m *Machine) Go(made token.Pos, start func(*schedule.Goroutine)) *schedule.Goroutine {
	g := m.Sched.Go(made)
	g.Body = &thread{next: func() { start(g) }}
	return g
}

// GoCall starts a goroutine that calls a function value.
func (m *Machine) GoCall(made token.Pos, fn heap.Value, args []heap.Value, then func(heap.Value) Action) *schedule.Goroutine {
	return m.Go(made, func(g *schedule.Goroutine) { m.perform(g, Invoke(fn, args, then)) })
}

// Do starts a goroutine of the library's own, which does a.
func (m *Machine) Do(a Action) *schedule.Goroutine {
	g := m.Go(token.NoPos, func(g *schedule.Goroutine) { m.perform(g, a) })
	threadOf(g).internal = true
	return g
}

// Choose decides what is left open, on behalf of the goroutine that runs.
func (m *Machine) Choose(n int, format string, args ...any) int {
	by := schedule.Time
	if m.running != nil {
		by = m.running.ID
	}
	return m.ChooseFor(by, n, format, args...)
}

// ChooseFor decides what is left open, on behalf of a goroutine.
func (m *Machine) ChooseFor(by, n int, format string, args ...any) int {
	i := m.chooser.Choose(by, m.spot(by, format), n, m.weight())
	if m.Trace != nil {
		m.Trace("goroutine %d chooses %d of %d: %s", by, i, n, fmt.Sprintf(format, args...))
	}
	return i
}

// A spot is where something is left open.
type spot struct {
	instr ssa.Instruction // nil for time
	what  string
}

// spot returns where a goroutine has to choose.
func (m *Machine) spot(by int, what string) spot {
	if by == schedule.Time {
		return spot{nil, what}
	}
	t := threadOf(m.Sched.Goroutines[by])
	for _, f := range slices.Backward(t.frames) {
		if f.then == nil {
			return spot{f.instr(), what}
		}
	}
	return spot{nil, what}
}

// weight returns how unlikely it is that a choice made now matters: most while
// a handshake goes on; least in functions that lead to none, and when all
// handshakes are over.
func (m *Machine) weight() int {
	switch {
	case m.goesOn():
		return 1
	case len(m.Handshakes) > 0:
		return 3
	case m.running == nil:
		return 1
	}
	t := threadOf(m.running)
	for i := len(t.frames) - 1; i >= 0; i-- {
		if f := t.frames[i]; f.then == nil {
			if m.Leads(f.fn) {
				return 1
			}
			return 2
		}
	}
	return 1
}

func (m *Machine) goesOn() bool {
	for _, h := range m.Handshakes {
		if !h.Ended {
			return true
		}
	}
	return false
}

// step runs g until it blocks or ends.
func (m *Machine) step(g *schedule.Goroutine) {
	t := threadOf(g)
	m.running = g
	defer func() { m.running = nil }()
	for g.Wait == nil && !g.Ended && !m.Sched.Stopped {
		if next := t.next; next != nil {
			t.next = nil
			next()
			continue
		}
		if m.Steps++; m.Steps > m.maxSteps {
			m.stop(Truncated)
			return
		}
		f := t.top()
		if f.unwinding {
			m.unwind(g, f)
			continue
		}
		m.execute(g, f, f.instr())
	}
}

// stop ends the execution.
func (m *Machine) stop(end End) {
	if m.Trace != nil {
		m.Trace("the execution is %v", end)
	}
	m.End = end
	if end == Exited {
		m.ExitedBy = m.running
	}
	m.Sched.Stopped = true
}

// Expose tells that code that is not executed has got v.
func (m *Machine) Expose(v heap.Value) {
	switch v := v.(type) {
	case nil, heap.Const, heap.Linear, heap.Nil, heap.Opaque, heap.Not:
		return
	case *heap.Func:
		if v.Fn != nil && len(v.Free) == 0 {
			return
		}
	}
	m.Exposed = append(m.Exposed, v)
	m.Steps += m.visible.AddFunc(v, func(x any) {
		if ch, ok := x.(*heap.Chan); ok && ch.Clock == nil {
			ch.Outside = true
		}
	}) / objectsPerStep
}

// Seen adds to a set what code that is not executed was able to reach when it got
// something: it may have kept that, whatever has become of what held it.
func (m *Machine) Seen(set heap.Set) { maps.Copy(set, m.visible) }

// objectsPerStep is how many objects are looked at in the time of an
// instruction.
const objectsPerStep = 4

// chanOf returns the channel that v is, or nil for the nil channel.
func (m *Machine) chanOf(v heap.Value) *heap.Chan {
	switch v := v.(type) {
	case *heap.Chan:
		return v
	case *heap.Symbol:
		model := heap.ModelOf(v)
		if ch, ok := (*model).(*heap.Chan); ok {
			return ch
		}
		ch := &heap.Chan{Cap: heap.UnknownCap, Outside: true}
		if t, ok := v.Type.Underlying().(*types.Chan); ok {
			ch.Elem = t.Elem()
		}
		if model := m.Library.Channel(m, ch); model != nil {
			ch.Clock = model
			ch.Outside = false
		}
		*model = ch
		return ch
	}
	return nil
}

// Cell returns the variable that the pointer v points to, or nil for a nil
// pointer.
func (m *Machine) Cell(v heap.Value) *heap.Cell { return m.cell(v) }

// cell returns the variable that the pointer v points to, or nil for a nil
// pointer.
func (m *Machine) cell(v heap.Value) *heap.Cell {
	switch v := v.(type) {
	case *heap.Cell:
		return v
	case *heap.Symbol:
		if v.IsNil() == heap.Yes {
			return nil
		}
		v.DecideNil(false)
		return v.Pointee()
	}
	return nil
}

// position is where a value is computed, told as text only if that is needed.
type position struct {
	m   *Machine
	pos token.Pos
}

func (m *Machine) position(v ssa.Value) position { return position{m, v.Pos()} }

func (p position) String() string { return p.m.SSA.Fset.Position(p.pos).String() }
