package library

import (
	"go/types"
	"strings"

	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/execute"
	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/heap"
	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/schedule"
)

// A Stack is an implementation of TLS: a connection type and what its methods
// are called.
type Stack struct {
	Path       string // of the package, such as crypto/tls
	Type       string // the connection's type, such as Conn
	Handshake  string // the method that blocks in the handshake
	WithCtx    string // its variant that takes a context, which closes the connection; "" if there is none
	CloseWaits bool   // Close waits for a handshake that goes on, and so does not stop it
}

// CryptoTLS is the standard library's.
var CryptoTLS = Stack{Path: "crypto/tls", Type: "Conn", Handshake: "Handshake", WithCtx: "HandshakeContext"}

// recv returns the receiver in the full name of a method.
func (s Stack) recv() string { return "(*" + s.Path + "." + s.Type + ")." }

// addStack adds the rows of a TLS stack.
func (l *Library) addStack(s Stack) {
	for name, model := range s.methods() {
		l.functions[s.recv()+name] = model
	}
	if s.Path != CryptoTLS.Path {
		return
	}
	l.functions["crypto/tls.Dial"] = s.dial(dialArgs{})
	l.functions["crypto/tls.DialWithDialer"] = s.dial(dialArgs{dialer: 1})
	l.functions["(*crypto/tls.Dialer).Dial"] = s.dial(dialArgs{owner: true})
	l.functions["(*crypto/tls.Dialer).DialContext"] = s.dial(dialArgs{owner: true, ctx: 2})
	l.functions["(*crypto/tls.Config).Clone"] = clone
	for _, name := range []string{"X509KeyPair", "LoadX509KeyPair", "NewLRUClientSessionCache"} {
		l.functions["crypto/tls."+name] = pure
	}
}

// clone is the model of a function that returns a copy of what its receiver
// points to.
func clone(c *execute.Call) execute.Action {
	cell := c.Heap.NewCell(pointee(c.Sig.Results().At(0).Type()))
	if from := c.Cell(c.Args[0]); from != nil {
		cell.Store(from.Load())
	}
	return execute.Return(cell)
}

// methods returns the models of the connection's methods.
func (s Stack) methods() table {
	t := table{
		s.Handshake:        s.handshake(false),
		"Close":            s.close,
		"NetConn":          s.netConn,
		"SetDeadline":      s.underlying("SetDeadline"),
		"SetReadDeadline":  s.underlying("SetReadDeadline"),
		"SetWriteDeadline": pure,
		"LocalAddr":        pure,
		"RemoteAddr":       pure,
		"CloseWrite":       pure, // fails at once while a handshake goes on
	}
	if s.WithCtx != "" {
		t[s.WithCtx] = s.handshake(true)
	}
	for _, name := range []string{"Read", "Write", "ConnectionState", "VerifyHostname", "OCSPResponse"} {
		t[name] = s.afterHandshake
	}
	return t
}

// constructor returns the model of a function of a stack's package that makes
// a TLS connection over another one, or nil.
func (l *Library) constructor(name string, sig *types.Signature) execute.Model {
	if sig == nil || sig.Recv() != nil || sig.Results().Len() == 0 {
		return nil
	}
	for _, s := range l.stacks {
		if !strings.HasPrefix(name, s.Path+".") || types.TypeString(sig.Results().At(0).Type(), nil) != "*"+s.Path+"."+s.Type {
			continue
		}
		for i := range sig.Params().Len() {
			if looksLikeConn(sig.Params().At(i).Type()) {
				return func(c *execute.Call) execute.Action { return s.wrap(c, i) }
			}
		}
	}
	return nil
}

// wrap makes a TLS connection over the i'th argument.
func (s Stack) wrap(c *execute.Call, i int) execute.Action {
	cell := c.Heap.NewCell(pointee(c.Sig.Results().At(0).Type()))
	t := &tlsConn{stack: s, under: c.Args[i]}
	if i+1 < len(c.Args) {
		t.config = c.Args[i+1]
	}
	cell.Model = t
	if c.Sig.Results().Len() == 1 {
		return execute.Return(cell)
	}
	return execute.Return(cell, heap.Nil{})
}

// A tlsConn is what is known of a TLS connection.
type tlsConn struct {
	stack    Stack
	under    heap.Value // the connection under it
	config   heap.Value // a *tls.Config; nil if it is not known
	active   *execute.Handshake
	finished bool
	err      heap.Value // of the handshake, once it is finished
}

// Refs returns the connection under it.
func (t *tlsConn) Refs() []heap.Value { return []heap.Value{t.under} }

func (t *tlsConn) method(name string) execute.Model { return t.stack.methods()[name] }

// tlsOf returns what is known of the TLS connection v, or nil.
func (s Stack) tlsOf(c *execute.Call, v heap.Value) *tlsConn {
	model := heap.ModelOf(v)
	if model == nil {
		return nil
	}
	switch known := (*model).(type) {
	case *tlsConn:
		return known
	case *rawConn: // it was used as a plain connection before
		t := s.unknownConn(c)
		*heap.ModelOf(t.under) = known
		*model = t
		return t
	case nil:
		t := s.unknownConn(c)
		*model = t
		return t
	}
	return nil
}

// unknownConn returns a TLS connection over an unknown one.
func (s Stack) unknownConn(c *execute.Call) *tlsConn {
	under := c.Heap.Unknown("under", false).Symbol(errorType)
	under.Nil = heap.No
	under.Model = &rawConn{}
	return &tlsConn{stack: s, under: under}
}

// raw returns the connection at the bottom, or nil where methods of the
// program lie between.
func (t *tlsConn) raw() *rawConn {
	if model := heap.ModelOf(t.under); model != nil {
		if lower, ok := (*model).(*tlsConn); ok {
			return lower.raw()
		}
	}
	return rawOf(t.under)
}

// handshake is the model of the blocking method.
func (s Stack) handshake(withCtx bool) execute.Model {
	var model execute.Model
	model = func(c *execute.Call) execute.Action {
		t := s.tlsOf(c, c.Args[0])
		switch {
		case t == nil:
			return pure(c)
		case t.active != nil:
			return t.wait(c, func() execute.Action { return model(c) })
		case t.finished:
			return execute.Return(t.err)
		}
		var x *contextModel
		if withCtx {
			x = contextOf(c.Args[1])
		}
		return t.begin(c, x, c.Args[0], func(err heap.Value) execute.Action { return execute.Return(err) })
	}
	return model
}

// wait blocks while a handshake goes on.
func (t *tlsConn) wait(c *execute.Call, then func() execute.Action) execute.Action {
	return execute.Wait(&schedule.Wait{
		What: "wait for the handshake", Pos: c.Pos, Last: true,
		Ready: func() bool { return t.active == nil },
	}, then)
}

// begin does a handshake on the connection self, bounded by the context x if
// it is not nil.
func (t *tlsConn) begin(c *execute.Call, x *contextModel, self heap.Value, then func(err heap.Value) execute.Action) execute.Action {
	another := c.AnotherReachable(c.G)
	h := c.StartHandshake(c, t.stoppers(self, x)...)
	t.active = h
	end := func(err heap.Value) execute.Action {
		h.Ended, t.active, t.finished, t.err = true, nil, true, err
		if x != nil && x.done && !isNilValue(err) {
			t.err = x.err
		}
		return then(t.err)
	}
	if another && c.Choose(2, "the peer is silent, or answers") == 1 {
		return t.succeed(c, callbacks, end)
	}
	if x != nil && !x.never {
		h.Untrusted = x.isUnseen()
		x.listen(c)
		x.watch(c.Machine, func() bool { return h.Ended }, func() execute.Action {
			return execute.InvokeMethod(t.under, "Close", nil, execute.Discard)
		})
	}
	return t.block(c, h, maxReads, end)
}

// callbacks are the fields of a configuration that a handshake calls when the
// peer has answered.
var callbacks = []string{"VerifyPeerCertificate", "VerifyConnection"}

// succeed calls the named callbacks of the configuration, and ends the
// handshake well.
func (t *tlsConn) succeed(c *execute.Call, names []string, end func(heap.Value) execute.Action) execute.Action {
	if len(names) == 0 {
		return end(heap.Nil{})
	}
	next := func(heap.Value) execute.Action { return t.succeed(c, names[1:], end) }
	config, _ := t.config.(*heap.Cell)
	if config == nil {
		return next(nil)
	}
	field := fieldOf(config, names[0])
	if field == nil {
		return next(nil)
	}
	f, ok := field.Load().(*heap.Func)
	if !ok {
		return next(nil)
	}
	var args []heap.Value
	for p := range f.Fn.Signature.Params().Variables() {
		args = append(args, c.Heap.Fresh(p.Type(), names[0]))
	}
	return execute.Invoke(f, args, next)
}

func isNilValue(v heap.Value) bool {
	_, ok := v.(heap.Nil)
	return ok
}

// maxReads is how often a Read of the program is called in a handshake: one
// that always returns at once is not followed.
const maxReads = 3

// block reads from the silent peer, by a Read of the program if there is one.
func (t *tlsConn) block(c *execute.Call, h *execute.Handshake, reads int, end func(heap.Value) execute.Action) execute.Action {
	if c.Executes(t.under, "Read") {
		return t.read(c, h, reads, end)
	}
	r := t.raw()
	if r == nil {
		r = &rawConn{}
		h.Untrusted = true
	}
	return execute.Wait(silence(c, r, h), func() execute.Action {
		switch h.Answer {
		case execute.Succeeds:
			return t.succeed(c, callbacks, end)
		case execute.Fails:
			return end(newError(c, &errorModel{}))
		}
		return end(readError(c, r))
	})
}

func (t *tlsConn) read(c *execute.Call, h *execute.Handshake, reads int, end func(heap.Value) execute.Action) execute.Action {
	buf := &heap.Slice{Elem: types.Typ[types.Byte], Len: heap.Linear{C: 5}}
	return execute.InvokeMethod(t.under, "Read", []heap.Value{buf}, func(v heap.Value) execute.Action {
		result, ok := v.(heap.Tuple)
		switch {
		case h.Answer == execute.Succeeds:
			return t.succeed(c, callbacks, end)
		case !ok || len(result) != 2:
			return end(newError(c, &errorModel{}))
		case !c.Decide(c.IsNil(result[1]), "the error of a read is nil"):
			return end(result[1])
		case reads > 0:
			return t.read(c, h, reads-1, end)
		}
		h.Untrusted = true
		return execute.Wait(silence(c, &rawConn{}, h), func() execute.Action { return end(newError(c, &errorModel{})) })
	})
}

// stoppers returns the objects with which a handshake can be stopped: the
// connections, and what cancels its context.
func (t *tlsConn) stoppers(self heap.Value, x *contextModel) []heap.Value {
	var stoppers []heap.Value
	if !t.stack.CloseWaits && self != nil {
		stoppers = append(stoppers, object(self))
	}
	stoppers = append(stoppers, under(t.under)...)
	if x != nil {
		stoppers = append(stoppers, x.cancelers()...)
	}
	return stoppers
}

// object returns the object that an interface or pointer value refers to.
func object(v heap.Value) heap.Value {
	switch v := v.(type) {
	case heap.Iface:
		return object(v.Val)
	case *heap.Symbol:
		return v.Object()
	}
	return v
}

// under returns the connection v and those under it: of another TLS
// connection, or in the fields of a wrapper of the program.
func under(v heap.Value) []heap.Value {
	objects := []heap.Value{object(v)}
	if model := heap.ModelOf(v); model != nil {
		if lower, ok := (*model).(*tlsConn); ok {
			return append(objects, under(lower.under)...)
		}
	}
	if cell, ok := object(v).(*heap.Cell); ok {
		for _, inner := range connFields(cell) {
			objects = append(objects, under(inner)...)
		}
	}
	return objects
}

// connFields returns the connections in the fields of a struct.
func connFields(cell *heap.Cell) (conns []heap.Value) {
	s, ok := cell.Type.Underlying().(*types.Struct)
	if !ok {
		return nil
	}
	for i := range s.NumFields() {
		if looksLikeConn(s.Field(i).Type()) {
			conns = append(conns, cell.Field(i).Load())
		}
	}
	return conns
}

// close closes the connection under it; it waits for a handshake first in a
// stack that does so.
func (s Stack) close(c *execute.Call) execute.Action {
	t := s.tlsOf(c, c.Args[0])
	if t == nil {
		return pure(c)
	}
	closeUnder := func() execute.Action {
		return execute.InvokeMethod(t.under, "Close", nil, func(err heap.Value) execute.Action {
			return execute.Return(err)
		})
	}
	if s.CloseWaits && t.active != nil {
		return t.wait(c, closeUnder)
	}
	return closeUnder()
}

// underlying is the model of a method that calls that of the connection under
// it.
func (s Stack) underlying(name string) execute.Model {
	return func(c *execute.Call) execute.Action {
		t := s.tlsOf(c, c.Args[0])
		if t == nil {
			return pure(c)
		}
		return execute.InvokeMethod(t.under, name, c.Args[1:], func(err heap.Value) execute.Action {
			return execute.Return(err)
		})
	}
}

func (s Stack) netConn(c *execute.Call) execute.Action {
	if t := s.tlsOf(c, c.Args[0]); t != nil {
		return execute.Return(t.under)
	}
	return pure(c)
}

// afterHandshake is the model of a method that waits for a handshake that goes
// on.
func (s Stack) afterHandshake(c *execute.Call) execute.Action {
	t := s.tlsOf(c, c.Args[0])
	if t == nil || t.active == nil {
		return pure(c)
	}
	return t.wait(c, func() execute.Action { return pure(c) })
}
