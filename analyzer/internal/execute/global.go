package execute

import (
	"go/token"
	"go/types"
	"maps"

	"golang.org/x/tools/go/ssa"

	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/heap"
	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/schedule"
)

// global returns the variable of a package. One of the package itself holds
// what its initialization left there, where no function changes it.
func (m *Machine) global(g *ssa.Global) *heap.Cell {
	if c, ok := m.globals[g]; ok {
		return c
	}
	c := m.newGlobal(g)
	m.globals[g] = c
	return c
}

func (m *Machine) newGlobal(g *ssa.Global) *heap.Cell {
	t := g.Type().Underlying().(*types.Pointer).Elem()
	if g.Pkg == m.Pkg {
		if m.init == nil {
			return m.Heap.NewCell(t) // the initialization itself
		}
		if c, ok := m.init.globals[g]; ok && !m.init.changed[g] && !settable(g, t) {
			if m.cloner == nil {
				m.cloner = newCloner(m.Heap)
			}
			return m.cloner.cell(c)
		}
	}
	c := m.Heap.Unknown(g.Name(), true).NewCell(t)
	if IsError(t) && g.Pkg != m.Pkg {
		c.Store(m.Sentinel(g.Pkg.Pkg.Path(), g.Name()))
	}
	return c
}

// settable reports whether a variable is a hook that other packages may set:
// an exported one that is neither a plain value nor an error.
func settable(g *ssa.Global, t types.Type) bool {
	_, basic := t.Underlying().(*types.Basic)
	return token.IsExported(g.Name()) && !basic && !IsError(t)
}

// Sentinel returns the error that is the value of a variable of a package.
func (m *Machine) Sentinel(path, name string) *heap.Symbol {
	key := path + "." + name
	s, ok := m.named[key]
	if !ok {
		s = m.Heap.Unknown(key, true).Symbol(types.Universe.Lookup("error").Type())
		s.Nil = heap.No
		s.Distinct = true
		s.Model = m.Library.Sentinel(key)
		m.named[key] = s
	}
	return s
}

// Globals calls add for each variable of the package that was used.
func (m *Machine) Globals(add func(*heap.Cell)) {
	for _, c := range m.globals {
		add(c)
	}
}

// A template is what the initialization of the package left behind.
type template struct {
	globals map[*ssa.Global]*heap.Cell
	changed map[*ssa.Global]bool // stored to by other functions, or out of sight
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
		switch {
		case fn.Synthetic == "package initializer":
		case p.InTests(fn):
			tests = append(tests, fn)
		default:
			code = append(code, fn)
		}
	}
	changed := map[*ssa.Global]bool{}
	addChanged(changed, code)
	p.released = p.initialize(maps.Clone(changed), p.InTests)
	p.tested = p.released
	if len(tests) > 0 {
		addChanged(changed, tests)
		p.tested = p.initialize(changed, nil)
	}
}

// initialize executes the initialization of the package, where calls of the
// functions that hidden reports, if any, are unknown.
func (p *Program) initialize(changed map[*ssa.Global]bool, hidden func(*ssa.Function) bool) *template {
	m := p.machine(nil, Config{Chooser: firstChoice{}, MaxSteps: maxInitSteps})
	m.hidden = hidden
	t := &template{changed: changed}
	if init := p.Pkg.Func("init"); init != nil {
		m.Go(token.NoPos, func(g *schedule.Goroutine) {
			m.callValue(g, &heap.Func{Fn: init}, nil, token.NoPos)
		})
		if m.Run() == Rested && m.Sched.Root().Ended {
			t.globals = m.globals
		}
	}
	t.symbols = m.Heap.Symbols()
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
type firstChoice struct{}

func (firstChoice) Choose(by int, at any, n, weight int) int { return 0 }

// addChanged adds the variables that the functions store to, or take the address
// of.
func addChanged(changed map[*ssa.Global]bool, fns []*ssa.Function) {
	var operands []*ssa.Value
	for _, fn := range fns {
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				operands = instr.Operands(operands[:0])
				for _, op := range operands {
					if g, ok := (*op).(*ssa.Global); ok && mayChange(instr) {
						changed[g] = true
					}
				}
			}
		}
	}
}

// mayChange reports whether an instruction may change a variable that is its
// operand: any but a load, or a load through a field or an element.
func mayChange(instr ssa.Instruction) bool {
	switch instr := instr.(type) {
	case *ssa.UnOp:
		return false
	case *ssa.FieldAddr:
		return !onlyLoaded(instr)
	case *ssa.IndexAddr:
		return !onlyLoaded(instr)
	}
	return true
}

// onlyLoaded reports whether a program does nothing else with a pointer than load
// what it points to, or fields of that.
func onlyLoaded(v ssa.Value) bool {
	for _, ref := range *v.Referrers() {
		switch ref := ref.(type) {
		case *ssa.UnOp:
		case *ssa.FieldAddr:
			if !onlyLoaded(ref) {
				return false
			}
		default:
			return false
		}
	}
	return true
}

// A cloner copies objects from the template into an execution, so that each
// execution begins anew.
type cloner struct {
	heap *heap.Heap
	heap.Copier
}

func newCloner(h *heap.Heap) *cloner { return &cloner{heap: h, Copier: heap.NewCopier(h)} }

func (c *cloner) cell(x *heap.Cell) *heap.Cell { return c.Copy(x).(*heap.Cell) }
