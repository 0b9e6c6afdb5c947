package fix

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/ast/inspector"
	"golang.org/x/tools/go/types/typeutil"
	typenames "honnef.co/go/tools/go/types/typeutil"
)

// parent returns the context that the handshake's own is derived from, as text
// that is valid at pos in the host. It is empty for context.Background(). If the
// handshake has a context that is made on the spot, and can't be made at pos, ok is
// false.
//
// The derived context must not end because of what the race is about, or the
// handshake's error would race with the timer's, and the caller might see
// either. A select that receives from ctx.Done() itself has no such race: it
// waits there when ctx ends, and the handshake fails only afterwards.
func (s *Suggester) parent(r *race, pos token.Pos) (text string, ok bool) {
	arg := s.arg(r)
	if arg != nil && s.lasts(arg, r.host, pos) {
		return s.source(arg.Pos()).Text(arg), true // the handshake has one: keep it
	}
	if ctx := s.racedContext(r); ctx != nil && s.lasts(ctx, r.host, pos) {
		return s.source(ctx.Pos()).Text(ctx), true
	}
	if call, made := ast.Unparen(arg).(*ast.CallExpr); made && len(call.Args) > 0 {
		return s.source(arg.Pos()).Text(arg), s.canMake(call, r.host, pos)
	}
	if r.finding.TimerIsContext && s.racedContext(r) == nil {
		// It is forwarded to the race in a way of its own.
		return "", true
	}
	return s.contextInScope(r, pos), true
}

// canMake reports whether a call that makes a context of others, of constants and of
// empty structs can be made at pos just as well.
func (s *Suggester) canMake(call *ast.CallExpr, host inspector.Cursor, pos token.Pos) bool {
	if !s.visible(call.Fun, pos) {
		return false
	}
	return !slices.ContainsFunc(call.Args, func(arg ast.Expr) bool {
		switch x := ast.Unparen(arg).(type) {
		case *ast.BasicLit:
			return false
		case *ast.CompositeLit:
			return len(x.Elts) > 0 || x.Type == nil || !s.visible(x.Type, pos)
		case *ast.CallExpr:
			return !s.canMake(x, host, pos)
		}
		if !isPath(arg) || !s.visible(arg, pos) {
			return true
		}
		v := s.rootOf(arg)
		return v != nil && s.changes(v, host, pos)
	})
}

// arg returns the context that the host hands to the handshake, directly or
// through the hops; or nil.
func (s *Suggester) arg(r *race) ast.Expr {
	arg := r.site.ctxArg()
	for _, hop := range r.hops {
		if arg == nil {
			return nil
		}
		i, param := s.contextParam(hop.fn())
		if param == nil || s.rootOf(arg) != param || i >= len(hop.callee().Args) {
			return nil
		}
		arg = hop.callee().Args[i]
	}
	return arg
}

// racedContext returns the context by whose Done channel a clause of the race's
// select loses the race for good; or nil. Where the race is in another function
// than the host, it is what the host hands over for it.
func (s *Suggester) racedContext(r *race) ast.Expr {
	clause, ok := s.timerClause(r)
	if !ok || r.sel() == nil || clause.Parent().Parent() != r.raced || !s.settles(r, clause) {
		return nil
	}
	if ctx := s.doneOf(received(clause.Node().(*ast.CommClause))); ctx != nil {
		return s.handedOver(r, ctx)
	}
	return nil
}

// settles reports whether a clause of a select is taken whenever its context
// ends before the handshake, and then sticks to that. It does not if
//
//   - the select is in a loop, and might just be busy elsewhere: when it comes
//     back, a handshake that ends with the same context may be over as well;
//   - the clause looks for the handshake's result once more.
func (s *Suggester) settles(r *race, clause inspector.Cursor) bool {
	for other := range clause.Parent().Children() {
		if other != clause && s.waitsOn(r, other) {
			return false
		}
	}
	for c := range clause.Preorder((*ast.UnaryExpr)(nil), (*ast.SelectStmt)(nil)) {
		if in, _ := enclosingFunc(c); contains(clause.Node(), in.Node()) {
			continue // of a literal
		}
		if recv, ok := c.Node().(*ast.UnaryExpr); ok && (recv.Op != token.ARROW || recv.Pos() < clause.Node().(*ast.CommClause).Colon) {
			continue
		}
		return false
	}
	return true
}

// handedOver returns an expression of the function that waits as the host
// writes it: itself, where the host is that function, and the argument where it
// is a parameter of the function that the host calls to wait.
func (s *Suggester) handedOver(r *race, x ast.Expr) ast.Expr {
	call, ok := r.wait.Node().(*ast.CallExpr)
	if !ok {
		return x
	}
	fn := typeutil.StaticCallee(s.in.Info, call)
	if decl, ok := r.waiter.Node().(*ast.FuncDecl); !ok || fn == nil || fn != s.in.Info.Defs[decl.Name] {
		return nil // of a function in between, if at all
	}
	params := fn.Signature().Params()
	for i := range params.Len() {
		if s.rootOf(x) == params.At(i) && i < len(call.Args) {
			if _, ok := ast.Unparen(x).(*ast.Ident); ok {
				return call.Args[i]
			}
		}
	}
	return nil
}

// lasts reports whether a context, as it is written elsewhere, is worth being
// derived from at pos: not a background context, and the same one there and
// later.
func (s *Suggester) lasts(ctx ast.Expr, host inspector.Cursor, pos token.Pos) bool {
	switch x := ast.Unparen(ctx).(type) {
	case *ast.CallExpr:
		// Have: a call that makes or returns a context. That of a request
		// returns the same one each time; any other might not.
		sel, ok := ast.Unparen(x.Fun).(*ast.SelectorExpr)
		return ok && len(x.Args) == 0 && isRequest(s.in.Info.TypeOf(sel.X)) && isPath(sel.X) && s.visible(sel.X, pos)
	default:
		if !isPath(x) || !s.visible(x, pos) {
			return false
		}
	}
	v := s.rootOf(ctx)
	return v != nil && !s.changes(v, host, pos)
}

// contextInScope returns the context that the code at pos is meant to obey, or
// "" if there is none: a parameter of a function around it, the context of a
// request that is one, or the receiver's, if the function uses it.
//
// A context that was derived in between is passed over: it may be short-lived,
// or have been cancelled already, like that of a dial before the handshake.
//
// One that the race depends on in some other way is passed over too; so are all
// where the errors of contexts are told apart from others, for the handshake did
// not return these before.
func (s *Suggester) contextInScope(r *race, pos token.Pos) string {
	if s.tellsContextErrors(r.host) || s.tellsContextErrors(r.waiter) {
		return ""
	}
	for fn := range r.host.Enclosing((*ast.FuncDecl)(nil), (*ast.FuncLit)(nil)) {
		for _, field := range funcType(fn).Params.List {
			for _, name := range field.Names {
				v, ok := s.in.Info.Defs[name].(*types.Var)
				if !ok || s.lookup(name.Name, pos) != v || s.changes(v, fn, token.NoPos) {
					continue // unnamed, shadowed, or another one by now
				}
				if isContext(v.Type()) && s.matters(r, s.usesOf(v)) || s.isCompared(v) {
					continue
				}
				switch {
				case isContext(v.Type()):
					return name.Name
				case isRequest(v.Type()):
					return name.Name + ".Context()"
				}
			}
		}
	}
	for fn := range r.host.Enclosing((*ast.FuncDecl)(nil)) {
		return s.receiverContext(r, fn, pos)
	}
	return ""
}

// tellsContextErrors reports whether a function compares errors with those of
// contexts.
func (s *Suggester) tellsContextErrors(fn inspector.Cursor) bool {
	for c := range fn.Preorder((*ast.Ident)(nil)) {
		obj := s.in.Info.Uses[c.Node().(*ast.Ident)]
		if obj == nil || obj.Pkg() == nil || obj.Pkg().Path() != "context" {
			continue
		}
		sel := c.Parent()
		switch obj.Name() {
		case "Cause":
			return true
		case "Canceled", "DeadlineExceeded":
			switch sel.ParentEdgeKind() {
			case edge.BinaryExpr_X, edge.BinaryExpr_Y, edge.CaseClause_List:
				return true
			case edge.CallExpr_Args:
				call := sel.Parent().Node().(*ast.CallExpr)
				if fn := typeutil.StaticCallee(s.in.Info, call); fn != nil && fn.FullName() == "errors.Is" {
					return true
				}
			}
		}
	}
	return false
}

// isCompared reports whether a variable is compared, and so may be nil.
func (s *Suggester) isCompared(v *types.Var) bool {
	return slices.ContainsFunc(s.usesOf(v), func(use inspector.Cursor) bool {
		_, ok := use.Parent().Node().(*ast.BinaryExpr)
		return ok
	})
}

// usesOf returns the identifiers that refer to a variable.
func (s *Suggester) usesOf(v *types.Var) []inspector.Cursor {
	var uses []inspector.Cursor
	for _, id := range s.uses[v] {
		if cur, ok := s.root.FindByPos(id.Pos(), id.End()); ok {
			uses = append(uses, cur)
		}
	}
	return uses
}

// matters reports whether the race may depend on a context: whether that is used
// in any other way than
//
//   - before the handshake is started, handed to a call, such as that of a dial,
//     or asked for its error or a value;
//   - received from in a clause of the race's select, or used in that;
//   - when the race is over.
//
// If the handshake were to end with a context that matters, the race might end
// in another way.
func (s *Suggester) matters(r *race, uses []inspector.Cursor) bool {
	over := r.wait.Node().End()
	if stmt, ok := statement(r.wait, r.host); ok {
		over = stmt.Node().End()
	}
	if around, ok := loopAround(r.wait, r.host); ok {
		over = max(over, around.end)
	}
	for _, use := range uses {
		pos := use.Node().Pos()
		switch {
		case pos >= over || s.inDoneClause(r, pos):
		case pos < r.anchor.Node().Pos() && s.passes(use):
		default:
			return true
		}
	}
	return false
}

// passes reports whether a context is used in a way that is over with the call
// in which it stands. Those of its own package derive others, or call back.
func (s *Suggester) passes(use inspector.Cursor) bool {
	parent := use.Parent()
	switch use.ParentEdgeKind() {
	case edge.CallExpr_Args:
		fn := typeutil.StaticCallee(s.in.Info, parent.Node().(*ast.CallExpr))
		return fn == nil || fn.Pkg() == nil || fn.Pkg().Path() != "context"
	case edge.SelectorExpr_X:
		switch parent.Node().(*ast.SelectorExpr).Sel.Name {
		case "Err", "Value":
			return parent.ParentEdgeKind() == edge.CallExpr_Fun
		}
	}
	return false
}

// inDoneClause reports whether a position is in a clause of the race's select
// that receives from the Done channel of a context, and settles the race.
func (s *Suggester) inDoneClause(r *race, pos token.Pos) bool {
	if r.sel() == nil {
		return false
	}
	for c := range r.raced.Preorder((*ast.CommClause)(nil)) {
		clause := c.Node().(*ast.CommClause)
		if clause.Pos() > pos || pos >= clause.End() || c.Parent().Parent() != r.raced {
			continue
		}
		ch := received(clause)
		return ch != nil && s.doneOf(ch) != nil && s.settles(r, c)
	}
	return false
}

// receiverContext returns the field of the receiver that is a context, if it is
// the only one, and the method itself uses it.
func (s *Suggester) receiverContext(r *race, method inspector.Cursor, pos token.Pos) string {
	fn, ok := s.in.Info.Defs[method.Node().(*ast.FuncDecl).Name].(*types.Func)
	if !ok {
		return ""
	}
	recv := fn.Signature().Recv()
	if recv == nil || s.lookup(recv.Name(), pos) != recv {
		return ""
	}
	uses := make(map[string][]inspector.Cursor) // by field
	for c := range method.Preorder((*ast.SelectorExpr)(nil)) {
		sel := c.Node().(*ast.SelectorExpr)
		id, ok := sel.X.(*ast.Ident)
		if !ok || s.in.Info.Uses[id] != recv || !isContext(s.in.Info.TypeOf(sel)) {
			continue
		}
		uses[sel.Sel.Name] = append(uses[sel.Sel.Name], c)
	}
	if len(uses) != 1 {
		return ""
	}
	for field, at := range uses {
		if !s.matters(r, at) {
			return recv.Name() + "." + field
		}
	}
	return ""
}

// contextParam returns the first parameter of a function that is a context and
// has a name, with its index; or nil.
func (s *Suggester) contextParam(fn *ast.FuncDecl) (int, *types.Var) {
	obj, ok := s.in.Info.Defs[fn.Name].(*types.Func)
	if !ok {
		return -1, nil
	}
	params := obj.Signature().Params()
	for i := range params.Len() {
		if p := params.At(i); isContext(p.Type()) && p.Name() != "" && p.Name() != "_" {
			return i, p
		}
	}
	return -1, nil
}

// isRequest reports whether t is a pointer to an http.Request.
func isRequest(t types.Type) bool {
	ptr, ok := types.Unalias(t).(*types.Pointer)
	return ok && typenames.IsTypeWithName(ptr.Elem(), "net/http.Request")
}

func funcType(fn inspector.Cursor) *ast.FuncType {
	switch fn := fn.Node().(type) {
	case *ast.FuncDecl:
		return fn.Type
	case *ast.FuncLit:
		return fn.Type
	}
	return nil
}
