package load

import (
	"go/token"
	"slices"

	"golang.org/x/tools/go/analysis"

	"github.com/tlstimeoutlint/tlstimeoutlint/internal/lsp/text"
)

// A Finding is a diagnostic that needs no file set.
type Finding struct {
	Place
	Category string
	URL      string
	Related  []Place
	Fixes    []Fix

	// Late says that it takes more than the early part of a check to find it.
	Late bool
}

// SameAs reports whether two findings are of the same handshake.
func (f Finding) SameAs(g Finding) bool {
	return f.File == g.File && f.Start == g.Start && f.End == g.End
}

// A Place is a piece of a file, with what there is to say of it.
type Place struct {
	File       string
	Start, End int // offsets
	Message    string
}

// A Fix is a suggested fix.
type Fix struct {
	Message string
	Edits   map[string][]text.Edit // by file
}

// findings turns diagnostics into findings.
func (c *check) findings(diagnostics []analysis.Diagnostic) []Finding {
	var findings []Finding
	for _, d := range diagnostics {
		f := Finding{Place: c.place(d.Pos, d.End, d.Message), Category: d.Category, URL: d.URL}
		for _, r := range d.Related {
			f.Related = append(f.Related, c.place(r.Pos, r.End, r.Message))
		}
		findings = append(findings, f)
	}
	return findings
}

// fixes turns suggested fixes into fixes, but for those that edit what is in no
// file of the directory.
func (c *check) fixes(suggested []analysis.SuggestedFix) (fixes []Fix) {
	for _, s := range suggested {
		if !slices.ContainsFunc(s.TextEdits, c.elsewhere) {
			fixes = append(fixes, c.fix(s))
		}
	}
	return fixes
}

// place returns the place of two positions. Without an end it is empty.
func (c *check) place(pos, end token.Pos, message string) Place {
	file := c.dir.fset.File(pos)
	if file == nil {
		return Place{Message: message}
	}
	if !end.IsValid() {
		end = pos
	}
	if _, written := c.dir.headers[file.Name()]; !written {
		return c.original(pos, end, message)
	}
	return Place{file.Name(), file.Offset(pos), file.Offset(end), message}
}

// original returns the place in the file that cgo made another one of.
func (c *check) original(pos, end token.Pos, message string) Place {
	start, stop := c.dir.fset.Position(pos), c.dir.fset.Position(end)
	content, ok := c.contents[start.Filename]
	if !ok {
		return Place{Message: message}
	}
	doc := text.New(content)
	p := Place{start.Filename, doc.ByteOffset(start.Line, start.Column), 0, message}
	p.End = max(p.Start, doc.ByteOffset(stop.Line, stop.Column))
	return p
}

// elsewhere reports whether an edit is not in a file of the directory, but in
// what cgo made of it.
func (c *check) elsewhere(e analysis.TextEdit) bool {
	file := c.dir.fset.File(e.Pos)
	if file == nil {
		return true
	}
	_, written := c.dir.headers[file.Name()]
	return !written
}

// fix turns a suggested fix into a fix.
func (c *check) fix(suggested analysis.SuggestedFix) Fix {
	fix := Fix{Message: suggested.Message, Edits: make(map[string][]text.Edit)}
	for _, e := range suggested.TextEdits {
		p := c.place(e.Pos, e.End, "")
		fix.Edits[p.File] = append(fix.Edits[p.File], text.Edit{Start: p.Start, End: p.End, New: string(e.NewText)})
	}
	return fix
}
