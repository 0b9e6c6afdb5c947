package fix

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"
	"golang.org/x/tools/go/types/typeutil"
)

// endsQuietly reports whether nobody notices when the handshake of a lost race ends
// with an error, which it did not do before. Somebody does if its goroutine
//
//   - tries again;
//   - ends the process or the test, or fails that;
//   - stores the error where the one who lost the race stores one, or returns one;
//   - sends it on a channel that the next race, in a loop, receives from.
func (s *Suggester) endsQuietly(r *race) bool {
	fn, ok := enclosingFunc(r.site.cur)
	if !ok || fn == r.host {
		return ok
	}
	if _, looping := loopAround(r.site.cur, fn); looping {
		return false
	}
	for c := range fn.Preorder((*ast.CallExpr)(nil), (*ast.SendStmt)(nil)) {
		switch n := c.Node().(type) {
		case *ast.CallExpr:
			if s.complains(n) {
				return false
			}
		case *ast.SendStmt:
			if s.outlives(r, n.Chan) {
				return false
			}
		}
	}
	return !s.storesBeside(r, fn)
}

// complains reports whether a call ends the process or the test, or fails that.
func (s *Suggester) complains(call *ast.CallExpr) bool {
	switch fn := typeutil.Callee(s.in.Info, call).(type) {
	case *types.Builtin:
		return fn.Name() == "panic"
	case *types.Func:
		return s.in.Complains != nil && s.in.Complains(fn.FullName())
	}
	return false
}

// outlives reports whether a channel was made before the loop in which the handshake is
// started and waited for.
func (s *Suggester) outlives(r *race, ch ast.Expr) bool {
	if !r.host.Valid() {
		return false
	}
	around, looping := loopAround(r.anchor, r.host)
	v := s.rootOf(ch)
	if !looping || v == nil {
		return false
	}
	host := r.host.Node()
	return host.Pos() <= v.Pos() && v.Pos() < around.start.Node().Pos()
}

// storesBeside reports whether a function stores the handshake's result in a variable
// or field to which code outside of it assigns as well, or that is a result, while
// calls that were deferred earlier have yet to be made.
func (s *Suggester) storesBeside(r *race, fn inspector.Cursor) bool {
	kind, _ := r.site.cur.ParentEdge()
	assign, ok := r.site.cur.Parent().Node().(*ast.AssignStmt)
	if !ok || kind != edge.AssignStmt_Rhs || assign.Tok != token.ASSIGN {
		return false
	}
	return slices.ContainsFunc(assign.Lhs, func(x ast.Expr) bool {
		var v types.Object
		switch x := ast.Unparen(x).(type) {
		case *ast.Ident:
			v = s.in.Info.Uses[x]
		case *ast.SelectorExpr:
			v = s.in.Info.Uses[x.Sel]
		}
		if v == nil || !isError(v.Type()) || contains(fn.Node(), identAt(v.Pos())) {
			return false
		}
		return s.isResult(v, fn) && s.defersBefore(r) || slices.ContainsFunc(s.uses[origin(v)], func(id *ast.Ident) bool {
			return s.isAssigned(id) && !contains(fn.Node(), id) && s.isBehind(r, id)
		})
	})
}

// identAt returns a node at a position.
func identAt(pos token.Pos) ast.Node { return &ast.Ident{NamePos: pos} }

// isResult reports whether a variable is a named result of a function around fn.
func (s *Suggester) isResult(v types.Object, fn inspector.Cursor) bool {
	for around := range fn.Enclosing((*ast.FuncDecl)(nil), (*ast.FuncLit)(nil)) {
		results := funcType(around).Results
		if results != nil && results.Pos() <= v.Pos() && v.Pos() < results.End() {
			return true
		}
	}
	return false
}

// isBehind reports whether code may run once the race is on, and by the one that waits.
func (s *Suggester) isBehind(r *race, id *ast.Ident) bool {
	return r.host.Valid() && contains(r.host.Node(), id) && id.Pos() > r.anchor.Node().Pos() ||
		r.waiter.Valid() && r.waiter != r.host && contains(r.waiter.Node(), id)
}

// defersBefore reports whether the host defers a call before it starts the handshake.
func (s *Suggester) defersBefore(r *race) bool {
	if !r.host.Valid() {
		return true
	}
	for c := range r.host.Preorder((*ast.DeferStmt)(nil)) {
		if c.Node().Pos() < r.anchor.Node().Pos() {
			return true
		}
	}
	return false
}

// isAssigned reports whether an identifier, or the selector that it ends, is assigned to.
func (s *Suggester) isAssigned(id *ast.Ident) bool {
	cur, ok := s.root.FindNode(id)
	if !ok {
		return true
	}
	if kind, _ := cur.ParentEdge(); kind == edge.SelectorExpr_Sel {
		cur = cur.Parent()
	}
	kind, _ := cur.ParentEdge()
	return kind == edge.AssignStmt_Lhs
}
