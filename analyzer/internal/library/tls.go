package library

import (
	"go/types"
	"slices"
	"strings"

	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/execute"
	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/heap"
	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/schedule"
)

// A tlsConn is what is known of a TLS connection.
type tlsConn struct {
	stack    *stack
	typ      types.Type // of the connection; nil if it is not known
	under    heap.Value // the connection under it
	config   heap.Value // a pointer to its configuration; nil if it is not known
	foreign  bool       // code that is not executed has made it
	active   *execute.Handshake
	finished bool
	err      heap.Value // of the handshake, once it is finished
}

// Refs returns the connection under it.
func (t *tlsConn) Refs() []heap.Value { return []heap.Value{t.under} }

func (t *tlsConn) method(name string) execute.Model {
	for _, h := range t.stack.Handshakes {
		if h.Recv != "" && (name == h.Name || name == h.Context) {
			return t.stack.model(h)
		}
	}
	return t.stack.method(name)
}

// model returns the model of a function that handshakes: on the connection that
// it is a method of, or on one of its own.
func (s *stack) model(h Handshake) execute.Model {
	var model execute.Model
	model = func(c *execute.Call) execute.Action {
		if recv := c.Sig.Recv(); recv == nil || !hasMethod(recv.Type(), "Close") {
			return s.inside(c, h)
		}
		t := s.connOf(c, c.Args[0])
		switch {
		case t == nil:
			return pure(c)
		case t.active != nil:
			return t.wait(c, func() execute.Action { return model(c) })
		case t.finished:
			return results(c, nil, t.err)
		}
		return t.begin(c, attempt{handshake: h, ctx: contextArg(c), self: c.Args[0]}, func(err heap.Value) execute.Action {
			return results(c, nil, err)
		})
	}
	return model
}

// method returns the model of a method of the stack's connections, or nil if
// nothing is known of it.
func (s *stack) method(name string) execute.Model {
	switch name {
	case "Close":
		return s.close
	case "SetDeadline", "SetReadDeadline":
		if !s.OwnDeadlines {
			return s.underlying(name)
		}
		return pure
	case "NetConn":
		return s.netConn
	}
	switch {
	case slices.Contains(s.Waits, name):
		return s.afterHandshake
	case s.Known:
		return s.other
	case connMethods[name] != nil:
		return pure
	}
	return nil
}

// constructor returns the model of a function of a stack's package that makes
// a TLS connection over another one, or nil.
func (l *Library) constructor(name string, sig *types.Signature) execute.Model {
	if !l.packages[name[:max(0, strings.LastIndexByte(name, '.'))]] || sig == nil || sig.Results().Len() == 0 {
		return nil
	}
	s := l.stackOf(sig.Results().At(0).Type())
	if s == nil {
		return nil
	}
	for i := range sig.Params().Len() {
		if looksLikeConn(sig.Params().At(i).Type()) {
			return func(c *execute.Call) execute.Action {
				return results(c, s.over(c, c.Sig.Results().At(0).Type(), c.Args[i], configArg(c)), heap.Nil{})
			}
		}
	}
	return nil
}

// stackOf returns the stack that has a type (or, of a generic type, its origin)
// as a connection, or nil.
func (l *Library) stackOf(t types.Type) *stack { return l.conns[plain(types.TypeString(t, nil))] }

// over returns a TLS connection of type t over another one. A struct that holds
// another type of connection is made over one of that.
func (s *stack) over(c *execute.Call, t types.Type, under, config heap.Value) heap.Value {
	conn := &tlsConn{stack: s, typ: t, under: under, config: config}
	if types.IsInterface(t) {
		symbol := c.Heap.Unknown("conn", false).Symbol(t)
		symbol.Nil, symbol.Model = heap.No, conn
		return symbol
	}
	pointer, isPointer := t.Underlying().(*types.Pointer)
	if isPointer {
		t = pointer.Elem()
	}
	cell := c.Heap.Unknown("conn", false).NewCell(t)
	cell.Model = conn
	if i := connField(c, t); i >= 0 {
		field := cell.Field(i)
		if inner := s.library.stackOf(field.Type); inner != nil {
			field.Store(inner.over(c, field.Type, under, config))
			cell.Model = nil // what is known is known of the inner one
		} else if types.IsInterface(field.Type) {
			field.Store(under)
		}
	}
	if !isPointer {
		return cell.Load()
	}
	return cell
}

// connField returns the index of the field that holds a connection in a struct
// of type t, the embedded one if there are several; or -1.
func connField(c *execute.Call, t types.Type) int {
	found := -1
	s, ok := t.Underlying().(*types.Struct)
	if !ok || c.Heap.IsOpaque(t) {
		return found
	}
	for i := range s.NumFields() {
		if looksLikeConn(s.Field(i).Type()) && (found < 0 || s.Field(i).Embedded() && !s.Field(found).Embedded()) {
			found = i
		}
	}
	return found
}

// connOf returns what is known of the TLS connection v, or nil.
func (s *stack) connOf(c *execute.Call, v heap.Value) *tlsConn {
	if i, ok := v.(heap.Iface); ok {
		v = i.Val
	}
	model := heap.ModelOf(v)
	if model == nil {
		return s.embedded(c, v)
	}
	if t, ok := (*model).(*tlsConn); ok {
		return t
	}
	if *model == nil {
		if t := s.embedded(c, v); t != nil {
			return t
		}
	}
	t := s.unknownConn(c)
	t.typ = typeOf(v)
	if symbol, ok := v.(*heap.Symbol); ok {
		t.foreign = !symbol.Outside()
	}
	if r, ok := (*model).(*rawConn); ok { // it was used as a plain connection before
		*heap.ModelOf(t.under) = r
	} else if *model != nil {
		return nil
	}
	*model = t
	return t
}

// embedded returns what is known of the TLS connection v where that is a struct
// with another connection in it: of that one if it is a TLS connection itself.
func (s *stack) embedded(c *execute.Call, v heap.Value) *tlsConn {
	inner, typ := connIn(c, v)
	if inner == nil || isNilValue(inner) {
		return nil
	}
	if lower := s.library.stackOf(typ); lower != nil {
		return lower.connOf(c, inner)
	}
	t := &tlsConn{stack: s, typ: typeOf(v), under: inner}
	if model := heap.ModelOf(v); model != nil {
		*model = t
	}
	return t
}

// connIn returns the connection that a struct, or what a pointer points to,
// holds in a field, and its type; or nil.
func connIn(c *execute.Call, v heap.Value) (heap.Value, types.Type) {
	if s, ok := v.(*heap.Struct); ok {
		if i := connField(c, s.Type); i >= 0 {
			return s.Field(i), s.Type.Field(i).Type()
		}
		return nil, nil
	}
	cell := c.Cell(v)
	if cell == nil {
		return nil, nil
	}
	i := connField(c, cell.Type)
	if i < 0 {
		return nil, nil
	}
	field := cell.Field(i)
	if _, ok := field.Type.Underlying().(*types.Struct); ok {
		return field, types.NewPointer(field.Type)
	}
	return field.Load(), field.Type
}

// typeOf returns the type of a pointer, or nil if it is not known.
func typeOf(v heap.Value) types.Type {
	switch v := v.(type) {
	case *heap.Cell:
		return types.NewPointer(v.Type)
	case *heap.Symbol:
		return v.Type
	}
	return nil
}

// unknownConn returns a TLS connection over an unknown one.
func (s *stack) unknownConn(c *execute.Call) *tlsConn {
	under := c.Heap.Unknown("under", false).Symbol(errorType)
	under.Nil = heap.No
	under.Model = &rawConn{}
	return &tlsConn{stack: s, under: under}
}

// raw returns the connection at the bottom, or nil where methods of the
// program lie between.
func (t *tlsConn) raw(c *execute.Call) *rawConn {
	model := heap.ModelOf(t.under)
	if model == nil {
		return nil
	}
	if lower, ok := (*model).(*tlsConn); ok {
		return lower.raw(c)
	}
	if *model == nil {
		if s := t.stack.library.stackOf(typeOf(object(t.under))); s != nil {
			return s.connOf(c, object(t.under)).raw(c)
		}
	}
	return rawOf(t.under)
}

// wait blocks while a handshake goes on.
func (t *tlsConn) wait(c *execute.Call, then func() execute.Action) execute.Action {
	return execute.Wait(&schedule.Wait{
		What: "wait for the handshake", Pos: c.Pos, For: t.active, Last: true,
		Ready: func() bool { return t.active == nil },
	}, then)
}

// exposesConn reports whether code that is not executed has got a connection:
// TLS connections that it returns may be over that.
func exposesConn(c *execute.Call) bool {
	for _, v := range c.Exposed {
		if i, ok := v.(heap.Iface); ok {
			if looksLikeConn(i.Type) {
				return true
			}
			v = i.Val
		}
		if t := typeOf(v); t != nil && looksLikeConn(t) {
			return true
		}
		if len(connFields(v)) > 0 {
			return true
		}
	}
	return false
}

// An attempt is a handshake that is about to begin.
type attempt struct {
	handshake Handshake
	ctx       *contextModel // that bounds it; nil if there is none
	self      heap.Value    // what its function is a method of, if that can stop it
	untrusted bool          // something bounds it that is not known
}

// begin does a handshake.
func (t *tlsConn) begin(c *execute.Call, a attempt, then func(err heap.Value) execute.Action) execute.Action {
	another := c.AnotherReachable(c.G)
	x := a.ctx
	h := c.StartHandshake(c, t.stoppers(a.self, x)...)
	h.Untrusted = a.untrusted || t.foreign && exposesConn(c)
	h.NoContext = a.handshake.noContext(c)
	t.active = h
	if r := t.raw(c); r != nil {
		r.shake(h)
	}
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
		h.Bounded = true
		h.Untrusted = h.Untrusted || x.isUnseen()
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

// block reads from the silent peer, by a method of the program if there is one.
func (t *tlsConn) block(c *execute.Call, h *execute.Handshake, reads int, end func(heap.Value) execute.Action) execute.Action {
	for _, method := range []string{"Read", "ReadFrom"} { // a packet connection has no Read
		if c.Executes(t.under, method) {
			return t.read(c, h, method, reads, end)
		}
	}
	r := t.raw(c)
	if r == nil {
		r = &rawConn{}
		h.Untrusted = true
	}
	if t.stack.Resends {
		r.resend(c)
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

func (t *tlsConn) read(c *execute.Call, h *execute.Handshake, method string, reads int, end func(heap.Value) execute.Action) execute.Action {
	buf := &heap.Slice{Elem: types.Typ[types.Byte], Len: heap.Linear{C: 5}}
	return execute.InvokeMethod(t.under, method, []heap.Value{buf}, func(v heap.Value) execute.Action {
		result, ok := v.(heap.Tuple)
		switch {
		case h.Answer == execute.Succeeds:
			return t.succeed(c, callbacks, end)
		case !ok:
			return end(newError(c, &errorModel{}))
		case !c.Decide(c.IsNil(result[len(result)-1]), "the error of a read is nil"):
			return end(result[len(result)-1])
		case reads > 0:
			return t.read(c, h, method, reads-1, end)
		}
		h.Untrusted = true
		return execute.Wait(silence(c, &rawConn{}, h), func() execute.Action { return end(newError(c, &errorModel{})) })
	})
}

// stoppers returns the objects with which a handshake can be stopped: the
// connections, and what cancels its context.
func (t *tlsConn) stoppers(self heap.Value, x *contextModel) []heap.Value {
	var stoppers []heap.Value
	if self != nil && !t.closeWaits() {
		stoppers = append(stoppers, object(self))
	}
	stoppers = append(stoppers, under(t.under)...)
	if x != nil {
		stoppers = append(stoppers, x.cancelers()...)
	}
	return stoppers
}

// closeWaits reports whether Close waits for a handshake that goes on.
func (t *tlsConn) closeWaits() bool {
	without := t.stack.CloseWaitsWithout
	return t.stack.CloseWaits || without != "" && t.typ != nil && !hasMethod(t.typ, without)
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
	for _, inner := range connFields(object(v)) {
		objects = append(objects, under(inner)...)
	}
	return objects
}

// connFields returns the connections in the fields of v, a struct or a pointer
// to one.
func connFields(v heap.Value) (conns []heap.Value) {
	var s *types.Struct
	var field func(i int) heap.Value
	switch v := v.(type) {
	case *heap.Struct:
		s, field = v.Type, v.Field
	case *heap.Cell:
		s, _ = v.Type.Underlying().(*types.Struct)
		field = func(i int) heap.Value { return v.Field(i).Load() }
	}
	if s == nil {
		return nil
	}
	for i := range s.NumFields() {
		if looksLikeConn(s.Field(i).Type()) {
			conns = append(conns, field(i))
		}
	}
	return conns
}

// close closes the connection under it; it waits for a handshake first in a
// stack that does so.
func (s *stack) close(c *execute.Call) execute.Action {
	t := s.connOf(c, c.Args[0])
	if t == nil {
		return pure(c)
	}
	closeUnder := func() execute.Action {
		return execute.InvokeMethod(t.under, "Close", nil, func(err heap.Value) execute.Action {
			return execute.Return(err)
		})
	}
	if t.active != nil && (s.CloseWaits || t.closeWaits()) {
		return t.wait(c, closeUnder)
	}
	return closeUnder()
}

// underlying is the model of a method that calls that of the connection under
// it.
func (s *stack) underlying(name string) execute.Model {
	return func(c *execute.Call) execute.Action {
		t := s.connOf(c, c.Args[0])
		if t == nil {
			return pure(c)
		}
		return execute.InvokeMethod(t.under, name, c.Args[1:], func(err heap.Value) execute.Action {
			return execute.Return(err)
		})
	}
}

func (s *stack) netConn(c *execute.Call) execute.Action {
	if t := s.connOf(c, c.Args[0]); t != nil {
		return execute.Return(t.under)
	}
	return pure(c)
}

// other is the model of a method that closes nothing. What it returns may be
// the connection under it.
func (s *stack) other(c *execute.Call) execute.Action {
	if r := c.Sig.Results(); r.Len() == 1 && c.Sig.Params().Len() == 0 && looksLikeConn(r.At(0).Type()) {
		return s.netConn(c)
	}
	return pure(c)
}

// afterHandshake is the model of a method that waits for a handshake that goes
// on.
func (s *stack) afterHandshake(c *execute.Call) execute.Action {
	t := s.connOf(c, c.Args[0])
	if t == nil || t.active == nil {
		return pure(c)
	}
	return t.wait(c, func() execute.Action { return pure(c) })
}
