package fix

import (
	"go/ast"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"
	"golang.org/x/tools/go/types/typeutil"
)

// findHost looks for the function that starts the handshake, directly or by a
// call, and that waits for the race, directly or by a call. Where there is none,
// r.host stays invalid.
func (s *Suggester) findHost(r *race) {
	waiters := s.waiters(r.waiter)
	cur := r.site.cur
	for range maxHops + 1 {
		for fn := range cur.Enclosing((*ast.FuncDecl)(nil), (*ast.FuncLit)(nil)) {
			wait, ok := r.raced, true
			if fn != r.waiter {
				wait, ok = s.callOf(fn, waiters, cur)
			}
			if !ok {
				continue
			}
			anchor, ok := statement(cur, fn)
			if ok && anchor.Node().Pos() <= wait.Node().Pos() {
				r.host, r.anchor, r.wait = fn, beforeLoops(anchor, wait, fn), wait
				return
			}
		}
		hop, ok := s.callInto(r, cur)
		if !ok {
			return
		}
		r.hops = append(r.hops, hop)
		cur = hop.call
	}
}

// beforeLoops returns the statement before which all that a statement starts has
// not begun: itself, or the outermost loop around it that is over when the race
// is waited for.
func beforeLoops(stmt, wait, fn inspector.Cursor) inspector.Cursor {
	for {
		around, ok := loopAround(stmt, fn)
		if !ok || around.has(wait.Node().Pos()) {
			return stmt
		}
		stmt, _ = statement(around.start, fn) // a loop is a statement
	}
}

// waiters returns the function declarations that wait for the race when they
// are called: the one around it, and those that call such a one. A literal that
// is returned from a function stands for the function: see [Suggester.callOf].
func (s *Suggester) waiters(waiter inspector.Cursor) map[types.Object]bool {
	fn := waiter
	if waiter.ParentEdgeKind() == edge.ReturnStmt_Results {
		fn, _ = enclosingFunc(waiter) // a literal that is returned has one
	}
	decl, ok := fn.Node().(*ast.FuncDecl)
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
// waiters, or of what it has returned, that runs at once, and not before the
// site has been reached.
func (s *Suggester) callOf(fn inspector.Cursor, waiters map[types.Object]bool, site inspector.Cursor) (inspector.Cursor, bool) {
	var found inspector.Cursor
	for call := range fn.Preorder((*ast.CallExpr)(nil)) {
		callee := s.calleeOrMaker(call.Node().(*ast.CallExpr))
		if callee == nil || !waiters[callee] || !runsAtOnce(call) {
			continue
		}
		if in, ok := enclosingFunc(call); !ok || in != fn {
			continue // in a literal that may run at any time
		}
		if call.Node().End() >= site.Node().End() && call != site {
			found = call // what is returned is called last
		}
	}
	return found, found.Valid()
}

// calleeOrMaker returns the function that a call calls, or the one that has made
// the function that it calls:
//
//	wait(errc, d)
//	async(conn.Handshake)(d)
//	wait := async(conn.Handshake); wait(d)
func (s *Suggester) calleeOrMaker(call *ast.CallExpr) types.Object {
	if fn := typeutil.StaticCallee(s.in.Info, call); fn != nil {
		return fn.Origin()
	}
	switch fun := ast.Unparen(call.Fun).(type) {
	case *ast.CallExpr:
		return s.calleeOrMaker(fun)
	case *ast.Ident:
		if made, ok := s.definition(fun).(*ast.CallExpr); ok {
			return s.calleeOrMaker(made)
		}
	}
	return nil
}

// callInto returns the declared function around a cursor together with the call
// that leads into it: its only one, or the one that the finding is about.
func (s *Suggester) callInto(r *race, cur inspector.Cursor) (hop, bool) {
	for decl := range cur.Enclosing((*ast.FuncDecl)(nil)) {
		uses := s.uses[s.in.Info.Defs[decl.Node().(*ast.FuncDecl).Name]]
		var calls []inspector.Cursor
		for _, id := range uses {
			if call, ok := s.callAt(id); ok {
				calls = append(calls, call)
			}
		}
		if len(uses) == 1 && len(calls) == 1 {
			return hop{decl, calls[0], true}, true
		}
		f := r.finding
		for _, pos := range []token.Pos{f.Spawn, f.Race, f.Exit} {
			if call, ok := s.onlyIn(calls, pos); ok && enclosingDecl(call) != decl.Node() {
				return hop{decl, call, false}, true
			}
		}
	}
	return hop{}, false
}

// onlyIn returns the one of the calls that is in the same top-level declaration
// as a position.
func (s *Suggester) onlyIn(calls []inspector.Cursor, pos token.Pos) (inspector.Cursor, bool) {
	var found inspector.Cursor
	for _, call := range calls {
		decl := enclosingDecl(call)
		if pos < decl.Pos() || decl.End() <= pos {
			continue
		}
		if found.Valid() {
			return found, false
		}
		found = call
	}
	return found, found.Valid()
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

// definition returns what a local variable is defined as, if it never gets
// another value; or nil.
func (s *Suggester) definition(id *ast.Ident) ast.Expr {
	v, ok := s.in.Info.Uses[id].(*types.Var)
	if !ok || v.Pkg() == nil || v.Parent() == v.Pkg().Scope() {
		return nil
	}
	cur, ok := s.root.FindByPos(v.Pos(), v.Pos()+token.Pos(len(v.Name())))
	if !ok || s.changes(v, s.declCursor(cur), cur.Node().End()) {
		return nil
	}
	var names, values []ast.Expr
	for c := range cur.Enclosing((*ast.AssignStmt)(nil), (*ast.ValueSpec)(nil)) {
		switch n := c.Node().(type) {
		case *ast.AssignStmt:
			names, values = n.Lhs, n.Rhs
		case *ast.ValueSpec:
			for _, name := range n.Names {
				names = append(names, name)
			}
			values = n.Values
		}
		break
	}
	for i, x := range names {
		if x.Pos() != v.Pos() {
			continue
		}
		if len(names) == len(values) {
			return ast.Unparen(values[i])
		}
		if i == 0 && len(values) == 1 {
			if assert, ok := ast.Unparen(values[0]).(*ast.TypeAssertExpr); ok {
				return assert // with a comma and ok
			}
		}
	}
	return nil
}
