package session

import (
	"context"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer"
	"github.com/tlstimeoutlint/tlstimeoutlint/internal/lsp/load"
	"github.com/tlstimeoutlint/tlstimeoutlint/internal/lsp/text"
)

// Run checks the directories that changes concern, until the context is done.
func (s *Session) Run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.queued:
		}
		for d := s.next(); d != nil && ctx.Err() == nil; d = s.next() {
			s.check(ctx, d)
		}
	}
}

// directory returns the directory of a path. The caller holds the mutex.
func (s *Session) directory(path string) *directory {
	d := s.dirs[path]
	if d == nil {
		d = newDirectory(path)
		s.dirs[path] = d
	}
	return d
}

// enqueue asks for a check. One that is under way has become pointless, and so
// have fixes that are being made. The caller holds the mutex.
func (s *Session) enqueue(d *directory) {
	d.wanted++
	d.cancel()
	if !slices.Contains(s.queue, d) {
		s.queue = append(s.queue, d)
	}
	select {
	case s.queued <- struct{}{}:
	default: // it is known already
	}
}

// enqueueAll asks for a check of some of the directories. The caller holds the
// mutex.
func (s *Session) enqueueAll(which func(*directory) bool) {
	for _, path := range sortedKeys(s.dirs) {
		if d := s.dirs[path]; which(d) {
			s.enqueue(d)
		}
	}
}

// next takes the next directory from the queue.
func (s *Session) next() *directory {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.queue) == 0 {
		return nil
	}
	d := s.queue[0]
	s.queue = s.queue[1:]
	return d
}

// wait waits until all checks of a directory that have been asked for are done,
// or, if something early will do, have found that.
func (s *Session) wait(ctx context.Context, d *directory, early bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for wanted := d.wanted; d.checked < wanted && !(early && d.begun >= wanted); {
		news := d.news
		s.mu.Unlock()
		select {
		case <-news:
		case <-ctx.Done():
		}
		s.mu.Lock()
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return nil
}

// check checks a directory and publishes what is found.
func (s *Session) check(ctx context.Context, d *directory) {
	s.mu.Lock()
	var (
		wanted   = d.wanted
		settings = s.settings
		open     = s.documentsIn(d.path)
		accepted = s.accepts(d.path)
		docs     = maps.Clone(s.docs)
		loaded   = d.loaded
	)
	d.changes = nil
	d.early = make(map[string][]load.Finding)
	d.current, d.cancel = context.WithCancel(ctx)
	current := d.current
	s.mu.Unlock()

	var (
		overlay = overlayOf(docs)
		results []load.Result
		err     error
	)
	if accepted && settings.concerns(overlay, d.path) {
		if loaded, err = upToDate(ctx, d.path, loaded, overlay); err == nil {
			results, err = analyze(current, loaded, settings.conf, overlay, func(r load.Result) {
				s.tellEarly(current, d, wanted, r)
			})
		}
	} else {
		loaded = nil
	}
	if !open {
		loaded = nil // and the memory with it
	}

	s.mu.Lock()
	d.loaded = loaded
	if errors.Is(err, context.Canceled) {
		s.mu.Unlock()
		return // there is another check to come
	}
	if err == nil {
		d.store(results, open)
	} else {
		d.dropFixes()
	}
	// One after the other: together they would seem to touch all between them.
	for _, c := range d.changes {
		d.update(c.file, c.content)
	}
	for _, file := range d.documents() {
		d.update(file, s.content(file))
	}
	reports := s.reports(d)
	if !open && wanted == d.wanted && len(d.results) == 0 && len(d.published) == 0 {
		delete(s.dirs, d.path)
	}
	s.mu.Unlock()

	if err != nil {
		s.client.Log(d.path, err)
	}
	s.publish(d, reports, &d.checked, wanted)
}

// publish publishes reports, and then tells those who wait for a check that it
// has got so far.
func (s *Session) publish(d *directory, reports []Report, progress *int, wanted int) {
	for _, r := range reports {
		s.client.Publish(r)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	*progress = max(*progress, wanted)
	close(d.news)
	d.news = make(chan struct{})
}

// tellEarly publishes what is found early in a check, unless that has become
// pointless.
func (s *Session) tellEarly(check context.Context, d *directory, wanted int, r load.Result) {
	s.telling.Lock() // packages are checked at the same time
	defer s.telling.Unlock()
	s.mu.Lock()
	if check.Err() != nil {
		s.mu.Unlock()
		return
	}
	d.storeEarly(r)
	reports := s.reports(d)
	s.mu.Unlock()
	s.publish(d, reports, &d.begun, wanted)
}

// upToDate returns a directory as the go command knows it. It is loaded if it has
// not been, or if that is no longer true.
func upToDate(ctx context.Context, dir string, loaded *load.Dir, overlay load.Overlay) (*load.Dir, error) {
	if loaded != nil && !loaded.Stale(overlay) {
		return loaded, nil
	}
	return load.Load(ctx, dir, overlay)
}

// analyze analyzes a directory.
func analyze(ctx context.Context, loaded *load.Dir, conf analyzer.Settings, overlay load.Overlay, early func(load.Result)) ([]load.Result, error) {
	results := loaded.Check(ctx, conf, overlay, early)
	for _, r := range results {
		if errors.Is(r.Err, load.ErrInternal) {
			return nil, r.Err
		}
	}
	return results, ctx.Err()
}

// reports returns what there is to publish. The caller holds the mutex.
func (s *Session) reports(d *directory) []Report {
	var reports []Report
	for _, file := range d.files() {
		r := s.report(file)
		if len(r.Findings) > 0 || d.published[file] {
			reports = append(reports, r)
		}
		if len(r.Findings) > 0 {
			d.published[file] = true
		} else {
			delete(d.published, file)
		}
	}
	return reports
}

// concerns reports whether the files of a directory can have a finding at all.
// Nearly all do not name a handshake, and there it ends.
func (s settings) concerns(overlay load.Overlay, dir string) bool {
	var sources [][]byte
	handshake := false
	for _, name := range overlay.GoFiles(dir) {
		src, err := overlay.ReadFile(name)
		if err != nil {
			continue // it has just been removed
		}
		sources = append(sources, src)
		handshake = handshake || s.search.Handshake(src)
	}
	return handshake && slices.ContainsFunc(sources, s.search.Race)
}

// documentsIn reports whether documents of a directory are open. The caller
// holds the mutex.
func (s *Session) documentsIn(dir string) bool {
	for file := range s.docs {
		if filepath.Dir(file) == dir {
			return true
		}
	}
	return false
}

// content returns what a file has now. The caller holds the mutex.
func (s *Session) content(file string) *text.Document {
	if doc := s.docs[file]; doc != nil && !doc.lost {
		return doc.text
	}
	data, _ := os.ReadFile(file) // one that is not there has nothing
	return text.New(string(data))
}

// overlayOf returns the documents that differ from what is on disk.
func overlayOf(docs map[string]*document) load.Overlay {
	overlay := make(load.Overlay)
	for file, doc := range docs {
		if doc.lost {
			continue
		}
		if data, err := os.ReadFile(file); err != nil || string(data) != doc.text.Content {
			overlay[file] = doc.text.Content
		}
	}
	return overlay
}

// sortedKeys returns the keys of a map in order.
func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
