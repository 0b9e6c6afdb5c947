package lsp

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tlstimeoutlint/tlstimeoutlint/internal/lsp/protocol"
	"github.com/tlstimeoutlint/tlstimeoutlint/internal/lsp/text"
)

// TestWorkspace checks what is not open, in several folders, and follows what
// happens there.
func TestWorkspace(t *testing.T) {
	files := map[string]string{
		"sub/p.go":               leak,
		"safe/p.go":              "package safe\n",
		"testdata/p.go":          leak, // the go command does not look there
		"nested/go.mod":          "module example.com/nested\n\ngo 1.26\n",
		"nested/p.go":            leak,
		"node_modules/x/p.go":    leak,
		"elsewhere/.hidden/p.go": leak,
	}
	first, second := workspace(t, files), workspace(t, files)
	c := newClient(t)
	c.initialize(nil, first)
	c.published(filepath.Join(first, "sub", "p.go"), 0, one)
	c.published(filepath.Join(first, "nested", "p.go"), 0, one)
	c.told("client/registerCapability", contains("**/*.go"))
	for _, part := range []string{`"begin"`, "0 of 2", "2 of 2", `"end"`} {
		c.told("$/progress", contains(part))
	}

	folder := func(dir string) []object { return []object{{"uri": protocol.FileURI(dir), "name": "x"}} }
	file := filepath.Join(second, "sub", "p.go")
	c.notify("workspace/didChangeWorkspaceFolders", object{"event": object{"added": folder(second)}})
	c.published(file, 0, one)

	changed := func(name string) {
		c.notify("workspace/didChangeWatchedFiles", object{"changes": []object{{"uri": protocol.FileURI(name), "type": 2}}})
	}
	write(t, file, "package p\n")
	changed(file)
	c.published(file, 0, zero)
	write(t, file, leak)
	changed(file)
	c.published(file, 0, one)
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	changed(file)
	c.published(file, 0, zero)
	fresh := filepath.Join(second, "fresh", "p.go")
	write(t, fresh, leak)
	changed(fresh)
	c.published(fresh, 0, one)

	c.notify("workspace/didChangeWorkspaceFolders", object{"event": object{"removed": folder(second)}})
	c.published(fresh, 0, zero)
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, m := range c.received {
		for _, none := range []string{"testdata", "node_modules", ".hidden"} {
			if strings.Contains(string(m.Params), none) {
				t.Errorf("%s %s", m.Method, m.Params)
			}
		}
	}
}

// raw makes a connection in a package of its own.
const raw = `package raw

import "net"

func Dial(addr string) (net.Conn, error) { return net.Dial("tcp", addr) }
`

// TestGoWork checks a package that imports one of another module of a go.work,
// which changes in the editor and on disk.
func TestGoWork(t *testing.T) {
	user := strings.Replace(leak, `net.Dial("tcp", addr)`, `raw.Dial(addr)`, 1)
	user = strings.Replace(user, `"net"`, `"example.com/raw"`, 1)
	dir := workspace(t, map[string]string{
		"go.mod":     "module example.com/unused\n\ngo 1.26\n",
		"go.work":    "go 1.26\n\nuse (\n\t./raw\n\t./user\n)\n",
		"raw/go.mod": "module example.com/raw\n\ngo 1.26\n",
		"raw/raw.go": "package raw\n",
		// The requirement is met by the workspace alone.
		"user/go.mod": "module example.com/user\n\ngo 1.26\n",
		"user/p.go":   user,
	})
	imported, file := filepath.Join(dir, "raw", "raw.go"), filepath.Join(dir, "user", "p.go")
	c := newClient(t)
	c.initialize(nil, dir)
	c.open(file, user) // does not compile: there is no raw.Dial
	c.open(imported, raw)
	c.change(file, 2, nil, user+"\n")
	c.published(file, 2, one)

	write(t, imported, raw)
	c.notify("textDocument/didSave", document(imported))
	c.change(file, 3, nil, user)
	c.published(file, 3, one)

	// A test of another package, which sees the unsaved one.
	external := filepath.Join(dir, "raw", "raw_test.go")
	c.change(imported, 2, nil, raw+"\nfunc Unsaved(addr string) (net.Conn, error) { return Dial(addr) }\n")
	test := strings.Replace(strings.Replace(user, "package p", "package raw_test", 1), "raw.Dial", "raw.Unsaved", 1)
	c.open(external, test)
	c.published(external, 1, one)
}

// safe is raced by hand, and stopped.
var safe = strings.Replace(leak, "case <-time.After(d):\n", "case <-time.After(d):\n\t\tconn.Close()\n", 1)

// TestSettings changes settings in all ways that clients do.
func TestSettings(t *testing.T) {
	dir := workspace(t, map[string]string{"p.go": safe})
	file := filepath.Join(dir, "p.go")
	c := newClient(t)
	c.initialize(object{"initializationOptions": object{"handroled": true}}, dir)
	c.told("window/showMessage", contains(`unknown setting \"handroled\"; the settings are `))
	c.open(file, safe)
	c.change(file, 2, nil, safe)

	configure := func(settings any) {
		c.notify("workspace/didChangeConfiguration", object{"settings": settings})
	}
	on, off := object{"handrolled": true}, object{"handrolled": false}
	configure(object{"tlstimeoutlint": on})
	if d := c.published(file, 2, one)[0]; d.Code != "handrolled" {
		t.Errorf("the diagnostic is %+v", d)
	}
	configure(object{"tlstimeoutlint": object{"handrolled": "yes"}})
	c.told("window/showMessage", contains(`setting \"handrolled\" should be true or false, but is \"yes\"`))
	for _, others := range []any{nil, object{}, object{"gopls": object{"gofumpt": true}}} {
		configure(others)
	}
	c.change(file, 3, nil, safe)
	c.published(file, 3, one) // none of these has changed it
	configure(off)            // without a section
	c.published(file, 3, zero)

	asked := newClient(t)
	asked.settings, _ = json.Marshal(on)
	asked.initialize(object{"capabilities": object{"workspace": object{"configuration": true}}}, dir)
	asked.open(file, safe)
	asked.notify("workspace/didChangeConfiguration", object{"settings": nil})
	asked.published(file, 1, one)

	given := newClient(t)
	given.initialize(object{"initializationOptions": on}, dir)
	given.published(file, 0, one)
}

// TestAsCommand compares what is found, and fixed, in files that cgo makes others
// of and in generated ones with what the command says.
func TestAsCommand(t *testing.T) {
	for name, content := range map[string]string{
		"generated": "// Code generated by hand. DO NOT EDIT.\n\n" + leak,
		"cgo":       withC,
		"plain":     leak,
	} {
		for _, generated := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s,generated=%t", name, generated), func(t *testing.T) {
				if name == "cgo" {
					needCgo(t)
				}
				dir := workspace(t, map[string]string{"p.go": content})
				file := filepath.Join(dir, "p.go")
				want := foundByCommand(t, dir, generated)
				c := newClient(t)
				c.initialize(object{"initializationOptions": object{"generated": generated}}, dir)
				c.open(file, content)
				c.settle(file)
				var got []found
				for _, d := range c.lastPublished(file) {
					got = append(got, found{
						Posn:    fmt.Sprintf("%s:%d:%d", file, d.Range.Start.Line+1, d.Range.Start.Character+1),
						End:     fmt.Sprintf("%s:%d:%d", file, d.Range.End.Line+1, d.Range.End.Character+1),
						Message: d.Message,
						Fixes:   make([]struct{}, len(c.actions(file, d.Range))),
					})
				}
				if got, want := fmt.Sprintf("%+v", got), fmt.Sprintf("%+v", want); got != want {
					t.Errorf("the server finds %s, the command %s", got, want)
				}
			})
		}
	}
}

// TestLarge edits a package that takes long enough to be told of early: fast, so
// that checks are given up, and then waits. In the end the findings are those of
// the command.
func TestLarge(t *testing.T) {
	files := make(map[string]string)
	for _, name := range []string{"selectrace.go", "loops.go"} {
		files[name] = read(t, filepath.Join("../../testdata/src/selectrace", name))
	}
	content := files["selectrace.go"]
	dir := workspace(t, files)
	file := filepath.Join(dir, "selectrace.go")
	want := 0
	for _, f := range foundByCommand(t, dir, false) {
		if strings.HasPrefix(f.Posn, file) {
			want++
		}
	}
	c := newClient(t)
	c.initialize(nil, dir)
	c.open(file, content)
	c.settle(file)
	count := func(version int32) int {
		c.mu.Lock()
		defer c.mu.Unlock()
		n := 0
		for _, m := range c.received {
			if m.Method == "textDocument/publishDiagnostics" && bytes.Contains(m.Params, fmt.Appendf(nil, `go","version":%d,`, version)) {
				n++
			}
		}
		return n
	}
	if n := count(1); n < 2 {
		t.Errorf("the first version is told of %d times", n)
	}
	for version := 2; version < 20; version++ {
		c.change(file, version, &text.Range{}, "// typed\n")
	}
	c.settle(file)
	told := 0
	for version := range int32(19) {
		if version > 1 && count(version) > 0 {
			told++
		}
	}
	if told > 9 {
		t.Errorf("%d versions that are history are told of", told)
	}
	c.published(file, 19, func(list []protocol.Diagnostic) bool { return len(list) == want })

	// A client that can be told to pull again gets what is known early.
	pulls := newClient(t)
	pulls.initialize(object{"capabilities": object{
		"textDocument": object{"diagnostic": object{}},
		"workspace":    object{"diagnostics": object{"refreshSupport": true}},
	}}, dir)
	pulls.open(file, content)
	var r protocol.DocumentDiagnosticReport
	for range 3 {
		pulls.ask("textDocument/diagnostic", document(file), &r)
		if len(*r.Items) == want {
			break
		}
		pulls.told("workspace/diagnostic/refresh", func([]byte) bool { return true })
		pulls.mu.Lock()
		pulls.received = nil
		pulls.mu.Unlock()
	}
	if len(*r.Items) != want {
		t.Errorf("in the end there are %d findings, want %d", len(*r.Items), want)
	}
}

// A found is a finding as the command tells it with -json.
type found struct {
	Posn    string     `json:"posn"`
	End     string     `json:"end"`
	Message string     `json:"message"`
	Fixes   []struct{} `json:"suggested_fixes"`
}

// foundByCommand returns what the command finds in the package in a directory.
func foundByCommand(t *testing.T, dir string, generated bool) []found {
	t.Helper()
	tool, err := command()
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(tool, "-C", dir, "-json", fmt.Sprintf("-generated=%t", generated), ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	var packages map[string]map[string][]found
	if err := json.Unmarshal(out, &packages); err != nil {
		t.Fatalf("%v in %s", err, out)
	}
	for id, analyzers := range packages {
		if id != "example.com/m" {
			t.Errorf("the command finds something in %s", id)
		}
		return analyzers["tlstimeoutlint"]
	}
	return nil
}

// withC is the mistake in a file that cgo makes another one of.
var withC = strings.Replace(leak, "import (", "// int answer = 42;\nimport \"C\"\n\nimport (", 1) + "\nvar answer = C.answer\n"

// needCgo skips a test where there is no C compiler.
func needCgo(t *testing.T) {
	t.Helper()
	out, err := exec.Command("go", "env", "CGO_ENABLED", "CC").Output()
	enabled, compiler, _ := strings.Cut(strings.TrimSpace(string(out)), "\n")
	if _, lookErr := exec.LookPath(compiler); err != nil || enabled != "1" || lookErr != nil {
		t.Skip("there is no C compiler")
	}
}

// TestCgo checks a package with a file that cgo makes another one of. To the
// linter that is a generated one.
func TestCgo(t *testing.T) {
	needCgo(t)
	with := withC
	plain := strings.Replace(strings.Replace(leak, "Connect", "Plain", 2), "var errTimeout", "var errPlain = errors.New", 1)
	plain = strings.Replace(plain, "errors.New = errors.New(", "errors.New(", 1)
	dir := workspace(t, map[string]string{"p.go": with, "plain.go": plain})
	file, other := filepath.Join(dir, "p.go"), filepath.Join(dir, "plain.go")
	c := newClient(t)
	c.initialize(object{"initializationOptions": object{"generated": true}}, dir)
	c.open(file, with)
	if got := c.published(file, 1, one)[0].Range; got != at(with, "conn.Handshake()") {
		t.Errorf("the range in a file with cgo is %v, want %v", got, at(with, "conn.Handshake()"))
	}
	if actions := c.actions(file, at(with, "conn.Handshake()")); len(actions) != 0 {
		t.Errorf("what cgo has made can be edited: %+v", actions)
	}
	c.change(file, 2, &text.Range{}, "// above\n")
	above := "// above\n" + with
	if got := c.published(file, 2, one)[0].Range; got != at(above, "conn.Handshake()") {
		t.Errorf("after an edit the range is %v, want %v", got, at(above, "conn.Handshake()"))
	}
	c.published(other, 0, one)
	if actions := c.actions(other, at(plain, "conn.Handshake()")); len(actions) == 0 {
		t.Error("a file without cgo beside one has no quick fixes")
	}
}
