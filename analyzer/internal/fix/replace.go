package fix

import (
	"cmp"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/ast/inspector"
	"honnef.co/go/tools/analysis/edit"

	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/source"
)

// replaceRace replaces a race that is closed in itself with one call:
//
//	handshakeCtx, cancel := context.WithTimeout(ctx, d)
//	defer cancel()
//	if err := conn.HandshakeContext(handshakeCtx); err != nil {
//		if errors.Is(err, context.DeadlineExceeded) {
//			return errTimeout
//		}
//		return err
//	}
//
// Why it is safe: HandshakeContext returns what Handshake returns, unless its
// context ends before; then it closes the connection and returns the context's
// error. So that error tells that the timer would have won, and what was done
// then is done now. Nothing else knew of the goroutine, the channel or the
// timer: [Suggester.closed] has counted their uses.
func replaceRace(s *Suggester, r *race) []candidate {
	if !s.takesContext(r.site) {
		return nil
	}
	race := s.closed(r)
	if race == nil || !s.commentsKept(race) || setsDeadline(r.host) || callsInside(r.site.conn()) {
		return nil
	}
	p := &replacement{s: s, r: r, race: race, d: s.draft(), file: s.source(race.wait.Pos())}
	if !p.context() || !p.render() {
		return nil
	}
	return []candidate{p.d.finish("Replace the race with HandshakeContext")}
}

// callsInside reports whether an argument of a call that makes the connection is a call
// itself: that may take its time, too, and then no longer in a goroutine. The connection
// is nil where there is none yet.
func callsInside(conn ast.Expr) bool {
	call, ok := ast.Unparen(conn).(*ast.CallExpr)
	return ok && slices.ContainsFunc(call.Args, func(arg ast.Expr) bool {
		_, ok := ast.Unparen(arg).(*ast.CallExpr)
		return ok
	})
}

// setsDeadline reports whether a function sets a deadline for reading. Where that
// takes part in the race, who sees which error is more than can be kept.
func setsDeadline(fn inspector.Cursor) bool {
	for c := range fn.Preorder((*ast.SelectorExpr)(nil)) {
		switch c.Node().(*ast.SelectorExpr).Sel.Name {
		case "SetDeadline", "SetReadDeadline":
			return true
		}
	}
	return false
}

// A replacement renders what a closed race is replaced with.
type replacement struct {
	s    *Suggester
	r    *race
	race *closedRace
	d    *draft
	file *source.File

	header []string // makes the context
	after  []string // follows the call: a loop cancels here
	call   string   // the handshake, with its context
	err    string   // what its error is called
	expiry string   // whether the context ended it, with % for the error's name
}

// lost returns the condition that the clock has won, where the handshake's
// error is known not to be nil.
func (p *replacement) lost() string { return strings.Replace(p.expiry, "%", p.err, 1) }

// test returns the same condition, where the error may be nil.
func (p *replacement) test() string {
	if p.race.clock.ctx != nil {
		return p.err + " != nil && " + p.lost()
	}
	return p.lost() // errors.Is is false for nil
}

// context decides on the context of the handshake, and on how to tell that it
// is what ended the handshake.
func (p *replacement) context() bool {
	clock, pos := p.race.clock, p.race.wait.Pos()
	_, loop := loopAround(p.r.anchor, p.r.host)
	if clock.ctx != nil {
		ctx, arg := p.file.Text(clock.ctx), p.s.arg(p.r)
		if !p.s.lasts(clock.ctx, p.r.host, pos) {
			return false
		}
		if arg != nil && p.file.Text(arg) != ctx && p.s.lasts(arg, p.r.host, pos) {
			return false // two contexts that may mean something
		}
		p.call, p.expiry = p.handshake(ctx), ctx+".Err() != nil"
		return true
	}
	if loop && clock.guard != nil {
		return false // cancelled where, if there may be nothing to cancel?
	}
	qualifier := p.d.qualifier("context", "WithTimeout", pos)
	parent, ok := p.s.parent(p.r, p.r.anchor.Node().Pos())
	if !ok {
		return false
	}
	p.expiry = p.d.qualifier("errors", "Is", pos) + "Is(%, " + qualifier + "DeadlineExceeded)"
	if parent != "" {
		p.expiry += " && " + parent + ".Err() == nil" // or it was the parent's deadline
	}
	p.header, p.call = p.timeout(clock, qualifier, cmp.Or(parent, qualifier+"Background()"), loop)
	return true
}

// timeout returns the lines that make a context with a timeout, and the call
// with it.
func (p *replacement) timeout(clock clock, qualifier, parent string, loop bool) (lines []string, call string) {
	decl := p.r.decl()
	ctx := p.d.declare(decl, "handshakeCtx")
	cancel := p.d.declare(decl, "cancel", "cancelHandshake")
	with := qualifier + "WithTimeout(" + parent + ", " + p.file.Text(clock.duration) + ")"
	switch {
	case clock.guard != nil:
		lines = []string{
			ctx + " := " + parent,
			p.file.Slice(clock.guard.Pos(), clock.guard.Body.Lbrace+1),
			"var " + cancel + " " + qualifier + "CancelFunc",
			ctx + ", " + cancel + " = " + with,
			"defer " + cancel + "()",
			"}",
		}
	case loop:
		lines = []string{ctx + ", " + cancel + " := " + with}
		p.after = []string{cancel + "()"}
	default:
		lines = []string{ctx + ", " + cancel + " := " + with, "defer " + cancel + "()"}
	}
	return lines, p.handshake(ctx)
}

// handshake returns the call of the handshake with a context.
func (p *replacement) handshake(ctx string) string {
	return p.file.Text(p.r.site.sel.X) + ".HandshakeContext(" + ctx + ")"
}

// render replaces the statements of the race. What was said in a comment above
// the one that waits is kept above the call.
func (p *replacement) render() bool {
	wait, first := p.race.wait, p.race.run[0]
	if made := p.race.made; !slices.Contains(p.race.run, made) {
		start, end := p.file.LineStart(made.Pos()), p.file.LineEnd(p.file.Trail(made))
		if p.file.Lead(made) != made.Pos() || strings.TrimSpace(p.file.Slice(start, end)) != p.file.Slice(made.Pos(), p.file.Trail(made)) {
			return false // there is something else with it
		}
		p.d.replace(edit.Range{start, end + 1}, "")
	}
	lead := p.file.Lead(wait)
	header := strings.Join(append(p.header, ""), "\n")
	sel, ok := wait.(*ast.SelectStmt)
	if !ok {
		p.d.replace(edit.Range{first.Pos(), lead}, header)
		return p.receive()
	}
	lines, ok := p.choice(sel)
	text := strings.Join(lines, "\n")
	for _, group := range p.file.Comments(sel.Pos(), sel.End()) {
		ok = ok && strings.Contains(text, p.file.Text(group))
	}
	p.d.replace(edit.Range{first.Pos(), sel.End()}, header+p.file.Slice(lead, sel.Pos())+text)
	return ok
}

// receive replaces a receive that takes the result and the clock's error alike.
// The latter is put into the place of the context's.
func (p *replacement) receive() bool {
	sent := p.race.clock.sent
	if !p.s.visible(sent, p.race.wait.Pos()) {
		return false
	}
	instead := p.file.Text(sent)
	if n, ok := p.race.wait.(*ast.ReturnStmt); ok {
		if len(n.Results) != 1 || ast.Unparen(n.Results[0]) != p.r.wait.Node() {
			return false
		}
		err, tok := p.s.errorName(p.d, n)
		p.err = err
		p.d.insert(n.Pos(), strings.Join(p.lines(err+tok+p.call, p.after, "if "+p.test()+" {", "return "+instead, "}"), "\n")+"\n")
		p.d.replace(n.Results[0], err)
		return true
	}
	assign, ok := p.race.wait.(*ast.AssignStmt)
	if n, isIf := p.race.wait.(*ast.IfStmt); isIf {
		assign, ok = n.Init.(*ast.AssignStmt)
	}
	if !ok {
		return false
	}
	v := p.s.errorOf(p.r.wait, assign)
	if v == nil || !isError(v.Type()) {
		return false
	}
	p.err = v.Name()
	p.d.replace(p.r.wait.Node(), p.call)
	lines := []string{p.err + " = " + instead, "}"}
	n, ok := p.race.wait.(*ast.IfStmt)
	if !ok {
		p.d.insertAfter(assign, p.lines("", p.after, slices.Insert(lines, 0, "if "+p.test()+" {")...)...)
		return true
	}
	if !p.s.testsError(n.Cond, v) || len(p.after) > 0 {
		return false
	}
	p.d.insertInto(n.Pos(), n.Body.Lbrace, slices.Insert(lines, 0, "if "+p.lost()+" {")...)
	return true
}

// lines joins lines to one list, without an empty one at the start.
func (p *replacement) lines(first string, then []string, more ...string) []string {
	lines := slices.Concat(then, more)
	if first != "" {
		lines = slices.Insert(lines, 0, first)
	}
	return lines
}

// choice returns what a select of the result and the clock turns into. By what
// becomes of the result, there are these shapes, with the timer's statements in
// the place of B:
//
//	case err := <-errc:         if err := call; err != nil {
//		if err != nil {             if lost {
//			E                           B    // which returns
//		}                           }
//	                                E
//	                            }
//
//	case err := <-errc:         err := call
//		return err              if lost {
//	                                B    // which returns
//	                            }
//	                            return err
//
//	case err = <-errc:          err = call
//		R                       if lost {
//	                                B
//	                            } else { R }
//
// and in general: if err := call; lost { B } else { R }.
func (p *replacement) choice(sel *ast.SelectStmt) ([]string, bool) {
	var result, timer *ast.CommClause
	for _, c := range sel.Body.List {
		if clause := c.(*ast.CommClause); p.s.isTimer(received(clause)) {
			timer = clause
		} else {
			result = clause
		}
	}
	if result == nil || timer == nil || breaks(result) || breaks(timer) {
		return nil, false
	}
	lost, won := p.body(sel, timer), p.body(sel, result)
	ends := terminates(timer.Body)
	assign, ok := result.Comm.(*ast.AssignStmt)
	if !ok { // <-errc
		if p.mentions(timer.Body, "err") || p.mentions(result.Body, "err") {
			return nil, false
		}
		p.err = "err"
		return p.either("if err := "+p.call+"; "+p.test()+" {", lost, won)
	}
	id, ok := assign.Lhs[0].(*ast.Ident)
	if !ok || len(assign.Lhs) != 1 {
		return nil, false
	}
	p.err = id.Name
	if assign.Tok == token.ASSIGN {
		if !p.overwrites(timer.Body, id) {
			return nil, false
		}
		return p.assigned(lost, won, ends)
	}
	if p.mentions(timer.Body, id.Name) {
		return nil, false // another variable of the name
	}
	if fails := p.onlyFails(result); fails != nil && len(p.after) == 0 {
		failed := p.file.Slice(fails.Body.Lbrace+1, p.file.LineStart(fails.Body.Rbrace))
		if ends {
			return []string{"if " + p.err + " := " + p.call + "; " + p.err + " != nil {", "if " + p.lost() + " {" + lost, "}" + failed + "}"}, true
		}
		return []string{"if " + p.err + " := " + p.call + "; " + p.test() + " {" + lost, "} else if " + p.err + " != nil {" + failed + "}"}, true
	}
	if block := p.s.in.Info.Scopes[p.file.Syntax].Innermost(sel.Pos()); ends && terminates(result.Body) && block.Lookup(p.err) == nil {
		return p.lines(p.err+" := "+p.call, p.after, "if "+p.test()+" {"+lost, "}"+won), true
	}
	return p.either("if "+p.err+" := "+p.call+"; "+p.test()+" {", lost, won)
}

// assigned is choice for a result that is assigned to a variable that there is.
func (p *replacement) assigned(lost, won string, ends bool) ([]string, bool) {
	lines := p.lines(p.err+" = "+p.call, p.after, "if "+p.test()+" {"+lost)
	switch {
	case strings.TrimSpace(won) == "":
		return append(lines, "}"), true
	case ends:
		return append(lines, "}"+won), true
	}
	return append(lines, "} else {"+won, "}"), true
}

// overwrites reports whether it makes no difference to the timer's statements,
// and to what follows them, that the variable of the result has a value by then:
// they set it first, or return something else.
func (p *replacement) overwrites(list []ast.Stmt, result *ast.Ident) bool {
	v := p.s.in.Info.ObjectOf(result)
	for i, stmt := range list {
		if assign, ok := stmt.(*ast.AssignStmt); ok && len(assign.Lhs) == 1 && assign.Tok == token.ASSIGN {
			id, ok := assign.Lhs[0].(*ast.Ident)
			if ok && p.s.in.Info.Uses[id] == v && !p.mentions([]ast.Stmt{&ast.ExprStmt{X: assign.Rhs[0]}}, result.Name) {
				return true
			}
		}
		if p.mentions(list[i:i+1], result.Name) {
			return false
		}
		if ret, ok := stmt.(*ast.ReturnStmt); ok {
			return len(ret.Results) > 0
		}
	}
	return false
}

// either is choice in general.
func (p *replacement) either(head, lost, won string) ([]string, bool) {
	if len(p.after) > 0 {
		return nil, false // no place to cancel
	}
	if strings.TrimSpace(won) == "" {
		return []string{head + lost, "}"}, true
	}
	return []string{head + lost, "} else {" + won, "}"}, true
}

// body returns the text of a clause's body, with the comments before its case.
func (p *replacement) body(sel *ast.SelectStmt, clause *ast.CommClause) string {
	end := sel.Body.Rbrace
	for _, c := range sel.Body.List {
		if c.Pos() > clause.Pos() && c.Pos() < end {
			end = p.file.Lead(c)
		}
	}
	text := strings.TrimRight(p.file.Slice(clause.Colon+1, end), " \t\n")
	if lead := p.file.Lead(clause); lead < clause.Pos() {
		text = "\n" + strings.TrimRight(p.file.Slice(lead, clause.Pos()), " \t\n") + text
	}
	return text
}

// onlyFails returns the if statement that a clause consists of, if that is one
// on the error alone.
func (p *replacement) onlyFails(result *ast.CommClause) *ast.IfStmt {
	if len(result.Body) != 1 {
		return nil
	}
	n, ok := result.Body[0].(*ast.IfStmt)
	if !ok || n.Init != nil || n.Else != nil {
		return nil
	}
	assign := result.Comm.(*ast.AssignStmt)
	v, _ := p.s.in.Info.ObjectOf(assign.Lhs[0].(*ast.Ident)).(*types.Var)
	if !p.s.testsError(n.Cond, v) {
		return nil
	}
	return n
}

// mentions reports whether an identifier of the name is in the statements.
func (p *replacement) mentions(list []ast.Stmt, name string) bool {
	found := false
	for _, stmt := range list {
		ast.Inspect(stmt, func(n ast.Node) bool {
			id, ok := n.(*ast.Ident)
			found = found || ok && id.Name == name
			return !found
		})
	}
	return found
}

// breaks reports whether a clause breaks out of its select: that would come to
// mean something else.
func breaks(clause *ast.CommClause) bool {
	for _, stmt := range clause.Body {
		found := false
		ast.Inspect(stmt, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.ForStmt, *ast.RangeStmt, *ast.SwitchStmt, *ast.TypeSwitchStmt, *ast.SelectStmt, *ast.FuncLit:
				return false
			case *ast.BranchStmt:
				found = found || n.Tok == token.BREAK && n.Label == nil
			}
			return !found
		})
		if found {
			return true
		}
	}
	return false
}

// terminates reports whether a list of statements ends in one that leaves it.
func terminates(list []ast.Stmt) bool {
	if len(list) == 0 {
		return false
	}
	switch list[len(list)-1].(type) {
	case *ast.ReturnStmt, *ast.BranchStmt:
		return true
	}
	return false
}

// commentsKept reports whether no comment would be lost that stands for itself:
// one behind a statement that goes, goes with it, and one above the first stays.
func (s *Suggester) commentsKept(race *closedRace) bool {
	file := s.source(race.wait.Pos())
	if len(race.run) == 0 {
		return false
	}
	for _, group := range file.Comments(race.run[0].Pos(), file.Lead(race.wait)) {
		if file.FirstOnLine(group.Pos()) {
			return false
		}
	}
	return true
}
