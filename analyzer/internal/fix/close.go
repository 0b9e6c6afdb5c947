package fix

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ast/inspector"
	"golang.org/x/tools/go/types/typeutil"
	"honnef.co/go/tools/pattern"
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
	if r.site.conn() == nil || !s.endsQuietly(r) {
		return nil // a dial: there is no connection yet
	}
	room, ok := s.room(r)
	if !ok {
		return nil
	}
	levels, calls := s.levels(r)
	var found []candidate
	for under := range maxUnder {
		conn := func(pos token.Pos) (string, bool) { return s.connAt(r, pos, calls, under) }
		if d := s.draft(room...); s.closeInClauses(d, r, conn) {
			found = append(found, d.finish("Close the connection when the timer fires"))
		}
		if d := s.draft(room...); s.closeBeforeExit(d, r, conn) {
			found = append(found, d.finish("Close the connection when the timer fires"))
		}
		for _, l := range levels {
			if d := s.draft(room...); s.closeOnError(d, l, conn) {
				found = append(found, d.finish("Close the connection when the handshake fails or the timer fires"))
			}
		}
	}
	return found
}

// maxUnder bounds how many connections are looked for: the one that handshakes,
// and those under it, in case that it does not close them.
const maxUnder = 3

// A level is a function that waits for the race, by itself or by a call.
type level struct {
	fn   inspector.Cursor
	wait inspector.Cursor
}

// levels returns the functions that wait for the race, from the inside out, as
// far as it is known by whom they are called in the finding, and those calls.
func (s *Suggester) levels(r *race) ([]level, []hop) {
	if !r.raced.Valid() {
		return nil, nil
	}
	levels, calls := []level{{r.waiter, r.raced}}, slices.Clone(r.hops)
	if r.host.Valid() && r.host != r.waiter {
		levels = append(levels, level{r.host, r.wait})
	}
	for range maxHops {
		last := levels[len(levels)-1]
		if _, ok := last.fn.Node().(*ast.FuncDecl); !ok {
			break // a literal: its calls are not known
		}
		hop, ok := s.callInto(r, last.wait)
		if !ok || !runsAtOnce(hop.call) {
			break
		}
		fn, ok := enclosingFunc(hop.call)
		if !ok {
			break
		}
		levels, calls = append(levels, level{fn, hop.call}), append(calls, hop)
	}
	return levels, calls
}

// closeInClauses closes the connection in each clause of the race's select by
// which a timer wins. It reports false if there is none, or one that can't be
// helped.
func (s *Suggester) closeInClauses(d *draft, r *race, connAt func(token.Pos) (string, bool)) bool {
	timer, ok := s.timerClause(r)
	if !ok {
		return false
	}
	for c := range timer.Parent().Children() {
		clause, ok := c.Node().(*ast.CommClause)
		if !ok || c != timer && (!s.firesItself(received(clause)) || closes(clause)) {
			continue
		}
		if s.waitsOn(r, c) || !s.givesUp(c) {
			if c == timer {
				return false
			}
			continue // a ticker, while the handshake is waited for
		}
		conn, ok := connAt(clause.Colon)
		if !ok || s.speaks(clause) {
			return false
		}
		d.insertInto(clause.Pos(), clause.Colon, conn+".Close()")
	}
	return true
}

// speaks reports whether a clause reads from or writes to a connection, or has another
// package do so.
func (s *Suggester) speaks(clause *ast.CommClause) bool {
	found := false
	ast.Inspect(clause, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return !found
		}
		sel, isSel := ast.Unparen(call.Fun).(*ast.SelectorExpr)
		if isSel && (sel.Sel.Name == "Read" || sel.Sel.Name == "Write") && s.isConn(sel.X) {
			found = true
		}
		if fn := typeutil.StaticCallee(s.in.Info, call); fn != nil && fn.Pkg() != s.in.Pkg {
			found = found || slices.ContainsFunc(call.Args, s.isConn)
		}
		return !found
	})
	return found
}

// isConn reports whether an expression has the methods of a connection.
func (s *Suggester) isConn(x ast.Expr) bool {
	t := s.in.Info.TypeOf(x)
	return t != nil && !slices.ContainsFunc([]string{"Read", "Write", "Close", "SetDeadline"}, func(name string) bool {
		obj, _, _ := types.LookupFieldOrMethod(t, true, nil, name)
		_, ok := obj.(*types.Func)
		return !ok
	})
}

// waitsOn reports whether the code goes on to wait for the handshake when a
// clause is through: it is in a loop in which the handshake is not started anew,
// and it does not leave that for sure.
func (s *Suggester) waitsOn(r *race, clause inspector.Cursor) bool {
	fn, ok := enclosingFunc(clause)
	if !ok {
		return true
	}
	around, ok := loopAround(clause, fn)
	if !ok || around.has(r.finding.Spawn) || around.has(r.site.node().Pos()) {
		return false
	}
	body := clause.Node().(*ast.CommClause).Body
	if len(body) == 0 {
		return true
	}
	switch last := body[len(body)-1].(type) {
	case *ast.ReturnStmt:
		return false
	case *ast.BranchStmt:
		return last.Label == nil || last.Tok != token.BREAK
	}
	return true
}

// givesUp reports whether a clause gives the handshake up: it leaves, or it makes
// an error, or nothing waits for anything behind it any more.
func (s *Suggester) givesUp(clause inspector.Cursor) bool {
	n := clause.Node().(*ast.CommClause)
	if terminates(n.Body) {
		return true
	}
	for c := range clause.Preorder((*ast.AssignStmt)(nil), (*ast.ReturnStmt)(nil), (*ast.SelectStmt)(nil)) {
		switch n := c.Node().(type) {
		case *ast.AssignStmt:
			if t := s.in.Info.TypeOf(n.Lhs[len(n.Lhs)-1]); t != nil && isError(t) && !s.in.Info.Types[n.Rhs[len(n.Rhs)-1]].IsNil() {
				return true
			}
		case *ast.ReturnStmt:
			return true
		case *ast.SelectStmt:
			return false // which waits on
		}
	}
	fn, ok := enclosingFunc(clause)
	if !ok {
		return false
	}
	for c := range fn.Preorder((*ast.SelectStmt)(nil), (*ast.UnaryExpr)(nil)) {
		if recv, ok := c.Node().(*ast.UnaryExpr); ok && recv.Op != token.ARROW {
			continue
		}
		if c.Node().Pos() > clause.Parent().Node().End() {
			return false
		}
	}
	return true
}

// closeBeforeExit closes the connection before the return statement that the
// finding names as the exit, if that can only be one of a failure.
func (s *Suggester) closeBeforeExit(d *draft, r *race, connAt func(token.Pos) (string, bool)) bool {
	cur, ok := s.root.FindByPos(r.finding.Exit, r.finding.Exit+1)
	if !ok {
		return false
	}
	for c := range cur.Enclosing((*ast.ReturnStmt)(nil)) {
		ret := c.Node().(*ast.ReturnStmt)
		if ret.Return != r.finding.Exit || !s.fails(ret) || !inList(c) {
			return false
		}
		conn, ok := connAt(ret.Pos())
		if ok {
			d.insertBefore(ret, conn+".Close()")
		}
		return ok
	}
	return false
}

// failures are the functions that never return a nil error.
var failures = pattern.MustParse(`(CallExpr (Symbol (Or "errors.New" "fmt.Errorf")) _)`)

// fails reports whether a return statement returns an error for sure: one that
// is made there, or that is a variable of a package.
func (s *Suggester) fails(ret *ast.ReturnStmt) bool {
	if len(ret.Results) == 0 {
		return false
	}
	last := ast.Unparen(ret.Results[len(ret.Results)-1])
	if tv := s.in.Info.Types[last]; tv.IsNil() {
		return false
	}
	switch x := last.(type) {
	case *ast.CompositeLit:
		return true
	case *ast.UnaryExpr:
		return x.Op == token.AND
	case *ast.CallExpr:
		m := pattern.Matcher{TypesInfo: s.in.Info}
		return m.Match(failures, x)
	}
	v := s.rootOf(last)
	return v != nil && v.Pkg() != nil && v.Parent() == v.Pkg().Scope() && isError(v.Type())
}

// closes reports whether a clause closes something already.
func closes(clause *ast.CommClause) bool {
	found := false
	ast.Inspect(clause, func(n ast.Node) bool {
		sel, ok := n.(*ast.SelectorExpr)
		found = found || ok && sel.Sel.Name == "Close"
		return !found
	})
	return found
}

// closeOnError closes the connection where the host has received an error. Five
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
//	select { ... }
//	if err != nil { ... return ... }
//
// with a call that waits in the place of the receive, or with the error in a
// field of what is received.
func (s *Suggester) closeOnError(d *draft, l level, connAt func(token.Pos) (string, bool)) bool {
	stmt, ok := statement(l.wait, l.fn)
	if !ok {
		return false
	}
	conn, ok := connAt(stmt.Node().End())
	if !ok {
		return false
	}
	switch n := stmt.Node().(type) {
	case *ast.IfStmt:
		assign, ok := n.Init.(*ast.AssignStmt)
		if ok && contains(assign, l.wait.Node()) && s.testsError(n.Cond, s.errorOf(l.wait, assign)) {
			d.insertInto(n.Pos(), n.Body.Lbrace, conn+".Close()")
			return true
		}
	case *ast.AssignStmt:
		return s.closeAfter(d, l.wait, stmt, conn)
	case *ast.ReturnStmt:
		return s.closeBeforeReturn(d, l.wait, n, conn)
	case *ast.SelectStmt:
		return s.closeBehind(d, stmt, conn)
	}
	return false
}

// closeBehind closes the connection where the cases of a select have met again,
// and one of them has set an error.
func (s *Suggester) closeBehind(d *draft, sel inspector.Cursor, conn string) bool {
	next, ok := sel.NextSibling()
	if !ok {
		return false
	}
	n, ok := next.Node().(*ast.IfStmt)
	if !ok || n.Init != nil || !terminates(n.Body.List) {
		return false
	}
	bin, ok := ast.Unparen(n.Cond).(*ast.BinaryExpr)
	if !ok || !isPath(bin.X) || !s.testsError(n.Cond, s.rootOf(bin.X)) {
		return false
	}
	d.insertInto(n.Pos(), n.Body.Lbrace, conn+".Close()")
	return true
}

// closeAfter closes the connection behind an assignment of the error.
func (s *Suggester) closeAfter(d *draft, wait, assign inspector.Cursor, conn string) bool {
	v := s.errorOf(wait, assign.Node().(*ast.AssignStmt))
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
func (s *Suggester) closeBeforeReturn(d *draft, wait inspector.Cursor, ret *ast.ReturnStmt, conn string) bool {
	if len(ret.Results) != 1 || ast.Unparen(ret.Results[0]) != wait.Node() || !isError(s.in.Info.TypeOf(ret.Results[0])) {
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
func (s *Suggester) errorOf(wait inspector.Cursor, assign *ast.AssignStmt) *types.Var {
	if len(assign.Rhs) != 1 || ast.Unparen(assign.Rhs[0]) != wait.Node() {
		return nil
	}
	if _, ok := wait.Node().(*ast.UnaryExpr); ok && len(assign.Lhs) != 1 {
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
