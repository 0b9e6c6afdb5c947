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
			if s.leaves(stmt, !strict) {
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
		if s.leaves(stmt, true) {
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
func (s *Suggester) leaves(stmt ast.Stmt, failing bool) bool {
	cur, ok := s.root.FindNode(stmt)
	if !ok {
		return true
	}
	for c := range cur.Preorder((*ast.ReturnStmt)(nil), (*ast.BranchStmt)(nil)) {
		if in, _ := enclosingFunc(c); contains(stmt, in.Node()) {
			continue // of a literal
		}
		switch n := c.Node().(type) {
		case *ast.ReturnStmt:
			if !failing || !s.failing(c, n) {
				return true
			}
		case *ast.BranchStmt:
			if n.Tok == token.GOTO || n.Label != nil || !contains(stmt, target(c)) {
				return true
			}
		}
	}
	return false
}

// target returns what an unlabelled break or continue breaks or continues.
func target(branch inspector.Cursor) ast.Node {
	kinds := []ast.Node{(*ast.ForStmt)(nil), (*ast.RangeStmt)(nil)}
	if branch.Node().(*ast.BranchStmt).Tok == token.BREAK {
		kinds = append(kinds, (*ast.SwitchStmt)(nil), (*ast.TypeSwitchStmt)(nil), (*ast.SelectStmt)(nil))
	}
	for c := range branch.Enclosing(kinds...) {
		return c.Node()
	}
	return branch.Node() // fallthrough
}

// failing reports whether a return statement returns an error: one that is made
// there, one that was found not to be nil, or what comes out of a channel.
func (s *Suggester) failing(cur inspector.Cursor, ret *ast.ReturnStmt) bool {
	if s.fails(ret) {
		return true
	}
	if len(ret.Results) == 0 || s.in.Info.Types[ret.Results[len(ret.Results)-1]].IsNil() {
		return false
	}
	if recv, ok := ast.Unparen(ret.Results[len(ret.Results)-1]).(*ast.UnaryExpr); ok && recv.Op == token.ARROW {
		return true
	}
	for c := range cur.Enclosing((*ast.IfStmt)(nil)) {
		n := c.Node().(*ast.IfStmt)
		bin, ok := ast.Unparen(n.Cond).(*ast.BinaryExpr)
		if ok && bin.Op == token.NEQ && isError(s.in.Info.TypeOf(bin.X)) && contains(n.Body, ret) {
			return true
		}
	}
	return false
}

// A loop is a for statement, or what lies between a label and a goto that jumps
// back to it.
type loop struct {
	start inspector.Cursor // the statement, or the one that is labelled
	end   token.Pos
}

// has reports whether a position lies in the loop.
func (l loop) has(pos token.Pos) bool { return l.start.Node().Pos() <= pos && pos < l.end }

// loopAround returns the innermost loop of the function fn that cur is in.
func loopAround(cur, fn inspector.Cursor) (found loop, ok bool) {
	for c := range cur.Parent().Enclosing((*ast.ForStmt)(nil), (*ast.RangeStmt)(nil), (*ast.FuncDecl)(nil), (*ast.FuncLit)(nil)) {
		found, ok = loop{c, c.Node().End()}, c != fn
		break
	}
	for _, l := range gotoLoops(fn) {
		if l.has(cur.Node().Pos()) && (!ok || found.has(l.start.Node().Pos())) {
			found, ok = l, true
		}
	}
	return found, ok
}

// gotoLoops returns the loops of a function that are made by jumps.
func gotoLoops(fn inspector.Cursor) (loops []loop) {
	labels := make(map[string]inspector.Cursor)
	for c := range fn.Preorder((*ast.LabeledStmt)(nil), (*ast.BranchStmt)(nil)) {
		if in, ok := enclosingFunc(c); !ok || in != fn {
			continue // of a literal
		}
		switch n := c.Node().(type) {
		case *ast.LabeledStmt:
			labels[n.Label.Name] = c
		case *ast.BranchStmt:
			if n.Tok != token.GOTO {
				continue
			}
			if label, back := labels[n.Label.Name]; back {
				loops = append(loops, loop{label, n.End()})
			}
		}
	}
	return loops
}

// contains reports whether a node lies in another one.
func contains(outer, inner ast.Node) bool {
	return outer.Pos() <= inner.Pos() && inner.End() <= outer.End()
}
