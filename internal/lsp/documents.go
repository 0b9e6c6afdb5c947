package lsp

import (
	"context"
	"strings"

	"github.com/tlstimeoutlint/tlstimeoutlint/internal/lsp/protocol"
	"github.com/tlstimeoutlint/tlstimeoutlint/internal/lsp/session"
)

// goFile returns the name of a document that is a Go file on this machine.
func goFile(uri protocol.URI) (string, bool) {
	file, ok := uri.File()
	return file, ok && strings.HasSuffix(file, ".go")
}

// didOpen takes a document over from the disk.
func (s *server) didOpen(_ context.Context, p *protocol.DidOpenTextDocumentParams) (*none, error) {
	if file, ok := goFile(p.TextDocument.URI); ok {
		s.session.Open(file, p.TextDocument.Version, p.TextDocument.Text)
	}
	return nil, nil
}

// didChange changes a document.
func (s *server) didChange(_ context.Context, p *protocol.DidChangeTextDocumentParams) (*none, error) {
	file, ok := goFile(p.TextDocument.URI)
	if !ok {
		return nil, nil
	}
	var changes []session.Change
	for _, c := range p.ContentChanges {
		changes = append(changes, session.Change(c))
	}
	if err := s.session.Change(file, p.TextDocument.Version, changes); err != nil {
		s.show("%s: a change makes no sense: %v; close and open the file again", file, err)
	}
	return nil, nil
}

// didSave checks what depends on a file that has been saved.
func (s *server) didSave(_ context.Context, p *protocol.TextDocumentParams) (*none, error) {
	if file, ok := p.TextDocument.URI.File(); ok {
		s.session.Changed([]string{file})
	}
	return nil, nil
}

// didClose gives a document back to the disk.
func (s *server) didClose(_ context.Context, p *protocol.TextDocumentParams) (*none, error) {
	if file, ok := goFile(p.TextDocument.URI); ok {
		s.session.Close(file)
		s.mu.Lock()
		delete(s.pulled, file)
		s.mu.Unlock()
	}
	return nil, nil
}
