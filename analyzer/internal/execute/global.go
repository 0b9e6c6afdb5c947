package execute

import (
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ssa"

	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/heap"
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

// A cloner copies objects from the template into an execution, so that each
// execution begins anew.
type cloner struct {
	heap *heap.Heap
	heap.Copier
}

func newCloner(h *heap.Heap) *cloner { return &cloner{heap: h, Copier: heap.NewCopier(h)} }

func (c *cloner) cell(x *heap.Cell) *heap.Cell { return c.Copy(x).(*heap.Cell) }
