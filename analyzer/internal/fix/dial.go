package fix

import (
	"go/ast"
	"go/token"
	"go/types"
	"strings"

	"honnef.co/go/tools/analysis/edit"
)

// dialContext rewrites
//
//	tls.Dial(network, addr, config)
//	(&tls.Dialer{Config: config}).DialContext(ctx, network, addr)
//
// and DialWithDialer alike.
//
// Why it is safe: both are the same function of crypto/tls, but for the context
// and for the type of what they return, a net.Conn that holds a *tls.Conn.
// Where the code needs the latter type, it does not compile, and is not offered.
func dialContext(s *Suggester, d *draft, st *site, ctx string) bool {
	args := st.call.Args
	var fields []string
	if st.kind == dialWithDialer {
		fields = append(fields, "NetDialer: "+st.file.Text(args[0]))
		args = args[1:]
	}
	if len(args) != 3 {
		return false // dial(args()...)
	}
	if id, ok := ast.Unparen(args[2]).(*ast.Ident); !ok || s.in.Info.Uses[id] != types.Universe.Lookup("nil") {
		fields = append(fields, "Config: "+st.file.Text(args[2]))
	}
	text := "(&" + tlsQualifier(st) + "Dialer{"
	if len(st.file.Comments(st.call.Pos(), st.call.End())) > 0 {
		return false // some would be lost
	}
	d.replace(edit.Range{st.call.Pos(), args[0].Pos()}, text+strings.Join(fields, ", ")+"}).DialContext("+ctx+", ")
	d.replace(edit.Range{args[1].End(), st.call.Rparen}, "")
	return true
}

// dialContextConn is dialContext for code that needs a *tls.Conn:
//
//	conn, err := tls.Dial(network, addr, config)
//
//	netConn, err := (&tls.Dialer{Config: config}).DialContext(ctx, network, addr)
//	conn, _ := netConn.(*tls.Conn)
//
// Why it is safe: where the dial fails, it returns a nil net.Conn, and the
// assertion a nil *tls.Conn, as tls.Dial did.
func dialContextConn(s *Suggester, d *draft, st *site, ctx string) bool {
	assign, ok := st.cur.Parent().Node().(*ast.AssignStmt)
	if !ok || len(assign.Lhs) != 2 || !inList(st.cur.Parent()) {
		return false // no room for a second statement
	}
	conn, fail := st.file.Text(assign.Lhs[0]), st.file.Text(assign.Lhs[1])
	netConn := d.declare(enclosingDecl(st.cur), "netConn", "dialed")
	err := fail
	if assign.Tok == token.ASSIGN && !s.inBlockOf(assign, assign.Lhs[1]) {
		err = d.declare(enclosingDecl(st.cur), "dialErr") // := would make a new one
	}
	tok := " = "
	if id, ok := assign.Lhs[0].(*ast.Ident); ok && s.in.Info.Defs[id] != nil {
		tok = " := "
	}
	lines := []string{conn + ", _" + tok + netConn + ".(*" + tlsQualifier(st) + "Conn)"}
	if err != fail {
		lines = append(lines, fail+" = "+err)
	}
	d.replace(edit.Range{assign.Pos(), st.call.Pos()}, netConn+", "+err+" := ")
	d.insertAfter(assign, lines...)
	return dialContext(s, d, st, ctx)
}

// dialerMethod rewrites
//
//	dialer.Dial(network, addr)
//	dialer.DialContext(ctx, network, addr)
func dialerMethod(s *Suggester, d *draft, st *site, ctx string) bool {
	d.replace(st.sel.Sel, "DialContext")
	d.insert(st.call.Lparen+1, ctx+", ")
	return true
}

// tlsQualifier returns what the code writes before a name of crypto/tls.
func tlsQualifier(st *site) string {
	if st.sel == nil {
		return "" // imported with a dot
	}
	return st.file.Text(st.sel.X) + "."
}

// inBlockOf reports whether x is a variable that is declared in the very block
// that a statement is in.
func (s *Suggester) inBlockOf(stmt ast.Stmt, x ast.Expr) bool {
	id, ok := x.(*ast.Ident)
	if !ok {
		return false
	}
	obj := s.in.Info.Uses[id]
	return obj != nil && obj.Parent() == s.in.Info.Scopes[s.source(stmt.Pos()).Syntax].Innermost(stmt.Pos())
}
