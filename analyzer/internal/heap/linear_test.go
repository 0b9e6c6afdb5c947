package heap

import (
	"go/types"
	"math"
	"testing"
)

// unknowns returns n unknown integers.
func unknowns(n int) []Linear {
	h := New(types.NewPackage("p", "p"))
	var ls []Linear
	for range n {
		l, _ := LinearOf(h.Unknown("d", false).Symbol(types.Typ[types.Int64]))
		ls = append(ls, l)
	}
	return ls
}

func TestSign(t *testing.T) {
	u := unknowns(2)
	d, e := u[0], u[1]
	for _, test := range []struct {
		name  string
		l     Linear
		sign  int
		known bool
	}{
		{"zero", Linear{}, 0, true},
		{"an unknown is positive", d, 1, true},
		{"twice less once", d.Scale(2).Sub(d), 1, true},
		{"once less twice", d.Sub(d.Scale(2)), -1, true},
		{"less itself", d.Sub(d), 0, true},
		{"two unknowns", d.Sub(e), 0, false},
		{"less a constant", d.Sub(Linear{C: 5}), 0, false},
		{"and a constant", d.Add(1, Linear{C: 5}), 1, true},
		{"saturated", Linear{C: math.MaxInt64}.Add(1, Linear{C: 1}), 1, true},
	} {
		if sign, known := test.l.Sign(); sign != test.sign || known != test.known {
			t.Errorf("%s: Sign() = %d, %v, want %d, %v", test.name, sign, known, test.sign, test.known)
		}
	}
}

// TestOrder decides a relation and asks for others that follow, or do not.
func TestOrder(t *testing.T) {
	u := unknowns(2)
	diff := u[0].Sub(u[1])
	reverse := u[1].Sub(u[0])
	var o Order
	if _, known := o.Likely(diff, Less); known {
		t.Fatal("the order of two unknowns is known")
	}
	o.Decide(diff, LessEq, true)
	for _, test := range []struct {
		l            Linear
		rel          Relation
		holds, known bool
	}{
		{diff, LessEq, true, true},
		{diff, Greater, false, true},
		{diff, Less, false, false},
		{reverse, GreaterEq, true, true},
		{reverse, Less, false, true},
		{reverse, Equal, false, false},
	} {
		if holds, known := o.Known(test.l, test.rel); holds != test.holds || known != test.known {
			t.Errorf("Known(%s, %b) = %v, %v, want %v, %v", test.l.Key(), test.rel, holds, known, test.holds, test.known)
		}
	}
	o.Decide(diff, Less, false)
	if holds, known := o.Known(reverse, Equal); !holds || !known {
		t.Error("not less and not greater is not equal")
	}
}
