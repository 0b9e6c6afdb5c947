package find

import (
	"go/ast"
	"go/token"
	"go/types"
	"maps"
	"slices"

	"golang.org/x/tools/go/ssa"
)

// Leads reports whether a handshake can be reached from fn, by any reference.
func (c *Code) Leads(fn *ssa.Function) bool {
	return c.leads[fn] || c.isHandshake(fn)
}

func (c *Code) isHandshake(fn *ssa.Function) bool {
	is, ok := c.isTable[fn]
	if !ok {
		obj, _ := fn.Object().(*types.Func)
		is = obj != nil && c.handshakes.Named(obj.Name()) && c.handshakes.Is(obj.Origin().FullName())
		c.isTable[fn] = is
	}
	return is
}

// Relevant reports whether an instruction refers to something that leads to a
// handshake.
func (c *Code) Relevant(instr ssa.Instruction) bool {
	if method := invoked(instr); method != nil && (c.methods[method.Name()] || c.mayHandshake(method)) {
		return true
	}
	for _, op := range instr.Operands(nil) {
		switch v := (*op).(type) {
		case *ssa.Function:
			if c.Leads(v) {
				return true
			}
		case *ssa.Global:
			if c.globals[v] {
				return true
			}
		}
	}
	return false
}

// mayHandshake reports whether the method of an interface may be a handshake:
// one of that name and signature, of a type that the package makes an interface
// of.
func (c *Code) mayHandshake(method *types.Func) bool {
	if !c.handshakes.Named(method.Name()) {
		return false
	}
	if c.handshakes.Is(method.FullName()) {
		return true
	}
	for _, fn := range c.boxed {
		if fn.Name() == method.Name() && types.Identical(fn.Signature(), method.Signature()) {
			return true
		}
	}
	return false
}

// findBoxed collects the handshakes that are methods of types of which the
// package makes an interface, or that it asserts one to be of.
func (c *Code) findBoxed() {
	done := map[types.Type]bool{}
	for _, fn := range c.Functions {
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				var t types.Type
				switch instr := instr.(type) {
				case *ssa.MakeInterface:
					t = instr.X.Type()
				case *ssa.TypeAssert:
					t = instr.AssertedType
				}
				if t == nil || done[t] {
					continue
				}
				done[t] = true
				for sel := range c.Program.MethodSets.MethodSet(t).Methods() {
					if m := sel.Obj().(*types.Func); c.handshakes.Named(m.Name()) {
						c.boxed = append(c.boxed, m)
					}
				}
			}
		}
	}
}

// CallsValue reports whether an instruction calls a function value, or refers
// to a function that does.
func (c *Code) CallsValue(instr ssa.Instruction) bool {
	if method := invoked(instr); method != nil {
		return c.callerMethods[method.Name()]
	}
	if call, ok := instr.(ssa.CallInstruction); ok && call.Common().StaticCallee() == nil {
		if _, builtin := call.Common().Value.(*ssa.Builtin); !builtin {
			return true
		}
	}
	for _, op := range instr.Operands(nil) {
		if fn, ok := (*op).(*ssa.Function); ok && c.callers[fn] {
			return true
		}
	}
	return false
}

// invoked returns the method of an interface that an instruction calls, or nil.
func invoked(instr ssa.Instruction) *types.Func {
	if call, ok := instr.(ssa.CallInstruction); ok && call.Common().IsInvoke() {
		return call.Common().Method
	}
	return nil
}

// findLeads computes which functions lead to a handshake, and which to the
// call of a function value.
func (c *Code) findLeads(info *types.Info) {
	c.findReferring()
	c.isTable = map[*ssa.Function]bool{}
	c.globals = map[*ssa.Global]bool{}
	c.leads, c.methods = map[*ssa.Function]bool{}, map[string]bool{}
	tables := c.tables(info)
	for c.close(c.leads, c.methods, c.Relevant) || c.closeTables(tables) {
	}
	c.callers, c.callerMethods = map[*ssa.Function]bool{}, map[string]bool{}
	for c.close(c.callers, c.callerMethods, c.CallsValue) {
	}
}

// close adds to the set, and to the names of its methods, the functions that
// have an instruction with the property. It reports whether there were any.
func (c *Code) close(set map[*ssa.Function]bool, methods map[string]bool, property func(ssa.Instruction) bool) (changed bool) {
	for _, fn := range c.Functions {
		if set[fn] || !slices.ContainsFunc(c.referring[fn], property) {
			continue
		}
		set[fn] = true
		if fn.Signature.Recv() != nil {
			methods[fn.Name()] = true
		}
		changed = true
	}
	return changed
}

// findReferring collects the instructions that call or refer to something by
// which a function may lead to another.
func (c *Code) findReferring() {
	c.referring = map[*ssa.Function][]ssa.Instruction{}
	var ops []*ssa.Value
	for _, fn := range c.Functions {
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				_, refers := instr.(ssa.CallInstruction)
				ops = instr.Operands(ops[:0])
				for _, op := range ops {
					switch (*op).(type) {
					case *ssa.Function, *ssa.Global:
						refers = true
					}
				}
				if refers {
					c.referring[fn] = append(c.referring[fn], instr)
				}
			}
		}
	}
}

// closeTables adds the variables whose initial value refers to a function that
// leads to a handshake. It reports whether there were any.
func (c *Code) closeTables(tables map[*ssa.Global][]*ssa.Function) (changed bool) {
	for g, fns := range tables {
		for _, fn := range fns {
			if !c.globals[g] && c.Leads(fn) {
				c.globals[g] = true
				changed = true
			}
		}
	}
	return changed
}

// tables returns, for each variable of the package, the functions that its
// initial value refers to.
func (c *Code) tables(info *types.Info) map[*ssa.Global][]*ssa.Function {
	literals := map[token.Pos]*ssa.Function{}
	for _, fn := range c.Functions {
		literals[fn.Pos()] = fn
	}
	tables := map[*ssa.Global][]*ssa.Function{}
	for _, init := range info.InitOrder {
		var fns []*ssa.Function
		ast.Inspect(init.Rhs, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncLit:
				if fn := literals[n.Type.Func]; fn != nil {
					fns = append(fns, fn)
				}
			case *ast.Ident:
				if obj, ok := info.Uses[n].(*types.Func); ok {
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

// findRoots finds the functions that lead to a handshake and that code outside
// of the package can call, or that nothing in the package refers to.
func (c *Code) findRoots() {
	referred := map[*ssa.Function]bool{}
	invoked := map[string]bool{}
	var ops [8]*ssa.Value
	for _, fn := range c.Functions {
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				for _, op := range instr.Operands(ops[:0]) {
					if f, ok := (*op).(*ssa.Function); ok && f != fn {
						referred[f] = true
					}
				}
				if call, ok := instr.(ssa.CallInstruction); ok && call.Common().IsInvoke() {
					invoked[call.Common().Method.Name()] = true
				}
			}
		}
	}
	for _, fn := range c.Functions {
		if !c.leads[fn] || fn.Syntax() == nil || fn.Parent() != nil || fn.TypeParams().Len() > 0 && len(fn.TypeArgs()) == 0 {
			continue
		}
		if isExported(fn) || !referred[fn] && !(fn.Signature.Recv() != nil && invoked[fn.Name()]) {
			c.Roots = append(c.Roots, fn)
		}
	}
}

func isExported(fn *ssa.Function) bool {
	return fn.Object() != nil && fn.Object().Exported()
}

// Unentered returns the functions that lead to a handshake and are not in
// entered: no execution came by them.
func (c *Code) Unentered(entered map[*ssa.Function]bool) (fns []*ssa.Function) {
	for _, fn := range c.Functions {
		if c.leads[fn] && !entered[fn] && fn.Syntax() != nil && (fn.TypeParams().Len() == 0 || len(fn.TypeArgs()) > 0) {
			fns = append(fns, fn)
		}
	}
	return fns
}

// RootsOf returns the roots from which the declared functions can be reached,
// and those functions that can be reached from none.
func (c *Code) RootsOf(decls []*ast.FuncDecl) []*ssa.Function {
	wanted := map[*ssa.Function]bool{}
	for _, decl := range decls {
		if obj, ok := c.info.Defs[decl.Name].(*types.Func); ok {
			if fn := c.Program.FuncValue(obj); fn != nil {
				wanted[fn] = true
			}
		}
	}
	var roots []*ssa.Function
	reached := map[*ssa.Function]bool{}
	for _, root := range c.Roots {
		seen := map[*ssa.Function]bool{}
		visit(root, seen)
		for fn := range seen {
			if wanted[fn] {
				roots = append(roots, root)
				break
			}
		}
		maps.Copy(reached, seen)
	}
	for _, fn := range c.Functions {
		if wanted[fn] && !reached[fn] {
			roots = append(roots, fn)
		}
	}
	return roots
}

// visit adds to seen fn, the functions in it and all that it refers to, and those
// they refer to.
func visit(fn *ssa.Function, seen map[*ssa.Function]bool) {
	if seen[fn] {
		return
	}
	seen[fn] = true
	for _, anon := range fn.AnonFuncs {
		visit(anon, seen)
	}
	var ops [8]*ssa.Value
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			for _, op := range instr.Operands(ops[:0]) {
				if f, ok := (*op).(*ssa.Function); ok {
					visit(f, seen)
				}
			}
		}
	}
}
