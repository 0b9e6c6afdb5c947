package session

import (
	"slices"

	"github.com/tlstimeoutlint/tlstimeoutlint/internal/lsp/load"
	"github.com/tlstimeoutlint/tlstimeoutlint/internal/lsp/text"
)

// A directory is one that was checked, or is to be.
type directory struct {
	path string

	// A check is asked for by counting wanted up. When it has been done,
	// checked follows.
	wanted, checked int
	done            chan struct{} // closed when checked changes, and replaced

	loaded    *load.Dir          // only while a document of it is open
	results   map[string]*result // the last good ones, by unit
	published map[string]bool    // the files that have findings for the client

	// changes are those of documents since the last check began.
	changes []change
}

// A change is the content that a document has got.
type change struct {
	file    string
	content *text.Document
}

// A result is what was found in a unit.
type result struct {
	findings  []load.Finding
	documents map[string]*text.Document // what the findings' offsets refer to
}

func newDirectory(path string) *directory {
	return &directory{
		path:      path,
		done:      make(chan struct{}),
		results:   make(map[string]*result),
		published: make(map[string]bool),
	}
}

// dependsOn reports whether the results may change with a file.
func (d *directory) dependsOn(file string) bool {
	return d.loaded != nil && d.loaded.DependsOn(file) || d.loaded == nil && len(d.results) > 0
}

// update moves what was found in a file to where it is in the new content.
func (d *directory) update(file string, content *text.Document) {
	for _, r := range d.results {
		r.update(file, content)
	}
}

// update moves the findings in a file. Those that were edited are dropped, and
// so are the fixes of all: only the next check can offer them.
func (r *result) update(file string, content *text.Document) {
	old := r.documents[file]
	if old == nil || old.Content == content.Content {
		return
	}
	r.documents[file] = content
	edit := text.Between(old.Content, content.Content)
	move := func(p *load.Place) (ok bool) {
		if p.File != file {
			return true
		}
		p.Start, p.End, ok = edit.Move(p.Start, p.End)
		return ok
	}
	var kept []load.Finding
	for _, f := range r.findings {
		if !move(&f.Place) {
			continue
		}
		var related []load.Place
		for _, p := range f.Related {
			if move(&p) {
				related = append(related, p)
			}
		}
		f.Related, f.Fixes = related, nil
		kept = append(kept, f)
	}
	r.findings = kept
}

// collect adds the findings in the report's file. Where the package is checked
// with its tests and without, most are found twice.
func (d *directory) collect(report *Report) {
	for _, unit := range sortedKeys(d.results) {
		r := d.results[unit]
		for _, f := range r.findings {
			if f.File != report.File || slices.ContainsFunc(report.Findings, func(g load.Finding) bool { return f.Place == g.Place }) {
				continue
			}
			report.Findings = append(report.Findings, f)
			for file, doc := range r.documents {
				report.Documents[file] = doc
			}
		}
	}
	slices.SortStableFunc(report.Findings, func(a, b load.Finding) int { return a.Start - b.Start })
}

// files returns the files that have findings, or had some for the client.
func (d *directory) files() []string {
	files := make(map[string]bool)
	for file := range d.published {
		files[file] = true
	}
	for _, r := range d.results {
		for _, f := range r.findings {
			files[f.File] = true
		}
	}
	return sortedKeys(files)
}

// documents returns the files that findings refer to.
func (d *directory) documents() []string {
	files := make(map[string]bool)
	for _, r := range d.results {
		for file := range r.documents {
			files[file] = true
		}
	}
	return sortedKeys(files)
}
