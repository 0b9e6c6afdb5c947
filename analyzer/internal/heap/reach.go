package heap

// A Referrer is a library model's knowledge of an object through which other
// values can be reached.
type Referrer interface{ Refs() []Value }

// A Set is a set of values that can be reached from some roots.
type Set map[any]bool

// Has reports whether the object v (a *Cell, *Symbol, *Chan, *Map or *Func) is
// in the set.
func (s Set) Has(v Value) bool { return s[v] }

// Add puts v into the set, and all that can be reached from it.
func (s Set) Add(v Value) { s.AddFunc(v, func(any) {}) }

// AddFunc is Add, and calls added for each object that was not in the set. It
// returns their number.
func (s Set) AddFunc(v Value, added func(any)) (n int) {
	work := []Value{v}
	push := func(v Value) {
		if v != nil {
			work = append(work, v)
		}
	}
	for len(work) > 0 {
		v := work[len(work)-1]
		work = work[:len(work)-1]
		if isObject(v) {
			if s[v] {
				continue
			}
			s[v] = true
			n++
			added(v)
		}
		parts(v, push)
	}
	return n
}

// isObject reports whether v has an identity (and so can be part of a cycle).
func isObject(v Value) bool {
	switch v.(type) {
	case *Cell, *Symbol, *Chan, *Map, *Func, *Slice:
		return true
	}
	return false
}

// parts calls push for each value that v leads to directly.
func parts(v Value, push func(Value)) {
	switch v := v.(type) {
	case Tuple:
		for _, x := range v {
			push(x)
		}
	case Iface:
		push(v.Val)
	case *Func:
		for _, x := range v.Free {
			push(x)
		}
	case *Struct:
		for _, x := range v.fields {
			push(x)
		}
	case *Array:
		for _, x := range v.elems {
			push(x)
		}
	case *Slice:
		for _, c := range v.Cells {
			push(c)
		}
		for _, c := range v.Room {
			push(c)
		}
	case *Map:
		for _, e := range v.Entries {
			push(e.Key)
			push(e.Val)
		}
	case *Chan:
		for _, x := range v.Buf {
			push(x)
		}
	case *Cell:
		push(v.val)
		for _, p := range v.parts {
			push(p.Cell)
		}
		refs(v.Model, push)
	case *Symbol:
		if v.base != nil {
			push(v.base)
		}
		if v.pointee != nil {
			push(v.pointee)
		}
		if v.slice != nil {
			push(v.slice)
		}
		for _, x := range v.dynamic {
			push(x)
		}
		refs(v.Model, push)
	}
}

func refs(model any, push func(Value)) {
	if r, ok := model.(Referrer); ok {
		for _, x := range r.Refs() {
			push(x)
		}
	}
}
