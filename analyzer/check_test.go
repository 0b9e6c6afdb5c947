package analyzer_test

import (
	"context"
	"errors"
	"path/filepath"
	"reflect"
	"slices"
	"testing"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/analysistest"

	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer"
)

// TestCheck compares what Check finds, early and in the end, and the fixes that
// are made afterwards, with what the analyzer reports.
func TestCheck(t *testing.T) {
	testdata, err := filepath.Abs("../testdata")
	if err != nil {
		t.Fatal(err)
	}
	a, err := analyzer.New(analyzer.Settings{})
	if err != nil {
		t.Fatal(err)
	}
	calls := 0 // of early
	probe := &analysis.Analyzer{Name: "probe", Doc: "checks in steps", Run: func(pass *analysis.Pass) (any, error) {
		var known []analysis.Diagnostic
		c, err := analyzer.Check(t.Context(), pass, analyzer.Settings{}, func(d []analysis.Diagnostic) {
			calls++
			known = d
		})
		if err != nil {
			return nil, err
		}
		for _, d := range c.Diagnostics() {
			pass.Report(d)
		}
		want := reported(pass, a)
		compare(t, pass, c, want)
		for _, d := range known {
			if !slices.ContainsFunc(want, func(w analysis.Diagnostic) bool { return w.Pos == d.Pos }) {
				t.Errorf("%s: %s is found early alone", pass.Fset.Position(d.Pos), d.Message)
			}
		}

		cancelled, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := c.Fixes(cancelled); len(want) > 0 && !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled, the fixes have the error %v", err)
		}
		if _, err := analyzer.Check(cancelled, pass, analyzer.Settings{}, nil); !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled, the check has the error %v", err)
		}
		return nil, nil
	}}
	analysistest.Run(t, testdata, probe, "callers", "selectrace")
	if calls != 1 {
		t.Errorf("%d packages took long enough to be told of early, want one", calls)
	}
}

// reported returns what an analyzer reports.
func reported(pass *analysis.Pass, a *analysis.Analyzer) (all []analysis.Diagnostic) {
	own := *pass
	own.Report = func(d analysis.Diagnostic) { all = append(all, d) }
	a.Run(&own)
	return all
}

// compare compares diagnostics, with their fixes.
func compare(t *testing.T, pass *analysis.Pass, c *analyzer.Checked, want []analysis.Diagnostic) {
	got := c.Diagnostics()
	fixes, err := c.Fixes(t.Context())
	if err != nil {
		t.Error(err)
	}
	for i := range fixes {
		got[i].SuggestedFixes = fixes[i]
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s: the diagnostics are %+v, the analyzer reports %+v", pass.Pkg.Path(), got, want)
	}
}
