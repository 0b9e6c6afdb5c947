package library

import (
	"go/types"

	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/execute"
	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/heap"
	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/schedule"
)

// dialArgs says where a dialing function has its arguments, counted from 1; 0
// means that it has none such.
type dialArgs struct {
	dialer int  // a *net.Dialer
	owner  bool // the receiver is a *tls.Dialer, with its NetDialer
	ctx    int
}

// dial is the model of a function that connects and handshakes. Nobody else
// holds the connection while it does.
func (s Stack) dial(args dialArgs) execute.Model {
	return func(c *execute.Call) execute.Action {
		results := c.Sig.Results()
		t := s.unknownConn(c)
		raw := t.raw()
		var x *contextModel
		if args.ctx > 0 {
			x = contextOf(c.Args[args.ctx-1])
		}
		trusted := bound(c, args, raw)
		conn := s.dialed(c, results, t)
		action := t.begin(c, x, nil, func(err heap.Value) execute.Action {
			if isNilValue(err) {
				return execute.Return(conn, err)
			}
			return execute.Return(heap.Nil{}, err)
		})
		if h := t.active; h != nil && !trusted {
			h.Untrusted = true
		}
		return action
	}
}

// dialed returns the connection as the call's first result.
func (s Stack) dialed(c *execute.Call, results *types.Tuple, t *tlsConn) heap.Value {
	static := results.At(0).Type()
	conn := static
	if types.IsInterface(static) {
		recv := pointee(c.Sig.Recv().Type()).(*types.Named)
		conn = types.NewPointer(recv.Obj().Pkg().Scope().Lookup(s.Type).Type())
	}
	cell := c.Heap.NewCell(pointee(conn))
	cell.Model = t
	if types.IsInterface(static) {
		return heap.Iface{Type: conn, Val: cell}
	}
	return cell
}

// bound makes the dialer's Timeout and Deadline end the handshake. It reports
// whether they are known.
func bound(c *execute.Call, args dialArgs, raw *rawConn) bool {
	var dialer heap.Value
	switch {
	case args.dialer > 0:
		dialer = c.Args[args.dialer-1]
	case args.owner:
		owner := c.Cell(c.Args[0])
		if owner == nil {
			return true
		}
		dialer = fieldOf(owner, "NetDialer").Load()
	default:
		return true
	}
	if isNilValue(dialer) {
		return true
	}
	cell, ok := dialer.(*heap.Cell)
	if !ok {
		return false // an unknown dialer may have a timeout
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

func expire(c *execute.Call, raw *rawConn, at heap.Linear) {
	c.Sched.Start(&schedule.Timer{When: at, Made: c.Pos, Fire: func() { raw.expired = true }})
}
