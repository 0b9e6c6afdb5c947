package fix

import (
	"go/ast"
	"go/token"
	"maps"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"
	"honnef.co/go/tools/analysis/edit"

	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/imports"
)

// A candidate is a fix that has not been verified.
type candidate struct {
	message string
	edits   []analysis.TextEdit
	names   []string // the names that it declares
}

// A draft collects the edits of a candidate.
type draft struct {
	s       *Suggester
	edits   []analysis.TextEdit
	names   []string
	imports map[string]*imports.Set // by file name
}

func (s *Suggester) draft(edits ...analysis.TextEdit) *draft {
	return &draft{s: s, edits: edits, imports: make(map[string]*imports.Set)}
}

// finish returns the draft as a candidate.
func (d *draft) finish(message string) candidate {
	c := candidate{message, d.edits, d.names}
	for _, name := range slices.Sorted(maps.Keys(d.imports)) {
		c.edits = append(c.edits, d.imports[name].Edits()...)
	}
	return c
}

// branch returns a copy of the draft, for another way to go on.
func (d *draft) branch() *draft {
	b := &draft{s: d.s, edits: slices.Clone(d.edits), names: slices.Clone(d.names), imports: make(map[string]*imports.Set)}
	for name, set := range d.imports {
		b.imports[name] = set.Clone()
	}
	return b
}

// qualifier returns what to write before the member of a package at pos.
func (d *draft) qualifier(pkgpath, member string, pos token.Pos) string {
	file := d.s.source(pos)
	set := d.imports[file.Name()]
	if set == nil {
		set = imports.For(file, d.s.in.Info)
		d.imports[file.Name()] = set
	}
	return set.Qualifier(pkgpath, member, pos)
}

// declare returns a free name, the first of the preferred ones if possible.
func (d *draft) declare(decl ast.Decl, preferred ...string) string {
	name := d.s.freeName(decl, preferred...)
	d.names = append(d.names, name)
	return name
}

func (d *draft) replace(n edit.Ranger, text string) {
	d.edits = append(d.edits, edit.ReplaceWithString(n, text))
}

func (d *draft) insert(pos token.Pos, text string) {
	d.replace(edit.Range{pos, pos}, text)
}

// insertBefore puts lines before a statement and the comments that belong to
// it.
func (d *draft) insertBefore(n ast.Node, lines ...string) {
	file := d.s.source(n.Pos())
	indent := file.Indent(n.Pos())
	d.insert(file.Lead(n), strings.Join(lines, "\n"+indent)+"\n"+indent)
}

// insertAfter puts lines behind a statement.
func (d *draft) insertAfter(n ast.Node, lines ...string) {
	file := d.s.source(n.Pos())
	indent := "\n" + file.Indent(n.Pos())
	d.insert(file.Trail(n), indent+strings.Join(lines, indent))
}

// insertInto puts lines first into the block that opens with the token at open
// (a brace or a colon), of a statement or clause that starts at pos.
func (d *draft) insertInto(pos, open token.Pos, lines ...string) {
	file := d.s.source(pos)
	indent := "\n" + file.Indent(pos) + "\t"
	d.insert(file.Trail(edit.Range{open, open + 1}), indent+strings.Join(lines, indent))
}
