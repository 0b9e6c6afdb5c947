package session

import (
	"context"
	"maps"
	"slices"

	"github.com/tlstimeoutlint/tlstimeoutlint/internal/lsp/load"
	"github.com/tlstimeoutlint/tlstimeoutlint/internal/lsp/text"
)

// A directory is one that was checked, or is to be.
type directory struct {
	path string

	// A check is asked for by counting wanted up. When something has been found,
	// begun follows, and when it has been done, checked.
	wanted, begun, checked int
	news                   chan struct{} // closed when one of them follows, and replaced

	early map[string][]load.Finding // what the last check has found early, by unit

	// current is done when what the last check has found may no longer hold.
	current context.Context
	cancel  context.CancelFunc

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
	unfixed   *load.Result              // what the fixes are to be made of; nil if they can't be, or have been
}

func newDirectory(path string) *directory {
	return &directory{
		path:      path,
		news:      make(chan struct{}),
		cancel:    func() {},
		results:   make(map[string]*result),
		published: make(map[string]bool),
	}
}

// store keeps the results that are good, and the last good ones of the others, but
// for what these tell of files that a good one tells of, too. If the directory is
// open, fixes may be asked for.
func (d *directory) store(results []load.Result, open bool) {
	told := make(map[string]bool)
	for _, r := range results {
		for _, file := range r.Files {
			told[file] = told[file] || r.Err == nil
		}
	}
	units := make(map[string]*result)
	for _, r := range results {
		if old := d.results[r.Unit]; r.Err != nil && old != nil {
			old.dropFixes()
			old.findings = slices.DeleteFunc(old.findings, func(f load.Finding) bool { return told[f.File] })
			units[r.Unit] = old
		}
		if r.Err != nil {
			continue
		}
		known, ok := d.early[r.Unit]
		for i, f := range r.Findings {
			r.Findings[i].Late = ok && !slices.ContainsFunc(known, f.SameAs)
		}
		kept := newResult(r.Findings, r.Contents)
		if open && len(r.Findings) > 0 {
			kept.unfixed = &r
		}
		units[r.Unit] = kept
	}
	d.results = units
}

// storeEarly keeps what a check has found early. What was found late before may
// yet be found again.
func (d *directory) storeEarly(r load.Result) {
	d.early[r.Unit] = r.Findings
	findings := slices.Clone(r.Findings)
	if old := d.results[r.Unit]; old != nil {
		for _, f := range old.findings {
			if f.Late && !slices.ContainsFunc(findings, f.SameAs) {
				f.Fixes = nil
				findings = append(findings, f)
			}
		}
	}
	d.results[r.Unit] = newResult(findings, r.Contents)
}

// newResult returns the result that has findings in some of the files.
func newResult(findings []load.Finding, contents map[string]string) *result {
	r := &result{findings: findings, documents: make(map[string]*text.Document)}
	for _, f := range findings {
		r.add(f.File, contents)
		for _, p := range f.Related {
			r.add(p.File, contents)
		}
	}
	return r
}

// add adds a file, if it is not there yet.
func (r *result) add(file string, contents map[string]string) {
	if content, ok := contents[file]; ok && r.documents[file] == nil {
		r.documents[file] = text.New(content)
	}
}

// dropFixes drops the fixes: something has changed since.
func (d *directory) dropFixes() {
	for _, r := range d.results {
		r.dropFixes()
	}
}

func (r *result) dropFixes() {
	r.unfixed = nil
	for i := range r.findings {
		r.findings[i].Fixes = nil
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
// so are the fixes of all.
func (r *result) update(file string, content *text.Document) {
	old := r.documents[file]
	if old == nil || old.Content == content.Content {
		return
	}
	r.documents[file] = content
	r.dropFixes()
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
		f.Related = related
		kept = append(kept, f)
	}
	r.findings = kept
}

// A located is a finding of a result.
type located struct {
	result *result
	index  int
}

// in returns the findings in a file. Where the package is checked with its tests
// and without, most are found twice.
func (d *directory) in(file string) (list []located) {
	var known []load.Finding
	for _, unit := range sortedKeys(d.results) {
		r := d.results[unit]
		for i, f := range r.findings {
			if f.File == file && !slices.ContainsFunc(known, f.SameAs) {
				known = append(known, f)
				list = append(list, located{r, i})
			}
		}
	}
	return list
}

// collect adds the findings in the report's file.
func (d *directory) collect(report *Report) {
	for _, l := range d.in(report.File) {
		report.Findings = append(report.Findings, l.result.findings[l.index])
		maps.Copy(report.Documents, l.result.documents)
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
