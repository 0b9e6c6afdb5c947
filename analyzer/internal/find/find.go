// Package find looks for code that can start a handshake in another goroutine:
// cheaply, by names, whether a package has any; then, with SSA built for that
// package alone, the functions to begin an execution with.
package find

import (
	"go/ast"
	"go/token"
	"go/types"
	"sort"

	"golang.org/x/tools/go/ssa"
)

// Package is the code of a package.
type Package struct {
	Fset  *token.FileSet
	Files []*ast.File
	Types *types.Package
	Info  *types.Info
}

// Handshakes tells functions that handshake by their names.
type Handshakes interface {
	// Named reports whether a function or method of that name may handshake.
	Named(name string) bool
	// MayBe reports whether a method of an interface may be one that handshakes, by
	// its name and parameters.
	MayBe(method *types.Func) bool
	// Is reports whether the function with the full name handshakes.
	Is(fullName string) bool
	// Spawns reports whether a function of that name starts a goroutine.
	Spawns(name string) bool
}

// Candidate reports whether the package can contain a finding: it names a
// handshake, and has a go statement, a select or the name of a function that
// starts a goroutine.
func (p Package) Candidate(h Handshakes) bool {
	handshake, concurrent := false, false
	for _, f := range p.Files {
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.GoStmt, *ast.SelectStmt:
				concurrent = true
			case *ast.Ident:
				concurrent = concurrent || h.Spawns(n.Name)
				handshake = handshake || h.Named(n.Name) && p.mayHandshake(n, h)
			}
			return true
		})
	}
	return handshake && concurrent
}

// mayHandshake reports whether an identifier names a handshake, or a method of
// an interface that may hold a connection.
func (p Package) mayHandshake(id *ast.Ident, h Handshakes) bool {
	fn, ok := p.Info.Uses[id].(*types.Func)
	if !ok {
		return false
	}
	if recv := fn.Signature().Recv(); recv != nil && types.IsInterface(recv.Type()) {
		return h.MayBe(fn)
	}
	return h.Is(fn.Origin().FullName())
}

// Code is a package in SSA form, with what leads to a handshake in it.
type Code struct {
	Program   *ssa.Program
	Package   *ssa.Package
	Functions []*ssa.Function // with a body, by position
	Omitted   []*ssa.Function // tests that no budget was left for

	roots      []*ssa.Function // to begin an execution with, by position
	info       *types.Info
	handshakes Handshakes
	graph      *graph
	known      map[node]bool // whether a node is a handshake
	leads      map[node]int  // what leads to a handshake, and how far away that is
	concurrent map[node]int  // what leads to a goroutine, or a select
	callers    map[node]int  // what leads to the call of a function value
}

// Build builds SSA for the package alone: what it imports has no bodies. Of
// packages that it imports indirectly it can only call methods, which go/ssa
// makes on demand.
func (p Package) Build(h Handshakes) *Code {
	p, omitted := p.afford()
	prog := ssa.NewProgram(p.Fset, ssa.InstantiateGenerics)
	for _, imp := range p.Types.Imports() {
		prog.CreatePackage(imp, nil, nil, true)
	}
	pkg := prog.CreatePackage(p.Types, p.Files, p.Info, false)
	pkg.Build()
	c := &Code{Program: prog, Package: pkg, info: p.Info, handshakes: h, graph: newGraph(prog), known: map[node]bool{}}
	for _, fn := range omitted {
		c.Omitted = append(c.Omitted, prog.FuncValue(fn))
	}
	c.findFunctions()
	c.findLeads()
	c.findRoots()
	return c
}

// findFunctions finds all functions with a body, in the order of their positions:
// those that are declared, those in them, and instances of generic ones that are
// reached.
func (c *Code) findFunctions() {
	c.graph.visit(c.Package.Func("init"))
	for _, obj := range c.info.Defs {
		if obj, ok := obj.(*types.Func); ok {
			if fn := c.Program.FuncValue(obj); fn != nil { // not the method of an interface
				c.graph.visit(fn)
			}
		}
	}
	for fn := range c.graph.functions {
		if len(fn.Blocks) > 0 {
			c.Functions = append(c.Functions, fn)
		}
	}
	fset := c.Program.Fset
	// Files are parsed in parallel, so that positions are in no fixed order.
	sort.Slice(c.Functions, func(i, j int) bool {
		f, g := c.Functions[i], c.Functions[j]
		a, b := fset.Position(f.Pos()), fset.Position(g.Pos())
		switch {
		case a.Filename != b.Filename:
			return a.Filename < b.Filename
		case a.Offset != b.Offset:
			return a.Offset < b.Offset
		}
		return f.String() < g.String()
	})
}
