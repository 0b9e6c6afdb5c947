package execute

import (
	"go/constant"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/heap"
)

// convert converts between basic types, strings and slices.
func (m *Machine) convert(x heap.Value, from, to types.Type) heap.Value {
	if isInt(from) && isInt(to) {
		return wrap(x, to)
	}
	if s, ok := x.(heap.Const); ok && s.Val.Kind() == constant.String && isString(to) {
		return x
	}
	if f, ok := x.(heap.Const); ok && isInt(to) {
		if n, exact := constant.Int64Val(constant.ToInt(f.Val)); exact {
			return heap.Linear{C: n}
		}
	}
	return m.Heap.Fresh(to, "")
}

// wrap returns an integer as one of type t, which may have no room for it.
func wrap(x heap.Value, t types.Type) heap.Value {
	l, ok := x.(heap.Linear)
	if !ok {
		return x
	}
	n, known := l.Constant()
	narrow := narrower[t.Underlying().(*types.Basic).Kind()]
	if !known || narrow == nil {
		return x
	}
	return heap.Linear{C: narrow(n)}
}

// narrower convert to integers of less than 64 bits.
var narrower = map[types.BasicKind]func(int64) int64{
	types.Int8:   func(n int64) int64 { return int64(int8(n)) },
	types.Int16:  func(n int64) int64 { return int64(int16(n)) },
	types.Int32:  func(n int64) int64 { return int64(int32(n)) },
	types.Uint8:  func(n int64) int64 { return int64(uint8(n)) },
	types.Uint16: func(n int64) int64 { return int64(uint16(n)) },
	types.Uint32: func(n int64) int64 { return int64(uint32(n)) },
}

func isInt(t types.Type) bool {
	b, ok := t.Underlying().(*types.Basic)
	return ok && b.Info()&types.IsInteger != 0
}

func isString(t types.Type) bool {
	b, ok := t.Underlying().(*types.Basic)
	return ok && b.Info()&types.IsString != 0
}

// constantIndex returns the index as a number where it is known.
func constantIndex(v heap.Value) (int, bool) {
	l, ok := v.(heap.Linear)
	if !ok {
		return 0, false
	}
	n, ok := l.Constant()
	return int(n), ok && n >= 0 && n < heap.UnknownCap
}

func (m *Machine) index(x, i heap.Value, instr *ssa.Index) heap.Value {
	if a, ok := x.(*heap.Array); ok {
		if n, ok := constantIndex(i); ok {
			return a.Elem(int64(n))
		}
	}
	m.Expose(x)
	return m.Heap.Unknown("", true).Make(instr.Type())
}

// indexAddr returns the cell of an element. Where it isn't known which one it
// is, all are taken to be in sight of others, and may be changed through it.
func (m *Machine) indexAddr(x, i heap.Value, instr *ssa.IndexAddr) (heap.Value, bool) {
	elem := instr.Type().Underlying().(*types.Pointer).Elem()
	n, known := constantIndex(i)
	if known {
		if s := sliceOf(x); s != nil {
			c := s.At(n)
			return c, c != nil
		}
		if c := m.cellOfArray(x, instr.X.Type()); c != nil {
			return c.Elem(int64(n)), true
		}
	}
	if _, ok := x.(heap.Nil); ok {
		return nil, false
	}
	m.Expose(x)
	origin := m.Heap.Unknown("", true)
	cell := origin.NewCell(elem)
	if !isLoad(instr) {
		if s := sliceOf(x); s != nil {
			x = s
		}
		m.forget(x, origin)
		m.Expose(cell)
	}
	return cell, true
}

func (m *Machine) cellOfArray(x heap.Value, t types.Type) *heap.Cell {
	if _, ok := t.Underlying().(*types.Pointer); !ok {
		return nil
	}
	return m.cell(x)
}

// sliceOf returns the elements of a slice value, or nil.
func sliceOf(x heap.Value) *heap.Slice {
	switch x := x.(type) {
	case *heap.Slice:
		return x
	case *heap.Symbol:
		return x.Slice()
	}
	return nil
}

func (m *Machine) makeSlice(n heap.Value, instr *ssa.MakeSlice) heap.Value {
	elem := instr.Type().Underlying().(*types.Slice).Elem()
	return m.newSlice(elem, n)
}

// maxSlice bounds the length of a slice whose elements are kept apart.
const maxSlice = 64

func (m *Machine) newSlice(elem types.Type, n heap.Value) *heap.Slice {
	s := &heap.Slice{Elem: elem, Len: n}
	if k, ok := constantIndex(n); ok && k <= maxSlice {
		for range k {
			s.Cells = append(s.Cells, m.Heap.NewCell(elem))
		}
		return s
	}
	s.Unknown = m.Heap.Unknown("", false)
	return s
}

// slice executes a slice expression.
func (m *Machine) slice(f *frame, instr *ssa.Slice) heap.Value {
	x := m.value(f, instr.X)
	low, high := 0, -1
	known := true
	if instr.Low != nil {
		var ok bool
		low, ok = constantIndex(m.value(f, instr.Low))
		known = known && ok
	}
	if instr.High != nil {
		var ok bool
		high, ok = constantIndex(m.value(f, instr.High))
		known = known && ok
	}
	if s := m.sliceView(x, instr.X.Type()); s != nil && known && s.Unknown == nil {
		if high < 0 {
			high = len(s.Cells)
		}
		if low <= high && high <= len(s.Cells) {
			part := &heap.Slice{Elem: s.Elem, Cells: s.Cells[low:high:high], Len: heap.Linear{C: int64(high - low)}}
			if instr.Max == nil {
				part.Room = slices.Concat(s.Cells[high:], s.Room)
				part.RoomUnknown = s.RoomUnknown
			}
			return part
		}
	}
	if _, ok := x.(heap.Nil); ok {
		return x
	}
	if s, ok := x.(*heap.Slice); ok && s.Unknown == nil && high > len(s.Cells) {
		m.Doubtful = true // beyond its length is what was appended to others of that array
	}
	if !isString(instr.X.Type()) {
		m.Expose(x)
	}
	return m.Heap.Unknown("", true).Make(instr.Type())
}

// sliceView returns a slice or an array behind a pointer as a slice.
func (m *Machine) sliceView(x heap.Value, t types.Type) *heap.Slice {
	p, ok := t.Underlying().(*types.Pointer)
	if !ok {
		if s, ok := x.(*heap.Slice); ok {
			return s
		}
		return nil
	}
	a, ok := p.Elem().Underlying().(*types.Array)
	c := m.cell(x)
	if !ok || c == nil || a.Len() > maxSlice {
		return nil
	}
	s := &heap.Slice{Elem: a.Elem(), Len: heap.Linear{C: a.Len()}}
	for i := range a.Len() {
		s.Cells = append(s.Cells, c.Elem(i))
	}
	return s
}

// appendTo executes the builtin append: in the same array, where that has room, else in
// a new one, of which nobody knows how large it is. Who appends twice to a slice
// that may have room has perhaps overwritten what was appended first.
func (m *Machine) appendTo(x, y heap.Value, t types.Type) heap.Value {
	if s, ok := x.(*heap.Slice); ok {
		if more, ok := y.(*heap.Slice); ok && s.Unknown == nil && more.Unknown == nil && len(more.Cells) <= len(s.Room) {
			return extend(s, more)
		}
		m.Doubtful = m.Doubtful || s.Extended
		s.Extended = s.RoomUnknown
	}
	elem := t.Underlying().(*types.Slice).Elem()
	s := &heap.Slice{Elem: elem, Len: heap.Linear{}, RoomUnknown: true}
	for _, part := range []heap.Value{x, y} {
		switch part := part.(type) {
		case heap.Nil:
		case *heap.Slice:
			s.Cells = append(s.Cells, copyCells(m, part)...)
			if part.Unknown != nil {
				s.Unknown = part.Unknown
			}
		default:
			m.Expose(part)
			s.Unknown = m.Heap.Unknown("", true)
		}
	}
	s.Len = heap.Linear{C: int64(len(s.Cells))}
	if s.Unknown != nil {
		s.Len = s.Unknown.Symbol(types.Typ[types.Int])
	}
	return s
}

// extend appends to a slice whose array has room for that.
func extend(s, more *heap.Slice) *heap.Slice {
	n := len(more.Cells)
	for i, c := range more.Cells {
		s.Room[i].Store(c.Load())
	}
	return &heap.Slice{
		Elem:        s.Elem,
		Cells:       slices.Concat(s.Cells, s.Room[:n]),
		Len:         heap.Linear{C: int64(len(s.Cells) + n)},
		Room:        s.Room[n:],
		RoomUnknown: s.RoomUnknown,
	}
}

// copyCells returns new cells with the same contents.
func copyCells(m *Machine, s *heap.Slice) []*heap.Cell {
	cells := make([]*heap.Cell, len(s.Cells))
	for i, c := range s.Cells {
		cells[i] = m.Heap.NewCell(s.Elem)
		cells[i].Store(c.Load())
	}
	return cells
}

// length executes the builtin len.
func (m *Machine) length(x heap.Value) heap.Value {
	switch x := x.(type) {
	case heap.Nil:
		return heap.Linear{}
	case heap.Const:
		if x.Val.Kind() == constant.String {
			return heap.Linear{C: int64(len(constant.StringVal(x.Val)))}
		}
	case *heap.Slice:
		return x.Len
	case *heap.Symbol:
		if s := x.Slice(); s != nil {
			return s.Len
		}
	case *heap.Map:
		if x.Unknown == nil {
			return heap.Linear{C: int64(len(x.Entries))}
		}
	case *heap.Chan:
		return heap.Linear{C: int64(len(x.Buf))}
	case *heap.Array:
		return heap.Linear{C: x.Type.Len()}
	}
	return m.Heap.Fresh(types.Typ[types.Int], "len")
}

// mapOf returns the map that v is, or nil for the nil map.
func (m *Machine) mapOf(v heap.Value) *heap.Map {
	switch v := v.(type) {
	case *heap.Map:
		return v
	case *heap.Symbol:
		model := heap.ModelOf(v)
		if mp, ok := (*model).(*heap.Map); ok {
			return mp
		}
		t, ok := v.Type.Underlying().(*types.Map)
		if !ok {
			return nil
		}
		mp := &heap.Map{Type: t, Unknown: m.Heap.Unknown("entry", true)}
		*model = mp
		return mp
	}
	return nil
}

// MapStore stores an entry. Where it isn't known which entry the key is that
// of, the entries are taken to be in sight of others.
func (m *Machine) MapStore(mp *heap.Map, key, val heap.Value) {
	for i, e := range mp.Entries {
		switch m.Same(e.Key, key) {
		case heap.Yes:
			mp.Entries[i].Val = val
			return
		case heap.Undecided:
			m.Expose(e.Val)
		}
	}
	mp.Entries = append(mp.Entries, heap.Entry{Key: key, Val: val})
	if mp.Unknown != nil && mp.Unknown.Outside || m.visible.Has(mp) {
		m.Expose(val)
	}
}

// MapLoad returns the entry of a key. The value is nil where it is not known
// which one that is; found is then meaningless.
func (m *Machine) MapLoad(mp *heap.Map, key heap.Value) (val heap.Value, found bool) {
	if mp == nil {
		return heap.Nil{}, false
	}
	sure := mp.Unknown == nil
	for _, e := range mp.Entries {
		switch m.Same(e.Key, key) {
		case heap.Yes:
			return e.Val, true
		case heap.Undecided:
			sure = false
		}
	}
	if sure {
		return heap.Nil{}, false
	}
	for _, e := range mp.Entries {
		m.Expose(e.Val)
	}
	return nil, false
}

// MapDelete deletes the entry of a key.
func (m *Machine) MapDelete(mp *heap.Map, key heap.Value) {
	if mp == nil {
		return
	}
	var kept []heap.Entry
	for _, e := range mp.Entries {
		switch m.Same(e.Key, key) {
		case heap.Yes:
			continue
		case heap.Undecided:
			m.Expose(e.Val)
		}
		kept = append(kept, e)
	}
	mp.Entries = kept
}

// lookup executes an index of a map or a string.
func (m *Machine) lookup(x, i heap.Value, instr *ssa.Lookup) heap.Value {
	t, ok := instr.X.Type().Underlying().(*types.Map)
	if !ok {
		return m.Heap.Fresh(instr.Type(), "")
	}
	var val, ok2 heap.Value
	switch v, found := m.MapLoad(m.mapOf(x), i); {
	case v == nil:
		val, ok2 = m.Heap.Unknown("entry", true).Make(t.Elem()), m.Heap.Fresh(types.Typ[types.Bool], "ok")
		m.Expose(val) // it may be one of those that are known
	case found:
		val, ok2 = v, heap.Bool(true)
	default:
		val, ok2 = m.Heap.Zero(t.Elem()), heap.Bool(false)
	}
	if instr.CommaOk {
		return heap.Tuple{val, ok2}
	}
	return val
}

// An iterator is the state of a range over a map or a string.
type iterator struct {
	entries []heap.Entry
	more    *heap.Origin // what further entries are made of; nil if there are none
	key     types.Type
	elem    types.Type
}

func (m *Machine) rangeOver(x heap.Value, instr *ssa.Range) heap.Value {
	it := &iterator{key: types.Typ[types.Int], elem: types.Typ[types.Rune]}
	t, ok := instr.X.Type().Underlying().(*types.Map)
	if !ok {
		s, ok := x.(heap.Const)
		if !ok {
			it.more = m.Heap.Unknown("", false)
			return it
		}
		for i, r := range constant.StringVal(s.Val) {
			it.entries = append(it.entries, heap.Entry{Key: heap.Linear{C: int64(i)}, Val: heap.Linear{C: int64(r)}})
		}
		return it
	}
	it.key, it.elem = t.Key(), t.Elem()
	if mp := m.mapOf(x); mp != nil {
		it.entries = append(it.entries, mp.Entries...)
		it.more = mp.Unknown
	}
	return it
}

func (m *Machine) next(x heap.Value, instr *ssa.Next) heap.Value {
	it, ok := x.(*iterator)
	switch {
	case !ok:
		return m.Heap.Fresh(instr.Type(), "")
	case len(it.entries) > 0:
		e := it.entries[0]
		it.entries = it.entries[1:]
		return heap.Tuple{heap.Bool(true), e.Key, e.Val}
	case it.more == nil:
		return heap.Tuple{heap.Bool(false), m.Heap.Zero(it.key), m.Heap.Zero(it.elem)}
	}
	return heap.Tuple{it.more.Symbol(types.Typ[types.Bool]), it.more.Make(it.key), it.more.Make(it.elem)}
}

// typeAssert executes a type assertion; ok is false where it panics.
func (m *Machine) typeAssert(x heap.Value, instr *ssa.TypeAssert) (v heap.Value, ok bool) {
	v = m.Assert(x, instr.AssertedType)
	if !instr.CommaOk {
		return v, v != nil
	}
	if v == nil {
		return heap.Tuple{m.Heap.Zero(instr.AssertedType), heap.Bool(false)}, true
	}
	return heap.Tuple{v, heap.Bool(true)}, true
}

// Assert returns the interface value x as a value of type t, or nil where it
// is not of that type.
func (m *Machine) Assert(x heap.Value, t types.Type) heap.Value {
	switch x := x.(type) {
	case heap.Iface:
		if i, ok := t.Underlying().(*types.Interface); ok {
			if types.Implements(x.Type, i) {
				return x
			}
			return nil
		}
		if types.Identical(x.Type, t) {
			return x.Val
		}
		return nil
	case *heap.Symbol:
		return m.assertSymbol(x.Object(), t)
	}
	return nil
}

// assertSymbol decides once whether a symbol is of a type.
func (m *Machine) assertSymbol(s *heap.Symbol, t types.Type) heap.Value {
	if s.IsNil() == heap.Yes {
		return nil
	}
	if v, ok := s.Asserted(t); ok {
		return v
	}
	if i, ok := t.Underlying().(*types.Interface); ok && types.Implements(s.Type, i) {
		s.Assert(t, s)
		return s
	}
	if model, ok := s.Model.(Asserter); ok {
		switch is, known := model.Is(t); {
		case known && is:
			s.Assert(t, s)
			return s
		case known:
			s.Assert(t, nil)
			return nil
		}
	}
	if m.Choose(2, "%v is a %v", s, t) == 1 {
		s.Assert(t, nil)
		return nil
	}
	if types.IsInterface(t) {
		s.Assert(t, s)
		return s
	}
	v := s.Origin().Make(t)
	if c, ok := v.(*heap.Symbol); ok {
		c.Nil = heap.No
	}
	s.Assert(t, v)
	return v
}

// An Asserter is a library model's knowledge of an object whose type it knows.
type Asserter interface {
	// Is reports whether the object is of type t, where that is known; it is
	// known to be of interface types only.
	Is(t types.Type) (is, known bool)
}
