package library

import (
	"go/types"

	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/execute"
	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/heap"
	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/schedule"
)

// inside handshakes on a connection of its own, which nobody else holds while
// it does: over a connection that it is handed, or over one that it dials.
func (s *stack) inside(c *execute.Call, h Handshake) execute.Action {
	t := s.unknownConn(c)
	if under := argument(c, looksLikeConn); under != nil {
		t.under = under
	}
	t.config = configArg(c)
	a := attempt{handshake: h, ctx: contextArg(c)}
	if a.ctx != nil || h.Limit == 0 {
		return s.dial(c, t, a)
	}
	limit := c.Sched.Now.Add(1, heap.Linear{C: int64(h.Limit)})
	if maker := contextMaker(t.config, h.ContextFrom); maker != nil {
		return execute.Invoke(maker, nil, func(v heap.Value) execute.Action {
			if made, ok := v.(heap.Tuple); ok {
				a.ctx = contextOf(made[0])
			} else {
				a.ctx = limited(c, limit)
			}
			return s.dial(c, t, a)
		})
	}
	a.ctx = limited(c, limit)
	return s.dial(c, t, a)
}

// contextMaker returns the function in the named field of a configuration, or
// nil.
func contextMaker(config heap.Value, name string) *heap.Func {
	cell, ok := config.(*heap.Cell)
	if !ok {
		return nil
	}
	field := fieldOf(cell, name)
	if field == nil {
		return nil
	}
	maker, _ := field.Load().(*heap.Func)
	return maker
}

// dial is inside, bounded by a dialer if there is one.
func (s *stack) dial(c *execute.Call, t *tlsConn, a attempt) execute.Action {
	a.untrusted = !bound(c, t.raw(c))
	if c.Sig.Recv() != nil && !s.Known {
		a.self = c.Args[0] // may have a method that stops it
	}
	return t.begin(c, a, func(err heap.Value) execute.Action { return results(c, s.dialed(c, t), err) })
}

// dialed returns the connection t as the call's first result.
func (s *stack) dialed(c *execute.Call, t *tlsConn) heap.Value {
	if c.Sig.Results().Len() == 0 {
		return nil
	}
	static := c.Sig.Results().At(0).Type()
	conn := static
	if types.IsInterface(static) && s.Conn != "" {
		recv := pointee(c.Sig.Recv().Type()).(*types.Named)
		conn = types.NewPointer(recv.Obj().Pkg().Scope().Lookup(s.Conn).Type())
	}
	pointer, ok := conn.Underlying().(*types.Pointer)
	if !ok {
		symbol := c.Heap.Unknown("conn", false).Symbol(static)
		symbol.Nil, symbol.Model = heap.No, t
		return symbol
	}
	cell := c.Heap.NewCell(pointer.Elem())
	t.typ = conn
	cell.Model = t
	if types.IsInterface(static) {
		return heap.Iface{Type: conn, Val: cell}
	}
	return cell
}

// results returns from a call that has ended with err, with the connection conn
// if it returns one.
func results(c *execute.Call, conn, err heap.Value) execute.Action {
	var vals []heap.Value
	for v := range c.Sig.Results().Variables() {
		switch {
		case execute.IsError(v.Type()):
			vals = append(vals, err)
		case !isNilValue(err):
			vals = append(vals, c.Heap.Zero(v.Type()))
		case conn != nil && len(vals) == 0:
			vals = append(vals, conn)
		default:
			vals = append(vals, c.Heap.Fresh(v.Type(), c.Name))
		}
	}
	return execute.Return(vals...)
}

// argument returns the first argument whose parameter is of such a type, or nil.
func argument(c *execute.Call, is func(types.Type) bool) heap.Value {
	params := c.Sig.Params()
	first := len(c.Args) - params.Len() // the receiver comes before the arguments
	for i := range params.Len() {
		if is(params.At(i).Type()) && first+i >= 0 {
			return c.Args[first+i]
		}
	}
	return nil
}

// noContext reports whether neither the called function nor a variant of it
// takes a context.
func (h Handshake) noContext(c *execute.Call) bool {
	if argument(c, isContext) != nil {
		return false
	}
	recv := c.Sig.Recv()
	if recv == nil || types.IsInterface(recv.Type()) {
		return h.Context == ""
	}
	return !hasMethod(recv.Type(), h.Context) // which older versions may lack
}

// contextArg returns what is known of the context that the call gets, or nil.
func contextArg(c *execute.Call) *contextModel {
	ctx := argument(c, isContext)
	if ctx == nil {
		return nil
	}
	return contextOf(ctx)
}

// configArg returns the pointer to a configuration that the call gets, or nil.
func configArg(c *execute.Call) heap.Value {
	return argument(c, func(t types.Type) bool {
		pointer, ok := t.Underlying().(*types.Pointer)
		if !ok {
			return false
		}
		named, ok := types.Unalias(pointer.Elem()).(*types.Named)
		return ok && named.Obj().Name() == "Config"
	})
}

// limited returns a context that is done at the given instant.
func limited(c *execute.Call, at heap.Linear) *contextModel {
	x := &contextModel{at: &at}
	err := c.Sentinel("context", "DeadlineExceeded")
	x.timer = &schedule.Timer{When: at, Made: c.Pos, Deadline: true, Fire: func() { x.finish(c.Machine, err, err) }}
	c.Sched.Start(x.timer)
	return x
}

// bound makes the Timeout and the Deadline of a net.Dialer, which is an argument
// or in a field of the receiver, end the handshake. It reports whether they are
// known.
func bound(c *execute.Call, raw *rawConn) bool {
	dialer, ok := dialerOf(c)
	if !ok {
		return true
	}
	cell, ok := dialer.(*heap.Cell)
	if !ok {
		return isNilValue(dialer) // an unknown dialer may have a timeout
	}
	if raw == nil {
		return false
	}
	if d, ok := heap.LinearOf(fieldOf(cell, "Timeout").Load()); ok {
		if isZero, known := c.Sched.Order.Known(d, heap.Equal); !known || !isZero {
			expire(c, raw, c.Sched.Now.Add(1, d))
		}
	}
	if at, isZero := instantOf(fieldOf(cell, "Deadline").Load()); !isZero {
		expire(c, raw, at)
	}
	return true
}

// dialerOf returns the net.Dialer of a call; ok reports whether it has one.
func dialerOf(c *execute.Call) (dialer heap.Value, ok bool) {
	if d := argument(c, isDialer); d != nil {
		return d, true
	}
	if c.Sig.Recv() == nil {
		return nil, false
	}
	owner := c.Cell(c.Args[0])
	if owner == nil {
		return nil, false
	}
	s, ok := owner.Type.Underlying().(*types.Struct)
	if !ok {
		return nil, false
	}
	for i := range s.NumFields() {
		if isDialer(s.Field(i).Type()) {
			return owner.Field(i).Load(), true
		}
	}
	return nil, false
}

func isContext(t types.Type) bool { return types.TypeString(t, nil) == "context.Context" }

func isDialer(t types.Type) bool { return types.TypeString(t, nil) == "*net.Dialer" }

func expire(c *execute.Call, raw *rawConn, at heap.Linear) {
	c.Sched.Start(&schedule.Timer{When: at, Made: c.Pos, Deadline: true, Fire: func() { raw.read.over = true }})
}
