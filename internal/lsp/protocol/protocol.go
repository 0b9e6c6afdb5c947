// Package protocol has those types of the Language Server Protocol 3.17 that the
// server uses, and of their fields those that it reads or writes.
package protocol

import (
	"encoding/json"

	"github.com/tlstimeoutlint/tlstimeoutlint/internal/lsp/text"
)

// The protocol's error codes, beside those of JSON-RPC.
const (
	ServerNotInitialized = -32002
	RequestFailed        = -32803
	RequestCancelled     = -32800
)

// InitializeParams begin a session.
type InitializeParams struct {
	RootURI               URI                `json:"rootUri"`
	WorkspaceFolders      []WorkspaceFolder  `json:"workspaceFolders"`
	Capabilities          ClientCapabilities `json:"capabilities"`
	InitializationOptions json.RawMessage    `json:"initializationOptions"`
}

// ClientCapabilities are what the client can do.
type ClientCapabilities struct {
	Workspace struct {
		Configuration         bool    `json:"configuration"`
		DidChangeWatchedFiles Dynamic `json:"didChangeWatchedFiles"`
		WorkspaceEdit         struct {
			DocumentChanges bool `json:"documentChanges"`
		} `json:"workspaceEdit"`
		Diagnostics struct {
			RefreshSupport bool `json:"refreshSupport"`
		} `json:"diagnostics"`
	} `json:"workspace"`
	TextDocument struct {
		Diagnostic *struct{} `json:"diagnostic"` // pull diagnostics
		CodeAction struct {
			Literals *struct{} `json:"codeActionLiteralSupport"`
		} `json:"codeAction"`
	} `json:"textDocument"`
	Window struct {
		WorkDoneProgress bool `json:"workDoneProgress"`
	} `json:"window"`
}

// Dynamic says whether the client lets a server register a capability later.
type Dynamic struct {
	DynamicRegistration bool `json:"dynamicRegistration"`
}

// InitializeResult answers initialize.
type InitializeResult struct {
	Capabilities ServerCapabilities `json:"capabilities"`
	ServerInfo   ServerInfo         `json:"serverInfo"`
}

// ServerInfo names the server.
type ServerInfo struct {
	Name    string `json:"name"`
	Version string `json:"version,omitempty"`
}

// ServerCapabilities are what the server can do.
type ServerCapabilities struct {
	TextDocumentSync   TextDocumentSyncOptions `json:"textDocumentSync"`
	CodeActionProvider CodeActionOptions       `json:"codeActionProvider"`
	DiagnosticProvider *DiagnosticOptions      `json:"diagnosticProvider,omitempty"`
	Workspace          WorkspaceCapabilities   `json:"workspace"`
}

// Incremental is the kind of synchronization where a change has a range. A
// change without one is the full text, so that clients may send either.
const Incremental = 2

// TextDocumentSyncOptions say what to tell about documents.
type TextDocumentSyncOptions struct {
	OpenClose bool `json:"openClose"`
	Change    int  `json:"change"`
	Save      bool `json:"save"`
}

// CodeActionOptions are the kinds of code actions.
type CodeActionOptions struct {
	CodeActionKinds []string `json:"codeActionKinds"`
}

// DiagnosticOptions offer diagnostics to be pulled.
type DiagnosticOptions struct {
	Identifier            string `json:"identifier"`
	InterFileDependencies bool   `json:"interFileDependencies"`
	WorkspaceDiagnostics  bool   `json:"workspaceDiagnostics"`
}

// WorkspaceCapabilities say what to tell about workspaces.
type WorkspaceCapabilities struct {
	WorkspaceFolders WorkspaceFoldersCapability `json:"workspaceFolders"`
}

// WorkspaceFoldersCapability says that there may be several, and others later.
type WorkspaceFoldersCapability struct {
	Supported           bool `json:"supported"`
	ChangeNotifications bool `json:"changeNotifications"`
}

// WorkspaceFolder is a folder that the user has opened.
type WorkspaceFolder struct {
	URI  URI    `json:"uri"`
	Name string `json:"name"`
}

// DidChangeWorkspaceFoldersParams tell which folders come and go.
type DidChangeWorkspaceFoldersParams struct {
	Event struct {
		Added   []WorkspaceFolder `json:"added"`
		Removed []WorkspaceFolder `json:"removed"`
	} `json:"event"`
}

// DidChangeConfigurationParams are new settings, or null if they are to be
// asked for.
type DidChangeConfigurationParams struct {
	Settings json.RawMessage `json:"settings"`
}

// ConfigurationParams ask for sections of the settings.
type ConfigurationParams struct {
	Items []ConfigurationItem `json:"items"`
}

// ConfigurationItem is one section.
type ConfigurationItem struct {
	Section string `json:"section"`
}

// DidChangeWatchedFilesParams tell which files have changed on disk.
type DidChangeWatchedFilesParams struct {
	Changes []FileEvent `json:"changes"`
}

// FileEvent is a file that was created, changed or deleted.
type FileEvent struct {
	URI URI `json:"uri"`
}

// RegistrationParams register capabilities.
type RegistrationParams struct {
	Registrations []Registration `json:"registrations"`
}

// Registration is one of them.
type Registration struct {
	ID              string `json:"id"`
	Method          string `json:"method"`
	RegisterOptions any    `json:"registerOptions"`
}

// DidChangeWatchedFilesRegistrationOptions say which files to watch.
type DidChangeWatchedFilesRegistrationOptions struct {
	Watchers []FileSystemWatcher `json:"watchers"`
}

// FileSystemWatcher is a pattern of files.
type FileSystemWatcher struct {
	GlobPattern string `json:"globPattern"`
}

// TextDocumentIdentifier names a document.
type TextDocumentIdentifier struct {
	URI URI `json:"uri"`
}

// DidOpenTextDocumentParams hand a document over to the server.
type DidOpenTextDocumentParams struct {
	TextDocument struct {
		URI     URI    `json:"uri"`
		Version int32  `json:"version"`
		Text    string `json:"text"`
	} `json:"textDocument"`
}

// DidChangeTextDocumentParams tell how a document has changed.
type DidChangeTextDocumentParams struct {
	TextDocument struct {
		URI     URI   `json:"uri"`
		Version int32 `json:"version"`
	} `json:"textDocument"`
	ContentChanges []ContentChange `json:"contentChanges"`
}

// A ContentChange replaces a range of a document, or all of it.
type ContentChange struct {
	Range *text.Range `json:"range"`
	Text  string      `json:"text"`
}

// TextDocumentParams are those of didClose and didSave.
type TextDocumentParams struct {
	TextDocument TextDocumentIdentifier `json:"textDocument"`
}

// Warning is the severity of all diagnostics.
const Warning = 2

// PublishDiagnosticsParams are all diagnostics of a file.
type PublishDiagnosticsParams struct {
	URI         URI          `json:"uri"`
	Version     *int32       `json:"version,omitempty"`
	Diagnostics []Diagnostic `json:"diagnostics"`
}

// A Diagnostic is a finding.
type Diagnostic struct {
	Range              text.Range           `json:"range"`
	Severity           int                  `json:"severity"`
	Code               string               `json:"code"`
	CodeDescription    *CodeDescription     `json:"codeDescription,omitempty"`
	Source             string               `json:"source"`
	Message            string               `json:"message"`
	RelatedInformation []RelatedInformation `json:"relatedInformation,omitempty"`
}

// CodeDescription leads to the documentation of a diagnostic's code.
type CodeDescription struct {
	Href string `json:"href"`
}

// RelatedInformation is another place that a diagnostic is about.
type RelatedInformation struct {
	Location Location `json:"location"`
	Message  string   `json:"message"`
}

// A Location is a range of a file.
type Location struct {
	URI   URI        `json:"uri"`
	Range text.Range `json:"range"`
}

// DocumentDiagnosticParams pull the diagnostics of a document.
type DocumentDiagnosticParams struct {
	TextDocument     TextDocumentIdentifier `json:"textDocument"`
	PreviousResultID string                 `json:"previousResultId"`
}

// DocumentDiagnosticReport answers: all, or that nothing has changed.
type DocumentDiagnosticReport struct {
	Kind     string        `json:"kind"` // "full" or "unchanged"
	ResultID string        `json:"resultId"`
	Items    *[]Diagnostic `json:"items,omitempty"` // if full
}

// CodeActionParams ask what can be done in a range.
type CodeActionParams struct {
	TextDocument TextDocumentIdentifier `json:"textDocument"`
	Range        text.Range             `json:"range"`
	Context      struct {
		Only []string `json:"only"`
	} `json:"context"`
}

// The kinds of code actions.
const (
	QuickFix = "quickfix"
	FixAll   = "source.fixAll.tlstimeoutlint"
)

// A CodeAction is something that can be done.
type CodeAction struct {
	Title       string         `json:"title"`
	Kind        string         `json:"kind"`
	Diagnostics []Diagnostic   `json:"diagnostics,omitempty"`
	IsPreferred bool           `json:"isPreferred,omitempty"`
	Edit        *WorkspaceEdit `json:"edit"`
}

// A WorkspaceEdit edits documents, in one of two forms: clients that do not know
// the first get the second.
type WorkspaceEdit struct {
	DocumentChanges []TextDocumentEdit `json:"documentChanges,omitempty"`
	Changes         map[URI][]TextEdit `json:"changes,omitempty"`
}

// A TextDocumentEdit edits one version of a document.
type TextDocumentEdit struct {
	TextDocument VersionedTextDocument `json:"textDocument"`
	Edits        []TextEdit            `json:"edits"`
}

// VersionedTextDocument is a version of a document; null if it is not open.
type VersionedTextDocument struct {
	URI     URI    `json:"uri"`
	Version *int32 `json:"version"`
}

// A TextEdit replaces a range.
type TextEdit struct {
	Range   text.Range `json:"range"`
	NewText string     `json:"newText"`
}

// ProgressParams tell of the progress of the work that a token stands for.
type ProgressParams struct {
	Token string       `json:"token"`
	Value WorkProgress `json:"value"`
}

// WorkProgress begins, reports or ends.
type WorkProgress struct {
	Kind       string `json:"kind"`
	Title      string `json:"title,omitempty"`
	Message    string `json:"message,omitempty"`
	Percentage *int   `json:"percentage,omitempty"`
}

// ProgressCreateParams announce a token.
type ProgressCreateParams struct {
	Token string `json:"token"`
}

// The types of messages to the user.
const (
	ErrorMessage = 1
	InfoMessage  = 3
)

// MessageParams show or log a message.
type MessageParams struct {
	Type    int    `json:"type"`
	Message string `json:"message"`
}

// CancelParams name a request that is to be cancelled.
type CancelParams struct {
	ID json.RawMessage `json:"id"`
}
