package fix

import (
	"go/ast"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ast/inspector"
)

// timerClause returns the clause of a select by which the timer of the finding
// wins: the one that receives from what was made there, wherever that select
// is; or else the one that the exit is in. It may be nil.
func (s *Suggester) timerClause(r *race) (inspector.Cursor, bool) {
	for _, at := range []func(*ast.CommClause) bool{
		func(c *ast.CommClause) bool { return s.receivesFrom(received(c), r.finding.Timer) },
		func(c *ast.CommClause) bool {
			return c.Colon < r.finding.Exit && r.finding.Exit < c.End() && received(c) != nil
		},
	} {
		for c := range s.root.Preorder((*ast.CommClause)(nil)) {
			if at(c.Node().(*ast.CommClause)) {
				return c, true
			}
		}
	}
	return inspector.Cursor{}, false
}

// receivesFrom reports whether a channel is the one of the timer that was made
// by the call at pos:
//
//	<-time.After(d)
//	timer := time.NewTimer(d); <-timer.C
//	done := ctx.Done(); <-done
func (s *Suggester) receivesFrom(ch ast.Expr, pos token.Pos) bool {
	if ch == nil || !pos.IsValid() {
		return false
	}
	if ch.Pos() <= pos && pos < ch.End() {
		return true
	}
	x := ast.Unparen(ch)
	if sel, ok := x.(*ast.SelectorExpr); ok && sel.Sel.Name == "C" {
		x = ast.Unparen(sel.X)
	}
	id, ok := x.(*ast.Ident)
	if !ok {
		return false
	}
	made := s.definition(id)
	return made != nil && made.Pos() <= pos && pos < made.End()
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

// firesItself reports whether a channel is that of a timer, or of a context that
// ends by other means than a call in the function itself: in such a one, a result
// may travel.
func (s *Suggester) firesItself(ch ast.Expr) bool {
	if !s.isTimer(ch) {
		return false
	}
	id, ok := ast.Unparen(s.doneOf(ch)).(*ast.Ident)
	if !ok {
		return true // no context, or a field, or a call
	}
	v, ok := s.in.Info.Uses[id].(*types.Var)
	return ok && v.Kind() == types.ParamVar
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
