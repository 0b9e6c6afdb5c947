package heap

import "go/types"

// A Copier copies objects of one heap to another, each once. What library
// models keep of them is shared: it describes objects that were made before
// the execution began, and that it does not change.
type Copier struct {
	to   *Heap
	done map[any]Value
}

// NewCopier returns a copier into the heap h.
func NewCopier(h *Heap) Copier { return Copier{to: h, done: map[any]Value{}} }

// Copy returns a copy of v.
func (c Copier) Copy(v Value) Value {
	if isObject(v) {
		if x, ok := c.done[v]; ok {
			return x
		}
	}
	switch v := v.(type) {
	case Tuple:
		return Tuple(c.all(v))
	case Iface:
		return Iface{v.Type, c.Copy(v.Val)}
	case *Func:
		x := &Func{Fn: v.Fn, Native: v.Native, Made: v.Made}
		c.done[v] = x
		x.Free = c.all(v.Free)
		return x
	case *Struct:
		return &Struct{Type: v.Type, fields: c.all(v.fields), origin: c.origin(v.origin)}
	case *Array:
		x := &Array{Type: v.Type, elems: map[int64]Value{}, origin: c.origin(v.origin)}
		for i, e := range v.elems {
			x.elems[i] = c.Copy(e)
		}
		return x
	case *Slice:
		return c.slice(v)
	case *Map:
		return c.mapping(v)
	case *Chan:
		x := *v
		c.done[v] = &x
		x.Buf = c.all(v.Buf)
		return &x
	case *Cell:
		return c.cell(v)
	case *Symbol:
		return c.symbol(v)
	}
	return v
}

func (c Copier) all(vs []Value) []Value {
	if vs == nil {
		return nil
	}
	xs := make([]Value, len(vs))
	for i, v := range vs {
		if v != nil {
			xs[i] = c.Copy(v)
		}
	}
	return xs
}

func (c Copier) origin(o *Origin) *Origin {
	if o == nil {
		return nil
	}
	x := *o
	x.heap = c.to
	return &x
}

func (c Copier) slice(v *Slice) Value {
	x := &Slice{Elem: v.Elem, Unknown: c.origin(v.Unknown)}
	c.done[v] = x
	for _, cell := range v.Cells {
		x.Cells = append(x.Cells, c.Copy(cell).(*Cell))
	}
	x.Len = c.Copy(v.Len)
	return x
}

func (c Copier) mapping(v *Map) Value {
	x := &Map{Type: v.Type, Unknown: c.origin(v.Unknown)}
	c.done[v] = x
	for _, e := range v.Entries {
		x.Entries = append(x.Entries, Entry{c.Copy(e.Key), c.Copy(e.Val)})
	}
	return x
}

func (c Copier) cell(v *Cell) Value {
	x := &Cell{Type: v.Type, Model: v.Model, origin: c.origin(v.origin)}
	c.done[v] = x
	if v.val != nil {
		x.val = c.Copy(v.val)
	}
	for _, p := range v.parts {
		x.parts = append(x.parts, part{p.index, c.Copy(p.Cell).(*Cell)})
	}
	return x
}

func (c Copier) symbol(v *Symbol) Value {
	x := *v
	c.done[v] = &x
	x.origin = c.origin(v.origin)
	if v.Err != nil {
		x.Err = c.Copy(v.Err).(*Symbol)
	}
	if v.base != nil {
		x.base = c.Copy(v.base).(*Symbol)
	}
	if v.pointee != nil {
		x.pointee = c.Copy(v.pointee).(*Cell)
	}
	if v.slice != nil {
		x.slice = c.Copy(v.slice).(*Slice)
	}
	x.dynamic = nil
	for t, d := range v.dynamic {
		if x.dynamic == nil {
			x.dynamic = map[types.Type]Value{}
		}
		x.dynamic[t] = c.Copy(d)
	}
	return &x
}
