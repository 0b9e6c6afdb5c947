package execute

import (
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ssa"

	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/heap"
	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/schedule"
)

// execute executes one instruction of frame f.
func (m *Machine) execute(g *schedule.Goroutine, f *frame, instr ssa.Instruction) {
	switch instr := instr.(type) {
	case *ssa.Jump:
		m.jump(g, f, f.block.Succs[0])
	case *ssa.If:
		m.branch(g, f, instr)
	case *ssa.Return:
		m.ret(g, f, instr)
	case *ssa.RunDefers:
		m.runDefers(g, f)
	case *ssa.Panic:
		x := m.value(f, instr.X)
		m.panic(g)
		threadOf(g).panicked = x
	case *ssa.Call:
		m.call(g, f, instr)
	case *ssa.Go:
		m.goStmt(g, f, instr)
	case *ssa.Defer:
		m.deferStmt(g, f, instr)
	case *ssa.Send:
		m.send(g, f, instr)
	case *ssa.Select:
		m.selectStmt(g, f, instr)
	case *ssa.Store:
		m.store(g, f, instr)
	case *ssa.MapUpdate:
		m.mapUpdate(g, f, instr)
	case *ssa.UnOp:
		m.unOp(g, f, instr)
	case ssa.Value:
		v, ok := m.eval(f, instr)
		if !ok {
			m.panic(g)
			return
		}
		m.settle(f, instr, v)
		f.set(instr, v)
		f.pc++
	default: // DebugRef
		f.pc++
	}
}

// jump goes on with block b.
func (m *Machine) jump(g *schedule.Goroutine, f *frame, b *ssa.BasicBlock) {
	f.jump(m, b)
	threadOf(g).note(uint64(b.Index))
}

// note adds to the hash of what the thread did.
func (t *thread) note(x uint64) { t.trace = (t.trace ^ (x + 1)) * 1099511628211 }

// ret returns from f.
func (m *Machine) ret(g *schedule.Goroutine, f *frame, instr *ssa.Return) {
	if call := f.defers.pop(); call != nil {
		// go/ssa leaves out RunDefers where only the body of a range over a
		// function defers.
		call(g)
		return
	}
	var result heap.Value
	switch len(instr.Results) {
	case 0:
	case 1:
		result = m.value(f, instr.Results[0])
	default:
		tuple := make(heap.Tuple, len(instr.Results))
		for i, r := range instr.Results {
			tuple[i] = m.value(f, r)
		}
		result = tuple
	}
	t := threadOf(g)
	t.exit = instr
	if t.exits == nil {
		t.exits = map[*ssa.Function]*ssa.Return{}
	}
	t.exits[f.fn] = instr
	t.pop()
	m.deliver(g, result)
}

// store stores into a variable.
func (m *Machine) store(g *schedule.Goroutine, f *frame, instr *ssa.Store) {
	c := m.cell(m.value(f, instr.Addr))
	if c == nil {
		m.panic(g)
		return
	}
	v := m.value(f, instr.Val)
	c.Store(v)
	if m.visible.Has(c) {
		m.Expose(v)
	}
	f.pc++
}

// mapUpdate stores into a map.
func (m *Machine) mapUpdate(g *schedule.Goroutine, f *frame, instr *ssa.MapUpdate) {
	mp := m.mapOf(m.value(f, instr.Map))
	if mp == nil {
		m.panic(g)
		return
	}
	key, val := m.value(f, instr.Key), m.value(f, instr.Value)
	m.MapStore(mp, key, val)
	f.pc++
}

// unOp executes a load, a receive, or another unary operation.
func (m *Machine) unOp(g *schedule.Goroutine, f *frame, instr *ssa.UnOp) {
	x := m.value(f, instr.X)
	var v heap.Value
	switch instr.Op {
	case token.ARROW:
		m.receive(g, f, instr, x)
		return
	case token.MUL:
		c := m.cell(x)
		if c == nil {
			m.panic(g)
			return
		}
		v = c.Load()
	case token.NOT:
		v = m.not(x)
	case token.SUB:
		v = m.negate(x, instr.Type())
	default:
		v = m.Heap.Fresh(instr.Type(), "")
		m.settleBy(v, x)
	}
	f.set(instr, v)
	f.pc++
}

// settle notes that the value of an instruction, which was not computed, follows
// from operands that are known.
func (m *Machine) settle(f *frame, instr ssa.Value, v heap.Value) {
	switch v.(type) {
	case *heap.Symbol, heap.Not:
	default:
		return
	}
	switch instr := instr.(type) {
	case *ssa.BinOp:
		m.settleBy(v, m.value(f, instr.X), m.value(f, instr.Y))
	case *ssa.Convert:
		m.settleBy(v, m.value(f, instr.X))
	case *ssa.Index:
		m.settleBy(v, m.value(f, instr.X), m.value(f, instr.Index))
	case *ssa.Slice:
		m.settleBy(v, m.value(f, instr.X))
	}
}

// settleBy settles what has been made of known values alone.
func (m *Machine) settleBy(v heap.Value, by ...heap.Value) {
	if heap.Known(by...) {
		heap.Settle(v)
	}
}

// eval evaluates an instruction that only computes a value; ok is false where
// it panics.
func (m *Machine) eval(f *frame, instr ssa.Value) (v heap.Value, ok bool) {
	switch instr := instr.(type) {
	case *ssa.Alloc:
		return m.Heap.NewCell(instr.Type().Underlying().(*types.Pointer).Elem()), true
	case *ssa.BinOp:
		x, y := m.value(f, instr.X), m.value(f, instr.Y)
		return m.binOp(instr, x, y), !dividesByZero(instr, y)
	case *ssa.ChangeInterface:
		return m.value(f, instr.X), true
	case *ssa.ChangeType:
		return m.value(f, instr.X), true
	case *ssa.Convert:
		x := m.value(f, instr.X)
		v := m.convert(x, instr.X.Type(), instr.Type())
		m.settleBy(v, x)
		return v, true
	case *ssa.Extract:
		return m.extract(m.value(f, instr.Tuple), instr), true
	case *ssa.Field:
		return m.field(m.value(f, instr.X), instr), true
	case *ssa.FieldAddr:
		c := m.cell(m.value(f, instr.X))
		if c == nil {
			return nil, false
		}
		return c.Field(instr.Field), true
	case *ssa.Index:
		return m.index(m.value(f, instr.X), m.value(f, instr.Index), instr), true
	case *ssa.IndexAddr:
		return m.indexAddr(m.value(f, instr.X), m.value(f, instr.Index), instr)
	case *ssa.Lookup:
		return m.lookup(m.value(f, instr.X), m.value(f, instr.Index), instr), true
	case *ssa.MakeChan:
		return m.makeChan(m.value(f, instr.Size), instr), true
	case *ssa.MakeClosure:
		return m.makeClosure(f, instr), true
	case *ssa.MakeInterface:
		return m.makeInterface(m.value(f, instr.X), instr), true
	case *ssa.MakeMap:
		return &heap.Map{Type: instr.Type().Underlying().(*types.Map)}, true
	case *ssa.MakeSlice:
		return m.makeSlice(m.value(f, instr.Len), instr), true
	case *ssa.Range:
		return m.rangeOver(m.value(f, instr.X), instr), true
	case *ssa.Next:
		return m.next(m.value(f, instr.Iter), instr), true
	case *ssa.Slice:
		return m.slice(f, instr), true
	case *ssa.TypeAssert:
		return m.typeAssert(m.value(f, instr.X), instr)
	}
	// MultiConvert, SliceToArrayPointer and what is to come.
	x := instr.(ssa.Instruction)
	for _, op := range x.Operands(nil) {
		if *op != nil {
			m.Expose(m.value(f, *op))
		}
	}
	return m.Heap.Unknown("", true).Make(instr.Type()), true
}

// value returns the value of an operand.
func (m *Machine) value(f *frame, v ssa.Value) heap.Value {
	switch v := v.(type) {
	case *ssa.Const:
		return m.Heap.ConstOf(v.Value, v.Type())
	case *ssa.Function:
		m.arm(v)
		return &heap.Func{Fn: v}
	case *ssa.Global:
		return m.global(v)
	case *ssa.Builtin:
		return heap.Nil{} // only called, never a value
	}
	x := f.regs[f.info.index[v]]
	if x == nil {
		x = m.Heap.Fresh(v.Type(), v.Name()) // of a path that did not come by its definition
	}
	return x
}

// arm notes that a function value was made: if it leads to a handshake, any
// call of a function value may.
func (m *Machine) arm(fn *ssa.Function) {
	if !m.armed && m.Leads(fn) {
		m.armed = true
	}
}

func (m *Machine) makeClosure(f *frame, instr *ssa.MakeClosure) heap.Value {
	fn := instr.Fn.(*ssa.Function)
	m.arm(fn)
	free := make([]heap.Value, len(instr.Bindings))
	for i, b := range instr.Bindings {
		free[i] = m.value(f, b)
	}
	return &heap.Func{Fn: fn, Free: free, Made: instr.Pos()}
}

// makeInterface keeps a symbol whose dynamic type is the operand's as it is
// known.
func (m *Machine) makeInterface(x heap.Value, instr *ssa.MakeInterface) heap.Value {
	return heap.Iface{Type: instr.X.Type(), Val: x}
}

func (m *Machine) extract(x heap.Value, instr *ssa.Extract) heap.Value {
	if tuple, ok := x.(heap.Tuple); ok && instr.Index < len(tuple) && tuple[instr.Index] != nil {
		return tuple[instr.Index]
	}
	return m.Heap.Fresh(instr.Type(), "")
}

func (m *Machine) field(x heap.Value, instr *ssa.Field) heap.Value {
	if s, ok := x.(*heap.Struct); ok {
		return s.Field(instr.Field)
	}
	return m.Heap.Unknown("", true).Make(instr.Type())
}

func (m *Machine) makeChan(size heap.Value, instr *ssa.MakeChan) heap.Value {
	ch := &heap.Chan{Elem: instr.Type().Underlying().(*types.Chan).Elem(), Cap: heap.UnknownCap, Made: instr.Pos()}
	if l, ok := size.(heap.Linear); ok {
		if n, ok := l.Constant(); ok && n >= 0 {
			ch.Cap = int(min(n, heap.UnknownCap))
		}
	}
	return ch
}
