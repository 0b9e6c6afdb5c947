package session

import (
	"context"
	"path/filepath"

	"github.com/tlstimeoutlint/tlstimeoutlint/internal/lsp/load"
)

// ReportFixes is [Session.Report] with the fixes of the findings, which it makes
// if they have not been made yet.
func (s *Session) ReportFixes(ctx context.Context, file string) (Report, error) {
	for {
		if r, err := s.Report(ctx, file, false); err != nil {
			return r, err
		}
		report, done, err := s.fix(ctx, file)
		if done || err != nil {
			return report, err
		}
	}
}

// fix makes the fixes of one result. If there is none left without, it returns
// what is known of the file.
func (s *Session) fix(ctx context.Context, file string) (r Report, done bool, err error) {
	s.fixing.Lock()
	defer s.fixing.Unlock()
	s.mu.Lock()
	m := s.unmade(file)
	if m == nil {
		r, done = s.report(file), true
	}
	s.mu.Unlock()
	if done {
		return r, true, nil
	}
	return r, false, s.makeFixes(ctx, m)
}

// A making is that of the fixes of a result.
type making struct {
	result *result
	of     *load.Result
	ctx    context.Context // done when it has become pointless
}

// unmade returns the first result with findings in a file whose fixes have not
// been made; nil if there is none. The caller holds the mutex.
func (s *Session) unmade(file string) *making {
	d := s.dirs[filepath.Dir(file)]
	if d == nil {
		return nil
	}
	for _, l := range d.in(file) {
		if l.result.unfixed != nil {
			return &making{l.result, l.result.unfixed, d.current}
		}
	}
	return nil
}

// makeFixes makes fixes. That they have become pointless is no error.
func (s *Session) makeFixes(ctx context.Context, m *making) error {
	both, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(m.ctx, cancel)()
	fixes, err := m.of.Suggest(both)

	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case m.result.unfixed != m.of || m.ctx.Err() != nil:
		return nil
	case err != nil:
		return err
	}
	m.result.unfixed = nil
	for i, list := range fixes {
		m.result.findings[i].Fixes = list
		for _, fix := range list {
			for file := range fix.Edits {
				m.result.add(file, m.of.Contents)
			}
		}
	}
	return nil
}
