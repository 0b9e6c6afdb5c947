package fix

import (
	"cmp"
	"go/ast"
	"go/scanner"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"
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
	if !r.host.Valid() || !s.takesContext(r.site) || !s.endsQuietly(r) {
		return nil
	}
	room, ok := s.room(r)
	if !ok {
		return nil
	}
	return append(s.passContext(r, room), s.deriveContext(r, room)...)
}

// passContext hands the raced context itself to the handshake.
//
// Why it is safe: HandshakeContext closes the connection when the context ends,
// which is the moment at which its race is lost. The select sees the end of the
// context before the handshake can have failed of it.
func (s *Suggester) passContext(r *race, room []analysis.TextEdit) []candidate {
	ctx := s.racedContext(r)
	if ctx == nil || s.hasClock(r.sel()) {
		return nil // there is a timer besides
	}
	use := s.entry(r)
	if !s.lasts(ctx, r.host, use.Pos()) {
		return nil
	}
	if arg := s.arg(r); arg != nil && s.lasts(arg, r.host, use.Pos()) {
		return nil // it has another one, that may mean something
	}
	return s.thread(s.draft(room...), r, s.source(ctx.Pos()).Text(ctx), "Cancel the handshake together with its context")
}

// deriveContext makes a context for the handshake, and cancels it when the
// function returns, or, in a loop, when the race is over.
func (s *Suggester) deriveContext(r *race, room []analysis.TextEdit) []candidate {
	around, looping := loopAround(r.anchor, r.host)
	if !s.joins(r, looping) {
		return nil // the function may leave a handshake that is to go on
	}
	d := s.draft(room...)
	ctx := d.declare(r.decl(), "handshakeCtx")
	cancel := d.declare(r.decl(), "cancel", "cancelHandshake")

	start := r.anchor.Node().Pos()
	qualifier := d.qualifier("context", "WithCancel", start)
	parent, ok := s.parent(r, start)
	if !ok {
		return nil
	}
	parent = cmp.Or(parent, qualifier+"Background()")
	lines := []string{ctx + ", " + cancel + " := " + qualifier + "WithCancel(" + parent + ")"}
	message := "Cancel the handshake when the function returns"
	if !looping {
		lines = append(lines, "defer "+cancel+"()")
	} else {
		message = "Cancel the handshake when the race is over"
		if !s.afterRace(d, r, around, cancel+"()") {
			return nil
		}
	}
	d.insertBefore(r.anchor.Node(), lines...)
	return s.thread(d, r, ctx, message)
}

// entry returns the node of the host that leads to the handshake: the call of
// the outermost hop, or the handshake itself.
func (s *Suggester) entry(r *race) ast.Node {
	if n := len(r.hops); n > 0 {
		return r.hops[n-1].callee()
	}
	return r.site.node()
}

// thread leads a context, written as ctx in the host, through the hops to the
// handshake, and returns the candidates that this makes of a draft.
func (s *Suggester) thread(d *draft, r *race, ctx, message string) []candidate {
	for i, hop := range slices.Backward(r.hops) {
		inner := ast.Node(r.site.node())
		if i > 0 {
			inner = r.hops[i-1].callee()
		}
		name, ok := s.through(d, hop, inner, ctx)
		if !ok {
			return nil
		}
		ctx = name
	}
	var found []candidate
	for _, give := range ways[r.site.kind] {
		if d := d.branch(); give(s, d, r.site, ctx) {
			found = append(found, d.finish(message))
		}
	}
	return found
}

// through leads a context through a function, by the parameter that it has for
// it, or by a new one; and returns the context's name there.
//
// A parameter is added only where it is plainly right: to an unexported function
// that is called once and not used otherwise.
//
// Inner is what the function hands its context to: the handshake, or the call on the
// way there.
func (s *Suggester) through(d *draft, h hop, inner ast.Node, ctx string) (string, bool) {
	call, fn := h.callee(), h.fn()
	if sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr); ok {
		if selection := s.in.Info.Selections[sel]; selection != nil && selection.Kind() != types.MethodVal {
			return "", false // a method expression, or a field
		}
	}
	if s.source(fn.Pos()) == nil || s.source(call.Pos()) == nil {
		return "", false
	}
	if i, param := s.contextParam(fn); param != nil {
		if i >= len(call.Args) || s.changes(param, h.decl, token.NoPos) {
			return "", false
		}
		if s.source(call.Pos()).Text(call.Args[i]) != ctx {
			if s.servesOtherwise(param, inner) {
				return "", false
			}
			d.replace(call.Args[i], ctx)
		}
		return param.Name(), true
	}
	if fn.Name.IsExported() || !h.sole || s.mentionedUnseen(fn) {
		return "", false
	}
	name := d.declare(fn, "ctx", "handshakeCtx")
	param, arg := name+" "+d.qualifier("context", "Context", fn.Pos())+"Context", ctx
	if fn.Type.Params.NumFields() > 0 {
		param += ", "
	}
	if len(call.Args) > 0 {
		arg += ", "
	}
	d.insert(fn.Type.Params.Opening+1, param)
	d.insert(call.Lparen+1, arg)
	return name, true
}

// servesOtherwise reports whether a context is used for something else than what it
// is handed to.
func (s *Suggester) servesOtherwise(ctx *types.Var, inner ast.Node) bool {
	return slices.ContainsFunc(s.uses[ctx], func(id *ast.Ident) bool { return !contains(inner, id) })
}

// mentionedUnseen reports whether a file beside a function's mentions its name, and is
// not looked at, or not always: one that is built for other systems or with other tags,
// or a test, which the package is looked at with and without. (Whoever reads the
// package from elsewhere than from files has no such files.)
func (s *Suggester) mentionedUnseen(fn *ast.FuncDecl) bool {
	own := s.in.Fset.File(fn.Pos()).Name()
	seen := map[string]bool{own: true}
	for _, file := range s.in.Files {
		name := s.in.Fset.File(file.FileStart).Name()
		seen[name] = !isTest(name) || isTest(own)
	}
	files, _ := filepath.Glob(filepath.Join(filepath.Dir(own), "*.go"))
	return slices.ContainsFunc(files, func(name string) bool {
		if seen[name] {
			return false
		}
		src, err := os.ReadFile(name)
		return err != nil || mentions(src, fn.Name.Name)
	})
}

func isTest(file string) bool { return strings.HasSuffix(file, "_test.go") }

// mentions reports whether a source has an identifier.
func mentions(src []byte, name string) bool {
	var sc scanner.Scanner
	sc.Init(token.NewFileSet().AddFile("", -1, len(src)), src, nil, 0)
	for {
		switch _, tok, lit := sc.Scan(); {
		case tok == token.EOF:
			return false
		case tok == token.IDENT && lit == name:
			return true
		}
	}
}

// A way makes a handshake obey the context written as ctx. It reports false
// where it does not apply.
type way func(s *Suggester, d *draft, st *site, ctx string) bool

// ways has the ways for each kind of handshake, the plainest first.
var ways = map[kind][]way{
	handshake:        {callContext},
	handshakeContext: {replaceContext},
	methodValue:      {wrapValue},
	methodExpr:       {expressionContext},
	dial:             {dialContext, dialContextConn},
	dialWithDialer:   {dialContext, dialContextConn},
	dialerDial:       {dialerMethod},
	dialerContext:    {replaceContext},
}

// callContext rewrites
//
//	conn.Handshake()
//	conn.HandshakeContext(ctx)
func callContext(s *Suggester, d *draft, st *site, ctx string) bool {
	d.replace(st.sel.Sel, "HandshakeContext")
	d.insert(st.call.Lparen+1, ctx)
	return true
}

// replaceContext replaces the context that the handshake gets.
func replaceContext(s *Suggester, d *draft, st *site, ctx string) bool {
	d.replace(st.ctxArg(), ctx)
	return true
}

// wrapValue rewrites
//
//	conn.Handshake
//	func() error { return conn.HandshakeContext(ctx) }
//
// The method value has bound the connection; the literal looks at the variable
// when it runs, which must still have the same value. If there is no variable,
// one is made.
func wrapValue(s *Suggester, d *draft, st *site, ctx string) bool {
	conn := st.file.Text(st.sel.X)
	if _, ok := ast.Unparen(st.sel.X).(*ast.Ident); !ok {
		fn, ok := enclosingFunc(st.cur)
		if !ok {
			return false
		}
		stmt, ok := statement(st.cur, fn)
		if !ok {
			return false
		}
		name := d.declare(enclosingDecl(st.cur), "conn", "tlsConn")
		d.insertBefore(stmt.Node(), name+" := "+conn)
		conn = name
	} else if v := s.rootOf(st.sel.X); v == nil || s.changes(v, s.declCursor(st.cur), st.sel.Pos()) {
		return false
	}
	d.replace(st.sel, "func() error { return "+conn+".HandshakeContext("+ctx+") }")
	return true
}

// expressionContext rewrites
//
//	(*tls.Conn).Handshake(conn)
//	(*tls.Conn).HandshakeContext(conn, ctx)
func expressionContext(s *Suggester, d *draft, st *site, ctx string) bool {
	d.replace(st.sel.Sel, "HandshakeContext")
	d.insert(st.call.Args[0].End(), ", "+ctx)
	return true
}

// afterRace puts a statement where the race is over: once behind the statement
// that waits, or, where that has branches that leave the loop, at the start of
// each branch.
func (s *Suggester) afterRace(d *draft, r *race, around loop, text string) bool {
	stmt, ok := statement(r.wait, r.host)
	if !ok {
		return false
	}
	if in, ok := loopAround(stmt, r.host); !ok || in != around {
		return false // it waits in turns, or outside the loop
	}
	switch n := stmt.Node().(type) {
	case *ast.SelectStmt:
		if n != r.wait.Node() {
			return false
		}
		if !s.leaves(n, false) {
			d.insertAfter(n, text)
			return true
		}
		for _, c := range n.Body.List {
			clause := c.(*ast.CommClause)
			if ch := received(clause); s.isTimer(ch) && s.speaks(clause) {
				return false
			}
			d.insertInto(clause.Pos(), clause.Colon, text)
		}
		return true
	case *ast.IfStmt:
		return s.afterRaceIn(d, r, n, text)
	case *ast.AssignStmt, *ast.ExprStmt, *ast.DeclStmt:
		d.insertAfter(n, text)
		return true
	}
	return false
}

// afterRaceIn is afterRace for an if statement that waits before it decides.
func (s *Suggester) afterRaceIn(d *draft, r *race, n *ast.IfStmt, text string) bool {
	if n.Init == nil || !contains(n.Init, r.wait.Node()) {
		return false
	}
	d.insertInto(n.Pos(), n.Body.Lbrace, text)
	switch e := n.Else.(type) {
	case nil:
		d.insertAfter(n, text)
	case *ast.BlockStmt:
		d.insertInto(n.Pos(), e.Lbrace, text)
	default:
		return false // else if: more branches than are worth it
	}
	return true
}

// hasClock reports whether a select receives from a timer other than a context.
func (s *Suggester) hasClock(sel *ast.SelectStmt) bool {
	return slices.ContainsFunc(sel.Body.List, func(c ast.Stmt) bool {
		ch := received(c.(*ast.CommClause))
		return s.isTimer(ch) && s.doneOf(ch) == nil
	})
}
