package heap

// Known reports whether an execution knows all of the values, or has at least
// computed them from such values alone: see [Symbol.Settled].
func Known(vs ...Value) bool {
	for _, v := range vs {
		if !known(v, maxKnown) {
			return false
		}
	}
	return true
}

// maxKnown bounds how deep Known looks into a value.
const maxKnown = 4

func known(v Value, depth int) bool {
	if depth == 0 {
		return false
	}
	all := func(vs []Value, o *Origin) bool {
		for _, x := range vs {
			if x == nil && o.unknown || x != nil && !known(x, depth-1) {
				return false
			}
		}
		return true
	}
	switch v := v.(type) {
	case Const, Nil:
		return true
	case Linear:
		for _, t := range v.Terms {
			if !t.Sym.Settled {
				return false
			}
		}
		return true
	case Not:
		return v.Sym.Settled
	case *Symbol:
		return v.Settled
	case Iface:
		return known(v.Val, depth-1)
	case *Struct:
		return all(v.fields, v.origin)
	case *Array:
		for _, e := range v.elems {
			if !known(e, depth-1) {
				return false
			}
		}
		return !v.origin.unknown || int64(len(v.elems)) == v.Type.Len()
	case *Slice:
		for _, c := range v.Cells {
			if !known(c.Load(), depth-1) {
				return false
			}
		}
		return v.Unknown == nil
	}
	return false
}

// Settle marks what is undecided of v as settled.
func Settle(v Value) {
	switch v := v.(type) {
	case Not:
		v.Sym.Settled = true
	case *Symbol:
		v.Settled = true
	case Tuple:
		for _, x := range v {
			Settle(x)
		}
	}
}

// Settled reports whether v is settled, or the negation of what is.
func Settled(v Value) bool {
	switch v := v.(type) {
	case Not:
		return v.Sym.Settled
	case *Symbol:
		return v.Settled
	}
	return false
}
