package analyzer_test

import (
	"bytes"
	"flag"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/analysistest"
	"golang.org/x/tools/txtar"

	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer"
)

var update = flag.Bool("update", false, "write the golden files of testdata/src")

// TestCases checks the reports on every package of the cases, and each
// alternative of the suggested fixes against the golden files.
func TestCases(t *testing.T) {
	testdata, err := filepath.Abs("../testdata")
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(testdata, "src", "*", "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	var packages []string
	for _, file := range files {
		packages = append(packages, filepath.Base(filepath.Dir(file)))
	}
	packages = slices.Compact(packages)
	a, err := analyzer.New(analyzer.Settings{})
	if err != nil {
		t.Fatal(err)
	}
	if !*update {
		analysistest.RunWithSuggestedFixes(t, testdata, a, packages...)
		return
	}
	for _, result := range analysistest.Run(t, testdata, a, packages...) {
		for name, sections := range fixed(t, result) {
			archive := new(txtar.Archive)
			for _, message := range slices.Sorted(maps.Keys(sections)) {
				archive.Files = append(archive.Files, txtar.File{Name: message, Data: sections[message]})
			}
			if err := os.WriteFile(name+".golden", txtar.Format(archive), 0o666); err != nil {
				t.Error(err)
			}
		}
	}
}

// TestNoReader checks that fixes do not need a driver that reads files for its
// analyzers: nogo is none.
func TestNoReader(t *testing.T) {
	testdata, err := filepath.Abs("../testdata")
	if err != nil {
		t.Fatal(err)
	}
	a, err := analyzer.New(analyzer.Settings{})
	if err != nil {
		t.Fatal(err)
	}
	run := a.Run
	a.Run = func(pass *analysis.Pass) (any, error) {
		bare := *pass
		bare.ReadFile = nil
		return run(&bare)
	}
	analysistest.RunWithSuggestedFixes(t, testdata, a, "spelling")
}

// fixed returns, by file name and message, the files after the fixes with that
// message.
func fixed(t *testing.T, result *analysistest.Result) map[string]map[string][]byte {
	fset := result.Pass.Fset
	edits := map[string]map[string][]analysis.TextEdit{}
	for _, d := range result.Action.Diagnostics {
		for _, fix := range d.SuggestedFixes {
			for _, e := range fix.TextEdits {
				name := fset.Position(e.Pos).Filename
				if edits[name] == nil {
					edits[name] = map[string][]analysis.TextEdit{}
				}
				edits[name][fix.Message] = append(edits[name][fix.Message], e)
			}
		}
	}
	files := map[string]map[string][]byte{}
	for name, messages := range edits {
		src, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		files[name] = map[string][]byte{}
		for message, es := range messages {
			files[name][message] = apply(t, result, src, es)
		}
	}
	return files
}

// apply applies edits to a source; those that several fixes share count once.
func apply(t *testing.T, result *analysistest.Result, src []byte, edits []analysis.TextEdit) []byte {
	slices.SortStableFunc(edits, func(a, b analysis.TextEdit) int {
		if a.Pos != b.Pos {
			return int(a.Pos - b.Pos)
		}
		return int(a.End - b.End)
	})
	edits = slices.CompactFunc(edits, func(a, b analysis.TextEdit) bool {
		return a.Pos == b.Pos && a.End == b.End && bytes.Equal(a.NewText, b.NewText)
	})
	fset := result.Pass.Fset
	var out []byte
	at := 0
	for _, e := range edits {
		start, end := fset.Position(e.Pos).Offset, fset.Position(e.End).Offset
		if start < at {
			t.Errorf("%s: fixes overlap", fset.Position(e.Pos))
			continue
		}
		out = append(append(out, src[at:start]...), e.NewText...)
		at = end
	}
	return append(out, src[at:]...)
}
