package find

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/ssa"
)

// Leads reports whether a handshake can be reached from fn, by any reference.
func (c *Code) Leads(fn *ssa.Function) bool {
	return c.leads[fn] > 0 || c.leads[fn.Origin()] > 0 || c.isHandshake(fn)
}

// isHandshake reports whether a node is a handshake, or the method of an interface
// that may be one.
func (c *Code) isHandshake(n node) bool {
	is, ok := c.known[n]
	if ok {
		return is
	}
	switch n := n.(type) {
	case *ssa.Function:
		obj, _ := n.Object().(*types.Func)
		is = c.isNamed(obj)
	case *types.Func:
		is = c.isNamed(n)
	case method:
		is = c.isNamed(n.fn) || c.mayHandshake(n.fn)
	}
	c.known[n] = is
	return is
}

func (c *Code) isNamed(fn *types.Func) bool {
	return fn != nil && c.handshakes.Named(fn.Name()) && c.handshakes.Is(fn.Origin().FullName())
}

// Relevant reports whether an instruction refers to something that leads to a
// handshake.
func (c *Code) Relevant(instr ssa.Instruction) bool {
	for n := range c.graph.uses(instr) {
		if c.leads[n] > 0 || c.isHandshake(n) {
			return true
		}
	}
	return false
}

// CallsValue reports whether an instruction calls a function value, or refers
// to a function that does.
func (c *Code) CallsValue(instr ssa.Instruction) bool {
	if isDynamic(instr) {
		return true
	}
	for n := range c.graph.uses(instr) {
		if c.callers[n] > 0 {
			return true
		}
	}
	return false
}

// mayHandshake reports whether the method of an interface may be a handshake:
// one of that name and signature, of a type that the package makes an interface
// of.
func (c *Code) mayHandshake(fn *types.Func) bool {
	if !c.handshakes.MayBe(fn) {
		return false
	}
	for _, sel := range c.graph.boxed[fn.Name()] {
		if types.Identical(sel.Obj().(*types.Func).Signature(), fn.Signature()) {
			return true
		}
	}
	return false
}

// findLeads finds out what leads to a handshake, and what to the call of a function
// value.
func (c *Code) findLeads() {
	for global, fns := range c.tables() {
		for _, fn := range fns {
			c.graph.add(global, fn)
		}
	}
	c.addInits()
	c.graph.implement()
	var handshakes []node
	concurrent := c.graph.concurrent
	for n := range c.graph.users {
		if c.isHandshake(n) {
			handshakes = append(handshakes, n)
		}
		if named, ok := n.(interface{ Name() string }); ok && c.handshakes.Spawns(named.Name()) {
			concurrent = append(concurrent, n)
		}
	}
	c.leads = c.graph.above(handshakes...)
	c.concurrent = c.graph.above(concurrent...)
	c.callers = c.graph.above(c.graph.dynamic...)
}

// addInits adds, for each variable of the package that a function called init refers
// to, the functions that this refers to, too: it may store them there.
func (c *Code) addInits() {
	for _, fn := range c.Functions {
		if fn.Parent() != nil || !strings.HasPrefix(fn.Name(), "init#") {
			continue
		}
		var globals, fns []node
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				for n := range c.graph.uses(instr) {
					switch n.(type) {
					case *ssa.Global:
						globals = append(globals, n)
					case *ssa.Function:
						fns = append(fns, n)
					}
				}
			}
		}
		for _, global := range globals {
			for _, fn := range fns {
				c.graph.add(global, fn)
			}
		}
	}
}

// tables returns, for each variable of the package, the functions that its
// initial value refers to.
func (c *Code) tables() map[*ssa.Global][]*ssa.Function {
	literals := map[token.Pos]*ssa.Function{}
	for _, fn := range c.Functions {
		literals[fn.Pos()] = fn
	}
	tables := map[*ssa.Global][]*ssa.Function{}
	for _, init := range c.info.InitOrder {
		var fns []*ssa.Function
		ast.Inspect(init.Rhs, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncLit:
				if fn := literals[n.Type.Func]; fn != nil {
					fns = append(fns, fn)
				}
			case *ast.Ident:
				if obj, ok := c.info.Uses[n].(*types.Func); ok {
					if fn := c.Program.FuncValue(obj); fn != nil {
						fns = append(fns, fn)
					}
				}
			}
			return true
		})
		for _, v := range init.Lhs {
			if g, ok := c.Package.Members[v.Name()].(*ssa.Global); ok && len(fns) > 0 {
				tables[g] = fns
			}
		}
	}
	return tables
}

// findRoots finds the functions that can race a handshake and that code outside
// of the package can call, or that nothing in the package refers to.
func (c *Code) findRoots() {
	for _, fn := range c.Functions {
		if fn.Parent() != nil || !c.canBegin(fn) {
			continue
		}
		if !c.isReferredTo(fn) || fn.Object() != nil && fn.Object().Exported() {
			c.roots = append(c.roots, fn)
		}
	}
}

// isReferredTo reports whether something else in the package refers to the
// function. What the tests do says nothing of other code.
func (c *Code) isReferredTo(fn *ssa.Function) bool {
	return slices.ContainsFunc(c.graph.users[fn], func(n node) bool {
		user, ok := n.(*ssa.Function)
		return n != fn && (!ok || !c.InTests(user) || c.InTests(fn))
	})
}

// InTests reports whether the function is in a test file.
func (c *Code) InTests(fn *ssa.Function) bool {
	file := c.Program.Fset.File(fn.Pos())
	return file != nil && isTestFile(file)
}

// Roots returns the functions to begin an execution with, those next to a handshake
// first: those in test files, or the others.
func (c *Code) Roots(tests bool) []*ssa.Function {
	return c.nearest(c.roots, func(fn *ssa.Function) bool { return c.InTests(fn) == tests })
}

// nearest returns the functions for which wanted holds, those next to a handshake
// first.
func (c *Code) nearest(fns []*ssa.Function, wanted func(*ssa.Function) bool) []*ssa.Function {
	fns = slices.DeleteFunc(slices.Clone(fns), func(fn *ssa.Function) bool { return !wanted(fn) })
	slices.SortStableFunc(fns, func(f, g *ssa.Function) int { return c.leads[f] - c.leads[g] })
	return fns
}

// canBegin reports whether an execution that races a handshake can begin with the
// function: one that is written, that is not generic, or an instance, and that leads
// to a handshake and to a goroutine, or a select.
func (c *Code) canBegin(fn *ssa.Function) bool {
	return c.leads[fn] > 0 && c.concurrent[fn] > 0 && fn.Syntax() != nil && (fn.TypeParams().Len() == 0 || len(fn.TypeArgs()) > 0)
}

// Unentered returns the functions in test files, or the others, that can race a
// handshake and are not in entered: no execution came by them. Those next to a
// handshake come first.
func (c *Code) Unentered(tests bool, entered map[*ssa.Function]bool) []*ssa.Function {
	return c.nearest(c.Functions, func(fn *ssa.Function) bool {
		return c.InTests(fn) == tests && !entered[fn] && c.canBegin(fn)
	})
}

// RootsOf returns the roots from which the declared functions can be reached,
// and those functions that can be reached from none.
func (c *Code) RootsOf(decls []*ast.FuncDecl) []*ssa.Function {
	declared := map[types.Object]bool{}
	for _, decl := range decls {
		declared[c.info.Defs[decl.Name]] = true
	}
	begin := map[*ssa.Function]bool{}
	for _, fn := range c.Functions {
		if fn.Object() == nil || !declared[fn.Object()] {
			continue
		}
		above, reached := c.graph.above(fn), false
		for _, root := range c.roots {
			if above[root] > 0 {
				begin[root], reached = true, true
			}
		}
		if !reached && c.canBegin(fn) {
			begin[fn] = true
		}
	}
	return slices.DeleteFunc(slices.Clone(c.Functions), func(fn *ssa.Function) bool { return !begin[fn] })
}
