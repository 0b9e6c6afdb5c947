package main_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var updateDocs = flag.Bool("update-docs", false, "write what the fixes make of the examples into docs/fixes.md")

const fixesFile = "../../docs/fixes.md"

// fixExample matches a section of docs/fixes.md whose title begins with that of a
// fix: the function before and after it.
var fixExample = regexp.MustCompile("(?ms)^## ([^\n]+)\n.*?^```go\n// BEFORE\n(.*?)^```$.*?^```go\n// AFTER\n(.*?)^```$")

// TestFixDocs applies the fixes to the examples of docs/fixes.md: what comes out
// must be what the document says.
func TestFixDocs(t *testing.T) {
	text, err := os.ReadFile(fixesFile)
	if err != nil {
		t.Fatal(err)
	}
	examples := fixExample.FindAllStringSubmatchIndex(string(text), -1)
	if len(examples) < 7 {
		t.Fatalf("there are only %d examples", len(examples))
	}
	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, "go.mod"), "module example.com/docs\n\ngo 1.26\n")
	part := func(m []int, i int) string { return string(text[m[2*i]:m[2*i+1]]) }
	updated := text
	for i, m := range slices.Backward(examples) { // an edit moves what is behind it
		source := example{code: part(m, 2)}.source()
		file := filepath.Join(dir, fmt.Sprintf("p%d", i), "p.go")
		writeFile(t, file, source)
		after := applyFix(t, dir, file, part(m, 1))
		_, after, _ = strings.Cut(after, "var _ net.Conn\n\n")
		if want := part(m, 3); after != want && !*updateDocs {
			t.Errorf("%s: is\n%s\nwant\n%s", part(m, 1), after, want)
		}
		updated = slices.Concat(updated[:m[6]], []byte(after), updated[m[7]:])
	}
	if *updateDocs {
		if err := os.WriteFile(fixesFile, updated, 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

// applyFix returns a file with the suggested fix in it that a title begins with.
func applyFix(t *testing.T, dir, file, title string) string {
	t.Helper()
	out, err := run(dir, tool, "-handrolled", "-json", "./"+filepath.Base(filepath.Dir(file)))
	if err != nil {
		t.Fatal(err)
	}
	var tree map[string]map[string][]struct {
		SuggestedFixes []struct {
			Message string
			Edits   []struct {
				Start, End int
				New        string
			}
		} `json:"suggested_fixes"`
	}
	if err := json.Unmarshal(out, &tree); err != nil {
		t.Fatal(err)
	}
	var titles []string
	for _, diagnostics := range tree {
		for _, d := range diagnostics["tlstimeoutlint"] {
			for _, fix := range d.SuggestedFixes {
				if titles = append(titles, fix.Message); !strings.HasPrefix(title, fix.Message) {
					continue
				}
				data, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				for _, e := range slices.Backward(fix.Edits) {
					data = slices.Concat(data[:e.Start], []byte(e.New), data[e.End:])
				}
				return string(data)
			}
		}
	}
	t.Fatalf("there is no fix %q, but %q", title, titles)
	return ""
}
