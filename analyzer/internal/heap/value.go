// Package heap models the memory of the program that is executed: cells,
// channels and closures as plain Go pointers, and symbols for what nobody can
// know.
//
// It knows nothing of goroutines, of the standard library and of verdicts.
package heap

import (
	"go/constant"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ssa"
)

// A Value is what an expression of the executed program evaluates to. It is
// one of Const, Linear (an integer), Nil, Opaque, *Cell (a pointer), *Func,
// *Struct, *Array, Iface, *Chan, *Map, *Slice, *Symbol, Not, Tuple, or a type
// of a library model (such as an instant).
type Value any

// A Const is a known boolean, string, floating-point or complex number.
type Const struct{ Val constant.Value }

// Bool returns the constant b.
func Bool(b bool) Const { return Const{constant.MakeBool(b)} }

// Nil is the nil of any type.
type Nil struct{}

// An Opaque is the zero value of a type whose inside the executor does not
// look into, such as time.Time or sync.Mutex.
type Opaque struct{ Type types.Type }

// A Tuple holds the results of a call, or the components of a comma-ok
// operation.
type Tuple []Value

// An Iface is an interface value whose dynamic type is known.
type Iface struct {
	Type types.Type
	Val  Value
}

// A Func is a function value: a function of the program with its free
// variables, or a native one made by a library model.
type Func struct {
	Fn     *ssa.Function
	Free   []Value   // free variables; of a native function, what it can reach
	Native any       // a library model, in place of Fn
	Made   token.Pos // where the value was made; NoPos for a plain function
}

// A Not is the negation of an undecided boolean symbol.
type Not struct{ Sym *Symbol }

// A Struct is a struct value. Its fields are made on first use.
type Struct struct {
	Type   *types.Struct
	fields []Value
	origin *Origin
}

// Field returns the value of the i'th field.
func (s *Struct) Field(i int) Value {
	if s.fields[i] == nil {
		s.fields[i] = s.origin.Make(s.Type.Field(i).Type())
	}
	return s.fields[i]
}

// An Array is an array value. Its elements are made on first use.
type Array struct {
	Type   *types.Array
	elems  map[int64]Value
	origin *Origin
}

// Elem returns the value of the i'th element.
func (a *Array) Elem(i int64) Value {
	if a.elems[i] == nil {
		a.elems[i] = a.origin.Make(a.Type.Elem())
	}
	return a.elems[i]
}

// A Map is a map value: its entries, and whether it may hold others.
type Map struct {
	Type    *types.Map
	Entries []Entry
	Unknown *Origin // where it may hold entries beyond those: what they are made of
}

// An Entry is a key of a map and its value.
type Entry struct{ Key, Val Value }

// A Slice is a slice value. Where its length is unknown, it may have more
// elements than Cells holds.
type Slice struct {
	Elem    types.Type
	Cells   []*Cell
	Len     Value   // a Linear, or a *Symbol where it is unknown
	Unknown *Origin // where it may have more elements than Cells: what they are made of
	// Room are the elements behind it in the array that it is a part of; RoomUnknown says
	// that there may be others.
	Room        []*Cell
	RoomUnknown bool
	// Extended says that something was appended to it where its room is not known.
	Extended bool
}

// At returns the cell of the i'th element, or nil past the end of a slice of
// known length.
func (s *Slice) At(i int) *Cell {
	for s.Unknown != nil && len(s.Cells) <= i && i < maxElems {
		s.Cells = append(s.Cells, s.Unknown.NewCell(s.Elem))
	}
	if i < 0 || i >= len(s.Cells) {
		return nil
	}
	return s.Cells[i]
}

// maxElems bounds the elements made of a slice of unknown length.
const maxElems = 64

// zeroBasic returns the zero value of a basic type.
func zeroBasic(b *types.Basic) Value {
	switch info := b.Info(); {
	case info&types.IsInteger != 0:
		return Linear{}
	case info&types.IsBoolean != 0:
		return Bool(false)
	case info&types.IsString != 0:
		return Const{constant.MakeString("")}
	case info&types.IsNumeric != 0:
		return Const{constant.MakeInt64(0)}
	}
	return Nil{} // unsafe.Pointer, untyped nil
}
