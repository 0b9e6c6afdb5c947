package load

import (
	"go/token"

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
			fix := Fix{Message: suggested.Message, Edits: make(map[string][]text.Edit)}
			for _, e := range suggested.TextEdits {
				p := place(e.Pos, e.End, "")
				fix.Edits[p.File] = append(fix.Edits[p.File], text.Edit{Start: p.Start, End: p.End, New: string(e.NewText)})
			}
			if c.editable(fix) {
				f.Fixes = append(f.Fixes, fix)
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
	p := Place{File: file.Name(), Start: file.Offset(pos), Message: message}
	p.End = p.Start
	if end.IsValid() {
		p.End = file.Offset(end)
	}
	return p
}

// editable reports whether a fix edits only files of the directory, and not
// what cgo made of them.
func (c *check) editable(fix Fix) bool {
	for name := range fix.Edits {
		if _, ok := c.dir.headers[name]; !ok {
			return false
		}
	}
	return true
}
