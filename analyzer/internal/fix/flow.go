package fix

import (
	"go/ast"
	"go/token"

	"golang.org/x/tools/go/ast/inspector"
)

// joins reports whether the host, once it has started the handshake, gets to
// the race on every way on which it goes well. A way that returns before, such
// as
//
//	go func() { errc <- conn.Handshake() }()
//	if !wait {
//		return errc
//	}
//
// leaves a handshake that is meant to go on, and that must not be cancelled
// when the function returns. With strict set, no way at all may leave before.
func (s *Suggester) joins(r *race, strict bool) bool {
	if contains(r.anchor.Node(), r.wait.Node()) {
		return true
	}
	for cur := r.anchor; cur != r.host && cur.Valid(); cur = cur.Parent() {
		for next, ok := cur.NextSibling(); ok; next, ok = next.NextSibling() {
			stmt, ok := next.Node().(ast.Stmt)
			if !ok || isClause(stmt) {
				break // not a list of statements
			}
			if s.waits(r, stmt) {
				return true
			}
			if leaves(stmt, !strict) {
				return false
			}
		}
	}
	return false
}

// waits reports whether a statement waits for the race, or for the handshake
// alone, on each way through it.
func (s *Suggester) waits(r *race, stmt ast.Stmt) bool {
	if stmt == r.wait.Node() {
		return true
	}
	switch n := stmt.(type) {
	case nil:
		return false
	case *ast.BlockStmt:
		return s.listWaits(r, n.List)
	case *ast.LabeledStmt:
		return s.waits(r, n.Stmt)
	case *ast.IfStmt:
		if s.waitsIn(r, n.Init) || s.waitsIn(r, n.Cond) {
			return true
		}
		return s.waits(r, n.Body) && s.waits(r, n.Else)
	case *ast.ForStmt:
		return n.Cond == nil && s.waits(r, n.Body) || contains(n.Body, r.wait.Node())
	case *ast.RangeStmt:
		return contains(n.Body, r.wait.Node())
	case *ast.SwitchStmt:
		if s.waitsIn(r, n.Init) || s.waitsIn(r, n.Tag) {
			return true
		}
		otherwise := false
		for _, c := range n.Body.List {
			clause := c.(*ast.CaseClause)
			otherwise = otherwise || clause.List == nil
			if !s.listWaits(r, clause.Body) {
				return false
			}
		}
		return otherwise
	case *ast.GoStmt, *ast.DeferStmt:
		return false
	}
	return s.waitsIn(r, stmt)
}

// listWaits is waits for a list of statements.
func (s *Suggester) listWaits(r *race, list []ast.Stmt) bool {
	for _, stmt := range list {
		if s.waits(r, stmt) {
			return true
		}
		if leaves(stmt, true) {
			return false
		}
	}
	return false
}

// waitsIn reports whether a simple statement or an expression waits: it has the
// race in it, or receives from a channel that is no timer's.
func (s *Suggester) waitsIn(r *race, n ast.Node) bool {
	if n == nil {
		return false
	}
	found := false
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.UnaryExpr:
			found = found || n.Op == token.ARROW && !s.isTimer(n.X)
		}
		found = found || n == r.wait.Node()
		return !found
	})
	return found
}

// leaves reports whether a statement may be left for somewhere else than what
// follows it: by a return, or a jump to outside. With failing set, a return of
// an error does not count.
func leaves(stmt ast.Stmt, failing bool) bool {
	found := false
	var inspect func(n ast.Node, breaks, continues bool)
	inspect = func(n ast.Node, breaks, continues bool) { // which jumps stay inside
		ast.Inspect(n, func(m ast.Node) bool {
			if m == n || found {
				return !found
			}
			switch m := m.(type) {
			case *ast.FuncLit:
				return false
			case *ast.ForStmt, *ast.RangeStmt:
				inspect(m, true, true)
				return false
			case *ast.SwitchStmt, *ast.TypeSwitchStmt, *ast.SelectStmt:
				inspect(m, true, continues)
				return false
			case *ast.ReturnStmt:
				found = !failing || !returnsError(m)
			case *ast.BranchStmt:
				found = m.Label != nil || m.Tok == token.GOTO ||
					m.Tok == token.BREAK && !breaks || m.Tok == token.CONTINUE && !continues
			}
			return !found
		})
	}
	// A wrapper, so that stmt itself is looked at as a child.
	inspect(&ast.BlockStmt{List: []ast.Stmt{stmt}}, false, false)
	return found
}

// returnsError reports whether a return statement's last result is, by its
// look, an error: anything but nil, true or false.
func returnsError(ret *ast.ReturnStmt) bool {
	if len(ret.Results) == 0 {
		return false
	}
	switch x := ast.Unparen(ret.Results[len(ret.Results)-1]).(type) {
	case *ast.Ident:
		return x.Name != "nil" && x.Name != "true" && x.Name != "false"
	case *ast.UnaryExpr:
		return x.Op == token.ARROW || x.Op == token.AND
	case *ast.CallExpr, *ast.CompositeLit, *ast.SelectorExpr:
		return true
	}
	return false
}

// loopAround returns the innermost loop of the function fn that cur is in.
func loopAround(cur, fn inspector.Cursor) (inspector.Cursor, bool) {
	for c := range cur.Parent().Enclosing((*ast.ForStmt)(nil), (*ast.RangeStmt)(nil), (*ast.FuncDecl)(nil), (*ast.FuncLit)(nil)) {
		return c, c != fn
	}
	return cur, false
}

// contains reports whether a node lies in another one.
func contains(outer, inner ast.Node) bool {
	return outer.Pos() <= inner.Pos() && inner.End() <= outer.End()
}
