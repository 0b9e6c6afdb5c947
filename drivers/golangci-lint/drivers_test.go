package main_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/tlstimeoutlint/tlstimeoutlint/drivers/internal/finding"
	"github.com/tlstimeoutlint/tlstimeoutlint/drivers/internal/program"
	"github.com/tlstimeoutlint/tlstimeoutlint/drivers/internal/scenario"
)

// everything enables all that the linter can report, and shows all issues.
const everything = `version: "2"
linters:
  default: none
  enable:
    - tlstimeoutlint
  exclusions:
    generated: disable
  settings:
    custom:
      tlstimeoutlint:
        type: module
        settings:
          borrowed: true
          handrolled: true
          generated: true
issues:
  max-issues-per-linter: 0
  max-same-issues: 0
  uniq-by-line: false
`

// mistakes shows all issues that are found without settings.
const mistakes = `version: "2"
linters:
  default: none
  enable:
    - tlstimeoutlint
  settings:
    custom:
      tlstimeoutlint:
        type: module
issues:
  max-issues-per-linter: 0
  max-same-issues: 0
  uniq-by-line: false
`

// everythingFlags are the same settings as flags.
var everythingFlags = []string{"-borrowed", "-handrolled", "-generated"}

// TestDrivers runs the linter's own command, go vet and golangci-lint on all
// cases of the linter. They must find the same, which is all that the cases
// expect, at least; golangci-lint tells the category by the text alone, and takes
// one fix of a finding.
func TestDrivers(t *testing.T) {
	env, dir := environment(t), copyCases(t, everything)

	command, err := program.Output(dir, env, tool, append(everythingFlags, "-json", "./...")...)
	if err != nil {
		t.Fatal(err)
	}
	want, err := finding.Analysis(dir, command)
	if err != nil {
		t.Fatal(err)
	}
	checkCategories(t, want)
	checkExpected(t, dir, want)

	vet, err := program.Output(dir, env, "go", append(append([]string{"vet", "-vettool=" + tool}, everythingFlags...), "-json", "./...")...)
	if err != nil {
		t.Fatal(err)
	}
	got, err := finding.Analysis(dir, vet)
	if err != nil {
		t.Fatal(err)
	}
	if diff := finding.Difference(want, got); diff != "" {
		t.Errorf("go vet and the command differ:\n%s", diff)
	}

	got = golangciFindings(t, dir, env)
	if err := finding.AddCategories(got, want); err != nil {
		t.Fatal(err)
	}
	if diff := finding.Difference(finding.AtMost(want, 1), got); diff != "" {
		t.Errorf("golangci-lint and the command differ:\n%s", diff)
	}
	t.Logf("findings: %d", len(want))
}

// TestFix applies the fixes in all cases with the linter's own command and with
// golangci-lint. They must make the same files, and a second run must find what
// the first found no fix for.
func TestFix(t *testing.T) {
	env, commandDir, golangciDir := environment(t), copyCases(t, mistakes), copyCases(t, mistakes)
	before := readFiles(t, commandDir)

	if _, err := program.Output(commandDir, env, tool, "-fix", "./..."); err != nil {
		t.Fatal(err)
	}
	fixed := readFiles(t, commandDir)
	if maps.Equal(before, fixed) {
		t.Fatal("the command has fixed nothing")
	}
	if res, err := program.Run(golangciDir, env, golangci, "run", "--fix", "./..."); err != nil || res.Stderr != "" {
		t.Fatalf("golangci-lint: %v\n%s", err, res.Stderr)
	}
	got := readFiles(t, golangciDir)
	for _, name := range slices.Sorted(maps.Keys(fixed)) {
		if got[name] != fixed[name] {
			t.Errorf("%s: golangci-lint makes\n%s\nthe command\n%s", name, got[name], fixed[name])
		}
	}

	left := golangciFindings(t, golangciDir, env)
	for _, f := range left {
		if f.Fixes > 0 {
			t.Errorf("left with a fix: %s", f)
		}
	}
	command, err := program.Output(commandDir, env, tool, "-json", "./...")
	if err != nil {
		t.Fatal(err)
	}
	want, err := finding.Analysis(commandDir, command)
	if err != nil {
		t.Fatal(err)
	}
	if err := finding.AddCategories(left, want); err != nil {
		t.Fatal(err)
	}
	if diff := finding.Difference(want, left); diff != "" {
		t.Errorf("after the fixes, golangci-lint and the command differ:\n%s", diff)
	}
}

func golangciFindings(t *testing.T, dir string, env []string) []finding.Finding {
	t.Helper()
	res, err := program.Run(dir, env, golangci, "run", "--output.json.path=stdout", "./...")
	if err != nil {
		t.Fatal(err)
	}
	found, err := finding.Golangci(dir, res.Stdout)
	if err != nil {
		t.Fatalf("golangci-lint: %v\n%s", err, res.Stderr)
	}
	return found
}

// checkCategories checks that there is a finding of each category.
func checkCategories(t *testing.T, findings []finding.Finding) {
	t.Helper()
	for _, category := range []string{"unstopped", "blockedsend", "ineffective", "borrowed", "handrolled"} {
		if !slices.ContainsFunc(findings, func(f finding.Finding) bool { return f.Category == category }) {
			t.Errorf("no finding of the category %s", category)
		}
	}
}

// checkExpected checks that what the cases in dir expect, a line that ends in a
// comment "// want ...", is found.
func checkExpected(t *testing.T, dir string, findings []finding.Finding) {
	t.Helper()
	found := make(map[string]bool)
	for _, f := range findings {
		found[fmt.Sprintf("%s:%d", f.File, f.Line)] = true
	}
	for name, content := range readFiles(t, dir) {
		for i, line := range strings.Split(content, "\n") {
			if at := fmt.Sprintf("%s:%d", filepath.ToSlash(name), i+1); strings.Contains(line, "// want ") && !found[at] {
				t.Errorf("%s: nothing is found in %q", at, line)
			}
		}
	}
}

// copyCases returns a module that has the linter's cases, with a configuration
// of golangci-lint. The one package that they import is beside them, as it is for
// their other tests.
func copyCases(t *testing.T, config string) string {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(dir, os.DirFS(filepath.Join(program.Root(), "testdata", "src"))); err != nil {
		t.Fatal(err)
	}
	scenario.WriteFiles(t, dir, map[string]string{
		".golangci.yml": config,
		"go.mod": `module example.com/cases

go 1.26

require golang.org/x/sync v0.0.0

replace golang.org/x/sync => ./golang.org/x/sync
`,
		"golang.org/x/sync/go.mod": "module golang.org/x/sync\n\ngo 1.26\n",
	})
	return dir
}

// readFiles returns the Go files below dir.
func readFiles(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := make(map[string]string)
	err := filepath.WalkDir(dir, func(name string, _ os.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(name, ".go") {
			return err
		}
		data, err := os.ReadFile(name)
		rel, _ := filepath.Rel(dir, name)
		files[rel] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}
