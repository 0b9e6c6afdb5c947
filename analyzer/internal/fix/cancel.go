package fix

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ast/inspector"
	"honnef.co/go/tools/analysis/edit"

	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/imports"
)

// cancelOnReturn gives the handshake a context that ends with the race:
//
//	handshakeCtx, cancel := context.WithCancel(ctx)
//	defer cancel()
//	go func() { errc <- conn.HandshakeContext(handshakeCtx) }()
//
// Why it is safe: the function can return only after it has waited for the
// race, and so either the handshake is over, and a context that is cancelled
// afterwards no longer has an effect on the connection, or it has lost, and to
// end it is what we want. Its error then goes where nobody looks at it any
// more: what the caller gets is what the timer's branch returns, as before.
//
// Where the race is on ctx.Done() of a context that is at hand, that context
// alone does the same, and is tried first.
func cancelOnReturn(s *Suggester, r *race) []candidate {
	if !r.host.Valid() || !s.takesContext(r.site) {
		return nil
	}
	room, ok := s.room(r)
	if !ok {
		return nil
	}
	var found []candidate
	for _, render := range []func(*Suggester, *race) (candidate, bool){passContext, deriveContext} {
		if c, ok := render(s, r); ok {
			c.edits = append(c.edits, room...)
			found = append(found, c)
		}
	}
	return found
}

// passContext hands the raced context itself to the handshake.
//
// Why it is safe: HandshakeContext closes the connection when the context ends,
// which is the moment at which its race is lost. The select sees the end of the
// context before the handshake can have failed of it.
func passContext(s *Suggester, r *race) (candidate, bool) {
	ctx := s.racedContext(r)
	if ctx == nil || s.hasClock(r.sel) {
		return candidate{}, false // there is a timer besides
	}
	use := s.entry(r)
	if !s.lasts(ctx, r.host, use.Pos()) {
		return candidate{}, false
	}
	if arg := s.arg(r); arg != nil && s.lasts(arg, r.host, use.Pos()) {
		return candidate{}, false // it has another one, that may mean something
	}
	edits, ok := s.thread(r, s.source(ctx.Pos()).Text(ctx))
	return candidate{message: "Cancel the handshake together with its context", edits: edits}, ok
}

// deriveContext makes a context for the handshake, and cancels it when the
// function returns, or, in a loop, when the race is over.
func deriveContext(s *Suggester, r *race) (candidate, bool) {
	loop := loopAround(r.anchor, r.host)
	if !s.joins(r, loop != nil) {
		return candidate{}, false // the function may leave a handshake that is to go on
	}
	file := s.source(r.anchor.Node().Pos())
	if file == nil {
		return candidate{}, false
	}
	decl := r.decl()
	ctx := s.freeName(decl, "handshakeCtx")
	cancel := s.freeName(decl, "cancel", "cancelHandshake")

	start := file.Lead(r.anchor.Node())
	qualifier, edits := imports.Qualifier(file, s.in.Info, "context", "WithCancel", start)
	parent := s.parent(r, start)
	if parent == "" {
		parent = qualifier + "Background()"
	}
	indent := file.Indent(r.anchor.Node().Pos())
	text := ctx + ", " + cancel + " := " + qualifier + "WithCancel(" + parent + ")\n" + indent
	message := "Cancel the handshake when the race is over"
	if loop == nil {
		text += "defer " + cancel + "()\n" + indent
		message = "Cancel the handshake when the function returns"
	} else {
		calls, ok := s.afterRace(r, loop, cancel+"()")
		if !ok {
			return candidate{}, false
		}
		edits = append(edits, calls...)
	}
	edits = append(edits, edit.ReplaceWithString(edit.Range{start, start}, text))

	given, ok := s.thread(r, ctx)
	return candidate{message, append(edits, given...), []string{ctx, cancel}}, ok
}

// entry returns the node of the host that leads to the handshake: the call of
// the outermost hop, or the handshake itself.
func (s *Suggester) entry(r *race) ast.Node {
	if n := len(r.hops); n > 0 {
		return r.hops[n-1].callee()
	}
	return r.site.node()
}

// thread returns the edits that lead a context, written as ctx in the host,
// through the hops to the handshake.
func (s *Suggester) thread(r *race, ctx string) ([]analysis.TextEdit, bool) {
	var edits []analysis.TextEdit
	for _, hop := range slices.Backward(r.hops) {
		more, name, ok := s.through(hop, ctx)
		if !ok {
			return nil, false
		}
		edits = append(edits, more...)
		ctx = name
	}
	more, ok := s.give(r.site, ctx)
	return append(edits, more...), ok
}

// through returns the edits that lead a context through a function, by the
// parameter that it has for it, or by a new one; and the context's name there.
//
// A parameter is added only where it is plainly right: to an unexported
// function, which soleCall has seen to be called once and not used otherwise.
func (s *Suggester) through(h hop, ctx string) ([]analysis.TextEdit, string, bool) {
	call, fn := h.callee(), h.fn()
	if sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr); ok {
		if selection := s.in.Info.Selections[sel]; selection != nil && selection.Kind() != types.MethodVal {
			return nil, "", false // a method expression, or a field
		}
	}
	if i, param := s.contextParam(fn); param != nil {
		if i >= len(call.Args) || s.changes(param, h.decl, token.NoPos) {
			return nil, "", false
		}
		if s.source(call.Pos()).Text(call.Args[i]) == ctx {
			return nil, param.Name(), true
		}
		return []analysis.TextEdit{edit.ReplaceWithString(call.Args[i], ctx)}, param.Name(), true
	}
	file := s.source(fn.Pos())
	if fn.Name.IsExported() || file == nil || s.source(call.Pos()) == nil {
		return nil, "", false
	}
	name := s.freeName(fn, "ctx", "handshakeCtx")
	qualifier, edits := imports.Qualifier(file, s.in.Info, "context", "Context", fn.Pos())
	param, arg := name+" "+qualifier+"Context", ctx
	if fn.Type.Params.NumFields() > 0 {
		param += ", "
	}
	if len(call.Args) > 0 {
		arg += ", "
	}
	return append(edits,
		insert(fn.Type.Params.Opening+1, param),
		insert(call.Lparen+1, arg),
	), name, true
}

// give returns the edits that make the handshake obey a context.
func (s *Suggester) give(st *site, ctx string) ([]analysis.TextEdit, bool) {
	switch st.kind {
	case handshake:
		// conn.Handshake       (    )
		//      HandshakeContext(ctx )
		return []analysis.TextEdit{
			edit.ReplaceWithString(st.sel.Sel, "HandshakeContext"),
			insert(st.call.Lparen+1, ctx),
		}, true
	case handshakeContext, dialerContext:
		return []analysis.TextEdit{edit.ReplaceWithString(st.call.Args[0], ctx)}, true
	case methodValue:
		// The value has bound the connection; a literal looks at the variable
		// when it runs.
		v := s.rootOf(st.sel.X)
		if v == nil || !isPath(st.sel.X) || s.changes(v, s.declCursor(st.cur), st.sel.Pos()) {
			return nil, false
		}
		text := "func() error { return " + st.file.Text(st.sel.X) + ".HandshakeContext(" + ctx + ") }"
		return []analysis.TextEdit{edit.ReplaceWithString(st.sel, text)}, true
	}
	return s.giveDial(st, ctx)
}

// afterRace returns the edits that insert a statement where the race is over:
// once behind the statement that waits, or, where that has branches that leave
// the loop, at the start of each branch.
func (s *Suggester) afterRace(r *race, loop ast.Node, text string) ([]analysis.TextEdit, bool) {
	stmt, ok := statement(r.wait, r.host)
	if !ok || loopAround(stmt, r.host) != loop {
		return nil, false // it waits in turns, or outside the loop
	}
	switch n := stmt.Node().(type) {
	case *ast.SelectStmt:
		if n != r.wait.Node() {
			return nil, false
		}
		if !leaves(n, false) {
			return s.insertAfter(n, text), true
		}
		var edits []analysis.TextEdit
		for _, c := range n.Body.List {
			edits = append(edits, s.insertInto(c.Pos(), c.(*ast.CommClause).Colon, text)...)
		}
		return edits, true
	case *ast.IfStmt:
		if n.Init == nil || r.wait.Node().End() > n.Init.End() {
			return nil, false
		}
		edits := s.insertInto(n.Pos(), n.Body.Lbrace, text)
		switch e := n.Else.(type) {
		case nil:
			return append(edits, s.insertAfter(n, text)...), true
		case *ast.BlockStmt:
			return append(edits, s.insertInto(n.Pos(), e.Lbrace, text)...), true
		}
		return nil, false // else if: more branches than are worth it
	case *ast.AssignStmt, *ast.ExprStmt, *ast.DeclStmt:
		return s.insertAfter(n, text), true
	}
	return nil, false
}

// insertAfter returns the edit that puts a statement behind another one.
func (s *Suggester) insertAfter(n ast.Node, text string) []analysis.TextEdit {
	file := s.source(n.Pos())
	return []analysis.TextEdit{insert(file.Trail(n), "\n"+file.Indent(n.Pos())+text)}
}

// insertInto returns the edit that puts a statement first into the block that
// opens with the token at open (a brace or a colon), of a statement or clause
// that starts at pos.
func (s *Suggester) insertInto(pos, open token.Pos, text string) []analysis.TextEdit {
	file := s.source(pos)
	return []analysis.TextEdit{insert(file.Trail(edit.Range{open, open + 1}), "\n"+file.Indent(pos)+"\t"+text)}
}

func (s *Suggester) declCursor(cur inspector.Cursor) inspector.Cursor {
	decl, _ := s.root.FindNode(enclosingDecl(cur)) // cur lies in it
	return decl
}

// hasClock reports whether a select receives from a timer other than a context.
func (s *Suggester) hasClock(sel *ast.SelectStmt) bool {
	return slices.ContainsFunc(sel.Body.List, func(c ast.Stmt) bool {
		ch := received(c.(*ast.CommClause))
		return s.isTimer(ch) && s.doneOf(ch) == nil
	})
}

func insert(pos token.Pos, text string) analysis.TextEdit {
	return edit.ReplaceWithString(edit.Range{pos, pos}, text)
}
