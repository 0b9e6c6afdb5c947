package lsp

import (
	"context"
	"encoding/json"
	"fmt"
	"hash/fnv"

	"github.com/tlstimeoutlint/tlstimeoutlint/internal/lsp/load"
	"github.com/tlstimeoutlint/tlstimeoutlint/internal/lsp/protocol"
	"github.com/tlstimeoutlint/tlstimeoutlint/internal/lsp/session"
)

// Publish implements [session.Client].
func (s *server) Publish(r session.Report) {
	s.mu.Lock()
	pulls := s.client.TextDocument.Diagnostic != nil && r.Version != nil
	s.mu.Unlock()
	if pulls {
		s.withdraw(r.File)
		s.refresh(r)
		return
	}
	s.push(r.File, r.Version, diagnostics(r))
}

func (s *server) push(file string, version *int32, list []protocol.Diagnostic) {
	s.mu.Lock()
	if len(list) > 0 {
		s.pushed[file] = true
	} else {
		delete(s.pushed, file)
	}
	s.mu.Unlock()
	s.notify("textDocument/publishDiagnostics", protocol.PublishDiagnosticsParams{
		URI:         protocol.FileURI(file),
		Version:     version,
		Diagnostics: list,
	})
}

// withdraw takes back what was published of a file before it was opened: from
// now on the client pulls it.
func (s *server) withdraw(file string) {
	s.mu.Lock()
	pushed := s.pushed[file]
	s.mu.Unlock()
	if pushed {
		s.push(file, nil, []protocol.Diagnostic{})
	}
}

// A pull is an answer to a client that pulls diagnostics.
type pull struct {
	version int32
	result  string
}

// refresh asks the client to pull again, where the diagnostics of a document
// have changed although the document has not.
func (s *server) refresh(r session.Report) {
	s.mu.Lock()
	last, ok := s.pulled[r.File]
	can := s.client.Workspace.Diagnostics.RefreshSupport
	s.mu.Unlock()
	if can && ok && last.version == *r.Version && last.result != resultID(diagnostics(r)) {
		go s.call("workspace/diagnostic/refresh", nil)
	}
}

// diagnostic answers a client that pulls diagnostics.
func (s *server) diagnostic(ctx context.Context, p *protocol.DocumentDiagnosticParams) (*protocol.DocumentDiagnosticReport, error) {
	list := []protocol.Diagnostic{}
	if file, ok := goFile(p.TextDocument.URI); ok {
		s.mu.Lock()
		early := s.client.Workspace.Diagnostics.RefreshSupport // it can be asked to pull what comes later
		s.mu.Unlock()
		r, err := s.session.Report(ctx, file, early)
		if err != nil {
			return nil, err
		}
		list = diagnostics(r)
		if r.Version != nil {
			s.mu.Lock()
			s.pulled[file] = pull{*r.Version, resultID(list)}
			s.mu.Unlock()
		}
	}
	id := resultID(list)
	if id == p.PreviousResultID {
		return &protocol.DocumentDiagnosticReport{Kind: "unchanged", ResultID: id}, nil
	}
	return &protocol.DocumentDiagnosticReport{Kind: "full", ResultID: id, Items: &list}, nil
}

// resultID returns a name for a list of diagnostics.
func resultID(list []protocol.Diagnostic) string {
	hash := fnv.New64a()
	// Nothing in a diagnostic can't be marshaled, and nothing can't be hashed.
	_ = json.NewEncoder(hash).Encode(list)
	return fmt.Sprintf("%016x", hash.Sum64())
}

// diagnostics returns what there is to show of a report. It is never nil, since
// the protocol wants a list.
func diagnostics(r session.Report) []protocol.Diagnostic {
	list := []protocol.Diagnostic{}
	for _, f := range r.Findings {
		list = append(list, diagnosticOf(r, f))
	}
	return list
}

// diagnosticOf returns the diagnostic of a finding.
func diagnosticOf(r session.Report, f load.Finding) protocol.Diagnostic {
	d := protocol.Diagnostic{
		Range:    r.Documents[f.File].Range(f.Start, f.End),
		Severity: protocol.Warning,
		Code:     f.Category,
		Source:   "tlstimeoutlint",
		Message:  f.Message,
	}
	if f.URL != "" {
		d.CodeDescription = &protocol.CodeDescription{Href: f.URL}
	}
	for _, p := range f.Related {
		if doc := r.Documents[p.File]; doc != nil {
			d.RelatedInformation = append(d.RelatedInformation, protocol.RelatedInformation{
				Location: protocol.Location{URI: protocol.FileURI(p.File), Range: doc.Range(p.Start, p.End)},
				Message:  p.Message,
			})
		}
	}
	return d
}
