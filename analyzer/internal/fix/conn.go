package fix

import (
	"go/ast"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ast/edge"
	"golang.org/x/tools/go/types/typeutil"
)

// connAt returns something to close at pos that ends the handshake: the
// connection, by the name that it has at the site, as the argument that it is
// handed over by, or as the field of another receiver; or else the connection
// that it was made from. With under set, it is so many further down.
func (s *Suggester) connAt(r *race, pos token.Pos, calls []hop, under int) (string, bool) {
	x, rest := r.site.conn(), "" // x+rest is the connection
	typ := s.in.Info.TypeOf(x)
	for range 4 * maxHops {
		if isPath(x) {
			v := s.rootOf(x)
			if v == nil {
				return "", false
			}
			file := s.source(x.Pos())
			at, _ := s.root.FindNode(x)
			found := s.visible(x, pos) && !s.changes(v, s.declCursor(at), x.Pos()) && !s.setAtSite(r, x) && s.hasClose(typ)
			if found && under == 0 {
				return file.Text(x) + rest, true
			}
			tail := file.Slice(pathRoot(x).End(), x.End()) + rest
			if arg := s.argument(r, v, calls); !found && arg != nil {
				// Have: x is, or begins with, a parameter.
				x, rest = arg, tail
				if rest == "" {
					typ = s.in.Info.TypeOf(x)
				}
				continue
			}
			if recv := s.receiverAt(v, pos); !found && under == 0 && recv != "" && tail != "" && s.hasClose(typ) {
				return recv + tail, true
			}
			if found {
				under--
			}
		}
		if x = s.madeFrom(x); x == nil || rest != "" {
			return "", false
		}
		typ = s.in.Info.TypeOf(x)
	}
	return "", false
}

// setAtSite reports whether a variable or field is set by the function that
// shakes hands: elsewhere, nobody knows whether it is set already.
func (s *Suggester) setAtSite(r *race, x ast.Expr) bool {
	name, v := types.ExprString(x), s.rootOf(x)
	for fn := range r.site.cur.Enclosing((*ast.FuncLit)(nil), (*ast.FuncDecl)(nil)) {
		if fn == r.waiter || fn == r.host {
			return false
		}
		if node := fn.Node(); v.Kind() == types.LocalVar && node.Pos() <= v.Pos() && v.Pos() < node.End() {
			continue // it is its own
		}
		for c := range fn.Preorder((*ast.AssignStmt)(nil)) {
			for _, left := range c.Node().(*ast.AssignStmt).Lhs {
				if isPath(left) && types.ExprString(left) == name && s.rootOf(left) == v {
					return true
				}
			}
		}
	}
	return false
}

// madeFrom returns the connection that another one was made from, by a function
// such as tls.Client, or was before it was asserted to be of another type; or
// nil. Whether it ends the handshake to close that one is for the judge to say.
func (s *Suggester) madeFrom(x ast.Expr) ast.Expr {
	if id, ok := ast.Unparen(x).(*ast.Ident); ok {
		if x = s.definition(id); x != nil && isPath(x) {
			return x // by another name
		}
	}
	switch x := x.(type) {
	case *ast.TypeAssertExpr:
		return x.X
	case *ast.CallExpr:
		if s.in.Info.Types[x.Fun].IsType() && len(x.Args) == 1 {
			return x.Args[0] // converted
		}
		fn := typeutil.StaticCallee(s.in.Info, x)
		if fn == nil || fn.Signature().Recv() != nil || len(x.Args) == 0 || !s.hasClose(s.in.Info.TypeOf(x.Args[0])) {
			return nil
		}
		return x.Args[0]
	case *ast.CompositeLit:
		if len(x.Elts) != 1 {
			return nil
		}
		elem := x.Elts[0]
		if kv, ok := elem.(*ast.KeyValueExpr); ok {
			elem = kv.Value
		}
		if s.hasClose(s.in.Info.TypeOf(elem)) {
			return elem // a wrapper
		}
	case *ast.UnaryExpr:
		if x.Op == token.AND {
			return s.madeFrom(x.X)
		}
	}
	return nil
}

// argument returns what a parameter or receiver is given where its function is
// called on the way to the handshake; or nil.
func (s *Suggester) argument(r *race, v *types.Var, calls []hop) ast.Expr {
	for lit := range r.site.cur.Enclosing((*ast.FuncLit)(nil)) {
		if lit.ParentEdgeKind() != edge.CallExpr_Fun {
			continue
		}
		sig, ok := s.in.Info.TypeOf(lit.Node().(*ast.FuncLit)).(*types.Signature)
		if !ok {
			continue
		}
		if arg := argumentOf(sig, v, lit.Parent().Node().(*ast.CallExpr)); arg != nil {
			return arg
		}
	}
	for _, hop := range calls {
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

// receiverAt returns the name of the receiver of the method around pos, if v is
// a receiver of the same type; or "". They need not be the same object: that the
// handshake is stopped remains to be seen by the judge.
func (s *Suggester) receiverAt(v *types.Var, pos token.Pos) string {
	cur, ok := s.root.FindByPos(pos, pos)
	if !ok {
		return ""
	}
	for fn := range cur.Enclosing((*ast.FuncDecl)(nil)) {
		obj, ok := s.in.Info.Defs[fn.Node().(*ast.FuncDecl).Name].(*types.Func)
		if !ok {
			break
		}
		recv := obj.Signature().Recv()
		if recv != nil && v.Kind() == types.RecvVar && types.Identical(recv.Type(), v.Type()) && s.lookup(recv.Name(), pos) == recv {
			return recv.Name()
		}
	}
	return ""
}

// hasClose reports whether a type has a Close method.
func (s *Suggester) hasClose(t types.Type) bool {
	obj, _, _ := types.LookupFieldOrMethod(t, true, s.in.Pkg, "Close")
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
