package fix

import (
	"go/ast"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"
)

// closeOnTimer closes the connection where the timer has won:
//
//	case <-time.After(d):
//		conn.Close()
//		return errTimeout
//
// or, where the code learns of it as of any other error, where there was one:
//
//	if err := <-errc; err != nil {
//		conn.Close()
//		return err
//	}
//
// Why it is safe: a connection on which a handshake has failed, or was given
// up, is good for nothing any more, and Close does not wait for the handshake.
// The branch goes on as before, and a handshake that succeeds never gets there.
func closeOnTimer(s *Suggester, r *race) []candidate {
	if r.site.conn() == nil {
		return nil // a dial: there is no connection yet
	}
	room, ok := s.room(r)
	if !ok {
		return nil
	}
	d := s.draft(room...)
	if s.closeInClauses(d, r) {
		return []candidate{d.finish("Close the connection when the timer fires")}
	}
	d = s.draft(room...)
	if r.wait.Valid() && s.closeOnError(d, r) {
		return []candidate{d.finish("Close the connection when the handshake fails or the timer fires")}
	}
	return nil
}

// closeInClauses closes the connection in each clause of the select by which a
// timer wins. It reports false if there is none, or one that can't be helped.
func (s *Suggester) closeInClauses(d *draft, r *race) bool {
	if r.sel == nil {
		return false
	}
	found := false
	for _, c := range r.sel.Body.List {
		clause := c.(*ast.CommClause)
		if clause != r.timer && !s.isTimer(received(clause)) || s.closes(clause) {
			continue
		}
		conn, ok := s.connAt(r, clause.Colon)
		if !ok {
			return false
		}
		d.insertInto(clause.Pos(), clause.Colon, conn+".Close()")
		found = true
	}
	return found
}

// closes reports whether a clause closes something already.
func (s *Suggester) closes(clause *ast.CommClause) bool {
	found := false
	ast.Inspect(clause, func(n ast.Node) bool {
		sel, ok := n.(*ast.SelectorExpr)
		found = found || ok && sel.Sel.Name == "Close"
		return !found
	})
	return found
}

// closeOnError closes the connection where the host has received an error. Four
// shapes of code are known:
//
//	if err := <-errc; err != nil { ... }
//
//	err := <-errc
//	if err != nil { ... }
//
//	err = <-errc
//	...
//
//	return <-errc
//
// with a call that waits in the place of the receive, or with the error in a
// field of what is received.
func (s *Suggester) closeOnError(d *draft, r *race) bool {
	stmt, ok := statement(r.wait, r.host)
	if !ok {
		return false
	}
	if conn, ok := s.connAt(r, stmt.Node().End()); ok {
		switch n := stmt.Node().(type) {
		case *ast.IfStmt:
			assign, ok := n.Init.(*ast.AssignStmt)
			if ok && contains(assign, r.wait.Node()) && s.testsError(n.Cond, s.errorOf(r, assign)) {
				d.insertInto(n.Pos(), n.Body.Lbrace, conn+".Close()")
				return true
			}
		case *ast.AssignStmt:
			return s.closeAfter(d, r, stmt, conn)
		case *ast.ReturnStmt:
			return s.closeBeforeReturn(d, r, n, conn)
		}
	}
	return false
}

// closeAfter closes the connection behind an assignment of the error.
func (s *Suggester) closeAfter(d *draft, r *race, assign inspector.Cursor, conn string) bool {
	v := s.errorOf(r, assign.Node().(*ast.AssignStmt))
	if v == nil {
		return false
	}
	if next, ok := assign.NextSibling(); ok {
		if n, ok := next.Node().(*ast.IfStmt); ok && n.Init == nil && s.testsError(n.Cond, v) {
			d.insertInto(n.Pos(), n.Body.Lbrace, conn+".Close()")
			return true
		}
	}
	if !isError(v.Type()) {
		return false // it holds the error somewhere
	}
	d.insertAfter(assign.Node(), "if "+v.Name()+" != nil {", "\t"+conn+".Close()", "}")
	return true
}

// closeBeforeReturn takes the result out of a return statement.
func (s *Suggester) closeBeforeReturn(d *draft, r *race, ret *ast.ReturnStmt, conn string) bool {
	if len(ret.Results) != 1 || ast.Unparen(ret.Results[0]) != r.wait.Node() || !isError(s.in.Info.TypeOf(ret.Results[0])) {
		return false
	}
	file := s.source(ret.Pos())
	indent := "\n" + file.Indent(ret.Pos())
	err, tok := s.errorName(d, ret)
	d.insert(ret.Pos(), err+tok+file.Text(ret.Results[0])+indent+"if "+err+" != nil {"+indent+"\t"+conn+".Close()"+indent+"}"+indent)
	d.replace(ret.Results[0], err)
	return true
}

// errorName returns the name that an error is given before a return statement,
// and the token to assign it with. What follows is nothing but the return, so
// that it may well shadow something.
func (s *Suggester) errorName(d *draft, ret *ast.ReturnStmt) (name, tok string) {
	block := s.in.Info.Scopes[s.source(ret.Pos()).Syntax].Innermost(ret.Pos())
	switch obj := block.Lookup("err"); {
	case obj == nil:
		return "err", " := "
	case isError(obj.Type()) && obj.Pos() < ret.Pos():
		return "err", " = "
	}
	cur, _ := s.root.FindNode(ret)
	return d.declare(enclosingDecl(cur), "handshakeErr"), " := "
}

// errorOf returns the variable that an assignment from the wait sets to the
// error, or to something that holds it: the last one.
func (s *Suggester) errorOf(r *race, assign *ast.AssignStmt) *types.Var {
	if len(assign.Rhs) != 1 || ast.Unparen(assign.Rhs[0]) != r.wait.Node() {
		return nil
	}
	if _, ok := r.wait.Node().(*ast.UnaryExpr); ok && len(assign.Lhs) != 1 {
		return nil // v, ok := <-ch
	}
	id, ok := assign.Lhs[len(assign.Lhs)-1].(*ast.Ident)
	if !ok {
		return nil
	}
	v, _ := s.in.Info.ObjectOf(id).(*types.Var)
	return v
}

// testsError reports whether a condition is that v, or an error in it, is not
// nil.
func (s *Suggester) testsError(cond ast.Expr, v *types.Var) bool {
	bin, ok := ast.Unparen(cond).(*ast.BinaryExpr)
	if !ok || bin.Op != token.NEQ || v == nil || !s.in.Info.Types[bin.Y].IsNil() {
		return false
	}
	return isPath(bin.X) && s.rootOf(bin.X) == v && isError(s.in.Info.TypeOf(bin.X))
}

// connAt returns the connection of the handshake as it is to be written at pos:
// under the name that it has at the site, or as the argument that it is handed
// over by.
func (s *Suggester) connAt(r *race, pos token.Pos) (string, bool) {
	x, rest := r.site.conn(), ""
	for range 2 * (maxHops + 1) {
		if !isPath(x) {
			return "", false
		}
		v := s.rootOf(x)
		if v == nil {
			return "", false
		}
		at, _ := s.root.FindNode(x)
		if s.visible(x, pos) && !s.changes(v, s.declCursor(at), x.Pos()) {
			return s.source(x.Pos()).Text(x) + rest, s.hasClose(r)
		}
		// Have: a path whose root means nothing at pos.
		file := s.source(x.Pos())
		root := pathRoot(x)
		rest = file.Slice(root.End(), x.End()) + rest
		if x = s.argument(r, v); x == nil {
			return "", false
		}
	}
	return "", false
}

// argument returns what a parameter or receiver is given where its function is
// called on the way to the handshake; or nil.
func (s *Suggester) argument(r *race, v *types.Var) ast.Expr {
	for lit := range r.site.cur.Enclosing((*ast.FuncLit)(nil)) {
		if lit.ParentEdgeKind() != edge.CallExpr_Fun {
			continue
		}
		sig, ok := s.in.Info.TypeOf(lit.Node().(*ast.FuncLit)).(*types.Signature)
		if arg := argumentOf(sig, v, lit.Parent().Node().(*ast.CallExpr)); ok && arg != nil {
			return arg
		}
	}
	for _, hop := range r.hops {
		fn, ok := s.in.Info.Defs[hop.fn().Name].(*types.Func)
		if !ok {
			continue
		}
		sel, isSel := ast.Unparen(hop.callee().Fun).(*ast.SelectorExpr)
		if fn.Signature().Recv() == v && isSel {
			return sel.X
		}
		if arg := argumentOf(fn.Signature(), v, hop.callee()); arg != nil {
			return arg
		}
	}
	return nil
}

// argumentOf returns the argument of a call for a parameter, or nil.
func argumentOf(sig *types.Signature, v *types.Var, call *ast.CallExpr) ast.Expr {
	for i := range sig.Params().Len() {
		last := i == sig.Params().Len()-1
		if sig.Params().At(i) == v && i < len(call.Args) && !(last && sig.Variadic()) {
			return call.Args[i]
		}
	}
	return nil
}

// hasClose reports whether the connection has a Close method.
func (s *Suggester) hasClose(r *race) bool {
	obj, _, _ := types.LookupFieldOrMethod(s.in.Info.TypeOf(r.site.conn()), true, s.in.Pkg, "Close")
	fn, ok := obj.(*types.Func)
	return ok && fn.Signature().Params().Len() == 0
}

// pathRoot returns the identifier that a path starts with.
func pathRoot(x ast.Expr) *ast.Ident {
	for {
		switch e := ast.Unparen(x).(type) {
		case *ast.Ident:
			return e
		case *ast.SelectorExpr:
			x = e.X
		}
	}
}
