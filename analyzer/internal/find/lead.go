package find

import (
	"go/ast"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ssa"
)

// Leads reports whether a handshake can be reached from fn, by any reference.
func (c *Code) Leads(fn *ssa.Function) bool {
	return c.leads[fn] || c.isHandshake(fn)
}

func (c *Code) isHandshake(fn *ssa.Function) bool {
	if o := fn.Origin(); o != nil {
		fn = o
	}
	obj, ok := fn.Object().(*types.Func)
	return ok && c.handshakes.Is(obj.FullName())
}

// Relevant reports whether an instruction refers to something that leads to a
// handshake.
func (c *Code) Relevant(instr ssa.Instruction) bool {
	if call, ok := instr.(ssa.CallInstruction); ok {
		if common := call.Common(); common.IsInvoke() && c.leadsByName(common.Method) {
			return true
		}
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

// leadsByName reports whether a method of that name leads to a handshake: one
// of the package, or a handshake itself.
func (c *Code) leadsByName(method *types.Func) bool {
	return c.methods[method.Name()] || c.handshakes.Named(method.Name())
}

// findLeads computes which functions lead to a handshake: the least set that
// is closed under Relevant.
func (c *Code) findLeads(info *types.Info) {
	c.leads = map[*ssa.Function]bool{}
	c.methods = map[string]bool{}
	c.globals = map[*ssa.Global]bool{}
	tables := c.tables(info)
	for changed := true; changed; {
		changed = false
		for _, fn := range c.Functions {
			if c.leads[fn] || !c.refersTo(fn) {
				continue
			}
			c.leads[fn] = true
			if fn.Signature.Recv() != nil {
				c.methods[fn.Name()] = true
			}
			changed = true
		}
		for g, fns := range tables {
			for _, fn := range fns {
				if !c.globals[g] && c.Leads(fn) {
					c.globals[g] = true
					changed = true
				}
			}
		}
	}
}

func (c *Code) refersTo(fn *ssa.Function) bool {
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			if c.Relevant(instr) {
				return true
			}
		}
	}
	return false
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
	for _, fn := range c.Functions {
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				for _, op := range instr.Operands(nil) {
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
		if !c.leads[fn] || fn.Synthetic != "" || fn.Parent() != nil || fn.TypeParams().Len() > 0 && len(fn.TypeArgs()) == 0 {
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
		if c.leads[fn] && !entered[fn] && fn.Synthetic == "" && (fn.TypeParams().Len() == 0 || len(fn.TypeArgs()) > 0) {
			fns = append(fns, fn)
		}
	}
	return fns
}
