package execute

import (
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/heap"
	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/schedule"
)

// A prepared call has its callee and its arguments evaluated.
type prepared struct {
	callee  heap.Value // a *heap.Func or what is called as a function; the receiver of an interface's method
	method  *types.Func
	static  types.Type // of the receiver
	builtin *ssa.Builtin
	args    []heap.Value
	sig     *types.Signature
	pos     token.Pos
	frame   *frame
}

// prepare evaluates the callee and the arguments of a call.
func (m *Machine) prepare(f *frame, common *ssa.CallCommon, pos token.Pos) prepared {
	c := prepared{sig: common.Signature(), pos: pos, frame: f}
	c.args = make([]heap.Value, 0, len(common.Args))
	for _, a := range common.Args {
		c.args = append(c.args, m.value(f, a))
	}
	if b, ok := common.Value.(*ssa.Builtin); ok {
		c.builtin = b
		return c
	}
	c.callee = m.value(f, common.Value)
	if common.IsInvoke() {
		c.method = common.Method
		c.static = common.Value.Type()
	}
	return c
}

// call executes a call instruction.
func (m *Machine) call(g *schedule.Goroutine, f *frame, instr *ssa.Call) {
	c := m.prepare(f, &instr.Call, instr.Pos())
	m.dispatch(g, &c)
}

// dispatch makes a prepared call on goroutine g.
func (m *Machine) dispatch(g *schedule.Goroutine, c *prepared) {
	switch {
	case c.builtin != nil:
		m.callBuiltin(g, c)
	case c.method != nil:
		m.callMethod(g, c.callee, c.method.Name(), c, c.args, c.pos)
	default:
		m.callDynamic(g, c.callee, c.args, c.sig, c.pos)
	}
}

// callValue calls a function value.
func (m *Machine) callValue(g *schedule.Goroutine, fn heap.Value, args []heap.Value, pos token.Pos) {
	var sig *types.Signature
	switch fn := fn.(type) {
	case *heap.Func:
		if fn.Fn != nil {
			sig = fn.Fn.Signature
		}
	case *heap.Symbol:
		sig, _ = fn.Type.Underlying().(*types.Signature)
	}
	if sig == nil {
		sig = types.NewSignatureType(nil, nil, nil, nil, nil, false)
	}
	m.callDynamic(g, fn, args, sig, pos)
}

func (m *Machine) callDynamic(g *schedule.Goroutine, fn heap.Value, args []heap.Value, sig *types.Signature, pos token.Pos) {
	switch fn := fn.(type) {
	case *heap.Func:
		if native, ok := fn.Native.(Model); ok {
			m.model(g, native, "", args, sig, pos)
			return
		}
		m.callFunction(g, fn, args, pos)
	case heap.Nil:
		m.panic(g)
	default:
		m.Expose(fn)
		m.unknown(g, "a function value", args, sig)
	}
}

// callFunction calls a function by what the library knows of it, by its body,
// or as an unknown one.
func (m *Machine) callFunction(g *schedule.Goroutine, fn *heap.Func, args []heap.Value, pos token.Pos) {
	name := m.fullName(fn.Fn)
	sig := fn.Fn.Signature
	if model := m.modelOf(fn.Fn, name, args); model != nil {
		m.model(g, model, name, args, sig, pos)
		return
	}
	t := threadOf(g)
	if m.isUnknown(fn.Fn) || len(t.frames) >= maxDepth || t.recursion(fn.Fn) >= maxRecursion {
		for _, v := range fn.Free {
			m.Expose(v)
		}
		m.foreign(g, name, args, sig, pos)
		return
	}
	m.enter(g, fn, args)
}

// isUnknown reports whether nothing is known of what the function does.
func (m *Machine) isUnknown(fn *ssa.Function) bool {
	return len(fn.Blocks) == 0 || m.hidden != nil && m.hidden(fn)
}

// enter pushes a frame for a function with a body.
func (m *Machine) enter(g *schedule.Goroutine, fn *heap.Func, args []heap.Value) {
	if m.entered != nil {
		m.entered(fn.Fn)
	}
	info := m.info(fn.Fn)
	f := &frame{
		fn:    fn.Fn,
		info:  info,
		regs:  make([]heap.Value, len(info.index)),
		block: fn.Fn.Blocks[0],
		made:  fn.Made,
	}
	for i, p := range fn.Fn.Params {
		if i < len(args) {
			f.set(p, args[i])
		}
	}
	for i, v := range fn.Fn.FreeVars {
		f.set(v, fn.Free[i])
	}
	threadOf(g).push(f)
}

// modelOf returns the library's model of a function, or nil.
func (m *Machine) modelOf(fn *ssa.Function, name string, args []heap.Value) Model {
	if fn.Syntax() == nil && len(fn.Blocks) > 0 {
		// A wrapper: of interest only if it hides a method of a type whose code
		// is not here.
		if recv := fn.Signature.Recv(); recv != nil && !m.isOwn(recv.Type()) {
			return m.methodModel(recv.Type(), args, fn.Name())
		}
		return nil
	}
	if model := m.remembered(fn, func() Model { return m.Library.Function(name, fn.Signature) }); model != nil {
		return model
	}
	if recv := fn.Signature.Recv(); recv != nil && len(fn.Blocks) == 0 {
		return m.methodModel(recv.Type(), args, fn.Name())
	}
	return nil
}

func (m *Machine) methodModel(recv types.Type, args []heap.Value, name string) Model {
	if len(args) == 0 {
		return nil
	}
	return m.libraryMethod(args[0], recv, name)
}

// libraryMethod returns the library's model of a method of a value: by what is
// known of the value, else by its static type; nil if nothing is known.
func (m *Machine) libraryMethod(recv heap.Value, static types.Type, name string) Model {
	if model := m.Library.Method(recv, name); model != nil {
		return model
	}
	return m.remembered(methodOf{static, name}, func() Model { return m.Library.MethodOf(static, name) })
}

// A methodOf is a method of a static type.
type methodOf struct {
	static types.Type
	name   string
}

// remembered returns the model of a function or a method, which find finds the first
// time. The key is a *ssa.Function, the full name of an interface's method, or a
// methodOf.
func (p *Program) remembered(key any, find func() Model) Model {
	model, ok := p.models[key]
	if !ok {
		model = find()
		p.models[key] = model
	}
	return model
}

// isOwn reports whether t is a type of the package, or a pointer to one.
func (m *Machine) isOwn(t types.Type) bool {
	if p, ok := types.Unalias(t).(*types.Pointer); ok {
		t = p.Elem()
	}
	named, ok := types.Unalias(t).(*types.Named)
	return !ok || named.Obj().Pkg() == m.Pkg.Pkg
}

// fullName is FullName, remembered.
func (p *Program) fullName(fn *ssa.Function) string {
	name, ok := p.names[fn]
	if !ok {
		name = FullName(fn)
		p.names[fn] = name
	}
	return name
}

// methodName returns the full name of an interface's method, remembered.
func (p *Program) methodName(method *types.Func) string {
	name, ok := p.names[method]
	if !ok {
		name = method.FullName()
		p.names[method] = name
	}
	return name
}

// CalleeName returns the full name of the function, or of the interface's method,
// that a call names; "" if it calls a function value.
func CalleeName(call *ssa.CallCommon) string {
	if call.IsInvoke() {
		return call.Method.FullName()
	}
	if fn := call.StaticCallee(); fn != nil {
		return FullName(fn)
	}
	return ""
}

// FullName returns the full name of the function's origin.
func FullName(fn *ssa.Function) string {
	if o := fn.Origin(); o != nil {
		fn = o
	}
	if obj, ok := fn.Object().(*types.Func); ok {
		return obj.FullName()
	}
	return fn.String()
}

func (t *thread) recursion(fn *ssa.Function) (n int) {
	for _, f := range t.frames {
		if f.fn == fn {
			n++
		}
	}
	return n
}

// model does what a model says.
func (m *Machine) model(g *schedule.Goroutine, model Model, name string, args []heap.Value, sig *types.Signature, pos token.Pos) {
	m.perform(g, model(&Call{Machine: m, G: g, Name: name, Args: args, Sig: sig, Pos: pos}))
}

// callMethod calls the method of an interface value.
func (m *Machine) callMethod(g *schedule.Goroutine, recv heap.Value, name string, c *prepared, args []heap.Value, pos token.Pos) {
	switch recv := recv.(type) {
	case heap.Iface:
		if fn := m.method(recv.Type, name, c); fn != nil {
			m.callFunction(g, &heap.Func{Fn: fn}, slices.Concat([]heap.Value{recv.Val}, args), pos)
			return
		}
	case heap.Nil:
		m.panic(g)
		return
	case *heap.Symbol:
		if recv.IsNil() == heap.Yes {
			m.panic(g)
			return
		}
		recv.DecideNil(false)
		for _, v := range dynamicOf(recv) { // asserted earlier to be of a type of the package
			if fn := m.method(v.Type, name, c); fn != nil && len(fn.Blocks) > 0 {
				m.callFunction(g, &heap.Func{Fn: fn}, slices.Concat([]heap.Value{v}, args), pos)
				return
			}
		}
	}
	sig, static, full := m.methodSignature(recv, name, c)
	all := slices.Concat([]heap.Value{recv}, args)
	model := m.remembered(full, func() Model { return m.Library.Function(full, sig) })
	if model == nil {
		model = m.libraryMethod(recv, static, name)
	}
	if model != nil {
		m.model(g, model, full, all, sig, pos)
		return
	}
	m.unknown(g, full, all, sig)
}

// Executes reports whether a method of an interface value is executed: it has
// a body in the package, and no model.
func (m *Machine) Executes(v heap.Value, name string) bool {
	i, ok := v.(heap.Iface)
	if !ok {
		return false
	}
	fn := m.method(i.Type, name, nil)
	return fn != nil && len(fn.Blocks) > 0 && m.modelOf(fn, m.fullName(fn), []heap.Value{i.Val}) == nil
}

// dynamicOf returns the symbol's value as of a type that it was found to have.
func dynamicOf(s *heap.Symbol) []*heap.Symbol {
	if v := s.Object().Concrete(); v != nil {
		return []*heap.Symbol{v}
	}
	return nil
}

// methodSignature returns the signature of the method that is called, the
// static type of its receiver and its full name.
func (m *Machine) methodSignature(recv heap.Value, name string, c *prepared) (*types.Signature, types.Type, string) {
	if c != nil {
		return c.sig, c.static, m.methodName(c.method)
	}
	var static types.Type = m.anyType()
	switch recv := recv.(type) {
	case heap.Iface:
		static = recv.Type
	case *heap.Symbol:
		static = recv.Type
	case *heap.Cell:
		static = types.NewPointer(recv.Type)
	}
	obj, _, _ := types.LookupFieldOrMethod(static, true, m.Pkg.Pkg, name)
	if fn, ok := obj.(*types.Func); ok {
		return fn.Signature(), static, fn.FullName()
	}
	return types.NewSignatureType(nil, nil, nil, nil, nil, false), static, name
}

// method returns the method of a concrete type, or nil.
func (m *Machine) method(t types.Type, name string, c *prepared) *ssa.Function {
	pkg := m.Pkg.Pkg
	if c != nil {
		pkg = c.method.Pkg()
	}
	if sel := m.SSA.MethodSets.MethodSet(t).Lookup(pkg, name); sel != nil {
		return m.SSA.MethodValue(sel)
	}
	return nil
}

func (m *Machine) anyType() types.Type { return types.Universe.Lookup("any").Type() }

// maxUnknown is how often a frame makes the same unknown call: from then on it
// is taken to block, as an accept does.
const maxUnknown = 16

// unknown makes a call of code that is not executed: that code gets its
// arguments, may change what they point to, and returns what nobody knows.
func (m *Machine) unknown(g *schedule.Goroutine, name string, args []heap.Value, sig *types.Signature) {
	if m.parks(g) {
		m.Sched.Block(g, &schedule.Wait{What: "call of " + name, Outside: true, Ready: func() bool { return false }})
		return
	}
	origin := m.Heap.Unknown("", true)
	for _, a := range args {
		m.Expose(a)
		m.forget(a, origin)
	}
	m.deliver(g, m.FreshResults(sig, name))
}

// foreign makes a call of a function that has no body here, by what its
// signature tells.
func (m *Machine) foreign(g *schedule.Goroutine, name string, args []heap.Value, sig *types.Signature, pos token.Pos) {
	if model := m.Library.Foreign(sig); model != nil {
		for _, a := range args {
			m.Expose(a)
		}
		m.model(g, model, name, args, sig, pos)
		return
	}
	m.unknown(g, name, args, sig)
}

// parks counts the unknown calls that the topmost frame makes at its present
// instruction, and reports whether there were too many.
func (m *Machine) parks(g *schedule.Goroutine) bool {
	t := threadOf(g)
	if len(t.frames) == 0 || t.top().then != nil {
		return false
	}
	f := t.top()
	return f.calls.add(f.instr()) > maxUnknown
}

// Overwrite tells that code that is not executed has written to what v refers to. What
// it was written from is known if settled says so.
func (m *Machine) Overwrite(v heap.Value, settled bool) {
	m.Expose(v)
	origin := m.Heap.Unknown("written", true)
	origin.Settled = settled
	m.forget(v, origin)
}

// forget makes unknown what an argument points to.
func (m *Machine) forget(v heap.Value, origin *heap.Origin) {
	switch v := v.(type) {
	case *heap.Cell:
		v.Forget(origin)
	case heap.Iface:
		m.forget(v.Val, origin)
	case *heap.Map:
		v.Unknown = origin
	case *heap.Slice:
		for _, c := range v.Cells {
			c.Forget(origin)
		}
	case heap.Tuple:
		for _, x := range v {
			m.forget(x, origin)
		}
	}
}

// FreshResults returns unknown results of a call. Where the last is an error,
// the others are nil just if it is not.
func (m *Machine) FreshResults(sig *types.Signature, name string) heap.Value {
	results := sig.Results()
	switch results.Len() {
	case 0:
		return nil
	case 1:
		return m.Heap.Fresh(results.At(0).Type(), name)
	}
	tuple := m.Heap.Fresh(results, name).(heap.Tuple)
	if err, ok := tuple[len(tuple)-1].(*heap.Symbol); ok && IsError(err.Type) {
		for _, v := range tuple[:len(tuple)-1] {
			if s, ok := v.(*heap.Symbol); ok {
				s.Err = err
			}
		}
	}
	return tuple
}

// callBuiltin calls a builtin function.
func (m *Machine) callBuiltin(g *schedule.Goroutine, c *prepared) {
	arg := func(i int) heap.Value { return c.args[i] }
	result := c.sig.Results()
	compute := func(v heap.Value) {
		m.settleBy(v, c.args...)
		m.deliver(g, v)
	}
	switch c.builtin.Name() {
	case "close":
		if ch := m.chanOf(arg(0)); ch == nil || ch.Closed {
			m.panic(g)
			return
		} else {
			m.Sched.Close(ch)
		}
		m.deliver(g, nil)
	case "append":
		m.deliver(g, m.appendTo(arg(0), arg(1), result.At(0).Type()))
	case "len":
		compute(m.length(arg(0)))
	case "cap":
		if ch, ok := arg(0).(*heap.Chan); ok && ch.Cap != heap.UnknownCap {
			m.deliver(g, heap.Linear{C: int64(ch.Cap)})
			return
		}
		m.deliver(g, m.capacity(arg(0)))
	case "delete":
		m.MapDelete(m.mapOf(arg(0)), arg(1))
		m.deliver(g, nil)
	case "copy":
		m.copySlice(arg(0), arg(1))
		compute(m.Heap.Fresh(types.Typ[types.Int], "copied"))
	case "recover":
		m.deliver(g, m.recover_(g, c.frame))
	case "ssa:wrapnilchk":
		m.deliver(g, arg(0))
	case "ssa:deferstack":
		m.deliver(g, &c.frame.defers)
	case "min", "max":
		compute(m.minMax(c.builtin.Name() == "min", c.args, result.At(0).Type()))
	case "clear":
		m.clear(arg(0))
		m.deliver(g, nil)
	default: // print, println, complex, real, imag and those of unsafe
		compute(m.FreshResults(c.sig, c.builtin.Name()))
	}
}

// clear executes the builtin clear.
func (m *Machine) clear(x heap.Value) {
	if s := sliceOf(x); s != nil {
		for _, c := range s.Cells {
			c.Store(m.Heap.Zero(s.Elem))
		}
	} else if mp := m.mapOf(x); mp != nil {
		mp.Entries, mp.Unknown = nil, nil
	}
}

// capacity executes the builtin cap of a slice.
func (m *Machine) capacity(x heap.Value) heap.Value {
	switch x := x.(type) {
	case heap.Nil:
		return heap.Linear{}
	case *heap.Slice:
		if x.Unknown == nil && !x.RoomUnknown {
			return heap.Linear{C: int64(len(x.Cells) + len(x.Room))}
		}
	}
	return m.Heap.Fresh(types.Typ[types.Int], "cap")
}

// copySlice copies the elements of y to x as far as both are known.
func (m *Machine) copySlice(x, y heap.Value) {
	dst, src := sliceOf(x), sliceOf(y)
	if dst != nil && src == nil {
		origin := m.Heap.Unknown("copied", false)
		origin.Settled = heap.Known(y)
		m.forget(x, origin)
	}
	if dst == nil || src == nil {
		return
	}
	if dst.Unknown != nil || src.Unknown != nil {
		m.Expose(y)
		m.forget(x, m.Heap.Unknown("copied", true))
		return
	}
	for i := range min(len(dst.Cells), len(src.Cells)) {
		dst.Cells[i].Store(src.Cells[i].Load())
	}
}

func (m *Machine) minMax(isMin bool, args []heap.Value, t types.Type) heap.Value {
	best, ok := heap.LinearOf(args[0])
	if !ok || !isInt(t) {
		return m.Heap.Fresh(t, "")
	}
	for _, a := range args[1:] {
		l, ok := heap.LinearOf(a)
		if !ok {
			return m.Heap.Fresh(t, "")
		}
		less, known := m.Sched.Order.Likely(l.Sub(best), heap.Less)
		if !known {
			return m.Heap.Fresh(t, "")
		}
		if less == isMin {
			best = l
		}
	}
	return best
}
