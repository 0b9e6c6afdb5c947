package analyzer_test

import (
	"path/filepath"
	"slices"
	"testing"

	"golang.org/x/tools/go/analysis/analysistest"

	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer"
)

// TestCases checks the reports on every package of the cases.
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
	analysistest.Run(t, testdata, a, packages...)
}
