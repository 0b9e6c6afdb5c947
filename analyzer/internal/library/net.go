package library

import (
	"go/types"

	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/execute"
	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/heap"
	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/schedule"
)

// A rawConn is a network connection as the kernel has it: what is known of an
// unknown value that is used as one.
type rawConn struct {
	closed  bool
	read    deadline
	write   deadline
	resends bool // a handshake writes to it again and again

	pipe *pipe // that it is an end of; nil if it is none
}

// A deadline is the instant at which a blocked read or write ends.
type deadline struct {
	at    heap.Linear
	isSet bool
	over  bool
	timer *schedule.Timer
}

func (r *rawConn) method(name string) execute.Model { return connMethods[name] }

// rawOf returns what is known of the connection v, or nil where v can't be one.
func rawOf(v heap.Value) *rawConn {
	model := heap.ModelOf(v)
	if model == nil {
		return nil
	}
	if *model == nil {
		*model = &rawConn{}
	}
	r, _ := (*model).(*rawConn)
	return r
}

// connMethods are the methods of a connection whose code is not here. What
// does not end a read does nothing to a handshake.
var connMethods = table{
	"Close":              onRaw(func(c *execute.Call, r *rawConn) { r.closed = true }),
	"CloseRead":          onRaw(func(c *execute.Call, r *rawConn) { r.closed = true }),
	"SetDeadline":        onRaw(func(c *execute.Call, r *rawConn) { r.setRead(c); r.setWrite(c) }),
	"SetReadDeadline":    onRaw(func(c *execute.Call, r *rawConn) { r.setRead(c) }),
	"SetWriteDeadline":   onRaw(func(c *execute.Call, r *rawConn) { r.setWrite(c); r.distrust() }),
	"Read":               rawRead,
	"ReadFrom":           rawRead,
	"CloseWrite":         pure,
	"Write":              onRaw(func(c *execute.Call, r *rawConn) { r.use() }),
	"WriteTo":            onRaw(func(c *execute.Call, r *rawConn) { r.use() }),
	"LocalAddr":          pure,
	"RemoteAddr":         pure,
	"SetNoDelay":         pure,
	"SetKeepAlive":       pure,
	"SetKeepAlivePeriod": pure,
	"SetKeepAliveConfig": pure,
	"SetLinger":          pure,
	"SetReadBuffer":      pure,
	"SetWriteBuffer":     pure,
}

// onRaw is the model of a method that returns an error and does not block.
func onRaw(do func(*execute.Call, *rawConn)) execute.Model {
	return func(c *execute.Call) execute.Action {
		if r := rawOf(c.Args[0]); r != nil {
			do(c, r)
		}
		return pure(c)
	}
}

func (r *rawConn) setRead(c *execute.Call) {
	r.read.set(c)
	r.read.start(c)
}

// setWrite sets the write deadline, which ends only handshakes that write again
// and again.
func (r *rawConn) setWrite(c *execute.Call) {
	r.write.set(c)
	if r.resends {
		r.write.start(c)
	}
}

// resend tells that a handshake writes to the connection again and again.
func (r *rawConn) resend(c *execute.Call) {
	if !r.resends {
		r.resends = true
		r.write.start(c)
	}
}

// set sets the deadline to the call's argument; the zero instant is none.
func (d *deadline) set(c *execute.Call) {
	if d.timer != nil {
		d.timer.Active = false
	}
	*d = deadline{}
	if len(c.Args) < 2 {
		return
	}
	at, isZero := instantOf(c.Args[1])
	d.at, d.isSet = at, !isZero
}

// start has the deadline, if there is one, be over when its time has come.
func (d *deadline) start(c *execute.Call) {
	if !d.isSet {
		return
	}
	if left, known := c.Sched.Order.Likely(d.at.Sub(c.Sched.Now), heap.Greater); known && !left {
		d.over = true
		return
	}
	d.timer = &schedule.Timer{When: d.at, Made: c.Pos, Deadline: true, Fire: func() { d.over = true }}
	c.Sched.Start(d.timer)
}

// rawRead reads: during a handshake, from a peer that stays silent; otherwise
// something arrives.
func rawRead(c *execute.Call) execute.Action {
	r := rawOf(c.Args[0])
	h := c.ActiveHandshake(c.G)
	if r == nil {
		return pure(c)
	}
	r.use()
	if h == nil {
		return pure(c)
	}
	return execute.Wait(silence(c, r, h), func() execute.Action {
		n, err := heap.Linear{C: 1}, heap.Value(heap.Nil{})
		if h.Answer != execute.Succeeds {
			n, err = heap.Linear{}, readError(c, r)
		}
		if c.Sig.Results().Len() == 3 {
			return execute.Return(n, c.Heap.Fresh(c.Sig.Results().At(1).Type(), "addr"), err)
		}
		return execute.Return(n, err)
	})
}

// silence is the wait for a peer that says nothing.
func silence(c *execute.Call, r *rawConn, h *execute.Handshake) *schedule.Wait {
	return &schedule.Wait{
		What: "handshake", Pos: c.Pos, Last: true,
		Ready: func() bool { return r.isOver() || h.Answer != execute.Silence },
	}
}

// isOver reports whether a handshake is ended by force.
func (r *rawConn) isOver() bool {
	return r.closed || r.read.over || r.resends && r.write.over || r.pipe != nil && r.pipe.other(r).closed
}

// readError returns the error of a read that was ended by force.
func readError(c *execute.Call, r *rawConn) heap.Value {
	if r.isOver() && !r.closed {
		return newError(c, &errorModel{timeout: true, foreign: true, wraps: []heap.Value{c.Sentinel("os", "ErrDeadlineExceeded")}})
	}
	return newError(c, &errorModel{foreign: true, wraps: []heap.Value{c.Sentinel("net", "ErrClosed")}})
}

// looksLikeConn reports whether t has the methods by which a connection is
// known.
func looksLikeConn(t types.Type) bool {
	for _, name := range []string{"Close", "SetReadDeadline"} {
		obj, _, _ := types.LookupFieldOrMethod(t, true, nil, name)
		if _, ok := obj.(*types.Func); !ok {
			return false
		}
	}
	return true
}

var netTable = table{
	"net.SplitHostPort":               pure,
	"net.JoinHostPort":                pure,
	"net.ParseIP":                     pure,
	"net.ParseCIDR":                   pure,
	"(net.Addr).String":               pure,
	"(net.Addr).Network":              pure,
	"net.Pipe":                        netPipe,
	"(*net/http.Request).WithContext": pure,
}
