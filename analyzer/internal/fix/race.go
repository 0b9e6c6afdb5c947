package fix

import (
	"go/ast"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ast/edge"
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
	wait   inspector.Cursor // a SelectStmt, an arrow, or a CallExpr
	hops   []hop            // from the site outwards

	// sel is the select statement of the race, wherever it is, with the clause
	// of the timer; both may be nil.
	sel   *ast.SelectStmt
	timer *ast.CommClause

	room *ast.CallExpr // the make call of the channel that needs room, or nil
}

// A hop is a function between the host and the site, with the one call of it
// that leads there.
type hop struct {
	decl inspector.Cursor // FuncDecl
	call inspector.Cursor // CallExpr
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
	waiter, ok := s.findWait(r)
	if !ok {
		return r
	}
	s.findHost(r, waiter)
	return r
}

// findWait finds where the race was waited for, and returns the function around
// it. In r.wait it leaves the select statement or the receive itself.
func (s *Suggester) findWait(r *race) (waiter inspector.Cursor, ok bool) {
	pos := r.finding.Race
	cur, ok := inspector.Cursor{}, false
	if pos.IsValid() {
		cur, ok = s.root.FindByPos(pos, pos+1)
	}
	if !ok {
		return cur, false
	}
	for c := range cur.Enclosing((*ast.SelectStmt)(nil), (*ast.UnaryExpr)(nil)) {
		switch n := c.Node().(type) {
		case *ast.SelectStmt:
			if n.Select != pos {
				continue
			}
			r.sel = n
			r.timer = s.timerClause(r, c)
		case *ast.UnaryExpr:
			if n.OpPos != pos || n.Op != token.ARROW {
				continue
			}
		}
		r.wait = c
		return enclosingFunc(c)
	}
	return cur, false
}

// findHost looks for the function that starts the handshake, directly or
// through calls of functions that have no other caller, and that waits for the
// race, directly or through a call. Where there is none, r.host stays invalid.
func (s *Suggester) findHost(r *race, waiter inspector.Cursor) {
	race := r.wait
	r.wait = inspector.Cursor{}
	waiters := s.waiters(waiter)
	cur := r.site.cur
	for range maxHops + 1 {
		for fn := range cur.Enclosing((*ast.FuncDecl)(nil), (*ast.FuncLit)(nil)) {
			wait := race
			if fn != waiter {
				var ok bool
				if wait, ok = s.callOf(fn, waiters, cur); !ok {
					continue
				}
			}
			anchor, ok := statement(cur, fn)
			if ok && anchor.Node().Pos() <= wait.Node().Pos() {
				r.host, r.anchor, r.wait = fn, anchor, wait
				return
			}
		}
		hop, ok := s.soleCall(cur)
		if !ok {
			return
		}
		r.hops = append(r.hops, hop)
		cur = hop.call
	}
}

// waiters returns the function declarations that wait for the race when they
// are called: the one around it, and those that call such a one.
func (s *Suggester) waiters(waiter inspector.Cursor) map[types.Object]bool {
	decl, ok := waiter.Node().(*ast.FuncDecl)
	if !ok {
		return nil // a literal: when it is called is more than we know
	}
	start := s.in.Info.Defs[decl.Name]
	found, level := map[types.Object]bool{start: true}, []types.Object{start}
	for range maxHops {
		var next []types.Object
		for _, obj := range level {
			for _, id := range s.uses[obj] {
				caller := s.callerAt(id)
				if caller != nil && !found[caller] {
					found[caller] = true
					next = append(next, caller)
				}
			}
		}
		level = next
	}
	return found
}

// callerAt returns the declared function that calls, at once and in its own
// body, the function that an identifier names; or nil.
func (s *Suggester) callerAt(id *ast.Ident) types.Object {
	call, ok := s.callAt(id)
	if !ok || !runsAtOnce(call) {
		return nil
	}
	fn, ok := enclosingFunc(call)
	if !ok {
		return nil
	}
	decl, ok := fn.Node().(*ast.FuncDecl)
	if !ok {
		return nil
	}
	return s.in.Info.Defs[decl.Name]
}

// callOf returns the call by which a function waits for the race: one of
// waiters that runs at once, and not before the site has been reached.
func (s *Suggester) callOf(fn inspector.Cursor, waiters map[types.Object]bool, site inspector.Cursor) (inspector.Cursor, bool) {
	for call := range fn.Preorder((*ast.CallExpr)(nil)) {
		callee := typeutil.StaticCallee(s.in.Info, call.Node().(*ast.CallExpr))
		if callee == nil || !waiters[callee.Origin()] || !runsAtOnce(call) {
			continue
		}
		if in, ok := enclosingFunc(call); !ok || in != fn {
			continue // in a literal that may run at any time
		}
		if call.Node().End() >= site.Node().End() && call != site {
			return call, true
		}
	}
	return inspector.Cursor{}, false
}

// soleCall returns the declared function around a cursor together with its
// call, if it is called in one place, and not mentioned in any other.
func (s *Suggester) soleCall(cur inspector.Cursor) (hop, bool) {
	for decl := range cur.Enclosing((*ast.FuncDecl)(nil)) {
		uses := s.uses[s.in.Info.Defs[decl.Node().(*ast.FuncDecl).Name]]
		if len(uses) != 1 {
			return hop{}, false
		}
		call, ok := s.callAt(uses[0])
		return hop{decl, call}, ok
	}
	return hop{}, false
}

// callAt returns the call whose function an identifier names.
func (s *Suggester) callAt(id *ast.Ident) (inspector.Cursor, bool) {
	cur, ok := s.root.FindByPos(id.Pos(), id.End())
	if !ok {
		return cur, false
	}
	for call := range cur.Enclosing((*ast.CallExpr)(nil)) {
		n := call.Node().(*ast.CallExpr)
		fun := ast.Unparen(n.Fun)
		switch f := fun.(type) {
		case *ast.IndexExpr:
			fun = f.X
		case *ast.IndexListExpr:
			fun = f.X
		}
		if sel, ok := fun.(*ast.SelectorExpr); ok {
			fun = sel.Sel
		}
		return call, fun == id
	}
	return cur, false
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

// timerClause returns the clause of a select by which the timer wins: the one
// that the exit lies in, or else the only one that receives from a timer.
func (s *Suggester) timerClause(r *race, sel inspector.Cursor) *ast.CommClause {
	var timers []*ast.CommClause
	for _, c := range sel.Node().(*ast.SelectStmt).Body.List {
		clause := c.(*ast.CommClause)
		if !s.isTimer(received(clause)) {
			continue
		}
		if exit := r.finding.Exit; clause.Pos() <= exit && exit < clause.End() {
			return clause
		}
		timers = append(timers, clause)
	}
	if len(timers) == 1 {
		return timers[0]
	}
	return nil
}

// isTimer reports whether a channel is that of a timer or of a context.
func (s *Suggester) isTimer(ch ast.Expr) bool {
	if ch == nil {
		return false
	}
	if s.doneOf(ch) != nil {
		return true
	}
	typ, ok := s.in.Info.TypeOf(ch).Underlying().(*types.Chan)
	return ok && isTime(typ.Elem())
}

// doneOf returns the context whose Done channel an expression is, or nil.
func (s *Suggester) doneOf(ch ast.Expr) ast.Expr {
	call, ok := ast.Unparen(ch).(*ast.CallExpr)
	if !ok {
		return nil
	}
	sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
	if !ok || sel.Sel.Name != "Done" || !isContext(s.in.Info.TypeOf(sel.X)) {
		return nil
	}
	return sel.X
}

// received returns the channel that a clause receives from, or nil.
func received(clause *ast.CommClause) ast.Expr {
	var x ast.Expr
	switch comm := clause.Comm.(type) {
	case *ast.ExprStmt:
		x = comm.X
	case *ast.AssignStmt:
		x = comm.Rhs[0]
	}
	if x == nil {
		return nil // default, or a send
	}
	if recv, ok := ast.Unparen(x).(*ast.UnaryExpr); ok && recv.Op == token.ARROW {
		return recv.X
	}
	return nil
}

// runsAtOnce reports whether a call is made where it stands, in the goroutine
// that comes by: it is not that of a go or defer statement.
func runsAtOnce(call inspector.Cursor) bool {
	switch call.ParentEdgeKind() {
	case edge.GoStmt_Call, edge.DeferStmt_Call:
		return false
	}
	return true
}

// statement returns the innermost statement around cur that is in a list of
// statements of the function fn itself.
func statement(cur, fn inspector.Cursor) (inspector.Cursor, bool) {
	var found inspector.Cursor
	for c := cur; c != fn; c = c.Parent() {
		if c.ParentEdgeKind() == edge.Invalid {
			return found, false // fn is not around cur
		}
		if in, ok := enclosingFunc(c); ok && in == fn && !found.Valid() && inList(c) {
			found = c
		}
	}
	return found, found.Valid()
}

// inList reports whether a node is a statement in a list of statements.
func inList(cur inspector.Cursor) bool {
	switch cur.ParentEdgeKind() {
	case edge.BlockStmt_List, edge.CaseClause_Body, edge.CommClause_Body:
		return !isClause(cur.Node())
	}
	return false
}

// isClause reports whether a node is a clause, which go/ast puts into a block
// as if it were a statement.
func isClause(n ast.Node) bool {
	switch n.(type) {
	case *ast.CaseClause, *ast.CommClause:
		return true
	}
	return false
}

// enclosingFunc returns the innermost function that cur is in.
func enclosingFunc(cur inspector.Cursor) (inspector.Cursor, bool) {
	for fn := range cur.Parent().Enclosing((*ast.FuncDecl)(nil), (*ast.FuncLit)(nil)) {
		return fn, true
	}
	return cur, false
}

// enclosingDecl returns the top-level declaration that cur is in.
func enclosingDecl(cur inspector.Cursor) ast.Decl {
	for cur.ParentEdgeKind() != edge.File_Decls {
		cur = cur.Parent()
	}
	return cur.Node().(ast.Decl)
}

// body returns the body of a FuncDecl or a FuncLit.
func body(fn inspector.Cursor) *ast.BlockStmt {
	switch fn := fn.Node().(type) {
	case *ast.FuncDecl:
		return fn.Body
	case *ast.FuncLit:
		return fn.Body
	}
	return nil
}
