// Package session holds what a language server knows between messages: the
// folders, the unsaved documents, and what was found in them.
//
// Documents change at once. Directories that a change concerns are checked
// afterwards, one after the other, by [Session.Run]; who needs the outcome waits
// for it. What is found early in a check is told early, and an edit ends a check.
// Fixes are made when they are asked for. While the code of a directory has errors, what was found before stays,
// but for what has been edited since.
package session

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer"
	"github.com/tlstimeoutlint/tlstimeoutlint/internal/filter"
	"github.com/tlstimeoutlint/tlstimeoutlint/internal/lsp/load"
	"github.com/tlstimeoutlint/tlstimeoutlint/internal/lsp/text"
)

// A Client is told what is found.
type Client interface {
	// Publish tells what is in a file now.
	Publish(Report)

	// Log tells of a directory that could not be checked.
	Log(dir string, err error)
}

// A Session is safe for concurrent use.
type Session struct {
	client Client
	// telling is held while something is told early, and fixing while fixes are
	// made. Both are locked before mu.
	telling, fixing sync.Mutex

	mu       sync.Mutex
	settings settings
	folders  []string
	docs     map[string]*document
	dirs     map[string]*directory
	queue    []*directory
	queued   chan struct{} // has room for one: something is in the queue
}

// settings are what the linter's settings lead to.
type settings struct {
	conf   analyzer.Settings
	search *filter.Search
}

// A document is a file that is open in the editor.
type document struct {
	version int32
	text    *text.Document
	lost    bool // it is unknown what the editor has
}

// New returns a session with the linter's default settings.
func New(client Client) *Session {
	s := &Session{
		client: client,
		docs:   make(map[string]*document),
		dirs:   make(map[string]*directory),
		queued: make(chan struct{}, 1),
	}
	if err := s.Configure(analyzer.Settings{}); err != nil {
		panic(err) // unreachable: the zero settings are well-formed
	}
	return s
}

// Configure changes the linter's settings.
func (s *Session) Configure(conf analyzer.Settings) error {
	if _, err := analyzer.New(conf); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settings = settings{conf, filter.NewSearch(conf.Functions())}
	s.enqueueAll(func(*directory) bool { return true })
	return nil
}

// ChangeFolders changes the folders of the workspace. What is not in one of
// them is not checked, unless there are none.
func (s *Session) ChangeFolders(added, removed []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var folders []string
	for _, folder := range s.folders {
		if !slices.Contains(removed, folder) {
			folders = append(folders, folder)
		}
	}
	for _, folder := range added {
		if !slices.Contains(folders, folder) {
			folders = append(folders, folder)
		}
	}
	s.folders = folders
	s.enqueueAll(func(*directory) bool { return true })
}

// Open takes a document over from the disk.
func (s *Session) Open(file string, version int32, content string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.docs[file] = &document{version: version, text: text.New(content)}
	s.edited(file)
}

// A Change replaces a range of a document, or all of it.
type Change struct {
	Range *text.Range
	Text  string
}

// Change changes a document. If the changes make no sense, the document is lost
// until it is told in full again.
func (s *Session) Change(file string, version int32, changes []Change) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	old := s.docs[file]
	if old == nil {
		return nil // one that is not ours
	}
	doc := &document{version: version, text: old.text, lost: old.lost}
	s.docs[file] = doc
	defer s.edited(file)
	for _, c := range changes {
		if c.Range == nil {
			doc.text, doc.lost = text.New(c.Text), false
			continue
		}
		if doc.lost {
			continue
		}
		changed, err := doc.text.Replace(*c.Range, c.Text)
		if err != nil {
			doc.lost = true
			return err
		}
		doc.text = changed
	}
	return nil
}

// Close gives a document back to the disk.
func (s *Session) Close(file string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.docs[file] != nil {
		delete(s.docs, file)
		s.edited(file)
	}
}

// Changed tells that files have changed on disk.
func (s *Session) Changed(files []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, file := range files {
		if strings.HasSuffix(file, ".go") {
			s.enqueue(s.directory(filepath.Dir(file)))
		}
		s.enqueueAll(func(d *directory) bool { return d.dependsOn(file) })
	}
}

// edited notes that a document has changed. The caller holds the mutex.
func (s *Session) edited(file string) {
	d := s.directory(filepath.Dir(file))
	d.dropFixes()
	if doc := s.docs[file]; doc != nil && !doc.lost {
		d.update(file, doc.text)
		d.changes = append(d.changes, change{file, doc.text})
	}
	s.enqueue(d)
}

// accepts reports whether a directory is to be checked. The caller holds the
// mutex.
func (s *Session) accepts(dir string) bool {
	if len(s.folders) == 0 {
		return true
	}
	return slices.ContainsFunc(s.folders, func(folder string) bool { return within(folder, dir) })
}

// within reports whether a path is a folder or below it.
func within(folder, path string) bool {
	rel, err := filepath.Rel(folder, path)
	return err == nil && filepath.IsLocal(rel)
}

// A Report is what was found in a file.
type Report struct {
	File     string
	Version  *int32 // of the document, if it is open
	Findings []load.Finding

	// Documents are the files that the findings refer to.
	Documents map[string]*text.Document

	// Versions are those of the documents that are open.
	Versions map[string]*int32
}

// ErrLost is the error of a document whose content is not known.
var ErrLost = errors.New("the document is out of step with the editor; close and open it again")

// Report waits until the present state of a file has been checked, and returns
// what was found in it. If something early will do, it waits for no more than
// that.
func (s *Session) Report(ctx context.Context, file string, early bool) (Report, error) {
	s.mu.Lock()
	d := s.dirs[filepath.Dir(file)]
	s.mu.Unlock()
	if d != nil {
		if err := s.wait(ctx, d, early); err != nil {
			return Report{}, err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if doc := s.docs[file]; doc != nil && doc.lost {
		return Report{}, ErrLost
	}
	return s.report(file), nil
}

// report returns what is known of a file. The caller holds the mutex.
func (s *Session) report(file string) Report {
	r := Report{
		File:      file,
		Documents: make(map[string]*text.Document),
		Versions:  make(map[string]*int32),
	}
	doc := s.docs[file]
	if doc != nil {
		r.Version = &doc.version
	}
	if d := s.dirs[filepath.Dir(file)]; d != nil && (doc == nil || !doc.lost) {
		d.collect(&r)
	}
	for file := range r.Documents {
		if doc := s.docs[file]; doc != nil {
			r.Versions[file] = &doc.version
		}
	}
	return r
}
