package lsp

import (
	"bytes"
	"errors"
	"fmt"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/tlstimeoutlint/tlstimeoutlint/internal/lsp/protocol"
	"github.com/tlstimeoutlint/tlstimeoutlint/internal/lsp/text"
)

// at returns the range of the first occurrence of a text.
func at(content, part string) text.Range {
	i := strings.Index(content, part)
	return text.New(content).Range(i, i+len(part))
}

// TestFinding follows one finding from the open file to the saved fix.
func TestFinding(t *testing.T) {
	dir := workspace(t, map[string]string{"p.go": leak})
	file := filepath.Join(dir, "p.go")
	c := newClient(t)
	capabilities := c.initialize(nil, dir).Capabilities
	if capabilities.TextDocumentSync.Change != protocol.Incremental || capabilities.DiagnosticProvider != nil {
		t.Errorf("capabilities are %+v", capabilities)
	}
	c.open(file, leak)

	d := c.published(file, 1, one)[0]
	if d.Range != at(leak, "conn.Handshake()") {
		t.Errorf("the range is %v", d.Range)
	}
	if d.Code != "unstopped" || d.Source != "tlstimeoutlint" || d.Severity != protocol.Warning {
		t.Errorf("the diagnostic is %+v", d)
	}
	if d.CodeDescription == nil || !strings.HasSuffix(d.CodeDescription.Href, "docs/categories.md#unstopped") {
		t.Errorf("the code is described at %v", d.CodeDescription)
	}
	if len(d.RelatedInformation) == 0 || d.RelatedInformation[0].Location.Range.Start.Line != at(leak, "time.After").Start.Line {
		t.Errorf("the related information is %+v", d.RelatedInformation)
	}

	actions := c.actions(file, text.Range{Start: d.Range.Start, End: d.Range.Start})
	if len(actions) < 2 {
		t.Fatalf("there are only %d quick fixes", len(actions))
	}
	for i, a := range actions {
		if a.IsPreferred != (i == 0) || a.Kind != protocol.QuickFix || len(a.Diagnostics) != 1 {
			t.Errorf("quick fix %d is %+v", i, a)
		}
		edit := a.Edit.DocumentChanges[0]
		if edit.TextDocument.Version == nil || *edit.TextDocument.Version != 1 {
			t.Errorf("quick fix %d is for version %v", i, edit.TextDocument.Version)
		}
	}
	fixed := apply(t, leak, actions[0].Edit.DocumentChanges[0].Edits)
	if want := fixedByCommand(t, leak); fixed != want {
		t.Errorf("the quick fix makes\n%s\nthe command's -fix\n%s", fixed, want)
	}
	c.change(file, 2, nil, fixed)
	c.published(file, 2, zero)
	if actions := c.actions(file, d.Range); len(actions) != 0 {
		t.Errorf("what is fixed has %d quick fixes", len(actions))
	}
}

// bin is a directory for the command.
var bin string

func TestMain(m *testing.M) {
	var err error
	if bin, err = os.MkdirTemp("", "tlstimeoutlint"); err != nil {
		log.Fatal(err)
	}
	code := m.Run()
	os.RemoveAll(bin)
	os.Exit(code)
}

// command builds the command and returns its path.
var command = sync.OnceValues(func() (string, error) {
	tool := filepath.Join(bin, "tlstimeoutlint.exe")
	if out, err := exec.Command("go", "build", "-o", tool, "../../cmd/tlstimeoutlint").CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %v\n%s", err, out)
	}
	return tool, nil
})

// fixedByCommand returns what the command's -fix makes of a file.
func fixedByCommand(t *testing.T, content string) string {
	t.Helper()
	dir := workspace(t, map[string]string{"p.go": content})
	runFix(t, dir)
	return read(t, filepath.Join(dir, "p.go"))
}

// runFix runs the command's -fix in a directory.
func runFix(t *testing.T, dir string) {
	t.Helper()
	tool, err := command()
	if err != nil {
		t.Fatal(err)
	}
	fix := exec.Command(tool, "-C", dir, "-fix", ".")
	if out, err := fix.CombinedOutput(); err != nil {
		t.Fatalf("tlstimeoutlint -fix: %v\n%s", err, out)
	}
}

func read(t *testing.T, file string) string {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// TestActionsAsked asks for quick fixes beside the finding, and by kinds.
func TestActionsAsked(t *testing.T) {
	dir := workspace(t, map[string]string{"p.go": leak})
	file := filepath.Join(dir, "p.go")
	c := newClient(t)
	c.initialize(nil, dir)
	c.open(file, leak)
	here := at(leak, "conn.Handshake()")
	for _, test := range []struct {
		in   text.Range
		only []string
		want []string // the kinds of the first and the last
	}{
		{here, nil, []string{"quickfix", "quickfix"}},
		{here, []string{"quickfix"}, []string{"quickfix", "quickfix"}},
		{at(leak, "package p"), nil, nil},
		{here, []string{"refactor"}, nil},
		{at(leak, "package p"), []string{"source.fixAll"}, []string{protocol.FixAll, protocol.FixAll}},
		{here, []string{protocol.FixAll}, []string{protocol.FixAll, protocol.FixAll}},
		{here, []string{"source.organizeImports"}, nil},
	} {
		var got []string
		if actions := c.actions(file, test.in, test.only...); len(actions) > 0 {
			got = []string{actions[0].Kind, actions[len(actions)-1].Kind}
		}
		if strings.Join(got, " ") != strings.Join(test.want, " ") {
			t.Errorf("%v, only %q: got %q, want %q", test.in, test.only, got, test.want)
		}
	}
}

// TestFixAll fixes two mistakes at once, which want the same import.
func TestFixAll(t *testing.T) {
	_, body, _ := strings.Cut(leak, "// Connect")
	two := leak + "\n// Again" + strings.Replace(body, "func Connect", "func Again", 1)
	dir := workspace(t, map[string]string{"p.go": two})
	file := filepath.Join(dir, "p.go")
	c := newClient(t)
	c.initialize(nil, dir)
	c.open(file, two)
	actions := c.actions(file, text.Range{}, "source.fixAll")
	if len(actions) != 1 || len(actions[0].Diagnostics) != 2 {
		t.Fatalf("the actions are %+v", actions)
	}
	fixed := apply(t, two, actions[0].Edit.DocumentChanges[0].Edits)
	if strings.Count(fixed, "HandshakeContext") != 2 || strings.Count(fixed, `"context"`) != 1 {
		t.Errorf("all fixed is\n%s", fixed)
	}
	if want := fixedByCommand(t, two); fixed != want {
		t.Errorf("all fixed is\n%s\nthe command's -fix makes\n%s", fixed, want)
	}
}

// TestFixFiles fixes a mistake whose handshake is in another file than its race.
func TestFixFiles(t *testing.T) {
	race := strings.Replace(leak, "go func() { errc <- conn.Handshake() }()", "go shake(conn, errc)", 1)
	shake := "package p\n\nimport \"crypto/tls\"\n\nfunc shake(conn *tls.Conn, errc chan<- error) {\n\terrc <- conn.Handshake()\n}\n"
	files := map[string]string{"p.go": race, "shake.go": shake}
	want := workspace(t, files)
	runFix(t, want)
	dir := workspace(t, files)
	file := filepath.Join(dir, "shake.go")
	c := newClient(t)
	c.initialize(nil, dir)
	c.open(file, shake)
	c.published(file, 1, one)
	for _, actions := range [][]protocol.CodeAction{
		c.actions(file, at(shake, "conn.Handshake()"), protocol.QuickFix),
		c.actions(file, text.Range{}, protocol.FixAll),
	} {
		if len(actions) == 0 || len(actions[0].Edit.DocumentChanges) != 2 {
			t.Fatalf("the actions are %+v", actions)
		}
		for i, name := range []string{"p.go", "shake.go"} {
			change := actions[0].Edit.DocumentChanges[i]
			if opened := name == "shake.go"; opened != (change.TextDocument.Version != nil) {
				t.Errorf("%s is edited in version %v", name, change.TextDocument.Version)
			}
			got := apply(t, files[name], change.Edits)
			if want := read(t, filepath.Join(want, name)); got != want {
				t.Errorf("%s makes of %s\n%s\nthe command's -fix\n%s", actions[0].Kind, name, got, want)
			}
		}
	}

	// What has changed in the other file is heeded.
	other := filepath.Join(dir, "p.go")
	c.open(other, race)
	above := "// above\n" + race
	c.change(other, 2, nil, above)
	change := c.actions(file, text.Range{}, protocol.FixAll)[0].Edit.DocumentChanges[0]
	if got := apply(t, above, change.Edits); *change.TextDocument.Version != 2 || got != "// above\n"+read(t, filepath.Join(want, "p.go")) {
		t.Errorf("in version %d there are %+v", *change.TextDocument.Version, change.Edits)
	}
}

// TestOldClient serves a client that knows neither versioned edits nor literal
// code actions.
func TestOldClient(t *testing.T) {
	dir := workspace(t, map[string]string{"p.go": leak})
	file := filepath.Join(dir, "p.go")
	for _, literals := range []bool{true, false} {
		codeAction := object{}
		if literals {
			codeAction["codeActionLiteralSupport"] = object{}
		}
		c := newClient(t)
		c.initialize(object{
			"workspaceFolders": nil,
			"rootUri":          protocol.FileURI(dir),
			"capabilities":     object{"textDocument": object{"codeAction": codeAction}},
		})
		c.open(file, leak)
		actions := c.actions(file, at(leak, "conn.Handshake()"))
		if !literals {
			if len(actions) != 0 {
				t.Errorf("a client that knows commands only gets %+v", actions)
			}
			continue
		}
		if len(actions) == 0 || actions[0].Edit.DocumentChanges != nil || len(actions[0].Edit.Changes[protocol.FileURI(file)]) == 0 {
			t.Errorf("a client without versions gets %+v", actions)
		}
	}
}

// TestLife begins and ends sessions in right and wrong ways.
func TestLife(t *testing.T) {
	t.Run("in order", func(t *testing.T) {
		c := newClient(t)
		c.initialize(nil)
		c.ask("shutdown", nil, nil)
		c.fails("textDocument/codeAction", document("/p.go"), -32600)
		c.notify("exit", nil)
		if err := <-c.end; err != nil {
			t.Errorf("the server ends with %v", err)
		}
	})
	t.Run("exit without shutdown", func(t *testing.T) {
		c := newClient(t)
		c.initialize(nil)
		c.notify("exit", nil)
		if err := <-c.end; !errors.Is(err, ErrNoShutdown) {
			t.Errorf("the server ends with %v", err)
		}
	})
	t.Run("gone", func(t *testing.T) {
		c := newClient(t)
		c.initialize(nil)
		c.to.Close()
		if err := <-c.end; !errors.Is(err, ErrNoShutdown) {
			t.Errorf("the server ends with %v", err)
		}
	})
	t.Run("not initialized", func(t *testing.T) {
		c := newClient(t)
		c.fails("textDocument/codeAction", document("/p.go"), protocol.ServerNotInitialized)
		c.fails("shutdown", nil, protocol.ServerNotInitialized)
		c.open("/p.go", leak) // is ignored
		c.initialize(nil)
		c.fails("initialize", object{}, -32600)
		c.ask("shutdown", nil, nil)
	})
}

// TestMalformed sends what no client should send, and then asks something
// proper.
func TestMalformed(t *testing.T) {
	c := newClient(t)
	c.initialize(nil)
	for _, raw := range []string{
		"Content-Length: 3\r\n\r\n{}}",
		"Content-Length: 0\r\n\r\n",
		"Content-Length: -1\r\n\r\n",
		"Content-Length: 99999999999999999999\r\n\r\n",
		"Content-Type: x\r\n\r\n",
		"nonsense\n\n",
		strings.Repeat("x", 3*maxHeader) + "\r\n\r\n",
		"Content-Length: 4\r\n\r\nnull",
		"Content-Length: 2\r\n\r\n[]",
		"content-length:8\nX: y\n\n{\"id\":1}",
		"Content-Length: 1\r\n\r\n\x00",
		"Content-Length: 30\r\n\r\n{\"jsonrpc\":\"1.0\",\"method\":\"x\"}",
	} {
		c.mu.Lock()
		delete(c.answers, "null")
		delete(c.answers, "1")
		c.mu.Unlock()
		if _, err := c.to.out.Write([]byte(raw)); err != nil {
			t.Fatal(err)
		}
		c.wait("an error for "+raw, func() bool { return c.answers["null"].Error != nil || c.answers["1"].Error != nil })
	}
	c.fails("textDocument/hover", document("/p.go"), -32601)
	c.fails("$/unknown", nil, -32601)
	c.fails("textDocument/codeAction", object{"textDocument": 7}, -32602)
	c.fails("textDocument/codeAction", []any{1}, -32602)
	c.notify("$/unknown", object{})
	c.notify("textDocument/didOpen", object{"textDocument": "x"})
	c.notify("textDocument/didChange", object{"textDocument": object{"uri": "file:///never/opened.go"}})
	c.notify("textDocument/didClose", document("/never/opened.go"))
	c.ask("shutdown", nil, nil)
}

// TestCancel cancels a request that waits for a check.
func TestCancel(t *testing.T) {
	dir := workspace(t, map[string]string{"p.go": leak})
	file := filepath.Join(dir, "p.go")
	c := newClient(t)
	c.initialize(nil)
	c.open(file, leak)
	params := document(file)
	params["range"] = text.Range{}
	params["context"] = object{"diagnostics": []any{}}
	id := c.start("textDocument/codeAction", params) // the first load takes a while
	c.notify("$/cancelRequest", object{"id": c.ids})
	if m := c.answer(id); m.Error == nil || m.Error.Code != protocol.RequestCancelled {
		t.Errorf("the answer is %s, error %+v", m.Result, m.Error)
	}
	c.notify("$/cancelRequest", object{"id": "unknown"})
	c.published(file, 1, one)
}

func contains(part string) func([]byte) bool {
	return func(params []byte) bool { return bytes.Contains(params, []byte(part)) }
}
