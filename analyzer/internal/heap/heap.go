package heap

import (
	"go/constant"
	"go/types"
)

// A Heap makes the objects of one execution and numbers its symbols, so that
// two executions with the same choices agree on every number.
type Heap struct {
	own     *types.Package // the package that is executed
	symbols int
	zero    *Origin
}

// New returns an empty heap for the code of the package own: struct types of
// other packages that show no field are kept whole.
func New(own *types.Package) *Heap {
	h := &Heap{own: own}
	h.zero = &Origin{heap: h}
	return h
}

// Symbols returns how many symbols were made.
func (h *Heap) Symbols() int { return h.symbols }

// Skip leaves out the first n numbers for symbols: they belong to another heap
// whose objects are copied into this one.
func (h *Heap) Skip(n int) { h.symbols = n }

// Zero returns the zero value of type t.
func (h *Heap) Zero(t types.Type) Value { return h.zero.Make(t) }

// NewCell returns a new variable of type t that holds its zero value.
func (h *Heap) NewCell(t types.Type) *Cell { return h.zero.NewCell(t) }

// Unknown returns the origin of values that nobody can know. With outside,
// code that is not executed can reach them.
func (h *Heap) Unknown(name string, outside bool) *Origin {
	return &Origin{heap: h, Name: name, unknown: true, Outside: outside}
}

// Fresh returns an unknown value of type t that only the executed code can
// reach, such as the result of a call.
func (h *Heap) Fresh(t types.Type, name string) Value {
	return h.Unknown(name, false).Make(t)
}

// An Origin makes the values that a variable or composite holds before the
// program stores into it: zero values, or unknown ones.
type Origin struct {
	heap    *Heap
	Name    string // for traces
	Outside bool   // the values can be reached by code that is not executed
	Settled bool   // they follow from values that are known: see Symbol.Settled
	unknown bool
}

// Make returns a value of type t.
func (o *Origin) Make(t types.Type) Value {
	if !o.heap.IsOpaque(t) {
		switch u := t.Underlying().(type) {
		case *types.Struct:
			return &Struct{Type: u, fields: make([]Value, u.NumFields()), origin: o}
		case *types.Array:
			return &Array{Type: u, elems: map[int64]Value{}, origin: o}
		case *types.Tuple:
			tuple := make(Tuple, u.Len())
			for i := range tuple {
				tuple[i] = o.Make(u.At(i).Type())
			}
			return tuple
		case *types.Basic:
			if !o.unknown {
				return zeroBasic(u)
			}
		}
	}
	if o.unknown {
		return o.Symbol(t)
	}
	if o.heap.IsOpaque(t) {
		return Opaque{t}
	}
	return Nil{}
}

// Symbol returns a new symbol of type t, whatever t is.
func (o *Origin) Symbol(t types.Type) *Symbol {
	o.heap.symbols++
	return &Symbol{ID: o.heap.symbols, Type: t, origin: o, Settled: o.Settled}
}

// NewCell returns a new variable of type t with unmade contents.
func (o *Origin) NewCell(t types.Type) *Cell { return &Cell{Type: t, origin: o} }

// IsOpaque reports whether values of type t are kept whole: those of a struct
// type of another package that shows no field.
func (h *Heap) IsOpaque(t types.Type) bool {
	named, ok := types.Unalias(t).(*types.Named)
	if !ok || named.Obj().Pkg() == nil || named.Obj().Pkg() == h.own {
		return false
	}
	s, ok := named.Underlying().(*types.Struct)
	if !ok {
		return false
	}
	for f := range s.Fields() {
		if f.Exported() {
			return false
		}
	}
	return true
}

// ConstOf returns the value of a constant of type t.
func (h *Heap) ConstOf(val constant.Value, t types.Type) Value {
	if val == nil {
		return h.Zero(t)
	}
	basic, ok := t.Underlying().(*types.Basic)
	if ok && basic.Info()&types.IsInteger != 0 {
		if n, exact := constant.Int64Val(constant.ToInt(val)); exact {
			return Linear{C: n}
		}
	}
	return Const{val}
}
