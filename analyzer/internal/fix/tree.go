package fix

import (
	"go/ast"

	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"
)

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

// declCursor returns the top-level declaration that cur is in.
func (s *Suggester) declCursor(cur inspector.Cursor) inspector.Cursor {
	decl, _ := s.root.FindNode(enclosingDecl(cur)) // cur lies in it
	return decl
}
