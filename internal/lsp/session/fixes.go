package session

import (
	"context"
	"path/filepath"

	"github.com/tlstimeoutlint/tlstimeoutlint/internal/lsp/load"
)

// A making is that of the fixes of a result.
type making struct {
	result *result
	of     *load.Result
	ctx    context.Context // done when it has become pointless
}

// unmade returns the first result with findings in a file whose fixes have not
// been made; nil if there is none.
func (s *Session) unmade(file string) *making {
	s.mu.Lock()
	defer s.mu.Unlock()
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
