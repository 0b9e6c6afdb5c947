package main_test

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestReal checks released modules as they were published. Each is required by
// a module of testdata/real, so that the go command fetches it as it does any
// dependency.
func TestReal(t *testing.T) {
	for _, test := range []struct {
		module string
		pkg    string
		want   []string // file:line category
	}{
		{"mongo-driver-1.0.4", "go.mongodb.org/mongo-driver/x/network/connection", []string{"connection.go:223 unstopped"}},
		{"mongo-driver-1.1.3", "go.mongodb.org/mongo-driver/x/mongo/driver/topology", []string{"connection.go:507 unstopped"}},
		{"mongo-driver-1.3.0", "go.mongodb.org/mongo-driver/x/mongo/driver/topology", nil},
		{"redigo-1.9.3", "github.com/gomodule/redigo/redis", nil},
		{"grpc-1.20.0", "google.golang.org/grpc/credentials", nil},
		{"grpc-1.85.0", "google.golang.org/grpc/credentials", nil},
	} {
		t.Run(test.module, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join("..", "..", "testdata", "real", test.module)
			fetch(t, dir, test.pkg)
			if got := found(t, dir, test.pkg); !slices.Equal(got, test.want) {
				t.Errorf("%s: found %q, want %q", test.pkg, got, test.want)
			}
			if len(test.want) > 0 {
				showsDiff(t, dir, test.pkg)
			}
		})
	}
}

// TestRealFix fixes a copy of a released module that leaks: what the flag -fix
// leaves compiles, and leaves no goroutine behind when it dials a silent server.
func TestRealFix(t *testing.T) {
	t.Parallel()
	real := filepath.Join("..", "..", "testdata", "real", "mongo-driver-1.0.4")
	fetch(t, real, "go.mongodb.org/mongo-driver/x/network/connection")
	if got := leaks(t, real); got != "10" {
		t.Fatalf("the release leaves %s goroutines of 10 behind", got)
	}
	dir := copyRelease(t, real, "go.mongodb.org/mongo-driver", "bson", "event", "internal", "mongo", "tag", "version", "x")
	if _, err := run(dir, tool, "-fix", "./x/network/connection"); err != nil {
		t.Fatal(err)
	}
	if got := leaks(t, dir); got != "0" {
		t.Errorf("the fixed release leaves %s goroutines of 10 behind", got)
	}
}

// TestRealRewrite replaces the safe race of a released module: a dial to a silent
// server leaves as little behind as before, and fails by the same error. (The
// module's own tests take a redis-server: .ci/redigo runs them.)
func TestRealRewrite(t *testing.T) {
	t.Parallel()
	real := filepath.Join("..", "..", "testdata", "real", "redigo-1.9.3")
	fetch(t, real, "github.com/gomodule/redigo/redis")
	if got := leaks(t, real); got != "0 0" {
		t.Fatalf("the release leaves %s goroutines and connections behind", got)
	}
	dir := copyRelease(t, real, "github.com/gomodule/redigo", "redis")
	if _, err := run(dir, tool, "-test=false", "-handrolled", "-fix", "./redis"); err != nil {
		t.Fatal(err)
	}
	fixed, err := os.ReadFile(filepath.Join(dir, "redis", "conn.go"))
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(fixed, []byte("time.AfterFunc")) || !bytes.Contains(fixed, []byte("HandshakeContext")) {
		t.Error("the race is still there")
	}
	if got := leaks(t, dir); got != "0 0" {
		t.Errorf("the fixed release leaves %s goroutines and connections behind", got)
	}
}

// copyRelease copies folders of a released module that a module of testdata/real
// requires, with its leak command, into a directory that can be written to.
func copyRelease(t *testing.T, real, module string, folders ...string) string {
	t.Helper()
	out, err := run(real, "go", "list", "-m", "-f", "{{.Dir}}", module)
	if err != nil {
		t.Fatal(err)
	}
	dir, release := t.TempDir(), strings.TrimSpace(string(out))
	for _, folder := range folders {
		copyTree(t, filepath.Join(dir, folder), filepath.Join(release, folder))
	}
	copyTree(t, filepath.Join(dir, "leak"), filepath.Join(real, "leak"))
	copyFile(t, filepath.Join(dir, "go.sum"), filepath.Join(real, "go.sum"))
	copyFile(t, filepath.Join(dir, "go.mod"), filepath.Join(real, "go.mod"))
	if _, err := run(dir, "go", "mod", "edit", "-module="+module, "-droprequire="+module); err != nil {
		t.Fatal(err)
	}
	return dir
}

// leaks runs the program that dials a silent server and returns what it prints.
func leaks(t *testing.T, dir string) string {
	t.Helper()
	out, err := run(dir, "go", "run", "./leak")
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}

// copyTree copies a folder, and makes the copies writable.
func copyTree(t *testing.T, to, from string) {
	t.Helper()
	err := filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err == nil {
			copyFile(t, filepath.Join(to, rel), path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func copyFile(t *testing.T, to, from string) {
	t.Helper()
	data, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, data, 0o666); err != nil {
		t.Fatal(err)
	}
}

// fetch has the go command fetch all that the package and its tests need.
func fetch(t *testing.T, dir, pkg string) {
	t.Helper()
	if _, err := run(dir, "go", "list", "-deps", "-test", pkg); err != nil {
		if strings.Contains(err.Error(), "SECURITY ERROR") {
			t.Fatal(err)
		}
		t.Skipf("the module can't be fetched: %v", err)
	}
}

// showsDiff checks that the fix can be shown for a package that can't be
// written to, as those of the module cache.
func showsDiff(t *testing.T, dir, pkg string) {
	t.Helper()
	out, err := run(dir, tool, "-fix", "-diff", pkg)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(out, []byte("\n-")) || !bytes.Contains(out, []byte("\n+")) {
		t.Errorf("%s: the diff of the fix is %q", pkg, out)
	}
}

// TestReadme runs the first command that the README asks newcomers to paste.
func TestReadme(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, try, _ := strings.Cut(string(readme), "\n## Try it\n")
	_, rest, _ := strings.Cut(try, "\n```sh\n")
	line, _, _ := strings.Cut(rest, "\n")
	words := strings.Fields(line)
	if len(words) < 2 || words[0] != "go" {
		t.Fatalf("no command in the README: %q", line)
	}
	fetch(t, "../../testdata/real/mongo-driver-1.0.4", words[len(words)-1])

	diff, err := run("../..", words[0], words[1:]...)
	if err == nil || !strings.Contains(err.Error(), "connection.go:223:") {
		t.Errorf("%s: the finding is not told: %v", line, err)
	}
	if !bytes.Contains(diff, []byte("\n+")) {
		t.Errorf("%s: the diff is %q", line, diff)
	}
}
