package lsp

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/tlstimeoutlint/tlstimeoutlint/internal/lsp/protocol"
	"github.com/tlstimeoutlint/tlstimeoutlint/internal/lsp/text"
)

// TestIncremental edits a document in ranges, on a line with characters of all
// widths.
func TestIncremental(t *testing.T) {
	wide := strings.Replace(leak, "go func() {", "/* ä世😀 */ go func() {", 1)
	for name, content := range map[string]string{
		"LF":   wide,
		"CRLF": strings.ReplaceAll(wide, "\n", "\r\n"),
	} {
		t.Run(name, func(t *testing.T) {
			dir := workspace(t, map[string]string{"p.go": content})
			file := filepath.Join(dir, "p.go")
			c := newClient(t)
			c.initialize(nil, dir)
			c.open(file, content)
			if got := c.published(file, 1, one)[0].Range; got != at(content, "conn.Handshake()") {
				t.Errorf("the range is %v", got)
			}

			// The same, typed: one more emoji behind the first, and a line above.
			behind := at(content, "😀").End
			c.change(file, 2, &text.Range{Start: behind, End: behind}, "😀")
			content = strings.Replace(content, "😀", "😀😀", 1)
			c.change(file, 3, &text.Range{}, "// first\n")
			content = "// first\n" + content
			if got := c.published(file, 3, one)[0].Range; got != at(content, "conn.Handshake()") {
				t.Errorf("after edits the range is %v, want %v", got, at(content, "conn.Handshake()"))
			}

			edits := c.actions(file, at(content, "Handshake"))[0].Edit.DocumentChanges[0].Edits
			fixed := apply(t, content, edits)
			if !strings.Contains(fixed, "/* ä世😀😀 */ handshakeCtx, cancel := ") {
				t.Errorf("fixed it is\n%s", fixed)
			}
			if name == "CRLF" && strings.Count(fixed, "\n") != strings.Count(fixed, "\r\n")+1 { // but the typed one
				t.Errorf("the lines end differently:\n%q", fixed)
			}
			c.change(file, 4, nil, fixed)
			c.published(file, 4, zero)
		})
	}
}

// TestUnsaved checks what is in the editor and not on disk.
func TestUnsaved(t *testing.T) {
	dir := workspace(t, map[string]string{"p.go": "package p\n"})
	file, fresh := filepath.Join(dir, "p.go"), filepath.Join(dir, "new.go")
	c := newClient(t)
	c.initialize(nil, dir)
	c.open(file, leak)
	c.published(file, 1, one)

	c.change(file, 2, nil, "package p\n")
	c.published(file, 2, zero)
	c.open(fresh, leak)
	c.published(fresh, 1, one)

	c.notify("textDocument/didClose", document(fresh)) // and it was never saved
	c.published(fresh, 0, zero)
}

// TestErrorsKeep breaks the code of a package: what was found stays where it
// was not touched, and moves with it.
func TestErrorsKeep(t *testing.T) {
	dir := workspace(t, map[string]string{"p.go": leak})
	file := filepath.Join(dir, "p.go")
	c := newClient(t)
	c.initialize(nil, dir)
	c.open(file, leak)
	c.published(file, 1, one)

	broken := "// above\n" + leak + "\nfunc ("
	c.change(file, 2, nil, broken[:len(broken)-len("\nfunc (")])
	c.change(file, 3, nil, broken)
	if got := c.published(file, 3, one)[0].Range; got != at(broken, "conn.Handshake()") {
		t.Errorf("in broken code the range is %v", got)
	}
	if actions := c.actions(file, at(broken, "conn.Handshake()")); len(actions) != 0 {
		t.Errorf("a finding of other code has %d quick fixes", len(actions))
	}
	touched := strings.Replace(broken, "conn.Handshake", "con.Handshake", 1)
	c.change(file, 4, nil, touched)
	c.published(file, 4, zero)
	c.change(file, 5, nil, leak)
	c.published(file, 5, one)
	if actions := c.actions(file, at(leak, "conn.Handshake()")); len(actions) == 0 {
		t.Error("in code that is whole again there are no quick fixes")
	}
}

// TestErrorsInTests breaks the tests of a package, which is checked without them
// then.
func TestErrorsInTests(t *testing.T) {
	const tests, broken = "package p\n", "package p\n\nvar x = undefined\n"
	dir := workspace(t, map[string]string{"p.go": leak, "p_test.go": tests})
	file, test := filepath.Join(dir, "p.go"), filepath.Join(dir, "p_test.go")
	c := newClient(t)
	c.initialize(nil, dir)
	c.open(file, leak)
	c.open(test, tests)
	c.published(file, 1, one)
	for version := int32(2); version < 8; version += 3 {
		c.change(test, int(version), nil, broken)
		c.change(file, int(version), nil, safe)
		c.published(file, version, zero)
		c.change(file, int(version)+1, nil, leak)
		if actions := c.actions(file, at(leak, "conn.Handshake()")); len(actions) == 0 {
			t.Error("with broken tests there are no quick fixes")
		}
		c.change(test, int(version)+1, nil, tests)
		c.change(file, int(version)+2, nil, "\n"+leak)
		c.published(file, version+2, one)
	}
}

// TestLost changes a document where it has no text.
func TestLost(t *testing.T) {
	dir := workspace(t, map[string]string{"p.go": leak})
	file := filepath.Join(dir, "p.go")
	c := newClient(t)
	c.initialize(nil, dir)
	c.open(file, leak)
	c.published(file, 1, one)
	c.change(file, 2, &text.Range{Start: text.Position{Line: 1000}, End: text.Position{Line: 1000}}, "x")
	c.told("window/showMessage", contains("makes no sense"))
	c.published(file, 2, zero)
	params := document(file)
	params["range"] = text.Range{}
	c.fails("textDocument/codeAction", params, protocol.RequestFailed)
	c.change(file, 3, nil, leak)
	c.published(file, 3, one)
}

// TestOddFiles opens files that are not what they should be.
func TestOddFiles(t *testing.T) {
	dir := workspace(t, map[string]string{"p.go": leak, "q/q.go": "package q\n"})
	outside := workspace(t, map[string]string{"p.go": leak})
	file := filepath.Join(dir, "p.go")
	c := newClient(t)
	c.initialize(nil, dir)

	huge := "package q\n\nvar x = `" + strings.Repeat("Handshake() 😀\n", 1<<18) + "`\n"
	binary := "package q\x00" + strings.Repeat("\x00\ufffd go c.Handshake()", 1000)
	for name, content := range map[string]string{
		filepath.Join(dir, "q", "huge.go"):      huge,
		filepath.Join(dir, "q", "binary.go"):    binary,
		filepath.Join(dir, "q", "empty.go"):     "",
		filepath.Join(dir, "gone", "gone.go"):   leak,
		filepath.Join(outside, "p.go"):          leak,
		filepath.Join(dir, "go.mod"):            "module example.com/m\n",
		filepath.Join(dir, "q", "q.go", "x.go"): leak, // below a file
	} {
		c.open(name, content)
		if name != filepath.Join(dir, "gone", "gone.go") {
			if actions := c.actions(name, text.Range{}); len(actions) != 0 {
				t.Errorf("%s has actions %+v", name, actions)
			}
		}
	}
	for _, uri := range []string{"untitled:Untitled-1", "git:/p.go", "file://", "%zz", "http://example.com/p.go"} {
		id := object{"uri": uri}
		c.notify("textDocument/didOpen", object{"textDocument": object{"uri": uri, "version": 1, "text": leak}})
		c.notify("textDocument/didSave", object{"textDocument": id})
		c.ask("textDocument/codeAction", object{"textDocument": id, "range": text.Range{}, "context": object{}}, nil)
		c.notify("textDocument/didClose", object{"textDocument": id})
	}
	c.open(file, leak)
	c.published(file, 1, one)
	for _, m := range c.received {
		if strings.Contains(string(m.Params), string(protocol.FileURI(outside))) {
			t.Errorf("outside the workspace: %s %s", m.Method, m.Params)
		}
	}
}

// TestPull serves a client that pulls diagnostics.
func TestPull(t *testing.T) {
	dir := workspace(t, map[string]string{"p.go": leak, "q.go": "package p\n"})
	file := filepath.Join(dir, "p.go")
	c := newClient(t)
	result := c.initialize(object{"capabilities": object{
		"textDocument": object{"diagnostic": object{}},
		"workspace":    object{"diagnostics": object{"refreshSupport": true}},
	}}, dir)
	if result.Capabilities.DiagnosticProvider == nil {
		t.Fatal("no diagnostics can be pulled")
	}
	c.published(file, 0, one) // it is not open yet
	c.open(file, leak)
	c.published(file, 0, zero)

	pull := func(previous string) (r protocol.DocumentDiagnosticReport) {
		params := document(file)
		params["previousResultId"] = previous
		c.ask("textDocument/diagnostic", params, &r)
		return r
	}
	first := pull("")
	if first.Kind != "full" || first.Items == nil || len(*first.Items) != 1 {
		t.Fatalf("the first pull gives %+v", first)
	}
	if again := pull(first.ResultID); again.Kind != "unchanged" || again.Items != nil {
		t.Errorf("the second pull gives %+v", again)
	}
	// Another setting changes the diagnostics, not the document.
	c.change(file, 2, nil, strings.Replace(leak, "// Connect", "// Code generated by hand. DO NOT EDIT.\n\n// Connect", 1))
	pull("")
	generated := "// Code generated by hand. DO NOT EDIT.\n\n" + leak
	c.change(file, 3, nil, generated)
	if r := pull(first.ResultID); r.Kind != "full" || len(*r.Items) != 0 {
		t.Errorf("in a generated file there is %+v", r)
	}
	c.notify("workspace/didChangeConfiguration", object{"settings": object{"tlstimeoutlint": object{"generated": true}}})
	c.told("workspace/diagnostic/refresh", func([]byte) bool { return true })
	if r := pull(""); r.Kind != "full" || len(*r.Items) != 1 {
		t.Errorf("with another setting there is %+v", r)
	}
}
