package heap

import (
	"fmt"
	"go/types"
)

// A Symbol is a value that nobody can know: a parameter, what an unknown call
// returned, the length of a slice from elsewhere. What is decided of it during
// an execution is decided once.
type Symbol struct {
	ID    int
	Type  types.Type
	Nil   Decision // of a nilable type: whether it is nil
	True  Decision // of a boolean: whether it is true
	Model any      // what a library model keeps of it
	Test  Test     // of a boolean: what it says of other values; nil if nothing

	// Doubt says that code that is not executed computed it from something that
	// is known, such as an error: what is decided of it is a guess.
	Doubt bool
	// Settled says that it follows from values that are known, in a way that is not
	// executed: there is just one answer to it, and an execution may have taken
	// another one.
	Settled bool
	// Distinct says that the symbol stands for an object that was made during
	// the execution, and so is no other.
	Distinct bool
	// Err is the error that was returned beside it: where that error is nil it
	// is not, and the other way round.
	Err *Symbol

	base    *Symbol // the interface that it was asserted from
	origin  *Origin
	pointee *Cell
	slice   *Slice
	dynamic map[types.Type]Value // decided type assertions; nil where they fail
	known   bool                 // a dynamic type was found
}

// Doubtful reports whether v is a guess, or the negation of one.
func Doubtful(v Value) bool {
	switch v := v.(type) {
	case Not:
		return v.Sym.Doubt
	case *Symbol:
		return v.Doubt
	}
	return false
}

// A Test is a question about values that a boolean symbol is the answer to.
type Test interface {
	// Known returns the answer as far as it is decided by now.
	Known() Decision
	// Likely returns the answer that a run takes first.
	Likely() Decision
	// Decide decides the answer.
	Decide(bool)
}

// A Decision is what is known of a symbol: nothing, that something is so, or
// that it is not.
type Decision int8

const (
	Undecided Decision = iota
	Yes
	No
)

// Decide returns Yes for true and No for false.
func Decide(b bool) Decision {
	if b {
		return Yes
	}
	return No
}

// Outside reports whether code that is not executed can reach what the symbol
// stands for from the beginning.
func (s *Symbol) Outside() bool { return s.origin.Outside }

// Origin returns what the parts of the symbol are made of.
func (s *Symbol) Origin() *Origin { return s.origin }

// Pointee returns the variable that a symbol of pointer type points to.
func (s *Symbol) Pointee() *Cell {
	if s.pointee == nil {
		p, ok := s.Type.Underlying().(*types.Pointer)
		if !ok {
			return nil
		}
		s.pointee = s.origin.inner().NewCell(p.Elem())
		if s.origin.heap.IsOpaque(p.Elem()) {
			s.pointee.whole = s
		}
	}
	return s.pointee
}

// Slice returns the elements of a symbol of slice type.
func (s *Symbol) Slice() *Slice {
	if s.slice == nil {
		t, ok := s.Type.Underlying().(*types.Slice)
		if !ok {
			return nil
		}
		o := s.origin.inner()
		s.slice = &Slice{Elem: t.Elem(), Len: o.Symbol(types.Typ[types.Int]), Unknown: o}
	}
	return s.slice
}

// inner is the origin of what lies behind an unknown reference: code that is
// not executed may have kept it.
func (o *Origin) inner() *Origin {
	return &Origin{heap: o.heap, Name: o.Name, unknown: true, Outside: true}
}

// Object returns the symbol that stands for the object itself: that from which
// s was asserted to be of a type.
func (s *Symbol) Object() *Symbol {
	for s.base != nil {
		s = s.base
	}
	return s
}

// Concrete returns the value of the concrete type that the symbol was found to
// be of, or nil.
func (s *Symbol) Concrete() *Symbol {
	for t, v := range s.dynamic {
		if c, ok := v.(*Symbol); ok && c != s && !types.IsInterface(t) {
			return c
		}
	}
	return nil
}

// ModelOf returns where a library model keeps what it knows of the object that
// v refers to, or nil where v refers to none.
func ModelOf(v Value) *any {
	switch v := v.(type) {
	case Iface:
		return ModelOf(v.Val)
	case *Cell:
		if v.whole != nil {
			return ModelOf(v.whole)
		}
		return &v.Model
	case *Symbol:
		return &v.Object().Model
	}
	return nil
}

// IsNil returns what is known of whether the symbol is nil.
func (s *Symbol) IsNil() Decision {
	if s.Nil == Undecided && s.Err != nil {
		switch s.Err.IsNil() {
		case Yes:
			return No
		case No:
			return Yes
		}
	}
	return s.Nil
}

// DecideNil decides whether the symbol is nil.
func (s *Symbol) DecideNil(isNil bool) {
	s.Nil = Decide(isNil)
	if s.Err != nil && s.Err.Nil == Undecided {
		s.Err.Nil = Decide(!isNil)
	}
}

// Asserted returns the outcome of an earlier type assertion to t: its value,
// nil where it fails; ok reports whether it was decided.
func (s *Symbol) Asserted(t types.Type) (v Value, ok bool) {
	for u, v := range s.dynamic {
		if types.Identical(t, u) {
			return v, true
		}
	}
	if s.known && !types.IsInterface(t) {
		return nil, true // it is of another type
	}
	return nil, false
}

// Assert decides that the dynamic type of the symbol is (with a value) or is
// not (with nil) the type t.
func (s *Symbol) Assert(t types.Type, v Value) {
	if s.dynamic == nil {
		s.dynamic = map[types.Type]Value{}
	}
	s.dynamic[t] = v
	if v == nil {
		return
	}
	s.Nil = No
	if c, ok := v.(*Symbol); ok && c != s {
		c.base = s
	}
	s.known = s.known || !types.IsInterface(t)
}

func (s *Symbol) String() string {
	if s.origin.Name == "" {
		return fmt.Sprintf("?%d", s.ID)
	}
	return fmt.Sprintf("%s?%d", s.origin.Name, s.ID)
}
