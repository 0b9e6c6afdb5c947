package lsp

import (
	"context"
	"slices"
	"strings"

	"github.com/tlstimeoutlint/tlstimeoutlint/internal/lsp/load"
	"github.com/tlstimeoutlint/tlstimeoutlint/internal/lsp/protocol"
	"github.com/tlstimeoutlint/tlstimeoutlint/internal/lsp/session"
	"github.com/tlstimeoutlint/tlstimeoutlint/internal/lsp/text"
)

// codeAction offers the fixes of the findings in a range, and, if asked, to fix
// all of a file.
func (s *server) codeAction(ctx context.Context, p *protocol.CodeActionParams) ([]protocol.CodeAction, error) {
	actions := []protocol.CodeAction{}
	s.mu.Lock()
	client := s.client
	s.mu.Unlock()
	file, ok := goFile(p.TextDocument.URI)
	if !ok || client.TextDocument.CodeAction.Literals == nil {
		return actions, nil // a client of old knows commands only
	}
	r, err := s.session.Report(ctx, file, false)
	if err != nil {
		return nil, err
	}
	all := len(p.Context.Only) > 0 && wants(p.Context.Only, protocol.FixAll)
	if !all && !slices.ContainsFunc(r.Findings, func(f load.Finding) bool { return touches(r, f, p.Range) }) {
		return actions, nil // editors ask wherever the cursor goes
	}
	if r, err = s.session.ReportFixes(ctx, file); err != nil {
		return nil, err
	}
	versioned := client.Workspace.WorkspaceEdit.DocumentChanges
	if wants(p.Context.Only, protocol.QuickFix) {
		actions = append(actions, quickFixes(r, p.Range, versioned)...)
	}
	if all {
		actions = append(actions, fixAll(r, versioned)...)
	}
	return actions, nil
}

// wants reports whether actions of a kind are asked for. Kinds are hierarchical;
// no kinds are all.
func wants(only []string, kind string) bool {
	return len(only) == 0 || slices.ContainsFunc(only, func(k string) bool {
		return k == "" || k == kind || strings.HasPrefix(kind, k+".")
	})
}

// quickFixes returns an action for each fix of each finding in the range. The
// first one of a finding is preferred, as it is by the command's -fix.
func quickFixes(r session.Report, in text.Range, versioned bool) []protocol.CodeAction {
	var actions []protocol.CodeAction
	for _, f := range r.Findings {
		if !touches(r, f, in) {
			continue
		}
		d := diagnosticOf(r, f)
		for i, fix := range f.Fixes {
			actions = append(actions, protocol.CodeAction{
				Title:       fix.Message,
				Kind:        protocol.QuickFix,
				Diagnostics: []protocol.Diagnostic{d},
				IsPreferred: i == 0,
				Edit:        workspaceEdit(r, fix.Edits, versioned),
			})
		}
	}
	return actions
}

// touches reports whether a finding is in the range, or next to it.
func touches(r session.Report, f load.Finding, in text.Range) bool {
	at := r.Documents[f.File].Range(f.Start, f.End)
	return !before(at.End, in.Start) && !before(in.End, at.Start)
}

func before(a, b text.Position) bool {
	return a.Line < b.Line || a.Line == b.Line && a.Character < b.Character
}

// fixAll returns an action that applies the first fix of each finding in a file,
// but for those that conflict with one before, as the command's -fix does. Where a
// fix needs edits in other files, it makes them, too.
func fixAll(r session.Report, versioned bool) []protocol.CodeAction {
	var groups []map[string][]text.Edit
	var fixed []protocol.Diagnostic
	for _, f := range r.Findings {
		if len(f.Fixes) > 0 {
			groups = append(groups, f.Fixes[0].Edits)
			fixed = append(fixed, diagnosticOf(r, f))
		}
	}
	if len(groups) == 0 {
		return nil
	}
	return []protocol.CodeAction{{
		Title:       "Fix all handshakes that tlstimeoutlint can fix",
		Kind:        protocol.FixAll,
		Diagnostics: fixed,
		Edit:        workspaceEdit(r, text.Merge(groups), versioned),
	}}
}

// workspaceEdit returns the edits in the protocol's form. It names the versions
// that they are for, so that they are applied to no other.
func workspaceEdit(r session.Report, edits map[string][]text.Edit, versioned bool) *protocol.WorkspaceEdit {
	var w protocol.WorkspaceEdit
	for file, list := range edits {
		uri, textEdits := protocol.FileURI(file), textEdits(r.Documents[file], list)
		if !versioned {
			if w.Changes == nil {
				w.Changes = make(map[protocol.URI][]protocol.TextEdit)
			}
			w.Changes[uri] = textEdits
			continue
		}
		w.DocumentChanges = append(w.DocumentChanges, protocol.TextDocumentEdit{
			TextDocument: protocol.VersionedTextDocument{URI: uri, Version: r.Versions[file]},
			Edits:        textEdits,
		})
	}
	slices.SortFunc(w.DocumentChanges, func(a, b protocol.TextDocumentEdit) int {
		return strings.Compare(string(a.TextDocument.URI), string(b.TextDocument.URI))
	})
	return &w
}

// textEdits returns edits of a document in the protocol's form, in order, with
// lines that end as its others do.
func textEdits(doc *text.Document, edits []text.Edit) []protocol.TextEdit {
	edits = slices.Clone(edits)
	slices.SortStableFunc(edits, func(a, b text.Edit) int { return a.Start - b.Start })
	var list []protocol.TextEdit
	for _, e := range edits {
		list = append(list, protocol.TextEdit{
			Range:   doc.Range(e.Start, e.End),
			NewText: strings.ReplaceAll(e.New, "\n", doc.Newline()),
		})
	}
	return list
}
