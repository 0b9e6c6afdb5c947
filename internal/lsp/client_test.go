package lsp

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/tlstimeoutlint/tlstimeoutlint/internal/lsp/protocol"
	"github.com/tlstimeoutlint/tlstimeoutlint/internal/lsp/text"
)

// patience is how long a test waits for what should come at once.
const patience = 60 * time.Second

// A client is an editor that does what a test says.
type client struct {
	t   testing.TB
	to  *transport // to the server
	end chan error // what Serve returns

	mu       sync.Mutex
	changed  *sync.Cond
	answers  map[string]message
	received []message       // notifications and requests of the server
	settings json.RawMessage // what it answers to workspace/configuration
	ids      int
}

// A message is any message.
type message struct {
	ID     json.RawMessage `json:"id"`
	Method string          `json:"method"`
	Params json.RawMessage `json:"params"`
	Result json.RawMessage `json:"result"`
	Error  *struct {
		Code    int    `json:"code"`
		Message string `json:"message"`
	} `json:"error"`
}

// newClient starts a server for a client.
func newClient(t testing.TB) *client {
	t.Helper()
	toServer, fromClient := pipe(t)
	toClient, fromServer := pipe(t)
	c := &client{t: t, end: make(chan error, 1), answers: make(map[string]message), settings: json.RawMessage("null")}
	c.changed = sync.NewCond(&c.mu)
	c.to = newTransport(nil, fromClient)
	var both sync.WaitGroup
	both.Go(func() {
		c.end <- Serve(context.Background(), Config{In: toServer, Out: fromServer})
		toServer.Close()
	})
	both.Go(func() {
		c.receive(newTransport(toClient, nil))
		toClient.Close()
	})
	t.Cleanup(func() {
		fromClient.Close()
		both.Wait()
	})
	return c
}

// pipe returns the ends of a pipe of the operating system. As an editor's, it has
// room, so that both sides can write at the same time.
func pipe(t testing.TB) (in, out *os.File) {
	t.Helper()
	in, out, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	return in, out
}

// receive reads what the server sends, and answers what it asks.
func (c *client) receive(from *transport) {
	for {
		data, err := from.Recv()
		if err != nil {
			return
		}
		var m message
		if err := json.Unmarshal(data, &m); err != nil {
			c.t.Errorf("the server sends %q", data)
			return
		}
		c.mu.Lock()
		if m.Method == "" {
			c.answers[string(m.ID)] = m
		} else {
			c.received = append(c.received, m)
		}
		result := json.RawMessage("null")
		if m.Method == "workspace/configuration" {
			result = json.RawMessage("[" + string(c.settings) + "]")
		}
		c.changed.Broadcast()
		c.mu.Unlock()
		if m.Method != "" && m.ID != nil {
			c.send(map[string]any{"jsonrpc": "2.0", "id": m.ID, "result": result})
		}
	}
}

func (c *client) send(m any) {
	c.t.Helper()
	data, err := json.Marshal(m)
	if err != nil {
		c.t.Fatal(err)
	}
	if err := c.to.Send(data); err != nil {
		c.t.Logf("sending %s: %v", data, err)
	}
}

// object is a JSON object.
type object = map[string]any

func (c *client) notify(method string, params any) {
	c.t.Helper()
	c.send(object{"jsonrpc": "2.0", "method": method, "params": params})
}

// start sends a request and returns its number.
func (c *client) start(method string, params any) (id string) {
	c.t.Helper()
	c.mu.Lock()
	c.ids++
	n := c.ids
	c.mu.Unlock()
	c.send(object{"jsonrpc": "2.0", "id": n, "method": method, "params": params})
	return fmt.Sprint(n)
}

// answer waits for the answer to a request.
func (c *client) answer(id string) (m message) {
	c.t.Helper()
	c.wait("the answer to request "+id, func() (ok bool) {
		m, ok = c.answers[id]
		return ok
	})
	return m
}

// ask sends a request and decodes the answer.
func (c *client) ask(method string, params, result any) {
	c.t.Helper()
	m := c.answer(c.start(method, params))
	if m.Error != nil {
		c.t.Fatalf("%s: error %d: %s", method, m.Error.Code, m.Error.Message)
	}
	if result != nil {
		if err := json.Unmarshal(m.Result, result); err != nil {
			c.t.Fatalf("%s: %v in %s", method, err, m.Result)
		}
	}
}

// fails sends a request and checks the code of its error.
func (c *client) fails(method string, params any, code int) {
	c.t.Helper()
	if m := c.answer(c.start(method, params)); m.Error == nil || m.Error.Code != code {
		c.t.Errorf("%s: the answer is %s, error %+v, want error %d", method, m.Result, m.Error, code)
	}
}

// wait waits until what the server has sent fulfills a condition.
func (c *client) wait(what string, condition func() bool) {
	c.t.Helper()
	deadline := time.AfterFunc(patience, c.changed.Broadcast)
	defer deadline.Stop()
	start := time.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	for !condition() {
		if time.Since(start) > patience {
			c.t.Fatalf("the server does not send %s; it has sent %s", what, c.summary())
		}
		c.changed.Wait()
	}
}

func (c *client) summary() (all []string) {
	for _, m := range c.received[max(0, len(c.received)-5):] {
		all = append(all, m.Method+string(m.Params))
	}
	return all
}

// told waits for a notification that contains a text.
func (c *client) told(method string, has func(params []byte) bool) {
	c.t.Helper()
	c.wait(method, func() bool {
		return slices.ContainsFunc(c.received, func(m message) bool { return m.Method == method && has(m.Params) })
	})
}

// initialize begins a session in some folders. The options change the
// parameters.
func (c *client) initialize(options object, folders ...string) (result protocol.InitializeResult) {
	c.t.Helper()
	list := []object{}
	for _, folder := range folders {
		list = append(list, object{"uri": protocol.FileURI(folder), "name": filepath.Base(folder)})
	}
	params := object{
		"processId":        os.Getpid(),
		"rootUri":          nil,
		"workspaceFolders": list,
		"capabilities": object{
			"workspace": object{
				"workspaceEdit":         object{"documentChanges": true},
				"didChangeWatchedFiles": object{"dynamicRegistration": true},
			},
			"textDocument": object{"codeAction": object{"codeActionLiteralSupport": object{}}},
			"window":       object{"workDoneProgress": true},
		},
	}
	for name, value := range options {
		params[name] = value
	}
	c.ask("initialize", params, &result)
	c.notify("initialized", object{})
	return result
}

func (c *client) open(file, content string) {
	c.t.Helper()
	c.notify("textDocument/didOpen", object{"textDocument": object{
		"uri": protocol.FileURI(file), "languageId": "go", "version": 1, "text": content,
	}})
}

// change changes a document in full, or a range of it.
func (c *client) change(file string, version int, in *text.Range, content string) {
	c.t.Helper()
	change := object{"text": content}
	if in != nil {
		change["range"] = in
	}
	c.notify("textDocument/didChange", object{
		"textDocument":   object{"uri": protocol.FileURI(file), "version": version},
		"contentChanges": []object{change},
	})
}

// document returns the parameters that name a document.
func document(file string) object {
	return object{"textDocument": object{"uri": protocol.FileURI(file)}}
}

// published waits until the last diagnostics of a file are those of a version,
// or of none if it is zero, and fulfill a condition.
func (c *client) published(file string, version int32, condition func([]protocol.Diagnostic) bool) (list []protocol.Diagnostic) {
	c.t.Helper()
	c.wait(fmt.Sprintf("diagnostics of %s, version %d", filepath.Base(file), version), func() bool {
		p := c.last(file)
		if p == nil {
			return false
		}
		list = p.Diagnostics
		var got int32
		if p.Version != nil {
			got = *p.Version
		}
		return got == version && condition(list)
	})
	return list
}

// lastPublished returns the last diagnostics of a file, if there were any.
func (c *client) lastPublished(file string) []protocol.Diagnostic {
	c.mu.Lock()
	defer c.mu.Unlock()
	if p := c.last(file); p != nil {
		return p.Diagnostics
	}
	return nil
}

// last returns what was last published of a file, or nil. The caller holds the
// mutex.
func (c *client) last(file string) *protocol.PublishDiagnosticsParams {
	for _, m := range slices.Backward(c.received) {
		var p protocol.PublishDiagnosticsParams
		if m.Method == "textDocument/publishDiagnostics" && json.Unmarshal(m.Params, &p) == nil && p.URI == protocol.FileURI(file) {
			return &p
		}
	}
	return nil
}

func one(list []protocol.Diagnostic) bool  { return len(list) == 1 }
func zero(list []protocol.Diagnostic) bool { return len(list) == 0 }

// actions asks for the code actions at a range.
func (c *client) actions(file string, in text.Range, only ...string) (actions []protocol.CodeAction) {
	c.t.Helper()
	params := document(file)
	params["range"] = in
	params["context"] = object{"diagnostics": []any{}, "only": only}
	c.ask("textDocument/codeAction", params, &actions)
	return actions
}

// apply returns the content after the edits of one document.
func apply(t testing.TB, content string, edits []protocol.TextEdit) string {
	t.Helper()
	edits = slices.Clone(edits)
	slices.SortStableFunc(edits, func(a, b protocol.TextEdit) int { // from the end on
		return cmp.Or(-cmp.Compare(a.Range.Start.Line, b.Range.Start.Line), -cmp.Compare(a.Range.Start.Character, b.Range.Start.Character))
	})
	doc := text.New(content)
	for _, e := range edits {
		var err error
		if doc, err = doc.Replace(e.Range, e.NewText); err != nil {
			t.Fatal(err)
		}
	}
	return doc.Content
}

// workspace writes a module and returns its directory.
func workspace(t testing.TB, files map[string]string) string {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := files["go.mod"]; !ok {
		write(t, filepath.Join(dir, "go.mod"), "module example.com/m\n\ngo 1.26\n")
	}
	for name, content := range files {
		write(t, filepath.Join(dir, name), content)
	}
	return dir
}

func write(t testing.TB, name, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(content), 0o666); err != nil {
		t.Fatal(err)
	}
}

// leak is a file with one mistake.
const leak = `package p

import (
	"crypto/tls"
	"errors"
	"net"
	"time"
)

var errTimeout = errors.New("timeout")

// Connect shakes hands within d.
func Connect(addr string, config *tls.Config, d time.Duration) (*tls.Conn, error) {
	raw, err := net.Dial("tcp", addr)
	if err != nil {
		return nil, err
	}
	conn := tls.Client(raw, config)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	select {
	case err := <-errc:
		return conn, err
	case <-time.After(d):
		return nil, errTimeout
	}
}
`
