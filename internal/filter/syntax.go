package filter

import (
	"go/ast"
	"path"
	"regexp"
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
// what stands after the name of an import is no method.
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

	found := false
	ast.Inspect(file, func(node ast.Node) bool {
		sel, ok := node.(*ast.SelectorExpr)
		if found || !ok {
			return !found
		}
		name := sel.Sel.Name
		x, ok := ast.Unparen(sel.X).(*ast.Ident)
		if !ok {
			found = n.methods[name]
			return !found
		}
		// Have: x.name
		if paths, ok := imported.named[x.Name]; ok {
			found = n.isFunction(name, paths...) || n.methods[name] && alone[x.Name]
		} else {
			// Either a value or a package whose name is not as its path promises.
			found = n.methods[name] || n.isFunction(name, imported.unnamed...)
		}
		return !found
	})
	return found
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
