// Package imports computes the text edits that add an import to a file, or take
// one away, as the file's author would have written them: into the group that
// the import belongs to, in its order, under the name that the file uses.
package imports

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"path"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/source"
)

// A Set is what is to be imported into a file, beside what it imports already.
type Set struct {
	file  *source.File
	info  *types.Info
	added []addition
}

// An addition is a new import spec.
type addition struct{ alias, path string }

func (a addition) String() string { return a.alias + strconv.Quote(a.path) }

// For returns an empty set for a file.
func For(file *source.File, info *types.Info) *Set { return &Set{file: file, info: info} }

// Clone returns a copy of the set.
func (s *Set) Clone() *Set {
	c := *s
	c.added = slices.Clone(s.added)
	return &c
}

// Qualifier returns what to write before the member of an imported package at
// each of the given positions: "pkg.", or nothing for a dot import. Where the
// file does not yet import the package, or does so under a name that means
// something else at one of the positions, the import is added to the set.
func (s *Set) Qualifier(pkgpath, member string, at ...token.Pos) string {
	for _, a := range s.added {
		if a.path == pkgpath {
			return cmp.Or(strings.TrimSpace(a.alias), path.Base(pkgpath)) + "."
		}
	}
	for _, spec := range s.file.Syntax.Imports {
		name := s.info.PkgNameOf(spec)
		if name == nil || name.Imported().Path() != pkgpath || name.Name() == "_" {
			continue
		}
		switch {
		case name.Name() != "." && all(at, func(p token.Pos) bool { return lookup(s.info, s.file, p, name.Name()) == name }):
			return name.Name() + "."
		case name.Name() == "." && all(at, func(p token.Pos) bool { return dotVisible(s.info, s.file, p, member, pkgpath) }):
			return ""
		}
	}
	a := addition{path: pkgpath}
	base := path.Base(pkgpath)
	name := freeName(s.file, s.info, base, at)
	if name != base {
		a.alias = name + " "
	}
	s.added = append(s.added, a)
	return name + "."
}

// Edits returns the edits that add the imports of the set.
func (s *Set) Edits() []analysis.TextEdit {
	slices.SortFunc(s.added, func(a, b addition) int { return strings.Compare(a.path, b.path) })
	var edits []analysis.TextEdit
	switch decl, singles := s.declaration(); {
	case len(s.added) == 0:
	case decl != nil:
		edits = s.intoGroups(decl)
	case len(singles) == 1:
		edits = append(edits, s.intoOne(singles[0]))
	case len(singles) > 1:
		for _, a := range s.added {
			edits = append(edits, insert(amongSingles(s.file, singles, a)))
		}
	default:
		edits = append(edits, insert(afterAll(s.file), "\n\n"+declare(s.added)))
	}
	return edits
}

// declaration tells apart four shapes of file:
//
//	import ( ... )     a spec is put into the group of its kind, in its order
//	import "a"         alone: it becomes a group
//	import "a" ...     several: more lines of the same kind are added
//	(none)             a declaration is added below the package clause
//
// A preamble of import "C" stays with it: nothing is put in between.
func (s *Set) declaration() (group *ast.GenDecl, singles []*ast.GenDecl) {
	for _, decl := range decls(s.file.Syntax) {
		switch {
		case len(decl.Specs) == 0:
			// import (): too odd to be put right
		case decl.Lparen.IsValid():
			return decl, nil
		case pathOf(decl.Specs[0]) != "C":
			singles = append(singles, decl)
		}
	}
	return nil, singles
}

// declare returns an import declaration.
func declare(added []addition) string {
	if len(added) == 1 {
		return "import " + added[0].String()
	}
	text := "import (\n"
	for _, a := range added {
		text += "\t" + a.String() + "\n"
	}
	return text + ")"
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

// intoGroups adds specs to a parenthesized declaration: in their order to the
// first run of specs without blank lines between them that is of the standard
// library, or else as a run of their own before all others.
func (s *Set) intoGroups(decl *ast.GenDecl) []analysis.TextEdit {
	for _, group := range groups(s.file, decl) {
		if !standard(pathOf(group[0])) {
			continue
		}
		var edits []analysis.TextEdit
		for _, a := range s.added {
			edits = append(edits, insert(intoGroup(s.file, group, a)))
		}
		return edits
	}
	text := ""
	for _, a := range s.added {
		text += a.String() + "\n\t"
	}
	return []analysis.TextEdit{insert(specStart(decl.Specs[0]), text[:len(text)-1]+"\n\t")}
}

// intoGroup returns where, in a run of specs, a new one is to stand.
func intoGroup(file *source.File, group []ast.Spec, a addition) (token.Pos, string) {
	for _, s := range group {
		if pathOf(s) > a.path {
			return specStart(s), a.String() + "\n\t"
		}
	}
	return file.Trail(group[len(group)-1]), "\n\t" + a.String()
}

// intoOne makes one group out of a single import and the new ones. The doc
// comment of the single import stays above the declaration.
func (s *Set) intoOne(decl *ast.GenDecl) analysis.TextEdit {
	spec := decl.Specs[0]
	old := s.file.Slice(spec.Pos(), s.file.Trail(spec))
	text := "(\n"
	for _, a := range s.added {
		if old != "" && standard(pathOf(spec)) && pathOf(spec) < a.path {
			text += "\t" + old + "\n"
			old = ""
		}
		text += "\t" + a.String() + "\n"
	}
	if old != "" && !standard(pathOf(spec)) {
		text += "\n"
	}
	if old != "" {
		text += "\t" + old + "\n"
	}
	return analysis.TextEdit{Pos: spec.Pos(), End: s.file.Trail(spec), NewText: []byte(text + ")")}
}

// amongSingles returns where, among import declarations of one line each, a new
// one is to stand.
func amongSingles(file *source.File, singles []*ast.GenDecl, a addition) (token.Pos, string) {
	for _, decl := range singles {
		if pathOf(decl.Specs[0]) > a.path && decl.Doc == nil {
			return decl.Pos(), "import " + a.String() + "\n"
		}
	}
	return file.Trail(singles[len(singles)-1]), "\nimport " + a.String()
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
