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

// findings turns diagnostics into findings. It also returns the contents of the
// files that they are in.
func (c *check) findings(diagnostics []analysis.Diagnostic) ([]Finding, map[string]string) {
	contents := make(map[string]string)
	place := func(pos, end token.Pos, message string) Place {
		p := c.place(pos, end, message)
		if parsed := c.dir.parsed[p.File]; parsed != nil {
			contents[p.File] = parsed.content
		}
		return p
	}
	var findings []Finding
	for _, d := range diagnostics {
		f := Finding{Place: place(d.Pos, d.End, d.Message), Category: d.Category, URL: d.URL}
		for _, r := range d.Related {
			f.Related = append(f.Related, place(r.Pos, r.End, r.Message))
		}
		for _, suggested := range d.SuggestedFixes {
			if !slices.ContainsFunc(suggested.TextEdits, c.elsewhere) {
				f.Fixes = append(f.Fixes, fixOf(suggested, place))
			}
		}
		findings = append(findings, f)
	}
	return findings, contents
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
	parsed := c.dir.parsed[start.Filename]
	if parsed == nil {
		return Place{Message: message}
	}
	doc := text.New(parsed.content)
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

// fixOf returns a fix whose edits are at the places that a function returns.
func fixOf(suggested analysis.SuggestedFix, place func(pos, end token.Pos, message string) Place) Fix {
	fix := Fix{Message: suggested.Message, Edits: make(map[string][]text.Edit)}
	for _, e := range suggested.TextEdits {
		p := place(e.Pos, e.End, "")
		fix.Edits[p.File] = append(fix.Edits[p.File], text.Edit{Start: p.Start, End: p.End, New: string(e.NewText)})
	}
	return fix
}
