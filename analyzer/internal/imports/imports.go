// Package imports computes the text edits that add an import to a file, or take
// one away, as the file's author would have written them: into the group that
// the import belongs to, in its order, under the name that the file uses.
package imports

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"path"
	"strconv"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/source"
)

// Qualifier returns what to write before the member of an imported package at
// each of the given positions ("pkg.", or nothing for a dot import), and the
// edits that import it where the file does not yet do so, or does so under a
// name that means something else at one of the positions.
func Qualifier(file *source.File, info *types.Info, pkgpath, member string, at ...token.Pos) (string, []analysis.TextEdit) {
	for _, spec := range file.Syntax.Imports {
		name := info.PkgNameOf(spec)
		if name == nil || name.Imported().Path() != pkgpath || name.Name() == "_" {
			continue
		}
		switch {
		case name.Name() != "." && all(at, func(p token.Pos) bool { return lookup(info, file, p, name.Name()) == name }):
			return name.Name() + ".", nil
		case name.Name() == "." && all(at, func(p token.Pos) bool { return dotVisible(info, file, p, member, pkgpath) }):
			return "", nil
		}
	}
	base := path.Base(pkgpath)
	name := freeName(file, info, base, at)
	alias := ""
	if name != base {
		alias = name + " "
	}
	return name + ".", []analysis.TextEdit{add(file, alias, pkgpath)}
}

// dotVisible reports whether member, written bare at pos, is that of the
// dot-imported package.
func dotVisible(info *types.Info, file *source.File, pos token.Pos, member, pkgpath string) bool {
	obj := lookup(info, file, pos, member)
	return obj != nil && obj.Pkg() != nil && obj.Pkg().Path() == pkgpath
}

// lookup returns what name means at pos.
func lookup(info *types.Info, file *source.File, pos token.Pos, name string) types.Object {
	scope := info.Scopes[file.Syntax].Innermost(pos)
	if scope == nil {
		return nil
	}
	_, obj := scope.LookupParent(name, pos)
	return obj
}

// freeName returns the first of base, "std"+base, base+"2", ... that means
// nothing at the positions. A name of the package block is taken too: an
// import of the same name would collide with it.
func freeName(file *source.File, info *types.Info, base string, at []token.Pos) string {
	name := base
	for i := 1; ; i++ {
		free := func(p token.Pos) bool { return lookup(info, file, p, name) == nil }
		if all(at, free) && free(file.Syntax.Name.End()) {
			return name
		}
		name = fmt.Sprintf("%s%d", base, i+1)
		if i == 1 {
			name = "std" + base
		}
	}
}

// add returns the edit that imports a package. Four shapes of file are told
// apart:
//
//	import ( ... )     a spec in the group of its kind, in its order
//	import "a"         alone: it becomes a group of two
//	import "a" ...     several: one more line of the same kind
//	(none)             a declaration below the package clause
//
// A preamble of import "C" stays with it: nothing is put in between.
func add(file *source.File, alias, pkgpath string) analysis.TextEdit {
	spec := alias + strconv.Quote(pkgpath)
	var single []*ast.GenDecl
	for _, decl := range decls(file.Syntax) {
		if decl.Lparen.IsValid() {
			if len(decl.Specs) > 0 {
				return insert(intoGroup(file, decl, spec, pkgpath))
			}
			continue // import (): too odd to be put right
		}
		if pathOf(decl.Specs[0]) != "C" {
			single = append(single, decl)
		}
	}
	switch len(single) {
	case 0:
		return insert(afterAll(file), "\n\nimport "+spec)
	case 1:
		return pair(file, single[0], spec, pkgpath)
	}
	for _, decl := range single {
		if pathOf(decl.Specs[0]) > pkgpath && decl.Doc == nil {
			return insert(decl.Pos(), "import "+spec+"\n")
		}
	}
	last := single[len(single)-1]
	return insert(file.Trail(last), "\nimport "+spec)
}

// intoGroup returns where, in a parenthesized declaration, a spec is to stand:
// in the first run of specs without blank lines between them that is of the
// standard library, or else in a run of its own before all others.
func intoGroup(file *source.File, decl *ast.GenDecl, spec, pkgpath string) (token.Pos, string) {
	for _, group := range groups(file, decl) {
		if !standard(pathOf(group[0])) {
			continue
		}
		for _, s := range group {
			if pathOf(s) > pkgpath {
				return specStart(s), spec + "\n" + indent(file, s)
			}
		}
		last := group[len(group)-1]
		return file.Trail(last), "\n" + indent(file, last) + spec
	}
	first := decl.Specs[0]
	return specStart(first), spec + "\n\n" + indent(file, first)
}

// pair makes one group out of a single import and a new one. The doc comment
// of the single import stays above the declaration.
func pair(file *source.File, decl *ast.GenDecl, spec, pkgpath string) analysis.TextEdit {
	s := decl.Specs[0]
	old := file.Slice(s.Pos(), file.Trail(s))
	sep := "\n\t"
	if !standard(pathOf(s)) {
		sep = "\n\n\t"
	}
	text := "(\n\t" + spec + sep + old + "\n)"
	if standard(pathOf(s)) && pathOf(s) < pkgpath {
		text = "(\n\t" + old + sep + spec + "\n)"
	}
	return analysis.TextEdit{Pos: s.Pos(), End: file.Trail(s), NewText: []byte(text)}
}

// Remove returns the edits that take imports out of a file. A group that loses
// all its specs goes as a whole.
func Remove(file *source.File, gone func(*ast.ImportSpec) bool) []analysis.TextEdit {
	var edits []analysis.TextEdit
	for _, decl := range decls(file.Syntax) {
		var specs []ast.Spec
		for _, s := range decl.Specs {
			if gone(s.(*ast.ImportSpec)) {
				specs = append(specs, s)
			}
		}
		if len(specs) == len(decl.Specs) {
			if len(specs) > 0 {
				edits = append(edits, deleteLines(file, decl))
			}
			continue
		}
		for _, s := range specs {
			edits = append(edits, deleteLines(file, s))
		}
	}
	return edits
}

// deleteLines returns the edit that deletes the lines of n, with the comments
// that belong to it.
func deleteLines(file *source.File, n ast.Node) analysis.TextEdit {
	end := file.LineEnd(file.Trail(n))
	if end < file.Syntax.FileEnd {
		end++ // the newline
	}
	return analysis.TextEdit{Pos: file.LineStart(file.Lead(n)), End: end}
}

// decls returns the import declarations of a file.
func decls(file *ast.File) []*ast.GenDecl {
	var imports []*ast.GenDecl
	for _, decl := range file.Decls {
		if decl, ok := decl.(*ast.GenDecl); ok && decl.Tok == token.IMPORT {
			imports = append(imports, decl)
		}
	}
	return imports
}

// groups splits the specs of a declaration at blank lines.
func groups(file *source.File, decl *ast.GenDecl) [][]ast.Spec {
	var all [][]ast.Spec
	for i, s := range decl.Specs {
		if i == 0 || file.Line(specStart(s)) > file.Line(decl.Specs[i-1].End())+1 {
			all = append(all, nil)
		}
		all[len(all)-1] = append(all[len(all)-1], s)
	}
	return all
}

// afterAll returns where a first import declaration of its own is to stand:
// behind import "C", where there is one, else behind the package clause.
func afterAll(file *source.File) token.Pos {
	if ds := decls(file.Syntax); len(ds) > 0 {
		return file.Trail(ds[len(ds)-1])
	}
	return file.Trail(file.Syntax.Name)
}

func insert(pos token.Pos, text string) analysis.TextEdit {
	return analysis.TextEdit{Pos: pos, End: pos, NewText: []byte(text)}
}

func specStart(s ast.Spec) token.Pos {
	if doc := s.(*ast.ImportSpec).Doc; doc != nil {
		return doc.Pos()
	}
	return s.Pos()
}

func indent(file *source.File, s ast.Spec) string { return file.Indent(s.Pos()) }

func pathOf(s ast.Spec) string {
	p, _ := strconv.Unquote(s.(*ast.ImportSpec).Path.Value) // the parser has seen to it
	return p
}

// standard reports whether a path looks like one of the standard library.
func standard(pkgpath string) bool {
	first, _, _ := strings.Cut(pkgpath, "/")
	return !strings.Contains(first, ".")
}

func all[T any](list []T, ok func(T) bool) bool {
	for _, x := range list {
		if !ok(x) {
			return false
		}
	}
	return true
}
