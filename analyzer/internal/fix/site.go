package fix

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strconv"

	"golang.org/x/tools/go/ast/inspector"
	"golang.org/x/tools/go/types/typeutil"
	typenames "honnef.co/go/tools/go/types/typeutil"

	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/source"
)

// A kind says how a handshake is written, and with that how it gets a context.
type kind int

const (
	handshake        kind = iota // conn.Handshake()
	handshakeContext             // conn.HandshakeContext(ctx)
	methodValue                  // conn.Handshake, as a value
	methodExpr                   // (*tls.Conn).Handshake(conn)
	methodVar                    // shake(conn), where shake is such an expression
	dial                         // tls.Dial(network, addr, config)
	dialWithDialer               // tls.DialWithDialer(dialer, network, addr, config)
	dialerDial                   // dialer.Dial(network, addr)
	dialerContext                // dialer.DialContext(ctx, network, addr)
)

// dials are the functions that handshake inside, by their full names.
var dials = map[string]kind{
	"crypto/tls.Dial":                  dial,
	"crypto/tls.DialWithDialer":        dialWithDialer,
	"(*crypto/tls.Dialer).Dial":        dialerDial,
	"(*crypto/tls.Dialer).DialContext": dialerContext,
}

// versions has the version of Go that a kind can be given a context from.
var versions = map[kind]string{
	handshake:        "go1.17", // (*tls.Conn).HandshakeContext
	handshakeContext: "go1.17",
	methodValue:      "go1.17",
	methodExpr:       "go1.17",
	dial:             "go1.15", // tls.Dialer
	dialWithDialer:   "go1.15",
	dialerDial:       "go1.15",
	dialerContext:    "go1.15",
}

// A site is a handshake as it is written.
type site struct {
	kind kind
	cur  inspector.Cursor // of the call, or of the method value
	file *source.File
	call *ast.CallExpr     // nil for a method value
	sel  *ast.SelectorExpr // nil for a function that is named without one
}

// node returns the call or the method value.
func (st *site) node() ast.Expr {
	if st.call != nil {
		return st.call
	}
	return st.sel
}

// conn returns the connection, or nil where there is none before the end of
// the handshake.
func (st *site) conn() ast.Expr {
	switch st.kind {
	case handshake, handshakeContext, methodValue:
		return st.sel.X
	case methodExpr, methodVar:
		return st.call.Args[0]
	}
	return nil
}

// ctxArg returns the context that the handshake already gets, or nil.
func (st *site) ctxArg() ast.Expr {
	switch st.kind {
	case handshakeContext, dialerContext:
		return st.call.Args[0]
	}
	return nil
}

// findSite returns the handshake at a position of a [finding.Finding]: the left
// parenthesis of a call, the go keyword of a go statement that calls it, or the
// selector of a method value.
func (s *Suggester) findSite(pos token.Pos) *site {
	file := s.source(pos)
	cur, ok := s.root.FindByPos(pos, pos+1)
	if file == nil || !ok {
		return nil
	}
	st := &site{file: file}
	for c := range cur.Enclosing((*ast.CallExpr)(nil), (*ast.GoStmt)(nil), (*ast.SelectorExpr)(nil)) {
		switch n := c.Node().(type) {
		case *ast.CallExpr:
			if n.Lparen == pos || n.Pos() == pos {
				st.call, st.cur = n, c
			}
		case *ast.GoStmt:
			if n.Go == pos {
				st.call = n.Call
				st.cur, _ = c.FindNode(n.Call)
			}
		case *ast.SelectorExpr:
			if n.Sel.Pos() == pos || n.Pos() == pos || n.X.End() == pos {
				st.sel, st.cur = n, c
			}
		}
		if st.call == nil && st.sel == nil {
			continue
		}
		if s.classify(st) {
			return st
		}
		st.call, st.sel = nil, nil
	}
	return nil
}

// classify fills in what kind of handshake a call or a method value is. It
// reports false if it is none that we know.
func (s *Suggester) classify(st *site) bool {
	if st.call == nil {
		st.kind = methodValue
		return s.isHandshake(st.sel, types.MethodVal, "Handshake", 0)
	}
	st.sel, _ = ast.Unparen(st.call.Fun).(*ast.SelectorExpr)
	fn, ok := typeutil.Callee(s.in.Info, st.call).(*types.Func)
	if !ok {
		return s.classifyVar(st)
	}
	if k, ok := dials[fn.FullName()]; ok {
		st.kind = k
		return st.sel != nil || k == dial || k == dialWithDialer
	}
	for _, known := range []struct {
		kind     kind
		selected types.SelectionKind
		name     string
		args     int
	}{
		{handshake, types.MethodVal, "Handshake", 0},
		{handshakeContext, types.MethodVal, "HandshakeContext", 1},
		{methodExpr, types.MethodExpr, "Handshake", 1},
	} {
		if st.sel != nil && s.isHandshake(st.sel, known.selected, known.name, known.args) {
			st.kind = known.kind
			return true
		}
	}
	return false
}

// classifyVar is classify for a call of a variable that has a handshake as its
// value. If that is bound to a connection, it is the site.
func (s *Suggester) classifyVar(st *site) bool {
	id, ok := ast.Unparen(st.call.Fun).(*ast.Ident)
	if !ok {
		return false
	}
	value, ok := s.definition(id).(*ast.SelectorExpr)
	switch {
	case !ok:
		return false
	case s.isHandshake(value, types.MethodExpr, "Handshake", 1):
		st.kind = methodVar
		return len(st.call.Args) == 1
	case s.isHandshake(value, types.MethodVal, "Handshake", 0):
		cur, ok := s.root.FindNode(value)
		st.kind, st.call, st.sel, st.cur = methodValue, nil, value, cur
		return ok
	}
	return false
}

// isHandshake reports whether a selector is a method of the given name, with so
// many parameters and an error as its result. The name is enough: that it is a
// handshake of TLS was found out before we were called.
func (s *Suggester) isHandshake(sel *ast.SelectorExpr, kind types.SelectionKind, name string, params int) bool {
	selection := s.in.Info.Selections[sel]
	if selection == nil || selection.Kind() != kind || sel.Sel.Name != name {
		return false
	}
	sig, ok := selection.Type().(*types.Signature)
	return ok && sig.Params().Len() == params && sig.Results().Len() == 1 && isError(sig.Results().At(0).Type())
}

// takesContext reports whether the handshake can be given a context: whether
// its connection has a HandshakeContext that is the same type's as its
// Handshake. (A type that wraps a connection and overrides Handshake alone
// would be bypassed.)
func (s *Suggester) takesContext(st *site) bool {
	if !s.since(st.file, versions[st.kind]) {
		return false
	}
	switch st.kind {
	case methodVar:
		return false // the variable's type would have to change
	case handshakeContext, dial, dialWithDialer, dialerDial, dialerContext:
		return true
	}
	selection := s.in.Info.Selections[st.sel]
	obj, index, _ := types.LookupFieldOrMethod(selection.Recv(), true, s.in.Pkg, "HandshakeContext")
	method, ok := obj.(*types.Func)
	if !ok || !slices.Equal(index[:len(index)-1], selection.Index()[:len(selection.Index())-1]) {
		return false
	}
	sig := method.Signature()
	return sig.Params().Len() == 1 && isContext(sig.Params().At(0).Type()) && sig.Results().Len() == 1
}

func isError(t types.Type) bool {
	return types.Identical(t, types.Universe.Lookup("error").Type())
}

// isContext reports whether t is context.Context.
func isContext(t types.Type) bool { return typenames.IsTypeWithName(t, "context.Context") }

// isTime reports whether t is time.Time.
func isTime(t types.Type) bool { return typenames.IsTypeWithName(t, "time.Time") }

// origin returns the generic object that an object is an instance of.
func origin(obj types.Object) types.Object {
	switch obj := obj.(type) {
	case *types.Func:
		return obj.Origin()
	case *types.Var:
		return obj.Origin()
	}
	return obj
}

func unquote(lit string) string {
	text, _ := strconv.Unquote(lit) // a literal that the parser has accepted
	return text
}
