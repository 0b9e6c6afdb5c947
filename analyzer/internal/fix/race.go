package fix

import (
	"go/ast"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ast/inspector"
	"golang.org/x/tools/go/types/typeutil"

	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/finding"
)

// maxHops bounds how many calls lie between the function that hosts a fix and
// the one that handshakes, and likewise the one that waits.
const maxHops = 3

// A race is what the fixes know about the code around a finding.
//
//	func host() {
//		...              // anchor: the statement of host that starts the handshake,
//		go run(conn)     // by itself or through hops
//		...
//		select { ... }   // wait: the select, the receive, or a call that waits
//	}
//
//	func run(conn *tls.Conn) { errc <- conn.Handshake() } // a hop; the site
type race struct {
	finding finding.Finding
	site    *site

	// The function that starts the handshake and then waits, at least through
	// a call. All of these are the zero Cursor where there is no such function.
	host   inspector.Cursor // its FuncDecl or FuncLit
	anchor inspector.Cursor // a statement in a list
	wait   inspector.Cursor // what waits: a SelectStmt, an arrow, a CallExpr, ...
	hops   []hop            // from the site outwards

	// raced is what waits in the end, and waiter the function around it: the
	// host, or one that it calls. They are known even where there is no host.
	raced, waiter inspector.Cursor

	room *ast.CallExpr // the make call of the channel that needs room, or nil
}

// A hop is a function on the way to the site, with the call of it that leads
// there.
type hop struct {
	decl inspector.Cursor // FuncDecl
	call inspector.Cursor // CallExpr
	sole bool             // it is called nowhere else, and not used otherwise
}

func (h hop) fn() *ast.FuncDecl     { return h.decl.Node().(*ast.FuncDecl) }
func (h hop) callee() *ast.CallExpr { return h.call.Node().(*ast.CallExpr) }

// decl returns the top-level declaration that the fix mainly edits.
func (r *race) decl() ast.Decl {
	cur := r.site.cur
	if r.host.Valid() {
		cur = r.host
	}
	return enclosingDecl(cur)
}

// digest reads the code around a finding. It returns nil where even the
// handshake is not written in a way that we know.
func (s *Suggester) digest(f finding.Finding) *race {
	r := &race{finding: f}
	r.site = s.findSite(f.Handshake)
	if r.site == nil {
		return nil
	}
	r.room = s.findMake(f.Channel)
	if s.findWait(r) {
		s.findHost(r)
	}
	return r
}

// findWait finds what waited for the race, and the function around it.
func (s *Suggester) findWait(r *race) bool {
	pos := r.finding.Race
	if !pos.IsValid() {
		return false
	}
	cur, ok := s.root.FindByPos(pos, pos+1)
	if !ok {
		return false
	}
	for c := range cur.Enclosing() {
		if fn, ok := enclosingFunc(c); ok && waitsAt(c.Node(), pos) {
			r.raced, r.waiter = c, fn
			return true
		}
	}
	return false
}

// waitsAt reports whether a node is what waits at a position of a
// [finding.Finding]: a select or a range statement at its keyword, a receive at
// its arrow, a call at its parenthesis.
func waitsAt(n ast.Node, pos token.Pos) bool {
	switch n := n.(type) {
	case *ast.SelectStmt:
		return n.Select == pos
	case *ast.RangeStmt:
		return n.For == pos
	case *ast.UnaryExpr:
		return n.OpPos == pos && n.Op == token.ARROW
	case *ast.CallExpr:
		return n.Lparen == pos
	}
	return false
}

// sel returns the select statement of the race, or nil if it is none.
func (r *race) sel() *ast.SelectStmt {
	if !r.raced.Valid() {
		return nil
	}
	sel, _ := r.raced.Node().(*ast.SelectStmt)
	return sel
}

// findMake returns the make call at a position, or nil.
func (s *Suggester) findMake(pos token.Pos) *ast.CallExpr {
	if !pos.IsValid() {
		return nil
	}
	cur, ok := s.root.FindByPos(pos, pos+1)
	if !ok {
		return nil
	}
	for c := range cur.Enclosing((*ast.CallExpr)(nil)) {
		call := c.Node().(*ast.CallExpr)
		if call.Pos() != pos && call.Lparen != pos {
			continue
		}
		if b, ok := typeutil.Callee(s.in.Info, call).(*types.Builtin); ok && b.Name() == "make" {
			return call
		}
	}
	return nil
}
