package fix

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ast/inspector"
)

// freeName returns the first of the preferred names, and then of numbered
// variants of the last one, that can be declared anywhere in a top-level
// declaration without a meeting with another use of it: no identifier of the
// declaration has it, and nothing of the package or the file is called so. It
// is stricter than scopes require, and so it needs no look at them: what it
// returns neither shadows nor is shadowed.
func (s *Suggester) freeName(decl ast.Decl, preferred ...string) string {
	used := make(map[string]bool)
	ast.Inspect(decl, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok {
			used[id.Name] = true
		}
		return true
	})
	file := s.in.Info.Scopes[s.source(decl.Pos()).Syntax]
	free := func(name string) bool {
		if used[name] || s.taken[decl][name] {
			return false
		}
		_, obj := file.LookupParent(name, token.NoPos)
		return obj == nil
	}
	for _, name := range preferred {
		if free(name) {
			return name
		}
	}
	last := preferred[len(preferred)-1]
	for i := 2; ; i++ {
		if name := fmt.Sprint(last, i); free(name) {
			return name
		}
	}
}

// visible reports whether an expression means the same at pos as where it
// stands: its identifiers refer to the same objects there.
func (s *Suggester) visible(x ast.Expr, pos token.Pos) bool {
	ok := true
	ast.Inspect(x, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			ok = false
		case *ast.SelectorExpr:
			ok = ok && s.visible(n.X, pos) // not Sel, which is looked up elsewhere
			return false
		case *ast.Ident:
			ok = ok && s.lookup(n.Name, pos) == s.in.Info.ObjectOf(n)
		}
		return ok
	})
	return ok
}

// lookup returns what a name means at pos.
func (s *Suggester) lookup(name string, pos token.Pos) types.Object {
	file := s.source(pos)
	if file == nil {
		return nil
	}
	scope := s.in.Info.Scopes[file.Syntax].Innermost(pos)
	if scope == nil {
		return nil
	}
	_, obj := scope.LookupParent(name, pos)
	return obj
}

// isPath reports whether an expression is a variable or a field of one, such
// that to read it has no effect.
func isPath(x ast.Expr) bool {
	switch x := ast.Unparen(x).(type) {
	case *ast.Ident:
		return true
	case *ast.SelectorExpr:
		return isPath(x.X)
	}
	return false
}

// root returns the variable that a path starts with, or nil.
func (s *Suggester) rootOf(x ast.Expr) *types.Var {
	switch x := ast.Unparen(x).(type) {
	case *ast.Ident:
		v, _ := s.in.Info.ObjectOf(x).(*types.Var)
		return v
	case *ast.SelectorExpr:
		if v, ok := s.in.Info.Uses[x.Sel].(*types.Var); ok && !v.IsField() {
			return v // of another package
		}
		return s.rootOf(x.X)
	}
	return nil
}

// changes reports whether a variable may be given another value after pos, in
// a function: by an assignment, or through its address.
func (s *Suggester) changes(v *types.Var, in inspector.Cursor, pos token.Pos) bool {
	refers := func(x ast.Expr) bool {
		id, ok := ast.Unparen(x).(*ast.Ident)
		return ok && s.in.Info.Uses[id] == v
	}
	for c := range in.Preorder((*ast.AssignStmt)(nil), (*ast.UnaryExpr)(nil), (*ast.RangeStmt)(nil)) {
		switch n := c.Node().(type) {
		case *ast.AssignStmt:
			for _, x := range n.Lhs {
				if refers(x) && n.Pos() > pos {
					return true
				}
			}
		case *ast.RangeStmt:
			if n.Pos() > pos && (n.Key != nil && refers(n.Key) || n.Value != nil && refers(n.Value)) {
				return true
			}
		case *ast.UnaryExpr:
			if n.Op == token.AND && refers(n.X) {
				return true
			}
		}
	}
	return false
}
