package filter

import (
	"go/ast"
	"go/token"
	"path"
	"regexp"
	"slices"
	"strconv"
)

// handshakeInSyntax reports whether the file of the package may refer to a
// handshake function.
//
// A function is named after its package's name and a dot, or alone where the
// package is imported with a dot or is the file's own.
//
// A method is named after any expression and a dot. The file need not import
// the package of the method's type: a type of another package may embed it. But
// what stands after the name of an import is no method, nor is one that is
// called with too few or too many arguments, or of a type that has no such
// method for sure.
func (n *names) handshakeInSyntax(file *ast.File, pkgPath string) bool {
	var (
		imported = importsOf(file)
		alone    = namesAlone(file)
	)
	for name := range alone {
		if n.isFunction(name, pkgPath) || n.isFunction(name, imported.dotted...) {
			return true
		}
	}

	misfits := make(map[*ast.SelectorExpr]bool)
	isMethod := func(sel *ast.SelectorExpr) bool {
		return n.methods[sel.Sel.Name] && !misfits[sel] && !n.lacksMethods(sel.X, imported)
	}
	refers := func(sel *ast.SelectorExpr) bool {
		x, ok := ast.Unparen(sel.X).(*ast.Ident)
		if !ok {
			return isMethod(sel)
		}
		// Have: x.name
		if paths, ok := imported.named[x.Name]; ok {
			return n.isFunction(sel.Sel.Name, paths...) || alone[x.Name] && isMethod(sel)
		}
		if x.Obj != nil {
			return isMethod(sel) // of what the file declares
		}
		// Either a value or a package whose name is not as its path promises.
		return isMethod(sel) || n.isFunction(sel.Sel.Name, imported.unnamed...)
	}
	found := false
	ast.Inspect(file, func(node ast.Node) bool {
		switch node := node.(type) {
		case *ast.CallExpr:
			if sel, ok := ast.Unparen(node.Fun).(*ast.SelectorExpr); ok && !n.takes(sel.Sel.Name, node) {
				misfits[sel] = true
			}
		case *ast.SelectorExpr:
			found = found || refers(node)
		}
		return !found
	})
	return found
}

// takes reports whether a method of the name may be called so.
func (n *names) takes(name string, call *ast.CallExpr) bool {
	args, ok := n.args[name]
	if !ok {
		return true
	}
	switch len(call.Args) {
	case args:
		return true
	case args + 1:
		return true // as a method expression, the receiver first
	case 1:
		_, ok := ast.Unparen(call.Args[0]).(*ast.CallExpr) // which may return them all
		return ok
	}
	return false
}

// lacksMethods reports whether the expression is of a type that has no
// handshake among its methods.
func (n *names) lacksMethods(x ast.Expr, imported *imports) bool {
	typ := typeOf(x)
	if star, ok := typ.(*ast.StarExpr); ok {
		typ = ast.Unparen(star.X)
	}
	sel, ok := typ.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	pkg, ok := sel.X.(*ast.Ident)
	if !ok || pkg.Obj != nil { // a variable that hides the import
		return false
	}
	// Have: pkg.Type
	paths := imported.named[pkg.Name]
	return len(paths) == 1 && slices.Contains(n.without, paths[0])
}

// typeOf returns the type of the expression, or of what it points to, as it is
// spelled where the file tells, else nil.
func typeOf(x ast.Expr) ast.Expr {
	id, ok := ast.Unparen(x).(*ast.Ident)
	if !ok {
		return typeOfLiteral(x)
	}
	if id.Obj == nil {
		return nil // declared in another file
	}
	switch decl := id.Obj.Decl.(type) {
	case *ast.Field:
		return decl.Type
	case *ast.ValueSpec:
		if decl.Type == nil && len(decl.Names) == 1 && len(decl.Values) == 1 {
			return typeOfLiteral(decl.Values[0])
		}
		return decl.Type
	case *ast.AssignStmt:
		if len(decl.Lhs) == 1 && len(decl.Rhs) == 1 {
			return typeOfLiteral(decl.Rhs[0])
		}
	}
	return nil
}

// typeOfLiteral returns the type of a composite literal, or of one whose
// address is taken, else nil.
func typeOfLiteral(x ast.Expr) ast.Expr {
	x = ast.Unparen(x)
	if address, ok := x.(*ast.UnaryExpr); ok && address.Op == token.AND {
		x = ast.Unparen(address.X)
	}
	if lit, ok := x.(*ast.CompositeLit); ok {
		return lit.Type
	}
	return nil
}

// raceInSyntax reports whether the file has what every race needs: something
// that starts a goroutine, or a select statement.
func (n *names) raceInSyntax(file *ast.File) bool {
	found := false
	ast.Inspect(file, func(node ast.Node) bool {
		switch node := node.(type) {
		case *ast.GoStmt, *ast.SelectStmt:
			found = true
		case *ast.Ident:
			found = found || n.spawners[node.Name]
		}
		return !found
	})
	return found
}

// namesAlone returns the identifiers that occur without a dot behind them. The
// name of an import that is among them may be hidden by a variable of that
// name, since the import itself never occurs so.
func namesAlone(file *ast.File) map[string]bool {
	alone := make(map[string]bool)
	inspect := func(node ast.Node) bool {
		switch node := node.(type) {
		case *ast.ImportSpec:
			return false // Have: import name "path"
		case *ast.SelectorExpr:
			_, ok := node.X.(*ast.Ident)
			return !ok // Have: x.f, where f declares nothing either
		case *ast.Ident:
			alone[node.Name] = true
		}
		return true
	}
	for _, decl := range file.Decls { // and not the name of the file's own package
		ast.Inspect(decl, inspect)
	}
	return alone
}

// imports are the import paths of a file.
type imports struct {
	// named are the imports by the names that they have in the file, which is
	// a guess for those that are imported without one.
	named map[string][]string

	unnamed []string
	dotted  []string
}

func importsOf(file *ast.File) *imports {
	imp := &imports{named: make(map[string][]string)}
	for _, spec := range file.Imports {
		path, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			continue // an error that the loader tells
		}
		if spec.Name != nil && spec.Name.Name == "." {
			imp.dotted = append(imp.dotted, path)
			continue
		}
		var name string
		if spec.Name != nil {
			name = spec.Name.Name
		} else {
			name = probableName(path)
			imp.unnamed = append(imp.unnamed, path)
		}
		imp.named[name] = append(imp.named[name], path)
	}
	return imp
}

var versionSuffix = regexp.MustCompile(`[/.]v[0-9]+$`)

// probableName returns the name that the package at the path has, if it follows
// the conventions: its last element but for a version.
func probableName(pkgPath string) string {
	return path.Base(versionSuffix.ReplaceAllString(pkgPath, ""))
}
