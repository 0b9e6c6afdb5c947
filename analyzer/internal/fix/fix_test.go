package fix_test

import (
	"bytes"
	"flag"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/tools/go/packages"
	"golang.org/x/tools/txtar"

	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/finding"
	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/fix"
	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/verify"
)

var update = flag.Bool("update", false, "write the fixes that were suggested into testdata")

// Test suggests fixes for the case of each archive in testdata, and compares
// what they make of its files with the archive's other sections, which are
// named by the fix's message. An archive without such a section expects no fix.
//
// The finding is read off the source: the only handshake, go statement, select
// or receive, and so on. A line of the archive's comment says it where the
// source is ambiguous, by a piece of text with a bar where the position is:
//
//	handshake: conn.Handshake|()
//
// Other lines are "category: blockedsend" and "room: 2" (the number of senders
// that the channel made in the file has to have room for).
func Test(t *testing.T) {
	archives, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatalf("no testdata: %v", err)
	}
	cases := make([]*testCase, len(archives))
	for i, name := range archives {
		cases[i] = readCase(t, name)
	}
	loadAll(t, cases)
	for _, c := range cases {
		t.Run(c.name, c.test)
	}
}

// A testCase is an archive of testdata.
type testCase struct {
	name    string // of the archive, without the extension
	path    string
	archive *txtar.Archive
	says    map[string]string
	dir     string
	pkg     *packages.Package
}

func readCase(t *testing.T, path string) *testCase {
	archive, err := txtar.ParseFile(path)
	if err != nil {
		t.Fatal(err)
	}
	c := &testCase{
		name:    strings.TrimSuffix(filepath.Base(path), ".txtar"),
		path:    path,
		archive: archive,
		says:    make(map[string]string),
	}
	for line := range strings.Lines(string(archive.Comment)) {
		if key, value, ok := strings.Cut(line, ": "); ok {
			c.says[key] = strings.TrimSpace(value)
		}
	}
	return c
}

// sources returns the files of the case itself.
func (c *testCase) sources() []txtar.File {
	var files []txtar.File
	for _, f := range c.archive.Files {
		if strings.HasSuffix(f.Name, ".go") && !strings.Contains(f.Name, "/") {
			files = append(files, f)
		}
	}
	return files
}

// loadAll type-checks the cases, as a driver would: the cases of one version of
// Go in one module.
func loadAll(t *testing.T, cases []*testCase) {
	modules := make(map[string][]*testCase)
	for _, c := range cases {
		version := c.says["go"]
		if version == "" {
			version = "1.26"
		}
		modules[version] = append(modules[version], c)
	}
	for version, members := range modules {
		root := t.TempDir()
		write(t, filepath.Join(root, "go.mod"), []byte("module example.com/fix\n\ngo "+version+"\n"))
		for _, c := range members {
			c.dir = filepath.Join(root, c.name)
			for _, f := range c.sources() {
				write(t, filepath.Join(c.dir, f.Name), f.Data)
			}
		}
		pkgs, err := packages.Load(&packages.Config{Mode: packages.LoadSyntax | packages.NeedModule, Dir: root}, "./...")
		if err != nil {
			t.Fatal(err)
		}
		for _, pkg := range pkgs {
			for _, err := range pkg.Errors {
				t.Errorf("%s: %v", pkg.PkgPath, err)
			}
			for _, c := range members {
				if pkg.PkgPath == "example.com/fix/"+c.name {
					c.pkg = pkg
				}
			}
		}
	}
}

func (c *testCase) test(t *testing.T) {
	if c.pkg == nil || len(c.pkg.Errors) > 0 {
		t.Fatal("not loaded")
	}
	pkg := verify.Package{
		Fset: c.pkg.Fset, Files: c.pkg.Syntax, Pkg: c.pkg.Types, Info: c.pkg.TypesInfo, Sizes: c.pkg.TypesSizes,
		ReadFile: os.ReadFile,
	}
	f := c.finding(t)
	got := &txtar.Archive{Comment: c.archive.Comment, Files: c.sources()}
	for _, fix := range fix.New(fix.Input{Package: pkg}).Suggest(f) {
		edited, err := verify.Edit(&pkg, fix.TextEdits)
		if err != nil {
			t.Errorf("%s: %v", fix.Message, err)
			continue
		}
		for _, f := range c.sources() {
			after, err := edited.ReadFile(filepath.Join(c.dir, f.Name))
			if err != nil {
				t.Fatal(err)
			}
			if bytes.Equal(after, f.Data) {
				continue
			}
			name := fix.Message
			if len(c.sources()) > 1 {
				name += "/" + f.Name
			}
			got.Files = append(got.Files, txtar.File{Name: name, Data: after})
		}
	}
	if have, want := txtar.Format(got), txtar.Format(c.archive); !bytes.Equal(have, want) {
		if *update {
			write(t, c.path, have)
			return
		}
		t.Errorf("got:\n%s", have)
	}
}

// finding reads the finding of the case off its source.
func (c *testCase) finding(t *testing.T) finding.Finding {
	f := finding.Finding{
		Category:  finding.Unstopped,
		Handshake: c.find(t, "handshake", `\.Handshake(?:Context)?()\(|(?:tls\.|\w*[dD]ialer\)?\.)Dial\w*()\(`),
		Spawn:     c.find(t, "spawn", `()go (?:func|\w+[.(])`),
		Timer:     c.find(t, "timer", `time\.(?:After|AfterFunc|NewTimer|Tick)()\(|\.Done()\(`),
		Race:      c.find(t, "race", `()select \{|\s()<-errc\n|[ (]()<-errc[;)]`),
		Exit:      c.find(t, "exit", `()return [^\n]*errTimeout`),
	}
	if f.Timer.IsValid() {
		f.TimerIsContext = c.text(t, f.Timer-5, 5) == ".Done"
	}
	if category := c.says["category"]; category != "" {
		f.Category = finding.Category(category)
	}
	if room := c.says["room"]; room != "" {
		f.Channel = c.find(t, "channel", `()make\(chan`)
		f.Senders, _ = strconv.Atoi(room)
	}
	return f
}

// find returns the position that the archive's comment gives for key, or else
// that of the first group that the pattern matches.
func (c *testCase) find(t *testing.T, key, pattern string) token.Pos {
	text, told := c.says[key]
	if told {
		before, after, ok := strings.Cut(text, "|")
		if !ok {
			t.Fatalf("no bar in %q", text)
		}
		pattern = regexp.QuoteMeta(before) + "()" + regexp.QuoteMeta(after)
	}
	re := regexp.MustCompile(pattern)
	for _, file := range c.pkg.Syntax {
		tok := c.pkg.Fset.File(file.FileStart)
		src, err := os.ReadFile(tok.Name())
		if err != nil {
			t.Fatal(err)
		}
		m := re.FindSubmatchIndex(src)
		for i := 2; i < len(m); i += 2 {
			if m[i] >= 0 {
				return tok.Pos(m[i])
			}
		}
	}
	if told {
		t.Fatalf("%s: %q is not in the source", key, text)
	}
	return token.NoPos
}

// text returns n bytes of the source at a position.
func (c *testCase) text(t *testing.T, pos token.Pos, n int) string {
	tok := c.pkg.Fset.File(pos)
	src, err := os.ReadFile(tok.Name())
	if err != nil {
		t.Fatal(err)
	}
	off := tok.Offset(pos)
	return string(src[off : off+n])
}

func write(t *testing.T, name string, data []byte) {
	if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, data, 0o666); err != nil {
		t.Fatal(err)
	}
}
