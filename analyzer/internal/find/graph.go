package find

import (
	"go/types"

	"golang.org/x/tools/go/ssa"
	"golang.org/x/tools/go/types/typeutil"
)

// A node is what may lead to a handshake: a function (*ssa.Function; *types.Func if
// nothing is known of its package), a variable of the package, by its initial value
// (*ssa.Global), or the method of an interface, by the methods that it may be.
type node any

// A method is one of an interface.
type method struct {
	iface types.Type
	fn    *types.Func
}

// A graph tells what refers to what.
type graph struct {
	functions  map[*ssa.Function]bool // those that were visited
	users      map[node][]node        // those that refer to a node
	dynamic    []node                 // the functions that call a function value
	concurrent []node                 // the functions that start a goroutine, or select
	// boxed are the methods, by name, of the types that the functions make an
	// interface of, or assert one to be of.
	boxed map[string][]*types.Selection

	program  *ssa.Program
	met      map[types.Type]bool
	distinct typeutil.Map
	operands []*ssa.Value
}

func newGraph(program *ssa.Program) *graph {
	return &graph{
		functions: map[*ssa.Function]bool{},
		users:     map[node][]node{},
		boxed:     map[string][]*types.Selection{},
		program:   program,
		met:       map[types.Type]bool{},
	}
}

// visit adds a function, those in it and all that it refers to, and those they
// refer to.
func (g *graph) visit(fn *ssa.Function) {
	if g.functions[fn] {
		return
	}
	g.functions[fn] = true
	for _, anon := range fn.AnonFuncs {
		g.visit(anon)
	}
	var used []*ssa.Function
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			for n := range g.uses(instr) {
				g.add(fn, n)
				if f, ok := n.(*ssa.Function); ok {
					used = append(used, f)
				}
			}
			switch instr := instr.(type) {
			case *ssa.MakeInterface:
				g.box(instr.X.Type())
			case *ssa.TypeAssert:
				g.box(instr.AssertedType)
			case *ssa.Go, *ssa.Select:
				g.concurrent = append(g.concurrent, fn)
			}
			if isDynamic(instr) {
				g.dynamic = append(g.dynamic, fn)
			}
		}
	}
	for _, f := range used {
		g.visit(f)
	}
}

func (g *graph) add(user, used node) {
	if users := g.users[used]; len(users) == 0 || users[len(users)-1] != user {
		g.users[used] = append(users, user)
	}
}

// uses yields the nodes that an instruction refers to.
func (g *graph) uses(instr ssa.Instruction) func(yield func(node) bool) {
	return func(yield func(node) bool) {
		if call, ok := instr.(ssa.CallInstruction); ok && call.Common().IsInvoke() {
			if !yield(method{call.Common().Value.Type(), call.Common().Method}) {
				return
			}
		}
		g.operands = instr.Operands(g.operands[:0])
		for _, op := range g.operands {
			switch (*op).(type) {
			case *ssa.Function, *ssa.Global:
				if !yield(*op) {
					return
				}
			}
		}
	}
}

// isDynamic reports whether an instruction calls a function value.
func isDynamic(instr ssa.Instruction) bool {
	call, ok := instr.(ssa.CallInstruction)
	if !ok || call.Common().IsInvoke() || call.Common().StaticCallee() != nil {
		return false
	}
	_, builtin := call.Common().Value.(*ssa.Builtin)
	return !builtin
}

// box adds the methods of a type. Those of an instance of a generic type have a
// function of their own, which nothing else may refer to.
func (g *graph) box(t types.Type) {
	if g.met[t] {
		return
	}
	g.met[t] = true
	if g.distinct.Set(t, true) != nil {
		return
	}
	for sel := range g.program.MethodSets.MethodSet(t).Methods() {
		name := sel.Obj().Name()
		g.boxed[name] = append(g.boxed[name], sel)
		if fn := g.function(sel); fn != nil {
			g.visit(fn)
		}
	}
}

// function returns the function of a type's method: without a wrapper, if it is not
// one of an instance of a generic type; nil if it is one of an interface, or if
// nothing is known of its package.
func (g *graph) function(sel *types.Selection) *ssa.Function {
	obj := sel.Obj().(*types.Func)
	if obj.Origin() != obj {
		if fn := g.program.MethodValue(sel); fn != nil {
			return fn
		}
	}
	return g.program.FuncValue(obj.Origin())
}

// implement adds what the methods of interfaces may be that the package calls.
func (g *graph) implement() {
	var methods []method
	for n := range g.users {
		if m, ok := n.(method); ok {
			methods = append(methods, m)
		}
	}
	for len(methods) > 0 {
		m := methods[0]
		methods = methods[1:]
		for _, used := range g.implementations(m) {
			if embedded, ok := used.(method); ok && g.users[used] == nil {
				methods = append(methods, embedded)
			}
			g.add(m, used)
		}
	}
}

// implementations returns what the method of an interface may be: functions, and
// methods of interfaces that are embedded in a struct.
func (g *graph) implementations(m method) (nodes []node) {
	iface, ok := m.iface.Underlying().(*types.Interface)
	if !ok {
		return nil // of a type parameter: the instances tell
	}
	for _, sel := range g.boxed[m.fn.Name()] {
		if !types.Implements(sel.Recv(), iface) {
			continue
		}
		obj := sel.Obj().(*types.Func)
		if fn := g.function(sel); fn != nil {
			nodes = append(nodes, fn)
		} else if recv := obj.Signature().Recv().Type(); types.IsInterface(recv) {
			nodes = append(nodes, method{recv, obj})
		} else {
			nodes = append(nodes, obj)
		}
	}
	return nodes
}

// above returns the given nodes and those from which one of them can be reached, with
// the length of the shortest way, counted in nodes.
func (g *graph) above(nodes ...node) map[node]int {
	length := map[node]int{}
	for n := 1; len(nodes) > 0; n++ {
		var users []node
		for _, used := range nodes {
			if length[used] == 0 {
				length[used] = n
				users = append(users, g.users[used]...)
			}
		}
		nodes = users
	}
	return length
}
