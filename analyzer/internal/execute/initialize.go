package execute

import (
	"go/token"
	"slices"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/heap"
	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/schedule"
)

// A template is what the initialization of the package left behind.
type template struct {
	globals map[*ssa.Global]*heap.Cell
	// changed are those that may be stored to later, or out of sight, or that a
	// function called init may have set otherwise.
	changed map[*ssa.Global]bool
	symbols int
}

// maxInitSteps bounds the execution of the initialization.
const maxInitSteps = 20_000

// Initialize executes the initialization of the package, with its tests and
// without. It must be called before New.
func (p *Program) Initialize() {
	p.infos = map[*ssa.Function]*funcInfo{}
	p.names = map[any]string{}
	p.models = map[any]Model{}
	var code, tests []*ssa.Function
	for _, fn := range p.Functions {
		if p.InTests(fn) {
			tests = append(tests, fn)
		} else {
			code = append(code, fn)
		}
	}
	p.released = p.initialize(code, p.InTests)
	p.tested = p.released
	if len(tests) > 0 {
		p.tested = p.initialize(p.Functions, nil)
	}
}

// initialize executes the initialization of the package that consists of the given
// functions; calls of those that hidden reports, if any, are unknown.
func (p *Program) initialize(fns []*ssa.Function, hidden func(*ssa.Function) bool) *template {
	first := new(firstChoice)
	m := p.machine(nil, Config{Chooser: first, MaxSteps: maxInitSteps, Entered: first.entered})
	m.hidden, m.Whole = hidden, true
	t := &template{changed: map[*ssa.Global]bool{}}
	if init := p.Pkg.Func("init"); init != nil {
		m.Go(token.NoPos, func(g *schedule.Goroutine) {
			m.callValue(g, &heap.Func{Fn: init}, nil, token.NoPos)
		})
		if m.Run() == Rested && m.Sched.Root().Ended {
			t.globals = m.globals
		}
	}
	t.symbols = m.Heap.Symbols()
	for _, fn := range fns {
		switch {
		case fn.Synthetic == "package initializer":
		case first.decided(fn):
			t.addChanged(fn, mayEscape)
		default:
			t.addChanged(fn, mayChange)
		}
	}
	return t
}

// initialized returns what an execution that begins with root finds.
func (p *Program) initialized(root *ssa.Function) *template {
	if p.InTests(root) {
		return p.tested
	}
	return p.released
}

// A firstChoice takes the likeliest way everywhere.
type firstChoice struct {
	inits []*ssa.Function // the functions called init that were entered before the first choice
	made  bool
}

func (c *firstChoice) entered(fn *ssa.Function) {
	if !c.made && fn.Parent() == nil && strings.HasPrefix(fn.Name(), "init#") {
		c.inits = append(c.inits, fn)
	}
}

func (c *firstChoice) Choose(by int, at any, n, weight int) int {
	if last := len(c.inits) - 1; !c.made && last >= 0 {
		c.inits = c.inits[:last] // it is still going on
	}
	c.made = true
	return 0
}

// decided reports whether the function is one called init, and had nothing to choose
// from. It is called once, before all others.
func (c *firstChoice) decided(fn *ssa.Function) bool { return slices.Contains(c.inits, fn) }

// addChanged adds the variables that are operands of an instruction of the function for
// which may holds.
func (t *template) addChanged(fn *ssa.Function, may func(ssa.Instruction, *ssa.Global) bool) {
	var operands []*ssa.Value
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			operands = instr.Operands(operands[:0])
			for _, op := range operands {
				if g, ok := (*op).(*ssa.Global); ok && may(instr, g) {
					t.changed[g] = true
				}
			}
		}
	}
}

// mayChange reports whether an instruction may change a variable, now or later: any but
// a load, or a load through a field or an element.
func mayChange(instr ssa.Instruction, g *ssa.Global) bool { return !isLoad(instr) }

// mayEscape reports whether after an instruction others may change the variable: any
// but a load or a store, or one through a field or an element.
func mayEscape(instr ssa.Instruction, g *ssa.Global) bool {
	return !isLoad(instr) && !isStore(instr, g)
}

// isLoad reports whether all that an instruction does with a pointer is to load what
// it points to, or a part of that.
func isLoad(instr ssa.Instruction) bool {
	part, ok := partOf(instr)
	if !ok {
		_, ok := instr.(*ssa.UnOp)
		return ok
	}
	return !slices.ContainsFunc(*part.Referrers(), func(ref ssa.Instruction) bool { return !isLoad(ref) })
}

// isStore reports whether all that an instruction does with a pointer is to load what
// it points to, to store to it, or the same with a part of that.
func isStore(instr ssa.Instruction, pointer ssa.Value) bool {
	part, ok := partOf(instr)
	if !ok {
		store, ok := instr.(*ssa.Store)
		return ok && store.Addr == pointer && store.Val != pointer
	}
	return !slices.ContainsFunc(*part.Referrers(), func(ref ssa.Instruction) bool {
		return !isLoad(ref) && !isStore(ref, part)
	})
}

// partOf returns the address of a part of what a pointer points to, if that is what an
// instruction computes.
func partOf(instr ssa.Instruction) (part ssa.Value, ok bool) {
	switch instr := instr.(type) {
	case *ssa.FieldAddr:
		return instr, true
	case *ssa.IndexAddr:
		return instr, true
	}
	return nil, false
}
