package heap

// An Order is what has been decided about the signs of unknown integers during
// an execution.
type Order struct {
	possible map[string]signs
}

// signs is a set of signs.
type signs uint8

const (
	negative signs = 1 << iota
	zero
	positive
	anySign = negative | zero | positive
)

// A Relation is a comparison with zero.
type Relation signs

const (
	Less      = Relation(negative)
	LessEq    = Relation(negative | zero)
	Equal     = Relation(zero)
	NotEqual  = Relation(negative | positive)
	GreaterEq = Relation(zero | positive)
	Greater   = Relation(positive)
)

// Known reports whether the relation of l to zero is decided, and how.
func (o *Order) Known(l Linear, r Relation) (holds, known bool) {
	return r.among(o.signs(l))
}

// among reports whether the relation is decided by the possible signs, and how.
func (r Relation) among(possible signs) (holds, known bool) {
	switch possible & signs(r) {
	case possible:
		return true, true
	case 0:
		return false, true
	}
	return false, false
}

// Likely is Known, with all integers that nothing was decided about taken to
// be positive.
func (o *Order) Likely(l Linear, r Relation) (holds, known bool) {
	possible := o.signs(l)
	if holds, known = r.among(possible); known {
		return holds, known
	}
	sign, known := l.Sign()
	if !known {
		return false, false
	}
	return signs(r)&signOf(sign) != 0, possible&signOf(sign) != 0
}

// Decide decides the relation of l to zero, which must not be known already.
func (o *Order) Decide(l Linear, r Relation, holds bool) {
	if !holds {
		r = Relation(anySign &^ signs(r))
	}
	key, flipped := canonical(nil, l)
	possible := o.signs(l) & signs(r)
	if flipped {
		possible = possible.flip()
	}
	if o.possible == nil {
		o.possible = map[string]signs{}
	}
	o.possible[string(key)] = possible
}

func (o *Order) signs(l Linear) signs {
	if c, ok := l.Constant(); ok {
		return signOf(sign(c))
	}
	if len(o.possible) == 0 {
		return anySign
	}
	var room [128]byte
	key, flipped := canonical(room[:0], l)
	possible, ok := o.possible[string(key)] // which makes no string
	switch {
	case !ok:
		return anySign
	case flipped:
		return possible.flip()
	}
	return possible
}

// canonical appends the key of l or of -l: of the one whose first factor is
// positive.
func canonical(b []byte, l Linear) (key []byte, flipped bool) {
	if l.Terms[0].K < 0 {
		return l.appendKey(b, -1), true
	}
	return l.appendKey(b, 1), false
}

func (s signs) flip() signs {
	f := s & zero
	if s&negative != 0 {
		f |= positive
	}
	if s&positive != 0 {
		f |= negative
	}
	return f
}

func signOf(s int) signs { return [...]signs{negative, zero, positive}[s+1] }

func sign(c int64) int {
	switch {
	case c < 0:
		return -1
	case c > 0:
		return 1
	}
	return 0
}
