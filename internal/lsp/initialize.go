package lsp

import (
	"context"
	"encoding/json"
	"fmt"
	"os/exec"
	"strings"

	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer"
	"github.com/tlstimeoutlint/tlstimeoutlint/internal/lsp/protocol"
	"github.com/tlstimeoutlint/tlstimeoutlint/internal/settings"
)

// initialize begins the session.
func (s *server) initialize(_ context.Context, p *protocol.InitializeParams) (*protocol.InitializeResult, error) {
	folders := filesOf(p.WorkspaceFolders)
	if root, ok := p.RootURI.File(); ok && len(folders) == 0 {
		folders = []string{root}
	}
	s.mu.Lock()
	s.phase = up
	s.client = p.Capabilities
	s.folders = folders
	s.mu.Unlock()

	s.session.ChangeFolders(folders, nil)
	s.configure(p.InitializationOptions)
	if _, err := exec.LookPath("go"); err != nil {
		s.show("there is no go command: %v", err)
	}
	return &protocol.InitializeResult{
		Capabilities: capabilities(p.Capabilities),
		ServerInfo:   protocol.ServerInfo{Name: "tlstimeoutlint", Version: s.conf.Version},
	}, nil
}

// capabilities returns what the server offers. A client that pulls diagnostics
// is not sent those of open documents, which it would show twice.
func capabilities(client protocol.ClientCapabilities) protocol.ServerCapabilities {
	c := protocol.ServerCapabilities{
		TextDocumentSync: protocol.TextDocumentSyncOptions{
			OpenClose: true,
			Change:    protocol.Incremental,
			Save:      true,
		},
		CodeActionProvider: protocol.CodeActionOptions{
			CodeActionKinds: []string{protocol.QuickFix, protocol.FixAll},
		},
		Workspace: protocol.WorkspaceCapabilities{
			WorkspaceFolders: protocol.WorkspaceFoldersCapability{Supported: true, ChangeNotifications: true},
		},
	}
	if client.TextDocument.Diagnostic != nil {
		c.DiagnosticProvider = &protocol.DiagnosticOptions{
			Identifier:            "tlstimeoutlint",
			InterFileDependencies: true,
		}
	}
	return c
}

// initialized begins what needs a client that is ready.
func (s *server) initialized(context.Context, *none) (*none, error) {
	s.mu.Lock()
	watches := s.client.Workspace.DidChangeWatchedFiles.DynamicRegistration
	folders := s.folders
	s.mu.Unlock()
	go func() {
		if watches {
			s.watchFiles()
		}
		s.scan(folders)
	}()
	return nil, nil
}

// watchFiles asks the client to tell of files that change on disk.
func (s *server) watchFiles() {
	err := s.call("client/registerCapability", protocol.RegistrationParams{
		Registrations: []protocol.Registration{{
			ID:     "files",
			Method: "workspace/didChangeWatchedFiles",
			RegisterOptions: protocol.DidChangeWatchedFilesRegistrationOptions{
				Watchers: []protocol.FileSystemWatcher{
					{GlobPattern: "**/*.go"},
					{GlobPattern: "**/go.{mod,sum,work,work.sum}"},
				},
			},
		}},
	})
	if err != nil && s.ctx.Err() == nil {
		s.Log("watching files", err)
	}
}

// scan checks folders, and shows how far it is.
func (s *server) scan(folders []string) {
	if len(folders) == 0 {
		return
	}
	report, end := s.progress("Checking TLS handshakes")
	defer end()
	s.session.Scan(s.ctx, folders, func(done, total int) {
		report(fmt.Sprintf("%d of %d packages", done, total), 100*done/max(total, 1))
	})
}

// progress begins to show progress, if the client can.
func (s *server) progress(title string) (report func(message string, percent int), end func()) {
	s.mu.Lock()
	can := s.client.Window.WorkDoneProgress
	s.tokens++
	token := fmt.Sprintf("tlstimeoutlint-%d", s.tokens)
	s.mu.Unlock()
	if !can || s.call("window/workDoneProgress/create", protocol.ProgressCreateParams{Token: token}) != nil {
		return func(string, int) {}, func() {}
	}
	send := func(value protocol.WorkProgress) {
		s.notify("$/progress", protocol.ProgressParams{Token: token, Value: value})
	}
	send(protocol.WorkProgress{Kind: "begin", Title: title, Percentage: new(int)})
	return func(message string, percent int) {
			send(protocol.WorkProgress{Kind: "report", Message: message, Percentage: &percent})
		}, func() {
			send(protocol.WorkProgress{Kind: "end"})
		}
}

// didChangeWorkspaceFolders changes the folders of the workspace.
func (s *server) didChangeWorkspaceFolders(_ context.Context, p *protocol.DidChangeWorkspaceFoldersParams) (*none, error) {
	added := filesOf(p.Event.Added)
	s.session.ChangeFolders(added, filesOf(p.Event.Removed))
	go s.scan(added)
	return nil, nil
}

// didChangeWatchedFiles checks what depends on files that have changed.
func (s *server) didChangeWatchedFiles(_ context.Context, p *protocol.DidChangeWatchedFilesParams) (*none, error) {
	var files []string
	for _, event := range p.Changes {
		if file, ok := event.URI.File(); ok {
			files = append(files, file)
		}
	}
	s.session.Changed(files)
	return nil, nil
}

// filesOf returns the paths of folders.
func filesOf(folders []protocol.WorkspaceFolder) []string {
	var paths []string
	for _, folder := range folders {
		if path, ok := folder.URI.File(); ok {
			paths = append(paths, path)
		}
	}
	return paths
}

// section is the name of the linter's settings among those of others.
const section = "tlstimeoutlint"

// didChangeConfiguration takes new settings, or asks for them where the client
// wants to be asked.
func (s *server) didChangeConfiguration(_ context.Context, p *protocol.DidChangeConfigurationParams) (*none, error) {
	s.mu.Lock()
	ask := s.client.Workspace.Configuration
	s.mu.Unlock()
	if given := string(p.Settings); given != "" && given != "null" || !ask {
		s.configure(p.Settings)
		return nil, nil
	}
	go func() { // the answer comes after this has returned
		answer, err := s.rpc.Callback(s.ctx, "workspace/configuration", protocol.ConfigurationParams{
			Items: []protocol.ConfigurationItem{{Section: section}},
		})
		var items []json.RawMessage
		if err == nil {
			err = answer.UnmarshalResult(&items)
		}
		if err == nil && len(items) == 1 {
			s.configure(items[0])
		}
	}()
	return nil, nil
}

// configure changes the settings. If they are wrong, it tells the user and
// leaves them as they were.
func (s *server) configure(given json.RawMessage) {
	conf, ok, err := decode(given)
	if err == nil && ok {
		err = s.session.Configure(conf)
	}
	if err != nil {
		s.show("%v", err)
	}
}

// decode returns the settings that a client has sent. It reports false if there
// are none among them: some clients send those of all their servers.
func decode(given json.RawMessage) (conf analyzer.Settings, ok bool, err error) {
	var value any
	if len(given) > 0 {
		if err := json.Unmarshal(given, &value); err != nil {
			return conf, false, err
		}
	}
	if sections, isMap := value.(map[string]any); isMap {
		if own, has := sections[section]; has {
			value = own
		} else if foreign(sections) {
			return conf, false, nil
		}
	}
	if value == nil {
		return conf, false, nil
	}
	conf, err = settings.Decode(value)
	return conf, err == nil, err
}

// foreign reports whether settings are empty, or sections of other servers.
func foreign(sections map[string]any) bool {
	for name, value := range sections {
		_, isSection := value.(map[string]any)
		if settings.Known(name) || !isSection && !strings.Contains(name, ".") {
			return false
		}
	}
	return true
}
