package execute

import (
	"go/constant"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ssa"

	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/heap"
)

// relations are the comparison operators as relations of x-y to zero.
var relations = map[token.Token]heap.Relation{
	token.LSS: heap.Less,
	token.LEQ: heap.LessEq,
	token.EQL: heap.Equal,
	token.NEQ: heap.NotEqual,
	token.GEQ: heap.GreaterEq,
	token.GTR: heap.Greater,
}

// binOp evaluates a binary operation.
func (m *Machine) binOp(instr *ssa.BinOp, x, y heap.Value) heap.Value {
	var v heap.Value
	if rel, ok := relations[instr.Op]; ok {
		v = m.compare(instr.Op, rel, x, y)
	} else if v, ok = arithmetic(instr.Op, x, y); !ok {
		v = m.Heap.Fresh(instr.Type(), "")
	} else if isInt(instr.Type()) {
		v = wrap(v, instr.Type())
	}
	if heap.Doubtful(x) || heap.Doubtful(y) {
		Doubt(v)
	}
	return v
}

// dividesByZero reports whether an operation divides an integer by zero, for sure.
func dividesByZero(instr *ssa.BinOp, y heap.Value) bool {
	if instr.Op != token.QUO && instr.Op != token.REM || !isInt(instr.Type()) {
		return false
	}
	l, ok := y.(heap.Linear)
	n, known := l.Constant()
	return ok && known && n == 0
}

// Doubt marks the parts of v that are not known as guesses.
func Doubt(v heap.Value) {
	switch v := v.(type) {
	case heap.Not:
		v.Sym.Doubt = true
	case *heap.Symbol:
		v.Doubt = true
	case heap.Tuple:
		for _, x := range v {
			Doubt(x)
		}
	}
}

// arithmetic computes sums, differences and multiples of integers and
// operations on known constants.
func arithmetic(op token.Token, x, y heap.Value) (v heap.Value, ok bool) {
	if a, ok := x.(heap.Const); ok {
		b, ok := y.(heap.Const)
		if !ok || op == token.SHL || op == token.SHR || op == token.QUO || a.Val.Kind() != b.Val.Kind() {
			return nil, false
		}
		return heap.Const{Val: constant.BinaryOp(a.Val, op, b.Val)}, true
	}
	a, ok := heap.LinearOf(x)
	if !ok {
		return nil, false
	}
	b, ok := heap.LinearOf(y)
	if !ok {
		return nil, false
	}
	m, known := a.Constant()
	n, known2 := b.Constant()
	switch {
	case op == token.ADD:
		return a.Add(1, b), true
	case op == token.SUB:
		return a.Sub(b), true
	case op == token.MUL && known:
		return b.Scale(m), true
	case op == token.MUL && known2:
		return a.Scale(n), true
	case known && known2:
		return integerOp(op, m, n)
	}
	return nil, false
}

func integerOp(op token.Token, m, n int64) (heap.Value, bool) {
	switch {
	case op == token.QUO && n != 0:
		return heap.Linear{C: m / n}, true
	case op == token.REM && n != 0:
		return heap.Linear{C: m % n}, true
	case op == token.AND:
		return heap.Linear{C: m & n}, true
	case op == token.OR:
		return heap.Linear{C: m | n}, true
	case op == token.XOR:
		return heap.Linear{C: m ^ n}, true
	case op == token.AND_NOT:
		return heap.Linear{C: m &^ n}, true
	case op == token.SHL && n >= 0 && n < 63:
		return heap.Linear{C: m}.Scale(1 << n), true
	case op == token.SHR && n >= 0 && n < 64:
		return heap.Linear{C: m >> n}, true
	}
	return nil, false
}

// compare returns a boolean: a constant, or a symbol that stands for the
// comparison until it is decided.
func (m *Machine) compare(op token.Token, rel heap.Relation, x, y heap.Value) heap.Value {
	if a, ok := x.(heap.Const); ok {
		if b, ok := y.(heap.Const); ok && a.Val.Kind() == b.Val.Kind() {
			return heap.Bool(constant.Compare(a.Val, op, b.Val))
		}
	}
	if l, ok := difference(x, y); ok {
		return m.Question(&ordering{order: &m.Sched.Order, l: l, rel: rel})
	}
	switch op {
	case token.EQL:
		return m.equals(x, y)
	case token.NEQ:
		return m.not(m.equals(x, y))
	}
	return m.Heap.Fresh(types.Typ[types.Bool], "")
}

// difference returns x-y for integers.
func difference(x, y heap.Value) (heap.Linear, bool) {
	_, xs := x.(*heap.Symbol)
	_, ys := y.(*heap.Symbol)
	if xs && ys && !isInteger(x.(*heap.Symbol)) {
		return heap.Linear{}, false
	}
	a, ok := heap.LinearOf(x)
	if !ok {
		return heap.Linear{}, false
	}
	b, ok := heap.LinearOf(y)
	return a.Sub(b), ok
}

func isInteger(s *heap.Symbol) bool {
	b, ok := s.Type.Underlying().(*types.Basic)
	return ok && b.Info()&types.IsInteger != 0
}

// equals returns the boolean x == y.
func (m *Machine) equals(x, y heap.Value) heap.Value {
	if b, ok := x.(heap.Const); ok && b.Val.Kind() == constant.Bool {
		x, y = y, x
	}
	if b, ok := y.(heap.Const); ok && b.Val.Kind() == constant.Bool {
		if constant.BoolVal(b.Val) {
			return x
		}
		return m.not(x)
	}
	if _, ok := x.(heap.Nil); ok {
		x, y = y, x
	}
	if _, ok := y.(heap.Nil); ok {
		return m.isNil(x)
	}
	return m.Question(&sameness{m, x, y})
}

// Equal returns the boolean x == y.
func (m *Machine) Equal(x, y heap.Value) heap.Value { return m.equals(x, y) }

// IsNil returns the boolean x == nil.
func (m *Machine) IsNil(x heap.Value) heap.Value { return m.isNil(x) }

// Ordering returns the boolean that compares l with zero.
func (m *Machine) Ordering(l heap.Linear, rel heap.Relation) heap.Value {
	return m.Question(&ordering{order: &m.Sched.Order, l: l, rel: rel})
}

// isNil returns the boolean x == nil.
func (m *Machine) isNil(x heap.Value) heap.Value {
	switch x := x.(type) {
	case heap.Nil:
		return heap.Bool(true)
	case *heap.Symbol:
		return m.Question(nilness{x})
	}
	return heap.Bool(false)
}

// Question returns the answer to a test as a boolean: a constant where it is
// known.
func (m *Machine) Question(t heap.Test) heap.Value {
	if known := t.Known(); known != heap.Undecided {
		return heap.Bool(known == heap.Yes)
	}
	s := m.Heap.Unknown("", false).Symbol(types.Typ[types.Bool])
	s.Test = t
	return s
}

// not returns the boolean !x.
func (m *Machine) not(x heap.Value) heap.Value {
	switch x := x.(type) {
	case heap.Const:
		return heap.Bool(!constant.BoolVal(x.Val))
	case heap.Not:
		return x.Sym
	case *heap.Symbol:
		return heap.Not{Sym: x}
	}
	return m.Heap.Fresh(types.Typ[types.Bool], "")
}

func (m *Machine) negate(x heap.Value, t types.Type) heap.Value {
	if l, ok := x.(heap.Linear); ok {
		return l.Scale(-1)
	}
	return m.Heap.Fresh(t, "")
}

// An ordering asks for the relation of an integer to zero.
type ordering struct {
	order *heap.Order
	l     heap.Linear
	rel   heap.Relation
}

func (t *ordering) Known() heap.Decision {
	holds, known := t.order.Known(t.l, t.rel)
	if !known {
		return heap.Undecided
	}
	return heap.Decide(holds)
}

func (t *ordering) Likely() heap.Decision {
	holds, known := t.order.Likely(t.l, t.rel)
	if !known {
		return heap.Undecided
	}
	return heap.Decide(holds)
}

func (t *ordering) Decide(holds bool) { t.order.Decide(t.l, t.rel, holds) }

// A nilness asks whether a symbol is nil.
type nilness struct{ sym *heap.Symbol }

func (t nilness) Known() heap.Decision { return t.sym.IsNil() }
func (t nilness) Decide(isNil bool)    { t.sym.DecideNil(isNil) }

// Likely: errors are nil, all else is not.
func (t nilness) Likely() heap.Decision { return heap.Decide(IsError(t.sym.Type)) }

// IsError reports whether t is the type error.
func IsError(t types.Type) bool {
	return types.Identical(t, types.Universe.Lookup("error").Type())
}

// A sameness asks whether two values are equal.
type sameness struct {
	m    *Machine
	x, y heap.Value
}

func (t *sameness) Known() heap.Decision { return t.m.Same(t.x, t.y) }

func (t *sameness) Likely() heap.Decision { return heap.No }

func (t *sameness) Decide(same bool) {
	if key, ok := pair(t.x, t.y); ok {
		t.m.equal[key] = heap.Decide(same)
	}
	if !same {
		return
	}
	for _, v := range []heap.Value{t.x, t.y} {
		if s, ok := v.(*heap.Symbol); ok && s.Nil == heap.Undecided {
			s.DecideNil(false)
		}
	}
}

// pair returns a key for an unordered pair of values.
func pair(x, y heap.Value) (key [2]any, ok bool) {
	a, ok1 := identity(x)
	b, ok2 := identity(y)
	if !ok1 || !ok2 {
		return key, false
	}
	if s, ok := a.(*heap.Symbol); ok {
		if t, ok := b.(*heap.Symbol); ok && t.ID < s.ID {
			a, b = b, a
		}
	} else {
		a, b = b, a
	}
	return [2]any{a, b}, true
}

// identity returns a comparable key for a value that has one.
func identity(v heap.Value) (any, bool) {
	switch v := v.(type) {
	case *heap.Symbol:
		return v.Object(), true
	case *heap.Cell, *heap.Chan, *heap.Map:
		return v, true
	case heap.Const:
		return v.Val.ExactString(), true
	}
	return nil, false
}

// Same reports whether two values are equal, as far as it is decided.
func (m *Machine) Same(x, y heap.Value) heap.Decision {
	if key, ok := pair(x, y); ok {
		if key[0] == key[1] {
			return heap.Yes
		}
		if d, ok := m.equal[key]; ok {
			return d
		}
	}
	switch a := x.(type) {
	case heap.Iface:
		if b, ok := y.(heap.Iface); ok {
			if !types.Identical(a.Type, b.Type) {
				return heap.No
			}
			return m.Same(a.Val, b.Val)
		}
	case *heap.Struct:
		if b, ok := y.(*heap.Struct); ok {
			return m.sameFields(a, b)
		}
	case heap.Linear:
		if b, ok := heap.LinearOf(y); ok {
			return (&ordering{&m.Sched.Order, a.Sub(b), heap.Equal}).Known()
		}
	}
	return distinct(x, y)
}

func (m *Machine) sameFields(a, b *heap.Struct) heap.Decision {
	same := heap.Yes
	for i := range a.Type.NumFields() {
		switch m.Same(a.Field(i), b.Field(i)) {
		case heap.No:
			return heap.No
		case heap.Undecided:
			same = heap.Undecided
		}
	}
	return same
}

// distinct decides the equality of values that are not the same: two objects
// that were made during the execution are different ones.
func distinct(x, y heap.Value) heap.Decision {
	kx, ky := kindOf(x), kindOf(y)
	if kx == unknown || ky == unknown {
		return heap.Undecided
	}
	if kx == constantKind && ky == constantKind {
		a, b := x.(heap.Const), y.(heap.Const)
		if a.Val.Kind() == b.Val.Kind() {
			return heap.Decide(constant.Compare(a.Val, token.EQL, b.Val))
		}
	}
	return heap.No
}

type kind int

const (
	unknown kind = iota
	constantKind
	object
	nilKind
)

func kindOf(v heap.Value) kind {
	switch v := v.(type) {
	case heap.Const:
		return constantKind
	case heap.Nil:
		return nilKind
	case *heap.Cell, *heap.Chan, *heap.Map, heap.Iface, *heap.Func, *heap.Slice:
		return object
	case *heap.Symbol:
		if v.Object().Distinct {
			return object
		}
	}
	return unknown
}
