package library

import (
	"go/types"

	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/execute"
	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/heap"
)

// An atomicVar is a variable of a type of sync/atomic.
type atomicVar struct{ val heap.Value }

// Refs returns what the variable holds.
func (a *atomicVar) Refs() []heap.Value { return []heap.Value{a.val} }

// A variable is what an atomic operation works on.
type variable interface {
	load() heap.Value
	store(heap.Value)
}

type cellVariable struct{ *heap.Cell }

func (v cellVariable) load() heap.Value   { return v.Load() }
func (v cellVariable) store(x heap.Value) { v.Store(x) }

func (a *atomicVar) load() heap.Value   { return a.val }
func (a *atomicVar) store(x heap.Value) { a.val = x }

// variableOf returns the variable that the call's first argument points to;
// for a method, one that holds values of type t.
func variableOf(c *execute.Call, t types.Type) variable {
	cell := c.Cell(c.Args[0])
	if cell == nil {
		cell = c.Heap.NewCell(t)
	}
	if c.Sig.Recv() == nil {
		return cellVariable{cell}
	}
	a := stateOf[atomicVar](cell)
	if a.val == nil {
		a.val = cell.Initial(t)
	}
	return a
}

var atomicTable = atomicOperations()

// atomicOperations returns the models of sync/atomic's functions and methods.
func atomicOperations() table {
	t := table{}
	for _, name := range []string{"Int32", "Int64", "Uint32", "Uint64", "Uintptr", "Pointer"} {
		t["sync/atomic.Load"+name] = atomicLoad
		t["sync/atomic.Store"+name] = atomicStore
		t["sync/atomic.Swap"+name] = atomicSwap
		t["sync/atomic.CompareAndSwap"+name] = atomicCompareAndSwap
		t["sync/atomic.Add"+name] = atomicAdd
	}
	for _, name := range []string{"Int32", "Int64", "Uint32", "Uint64", "Uintptr", "Bool", "Value", "Pointer[T]"} {
		recv := "(*sync/atomic." + name + ")."
		t[recv+"Load"] = atomicLoad
		t[recv+"Store"] = atomicStore
		t[recv+"Swap"] = atomicSwap
		t[recv+"CompareAndSwap"] = atomicCompareAndSwap
		t[recv+"Add"] = atomicAdd
	}
	return t
}

func atomicLoad(c *execute.Call) execute.Action {
	return execute.Return(variableOf(c, c.Sig.Results().At(0).Type()).load())
}

func atomicStore(c *execute.Call) execute.Action {
	variableOf(c, lastParam(c)).store(c.Args[1])
	return execute.Return()
}

func atomicSwap(c *execute.Call) execute.Action {
	v := variableOf(c, lastParam(c))
	old := v.load()
	v.store(c.Args[1])
	return execute.Return(old)
}

func atomicCompareAndSwap(c *execute.Call) execute.Action {
	v := variableOf(c, lastParam(c))
	if !c.Decide(c.Equal(v.load(), c.Args[1]), "compare and swap") {
		return execute.Return(heap.Bool(false))
	}
	v.store(c.Args[2])
	return execute.Return(heap.Bool(true))
}

func atomicAdd(c *execute.Call) execute.Action {
	v := variableOf(c, lastParam(c))
	sum := c.Heap.Fresh(c.Sig.Results().At(0).Type(), "sum")
	a, ok := heap.LinearOf(v.load())
	b, ok2 := heap.LinearOf(c.Args[1])
	if ok && ok2 {
		sum = a.Add(1, b)
	}
	v.store(sum)
	return execute.Return(sum)
}

func lastParam(c *execute.Call) types.Type {
	params := c.Sig.Params()
	return params.At(params.Len() - 1).Type()
}
