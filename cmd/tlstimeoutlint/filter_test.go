package main

import (
	"slices"
	"testing"

	"golang.org/x/tools/go/packages"

	"github.com/tlstimeoutlint/tlstimeoutlint/internal/filter"
)

// TestFilterHidesNothing checks what the filter skips, and that it leaves the
// other packages as they are.
func TestFilterHidesNothing(t *testing.T) {
	t.Chdir("../..")
	for _, args := range [][]string{
		{"-borrowed", "-handrolled", "-generated", "./testdata/src/..."},
		{"-borrowed", "-handrolled", "net/smtp", "net/rpc/...", "net/http/httptest", "log/..."},
	} {
		cmd, err := parse(args)
		if err != nil {
			t.Fatal(err)
		}
		res := filter.Apply(cmd.filterConfig(), cmd.patterns)
		if res.Unfiltered != "" {
			t.Fatalf("%q: not filtered: %s", args, res.Unfiltered)
		}
		t.Logf("%q: %d packages to load, %d skipped", args, len(res.Patterns), len(res.Skipped))

		all := filesOf(t, cmd, cmd.patterns)
		for id, files := range filesOf(t, cmd, res.Patterns) {
			if !slices.Equal(all[id], files) {
				t.Errorf("%q: %s has the files\n%q\nwithout the filter, and with it\n%q", args, id, all[id], files)
			}
			delete(all, id)
		}
		graph, exit := cmd.analyze(res.Skipped)
		if exit != exitClean {
			t.Fatalf("%q: exit code %d", args, exit)
		}
		for _, act := range graph.Roots {
			if len(act.Diagnostics) > 0 {
				t.Errorf("%q: %s is skipped, and has findings: %s", args, act.Package.ID, act.Diagnostics[0].Message)
			}
			delete(all, act.Package.ID)
			delete(all, act.Package.PkgPath) // which it is with its tests
		}
		for id := range all {
			t.Errorf("%q: %s is neither loaded nor skipped", args, id)
		}
	}
}

// filesOf returns the files of the packages that the patterns load.
func filesOf(t *testing.T, cmd *command, patterns []string) map[string][]string {
	const mode = packages.NeedName | packages.NeedFiles | packages.NeedCompiledGoFiles
	pkgs, err := packages.Load(&packages.Config{Mode: mode, Tests: cmd.tests}, patterns...)
	if err != nil {
		t.Fatal(err)
	}
	files := make(map[string][]string)
	for _, pkg := range pkgs {
		if len(pkg.Errors) > 0 {
			t.Fatal(pkg.Errors[0])
		}
		files[pkg.ID] = pkg.CompiledGoFiles
	}
	return files
}
