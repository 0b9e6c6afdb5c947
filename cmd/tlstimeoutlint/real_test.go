package main_test

import (
	"bytes"
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
