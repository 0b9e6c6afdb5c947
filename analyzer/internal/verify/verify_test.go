package verify

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/packages"
)

// load type-checks a file as a driver does that knows dependencies by their
// export data.
func load(t *testing.T, src string) *Package {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{"go.mod": "module example.com/m\n\ngo 1.26\n", "m.go": src} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	pkgs, err := packages.Load(&packages.Config{Mode: packages.LoadSyntax | packages.NeedModule, Dir: dir}, ".")
	if err != nil {
		t.Fatal(err)
	}
	pkg := pkgs[0]
	for _, err := range pkg.Errors {
		t.Fatal(err)
	}
	return &Package{
		Fset: pkg.Fset, Files: pkg.Syntax, Pkg: pkg.Types, Info: pkg.TypesInfo, Sizes: pkg.TypesSizes,
		ReadFile: os.ReadFile,
	}
}

// replace returns the edit that replaces the only place of a text.
func replace(t *testing.T, p *Package, old, new string) analysis.TextEdit {
	t.Helper()
	file := p.Fset.File(p.Files[0].FileStart)
	src, err := os.ReadFile(file.Name())
	if err != nil {
		t.Fatal(err)
	}
	i := strings.Index(string(src), old)
	if i < 0 {
		t.Fatalf("no %q", old)
	}
	return analysis.TextEdit{Pos: file.Pos(i), End: file.Pos(i + len(old)), NewText: []byte(new)}
}

// text returns the file of an edited package.
func text(t *testing.T, e *Edited) string {
	t.Helper()
	src, err := e.ReadFile(e.Fset.File(e.Files[0].FileStart).Name())
	if err != nil {
		t.Fatal(err)
	}
	return string(src)
}

const handshake = `package m

import "crypto/tls"

func handshake(conn *tls.Conn) error {
	a := 1    // one
	bcd := 22 // two
	_, _ = a, bcd
	return conn.Handshake()
}

func other() {}
`

// TestStandIn adds an import of a package that is known in part only: what the
// export data of others says of it.
func TestStandIn(t *testing.T) {
	p := load(t, handshake)
	e, err := Edit(p, []analysis.TextEdit{
		replace(t, p, `import "crypto/tls"`, "import (\n\t\"context\"\n\t\"crypto/tls\"\n)"),
		replace(t, p, `return conn.Handshake()`, `ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	return conn.HandshakeContext(ctx)`),
	})
	if err != nil {
		t.Fatal(err)
	}
	var touched []string
	for _, fn := range e.Touched() {
		touched = append(touched, fn.Name.Name)
	}
	if want := []string{"handshake"}; !reflect.DeepEqual(touched, want) {
		t.Errorf("touched %q, want %q", touched, want)
	}
	if strings.Contains(handshake, "context") || !strings.Contains(text(t, e), "context.WithCancel") {
		t.Errorf("got:\n%s", text(t, e))
	}
}

// TestStandIns compares each stand-in with the package it stands in for.
func TestStandIns(t *testing.T) {
	for path := range standIns {
		p := load(t, handshake)
		got, err := newImporter(p).Import(path)
		if err != nil {
			t.Fatal(err)
		}
		real := load(t, "package m\n\nimport _ \""+path+"\"\n").Pkg.Imports()[0]
		for _, name := range got.Scope().Names() {
			obj := real.Scope().Lookup(name)
			if obj == nil {
				t.Errorf("%s.%s: there is no such thing", path, name)
				continue
			}
			if got, want := got.Scope().Lookup(name).Type().String(), obj.Type().String(); got != want {
				t.Errorf("%s.%s is %s, want %s", path, name, got, want)
			}
		}
	}
}

func TestErrors(t *testing.T) {
	for _, test := range []struct{ old, new, want string }{
		{"conn.Handshake()", "conn.Handshake(", "expected operand"},
		{"conn.Handshake()", "conn.Shake()", "conn.Shake undefined"},
		{"conn.Handshake()", "strings.ToUpper", "undefined: strings"},
		{`import "crypto/tls"`, "import \"crypto/tls\"\nimport _ \"example.com/elsewhere\"", "out of reach"},
		{`import "crypto/tls"`, "import \"crypto/tls\"\nimport _ \"time\"", "known in part only"},
	} {
		p := load(t, handshake)
		_, err := Edit(p, []analysis.TextEdit{replace(t, p, test.old, test.new)})
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: got error %v, want one with %q", test.new, err, test.want)
		}
	}
}

func TestOverlap(t *testing.T) {
	p := load(t, handshake)
	_, err := Edit(p, []analysis.TextEdit{replace(t, p, "conn.Hand", "x"), replace(t, p, "Handshake()", "y")})
	if err == nil || !strings.Contains(err.Error(), "overlapping") {
		t.Errorf("got error %v, want one of an overlap", err)
	}
}

func TestUnusedImports(t *testing.T) {
	p := load(t, handshake)
	_, err := Edit(p, []analysis.TextEdit{
		replace(t, p, "conn *tls.Conn", ""),
		replace(t, p, "conn.Handshake()", "nil"),
	})
	var unused *UnusedImports
	if !errors.As(err, &unused) || !reflect.DeepEqual(unused.Paths, []string{"crypto/tls"}) {
		t.Errorf("got error %v, want one of crypto/tls", err)
	}
}

// TestAlignment takes away what the comments of two lines were aligned by.
func TestAlignment(t *testing.T) {
	p := load(t, handshake)
	e, err := Edit(p, []analysis.TextEdit{
		replace(t, p, "\tbcd := 22 // two\n", ""),
		replace(t, p, ", _ = a, bcd", " = a"),
	})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(text(t, e), "a := 1 // one\n\t_ = a\n") {
		t.Errorf("got:\n%s", text(t, e))
	}
	again, err := Edit(p, e.Edits)
	if err != nil {
		t.Fatal(err)
	}
	if text(t, again) != text(t, e) {
		t.Errorf("its own edits make:\n%s", text(t, again))
	}
}

// TestUnformatted leaves alone what gofmt never saw.
func TestUnformatted(t *testing.T) {
	p := load(t, "package m\nvar  a = 1\nvar b   = 2\n")
	e, err := Edit(p, []analysis.TextEdit{replace(t, p, "2", "3")})
	if err != nil {
		t.Fatal(err)
	}
	if want := "package m\nvar  a = 1\nvar b   = 3\n"; text(t, e) != want {
		t.Errorf("got %q, want %q", text(t, e), want)
	}
}

func TestMoved(t *testing.T) {
	p := load(t, handshake)
	e, err := Edit(p, []analysis.TextEdit{
		replace(t, p, "\ta := 1", "\tnew := 0\n\t_ = new\n\ta := 1"),
		replace(t, p, "Handshake()", "Close()"),
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		text string
		kept bool
	}{{"package", true}, {"bcd", true}, {"other", true}, {"conn.Handshake", true}, {"Handshake", false}} {
		pos, kept := e.Moved(replace(t, p, test.text, "").Pos)
		if kept != test.kept {
			t.Errorf("%s: kept is %v", test.text, kept)
		}
		rest := text(t, e)[e.Fset.Position(pos).Offset:]
		if want := strings.TrimSuffix(test.text, "Handshake"); !strings.HasPrefix(rest, want) {
			t.Errorf("%s has moved to %.20q", test.text, rest)
		}
	}
}

func TestLineSpans(t *testing.T) {
	for _, test := range []struct {
		from, to string
		want     []span
	}{
		{"a\nb\nc\n", "a\nb\nc\n", nil},
		{"a\nb\nc\n", "a\nx\nc\n", []span{{2, 4, "x\n"}}},
		{"a\nc\n", "a\nb\nc\n", []span{{2, 2, "b\n"}}},
		{"a\nb\nc\nd\ne\n", "b\nc\nx\ne\n", []span{{0, 2, ""}, {6, 8, "x\n"}}},
	} {
		got, ok := lineSpans(test.from, test.to)
		if !ok || !reflect.DeepEqual(got, test.want) {
			t.Errorf("%q to %q: got %v, want %v", test.from, test.to, got, test.want)
		}
	}
}

// TestCgo type-checks the file that the go command hands to cgo, as language
// servers do.
func TestCgo(t *testing.T) {
	src := "package m\n\n// int one(void);\nimport \"C\"\n\nfunc f() int { return int(C.one()) }\n"
	name := filepath.Join(t.TempDir(), "m.go")
	if err := os.WriteFile(name, []byte(src), 0o666); err != nil {
		t.Fatal(err)
	}
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, name, nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	p := load(t, handshake)
	p.Fset, p.Files = fset, []*ast.File{file}
	if _, err := Edit(p, []analysis.TextEdit{replace(t, p, "C.one()", "1 + C.one()")}); err != nil {
		t.Error(err)
	}
}
