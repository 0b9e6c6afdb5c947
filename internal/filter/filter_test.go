package filter

import (
	"go/types"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"golang.org/x/tools/go/packages"
)

var testNames = newNames(Config{
	Handshakes: []string{
		"(*crypto/tls.Conn).Handshake",
		"(*crypto/tls.Conn).HandshakeContext",
		"(*crypto/tls.Dialer).Dial",
		"(*crypto/tls.Dialer).DialContext",
		"crypto/tls.Dial",
		"crypto/tls.DialWithDialer",
		"example.com/go-stack/v2.Connect",
		"(*example.com/go-stack/v2.Session).Agree",
	},
	Spawners: []string{"(*sync.WaitGroup).Go", "time.AfterFunc"},
	Args:     map[string]int{"Handshake": 0, "HandshakeContext": 1, "Dial": 2, "DialContext": 3},
	Without:  []string{"net"},
})

func TestHandshakeInFile(t *testing.T) {
	for _, test := range []struct {
		name string
		src  string
		want bool
	}{
		{"method", `func f(c *tls.Conn) { c.Handshake() }`, true},
		{"method of an embedded connection, nothing imported", `func f(c conn) { c.Handshake() }`, true},
		{"method value", `func f(c conn) { g(c.HandshakeContext) }`, true},
		{"method expression", `var f = (*tls.Conn).Handshake`, true},
		{"method on a line of its own", "func f() { conn().\n// wait\nHandshake() }", true},
		{"method of a field of an import", `import "pkg"; func f() { pkg.Conn.Handshake() }`, true},
		{"dialer", `import "pkg"; func f() { (&pkg.Dialer{}).Dial("tcp", "") }`, true},
		{"dialer of another package", `import "net"; func f() { (&net.Dialer{}).Dial("tcp", "") }`, false},
		{"the same, not called", `import "net"; var f = (&net.Dialer{}).DialContext`, false},
		{"the same, declared", `import n "net"; func f() { var d n.Dialer; d.Dial("tcp", "") }`, false},
		{"the same, with a value", `import "net"; func f() { d := &net.Dialer{}; d.Dial("tcp", "") }`, false},
		{"the same, at the top", `import "net"; var d = net.Dialer{}; func f() { d.Dial("tcp", "") }`, false},
		{"the same, as a parameter", `import "net"; func f(d *net.Dialer) { d.Dial("tcp", "") }`, false},
		{"one of two declared", `import "net"; func f() { var c, d = g(), net.Dialer{}; d.Dial("tcp", ""); c.Dial("tcp", "") }`, true},
		{"declared elsewhere in the file alone", `import "net"; func f() { d := net.Dialer{}; d.Dial("tcp", "") }; func g() { d.Dial("tcp", "") }`, true},
		{"declared again inside", `import "net"; func f(d net.Dialer) { { d := g(); d.Dial("tcp", "") } }`, true},
		{"import hidden by a variable", `import "net"; func f(net pkg) { d := net.Dialer{}; d.Dial("tcp", "") }`, true},
		{"path that may be either", `import "net"; import "x/net"; func f(d net.Dialer) { d.Dial("tcp", "") }`, true},
		{"embedded", `import "net"; type d struct { net.Dialer; dialer }; func f(d d) { d.Dial("tcp", "") }`, true},
		{"declared by itself", `var d = d; func f() { d.Dial("tcp", "") }`, true},
		{"too few arguments", `func f(d dialer) { d.Dial("tcp") }`, false},
		{"no arguments", `func f(d dialer) { d.Dial() }`, false},
		{"too many arguments", `func f(d dialer) { d.Dial(1, "tcp", "", 2) }`, false},
		{"arguments of a call", `func f(d dialer) { d.Dial(g()) }`, true},
		{"method expression's arguments", `func f(d dialer) { dialer.Dial(d, "tcp", "") }`, true},
		{"any number of arguments", `func f(s session) { s.Agree(1, 2, 3, 4) }`, true},
		{"only declared", `func (c conn) Handshake() {}`, false},
		{"only required", `type h interface{ Handshake() error }`, false},
		{"comment", "// c.Handshake()\nvar x int", false},
		{"part of a longer word", `func f(c conn) { c.HandshakeState() }`, false},
		{"another package's function", `import "net"; func f() { net.Dial("tcp", "") }`, false},
		{"another package's function, renamed", `import n "net"; func f() { n.Dial("tcp", "") }`, false},
		{"a variable that hides an import", `import "net"; func f(net dialer) { net.Dial("tcp", "") }`, true},
		{"function", `import "crypto/tls"; func f() { tls.Dial("tcp", "", nil) }`, true},
		{"function, package renamed", `import t "crypto/tls"; func f() { t.DialWithDialer(nil, "tcp", "", nil) }`, true},
		{"function, package imported with a dot", `import . "crypto/tls"; func f() { Dial("tcp", "", nil) }`, true},
		{"function, package imported as a raw string", "import t `crypto/tls`; func f() { t.Dial(g()) }", true},
		{"same name, nothing imported", `func f() { Dial("tcp", "", nil) }`, false},
		{"function after a version", `import "example.com/go-stack/v2"; func f() { stack.Connect() }`, true},
		{"function's name, of what the file declares", `import "crypto/tls"; func f(l listener) { l.Dial() }`, false},
		{"the same, of what it does not declare", `import "crypto/tls"; func f() { l.Dial() }`, true},
		{"syntax error", `func f() { c.Handshake( }`, true},
		{"syntax error without a name", `func f() { c.Shake( }`, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := handshakeIn(t, "package p; "+test.src, "example.com/p"); got != test.want {
				t.Errorf("%s: %t, want %t", test.src, got, test.want)
			}
		})
	}
	if !handshakeIn(t, "package tls; var _ = Dial", "crypto/tls") {
		t.Error("the package of a function is not searched for the function's name alone")
	}
}

func TestRaceInFile(t *testing.T) {
	for _, test := range []struct {
		src  string
		want bool
	}{
		{`func f() { go g() }`, true},
		{`func f(w *sync.WaitGroup) { w.Go(g) }`, true},
		{`func f() { time.AfterFunc(d, g) }`, true},
		{`func f() { select { case c <- g(): case <-d: } }`, true},
		{`func f() { g() } // go g()`, false},
		{`func f() { g(`, true},
	} {
		name := write(t, "package p; "+test.src)
		if got := testNames.raceIn(name); got != test.want {
			t.Errorf("%s: %t, want %t", test.src, got, test.want)
		}
	}
}

func handshakeIn(t *testing.T, src, pkgPath string) bool {
	return testNames.handshakeIn(write(t, src), pkgPath)
}

func write(t *testing.T, src string) (name string) {
	name = filepath.Join(t.TempDir(), "a.go")
	if err := os.WriteFile(name, []byte(src), 0o666); err != nil {
		t.Fatal(err)
	}
	return name
}

// TestAgainstTypes searches the files of real packages for all that the type
// checker says are uses of a handshake function.
func TestAgainstTypes(t *testing.T) {
	full := []string{
		"(*crypto/tls.Conn).Handshake",
		"(*crypto/tls.Conn).HandshakeContext",
		"(*crypto/tls.Dialer).Dial",
		"(*crypto/tls.Dialer).DialContext",
		"crypto/tls.Dial",
		"crypto/tls.DialWithDialer",
	}
	pkgs, err := packages.Load(&packages.Config{
		Mode: packages.NeedName | packages.NeedFiles | packages.NeedCompiledGoFiles | packages.NeedImports |
			packages.NeedTypes | packages.NeedTypesSizes | packages.NeedSyntax | packages.NeedTypesInfo,
		Tests: true,
	}, "crypto/tls", "net/http", "net/http/httptest", "net/smtp", "net/rpc/...", "../../testdata/src/...")
	if err != nil {
		t.Fatal(err)
	}
	uses := 0
	for _, pkg := range pkgs {
		for id, obj := range pkg.TypesInfo.Uses {
			fn, ok := obj.(*types.Func)
			if !ok || !slices.Contains(full, fn.FullName()) {
				continue
			}
			uses++
			pos := pkg.Fset.Position(id.Pos())
			if !testNames.handshakeIn(pos.Filename, pkg.PkgPath) {
				t.Errorf("%s: %s is not found", pos, fn.FullName())
			}
		}
	}
	if uses == 0 {
		t.Error("no package uses a handshake function")
	}
}
