package main_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// An example is a piece of code in a document that is marked as wrong or right.
type example struct {
	file     string
	line     int
	category string // of the section that it stands in; "unstopped" before the first
	wrong    bool
	code     string
}

// TestDocs runs the linter on the examples of the documents: what is called
// wrong must have one finding, of the section's category, and what is called
// right none.
func TestDocs(t *testing.T) {
	var examples []example
	for _, name := range []string{"README.md", "docs/categories.md"} {
		examples = append(examples, examplesIn(t, filepath.Join("..", "..", name))...)
	}
	if len(examples) < 4 {
		t.Fatalf("there are only %d examples", len(examples))
	}

	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, "go.mod"), "module example.com/docs\n\ngo 1.26\n")
	for i, e := range examples {
		writeFile(t, filepath.Join(dir, fmt.Sprintf("p%d", i), "p.go"), e.source())
	}
	for i, e := range examples {
		var want, flags, got []string
		if e.wrong {
			want = []string{e.category}
		}
		if e.category == "borrowed" || e.category == "handrolled" {
			flags = []string{"-" + e.category} // which is off otherwise
		}
		for _, f := range found(t, dir, fmt.Sprintf("./p%d", i), flags...) {
			_, category, _ := strings.Cut(f, " ")
			got = append(got, category)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s:%d: found %q, want %q", e.file, e.line, got, want)
		}
	}
}

var block = regexp.MustCompile("(?ms)^## ([a-z]+)$|^```go\n// (WRONG|RIGHT)\n(.*?)^```$")

func examplesIn(t *testing.T, file string) []example {
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	text := string(data)
	category := "unstopped"
	var examples []example
	for _, m := range block.FindAllStringSubmatchIndex(text, -1) {
		if m[2] >= 0 {
			category = text[m[2]:m[3]]
			continue
		}
		examples = append(examples, example{
			file:     file,
			line:     1 + strings.Count(text[:m[0]], "\n"),
			category: category,
			wrong:    text[m[4]:m[5]] == "WRONG",
			code:     text[m[6]:m[7]],
		})
	}
	return examples
}

// source returns a file with the example in it, which is a function or the end
// of one that has made a connection.
func (e example) source() string {
	const head = `package p

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"time"
)

var (
	errTimeout = errors.New("timeout")
	_ context.Context
	_ time.Duration
)

`
	if strings.HasPrefix(e.code, "func ") {
		return head + "var _ net.Conn\n\n" + e.code
	}
	return head + `func dial(ctx context.Context, addr string, config *tls.Config) (*tls.Conn, error) {
	raw, err := net.Dial("tcp", addr)
	if err != nil {
		return nil, err
	}
` + e.code + "}\n"
}

func writeFile(t *testing.T, name, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(content), 0o666); err != nil {
		t.Fatal(err)
	}
}
