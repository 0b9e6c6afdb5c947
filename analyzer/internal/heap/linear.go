package heap

import (
	"math"
	"strconv"
)

// A Linear is an integer: a constant plus multiples of unknown ones. Durations
// and instants are counted in nanoseconds.
type Linear struct {
	C     int64
	Terms []Term // sorted by the symbols' IDs, no factor zero
}

// A Term is a multiple of an unknown integer.
type Term struct {
	Sym *Symbol
	K   int64
}

// LinearOf returns v as a Linear; ok is false where it is none.
func LinearOf(v Value) (l Linear, ok bool) {
	switch v := v.(type) {
	case Linear:
		return v, true
	case *Symbol:
		return Linear{Terms: []Term{{v, 1}}}, true
	}
	return Linear{}, false
}

// Add returns l + k*m. Constants saturate instead of overflowing.
func (l Linear) Add(k int64, m Linear) Linear {
	sum := Linear{C: saturatedAdd(l.C, saturatedMul(k, m.C))}
	a, b := l.Terms, m.Terms
	if len(a)+len(b) > 0 {
		sum.Terms = make([]Term, 0, len(a)+len(b))
	}
	for len(a) > 0 || len(b) > 0 {
		switch {
		case len(b) == 0 || len(a) > 0 && a[0].Sym.ID < b[0].Sym.ID:
			sum.Terms = append(sum.Terms, a[0])
			a = a[1:]
		case len(a) == 0 || b[0].Sym.ID < a[0].Sym.ID:
			sum.Terms = append(sum.Terms, Term{b[0].Sym, saturatedMul(k, b[0].K)})
			b = b[1:]
		default: // the same symbol
			if f := saturatedAdd(a[0].K, saturatedMul(k, b[0].K)); f != 0 {
				sum.Terms = append(sum.Terms, Term{a[0].Sym, f})
			}
			a, b = a[1:], b[1:]
		}
	}
	return sum
}

// Sub returns l - m.
func (l Linear) Sub(m Linear) Linear { return l.Add(-1, m) }

// Scale returns k*l.
func (l Linear) Scale(k int64) Linear {
	if k == 0 {
		return Linear{}
	}
	return Linear{}.Add(k, l)
}

// Constant returns the value of l where it has no unknown part.
func (l Linear) Constant() (int64, bool) { return l.C, len(l.Terms) == 0 }

// Sign returns the sign of l where all unknown integers are positive: -1, 0 or
// 1. It is known where all parts agree.
func (l Linear) Sign() (sign int, known bool) {
	lo, hi := l.C < 0, l.C > 0
	for _, t := range l.Terms {
		lo = lo || t.K < 0
		hi = hi || t.K > 0
	}
	switch {
	case lo && hi:
		return 0, false
	case lo:
		return -1, true
	case hi:
		return 1, true
	}
	return 0, true
}

// Key returns a text that is the same for equal integers only.
func (l Linear) Key() string { return string(l.appendKey(nil, 1)) }

// appendKey appends the key of k*l.
func (l Linear) appendKey(b []byte, k int64) []byte {
	b = strconv.AppendInt(b, saturatedMul(k, l.C), 10)
	for _, t := range l.Terms {
		b = append(strconv.AppendInt(append(b, '+'), saturatedMul(k, t.K), 10), '*')
		b = strconv.AppendInt(b, int64(t.Sym.ID), 10)
	}
	return b
}

func saturatedAdd(a, b int64) int64 {
	switch {
	case b > 0 && a > math.MaxInt64-b:
		return math.MaxInt64
	case b < 0 && a < math.MinInt64-b:
		return math.MinInt64
	}
	return a + b
}

func saturatedMul(a, b int64) int64 {
	if a == 0 || b == 0 {
		return 0
	}
	p := a * b
	if p/b == a && !(a == -1 && b == math.MinInt64) {
		return p
	}
	if (a < 0) == (b < 0) {
		return math.MaxInt64
	}
	return math.MinInt64
}
