package heap

import (
	"cmp"
	"go/types"
	"slices"
)

// A Cell is a variable; a pointer is the cell that it points to. A cell of
// struct or array type consists of the cells of its fields or elements.
type Cell struct {
	Type   types.Type
	Model  any // what a library model keeps of the variable
	val    Value
	parts  []part // those that were asked for, by their indices
	origin *Origin
	whole  Value // what it is an inner part of, where that is kept whole
}

// A part is the cell of a field or an element.
type part struct {
	index int64
	*Cell
}

// Field returns the cell of the i'th field of a struct cell.
func (c *Cell) Field(i int) *Cell {
	s, ok := c.Type.Underlying().(*types.Struct)
	if !ok {
		return c.part(int64(i), types.Typ[types.Invalid])
	}
	return c.part(int64(i), s.Field(i).Type())
}

// Elem returns the cell of the i'th element of an array cell.
func (c *Cell) Elem(i int64) *Cell {
	a, ok := c.Type.Underlying().(*types.Array)
	if !ok {
		return c.part(i, types.Typ[types.Invalid])
	}
	return c.part(i, a.Elem())
}

func (c *Cell) part(i int64, t types.Type) *Cell {
	at, found := slices.BinarySearchFunc(c.parts, i, func(p part, i int64) int { return cmp.Compare(p.index, i) })
	if found {
		return c.parts[at].Cell
	}
	p := c.origin.NewCell(t)
	if c.origin.heap.IsOpaque(c.Type) {
		p.whole = c
	}
	c.parts = slices.Insert(c.parts, at, part{i, p})
	return p
}

// Load returns what the variable holds.
func (c *Cell) Load() Value {
	if !c.composite() {
		if c.val == nil {
			c.val = c.origin.Make(c.Type)
		}
		return c.val
	}
	switch v := c.origin.Make(c.Type).(type) {
	case *Struct:
		for _, p := range c.parts {
			v.fields[p.index] = p.Load()
		}
		return v
	case *Array:
		for _, p := range c.parts {
			v.elems[p.index] = p.Load()
		}
		return v
	default:
		return v
	}
}

// Store makes v what the variable holds.
func (c *Cell) Store(v Value) {
	if !c.composite() {
		c.val = v
		return
	}
	c.parts = nil
	switch v := v.(type) {
	case *Struct:
		c.origin = v.origin
		for i, f := range v.fields {
			if f != nil {
				c.Field(i).Store(f)
			}
		}
	case *Array:
		c.origin = v.origin
		for i, e := range v.elems {
			c.Elem(i).Store(e)
		}
	}
}

// Forget makes what the variable holds unknown; a library model's knowledge of
// it stays.
func (c *Cell) Forget(o *Origin) {
	c.val = nil
	c.origin = o
	for _, p := range c.parts {
		p.Forget(o)
	}
}

// composite reports whether the cell consists of the cells of its parts.
func (c *Cell) composite() bool {
	if c.origin.heap.IsOpaque(c.Type) {
		return false
	}
	switch c.Type.Underlying().(type) {
	case *types.Struct, *types.Array:
		return true
	}
	return false
}

// Initial returns a value of type t as the variable would have held it in the
// beginning.
func (c *Cell) Initial(t types.Type) Value { return c.origin.Make(t) }

// Outside reports whether code that is not executed can reach the variable
// from the beginning.
func (c *Cell) Outside() bool { return c.origin.Outside }
