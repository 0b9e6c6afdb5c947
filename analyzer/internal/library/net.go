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
	closed   bool
	expired  bool // its read deadline is over
	deadline *schedule.Timer
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
	"SetDeadline":        onRaw(setReadDeadline),
	"SetReadDeadline":    onRaw(setReadDeadline),
	"Read":               rawRead,
	"SetWriteDeadline":   pure,
	"CloseWrite":         pure,
	"Write":              pure,
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

// setReadDeadline sets the instant at which a blocked read ends; the zero
// instant is none.
func setReadDeadline(c *execute.Call, r *rawConn) {
	if r.deadline != nil {
		r.deadline.Active = false
		r.deadline = nil
	}
	r.expired = false
	if len(c.Args) < 2 {
		return
	}
	at, isZero := instantOf(c.Args[1])
	if isZero {
		return
	}
	if left, known := c.Sched.Order.Likely(at.Sub(c.Sched.Now), heap.Greater); known && !left {
		r.expired = true
		return
	}
	r.deadline = &schedule.Timer{When: at, Made: c.Pos, Fire: func() { r.expired = true }}
	c.Sched.Start(r.deadline)
}

// rawRead reads: during a handshake, from a peer that stays silent; otherwise
// something arrives.
func rawRead(c *execute.Call) execute.Action {
	r := rawOf(c.Args[0])
	h := c.ActiveHandshake(c.G)
	if r == nil || h == nil {
		return pure(c)
	}
	return execute.Wait(silence(c, r, h), func() execute.Action {
		if h.Answer == execute.Succeeds {
			return execute.Return(heap.Linear{C: 1}, heap.Nil{})
		}
		return execute.Return(heap.Linear{}, readError(c, r))
	})
}

// silence is the wait for a peer that says nothing.
func silence(c *execute.Call, r *rawConn, h *execute.Handshake) *schedule.Wait {
	return &schedule.Wait{
		What: "handshake", Pos: c.Pos, Last: true,
		Ready: func() bool { return r.closed || r.expired || h.Answer != execute.Silence },
	}
}

// readError returns the error of a read that was ended by force.
func readError(c *execute.Call, r *rawConn) heap.Value {
	if r.expired && !r.closed {
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

// netPipe returns two connections.
func netPipe(c *execute.Call) execute.Action {
	results := c.FreshResults(c.Sig, c.Name).(heap.Tuple)
	for _, v := range results {
		s := v.(*heap.Symbol) // Inv: of an interface type
		s.Nil = heap.No
		s.Distinct = true
	}
	return execute.Return(results...)
}
