package fix_test

import (
	"bytes"
	"flag"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/checker"
	"golang.org/x/tools/go/packages"

	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer"
	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/verify"
	"github.com/tlstimeoutlint/tlstimeoutlint/internal/truth"
	"github.com/tlstimeoutlint/tlstimeoutlint/internal/truth/echo"
)

// maxFixes is how many fixes a finding has at most.
const maxFixes = 3

var allCases = flag.Bool("all", false, "fix and run the cases of all folders, which takes minutes")

// sample are the folders of testdata/src whose cases are always fixed and run.
var sample = []string{"selectrace", "variables", "polling"}

// TestCases fixes the cases of testdata/src and runs them. What is fixed leaves
// nothing behind, connects to a peer that answers, returns the same errors as
// before to a peer that does not, pleases go vet, and has nothing more to fix.
func TestCases(t *testing.T) {
	if testing.Short() {
		t.Skip("runs cases several times")
	}
	w := newWorkshop(t)
	patterns := []string{"./..."}
	if !*allCases {
		patterns = nil
		for _, folder := range sample {
			patterns = append(patterns, "./"+folder)
		}
		t.Logf("only the cases of %v: -all runs all", sample)
	}
	for _, act := range analyze(t, "../../../testdata/src", analyzer.Settings{Handrolled: true}, patterns...) {
		w.fix(t, act)
	}
	w.vet(t)
	w.again(t)
	w.run(t)
	for _, message := range slices.Sorted(maps.Keys(w.verified)) {
		t.Logf("%d fixes verified: %s", w.verified[message], message)
	}
}

// analyze runs the analyzer on packages in a directory.
func analyze(t *testing.T, dir string, s analyzer.Settings, patterns ...string) []*checker.Action {
	t.Helper()
	pkgs, err := packages.Load(&packages.Config{Mode: packages.LoadSyntax | packages.NeedModule, Dir: dir}, patterns...)
	if err != nil {
		t.Fatal(err)
	}
	a, err := analyzer.New(s)
	if err != nil {
		t.Fatal(err)
	}
	graph, err := checker.Analyze([]*analysis.Analyzer{a}, pkgs, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, act := range graph.Roots {
		if act.Err != nil {
			t.Errorf("%s: %v", act.Package.PkgPath, act.Err)
		}
	}
	return graph.Roots
}

// A workshop is a module with the cases as they were, and fixed in each way.
type workshop struct {
	dir      string
	unfixed  []*truth.Package
	fixed    []fixedPackage
	verified map[string]int // by message
}

// A fixedPackage is a package after one fix of each finding: those with an
// index, or the last, where there are not so many.
type fixedPackage struct {
	*truth.Package
	index     int
	unfixed   *truth.Package
	sites     map[string]bool // of the handshakes that are fixed, as file:line
	conflicts bool            // not all fixes could be applied together
}

func newWorkshop(t *testing.T) *workshop {
	w := &workshop{dir: t.TempDir(), verified: make(map[string]int)}
	for _, name := range []string{"go.mod", "go.sum"} {
		data, err := os.ReadFile(filepath.Join("../../..", name))
		if err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(w.dir, name), data)
	}
	return w
}

// add writes a package into the workshop.
func (w *workshop) add(t *testing.T, name string, pkg *packages.Package, read func(string) ([]byte, error)) *truth.Package {
	dir := filepath.Join(w.dir, "cases", name)
	for _, file := range pkg.GoFiles {
		data, err := read(file)
		if err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(dir, filepath.Base(file)), data)
	}
	loaded, err := truth.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	return loaded
}

// fix adds a package as it is, and fixed in each way.
func (w *workshop) fix(t *testing.T, act *checker.Action) {
	pkg := act.Package
	base := filepath.Base(filepath.Dir(pkg.GoFiles[0]))
	unfixed := w.add(t, base, pkg, os.ReadFile)
	if len(unfixed.Cases) == 0 {
		return
	}
	w.unfixed = append(w.unfixed, unfixed)
	p := verify.Package{
		Fset: pkg.Fset, Files: pkg.Syntax, Pkg: pkg.Types, Info: pkg.TypesInfo, Sizes: pkg.TypesSizes,
		ReadFile: os.ReadFile,
	}
	for i := range maxFixes {
		f := fixedPackage{index: i, unfixed: unfixed, sites: make(map[string]bool)}
		var edits []analysis.TextEdit
		for _, d := range act.Diagnostics {
			if len(d.SuggestedFixes) == 0 {
				continue
			}
			fix := d.SuggestedFixes[min(i, len(d.SuggestedFixes)-1)]
			all, ok := merge(edits, fix.TextEdits)
			if !ok {
				f.conflicts = true
				continue
			}
			edits = all
			if i < len(d.SuggestedFixes) {
				w.verified[fix.Message]++
			}
			// The handshake is on the diagnostic's last line.
			pos := pkg.Fset.Position(d.End)
			f.sites[fmt.Sprintf("%s:%d", filepath.Base(pos.Filename), pos.Line)] = true
		}
		edited, err := verify.Edit(&p, edits)
		if err != nil {
			t.Errorf("%s with all fixes %d: %v", pkg.PkgPath, i, err)
			continue
		}
		f.Package = w.add(t, fmt.Sprint(base, i), pkg, edited.ReadFile)
		w.fixed = append(w.fixed, f)
	}
}

// merge adds the edits of a fix to those of others, as drivers do: an edit that
// is in both is made once.
func merge(edits, more []analysis.TextEdit) ([]analysis.TextEdit, bool) {
	all := slices.Clone(edits)
	for _, e := range more {
		known := false
		for _, old := range edits {
			same := old.Pos == e.Pos && old.End == e.End
			switch {
			case same && bytes.Equal(old.NewText, e.NewText):
				known = true
			case old.Pos < e.End && e.Pos < old.End, same && old.Pos < old.End:
				return nil, false
			}
		}
		if !known {
			all = append(all, e)
		}
	}
	return all, true
}

// complaint matches a line of go vet, with the package's directory.
var complaint = regexp.MustCompile(`(?m)^cases/(\w+)/.*`)

// vet runs go vet on all packages. It may complain about a fixed one only where
// it complains about what that was before.
func (w *workshop) vet(t *testing.T) {
	cmd := exec.CommandContext(t.Context(), "go", "vet", "./...")
	cmd.Dir = w.dir
	out, err := cmd.CombinedOutput()
	complaints := make(map[string][]string)
	for _, m := range complaint.FindAllStringSubmatch(string(out), -1) {
		complaints[m[1]] = append(complaints[m[1]], m[0])
	}
	if err != nil && len(complaints) == 0 {
		t.Errorf("go vet: %v\n%s", err, out)
	}
	for _, f := range w.fixed {
		before, after := complaints[filepath.Base(f.unfixed.Dir)], complaints[filepath.Base(f.Dir)]
		if len(after) > len(before) {
			t.Errorf("go vet: %q, and before the fixes: %q", after, before)
		}
	}
}

// again analyzes the packages with the default fixes: nothing is left to fix.
func (w *workshop) again(t *testing.T) {
	conflicts := make(map[string]bool)
	for _, f := range w.fixed {
		conflicts[f.Dir] = f.conflicts || f.index > 0
	}
	for _, act := range analyze(t, w.dir, analyzer.Settings{}, "./...") {
		dir := filepath.Dir(act.Package.GoFiles[0])
		if again, ok := conflicts[dir]; again || !ok {
			continue
		}
		for _, d := range act.Diagnostics {
			if len(d.SuggestedFixes) > 0 {
				t.Errorf("%v: after the fixes: %s", act.Package.Fset.Position(d.Pos), d.Message)
			}
		}
	}
}

// run runs all packages, and compares each with what it was before.
func (w *workshop) run(t *testing.T) {
	all := slices.Clone(w.unfixed)
	for _, f := range w.fixed {
		all = append(all, f.Package)
	}
	results, err := truth.Run(t.Context(), all...)
	if err != nil {
		t.Fatal(err)
	}
	said, err := echo.Run(t.Context(), w.dir, w.voices(all), 10)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range w.fixed {
		var mended []string
		for _, c := range f.Cases {
			before := results[f.unfixed.Dir][c.Name]
			if f.compare(t, c, before, results[f.Dir][c.Name]) && slices.ContainsFunc(before.Sites, f.isFixed) {
				mended = append(mended, c.Name)
			}
		}
		before, after := said[w.rel(f.unfixed)], said[w.rel(f.Package)]
		for _, c := range f.Cases {
			if !slices.Contains(mended, c.Name) || !speaks(c) {
				continue
			}
			if how := echo.Differs(c.Name, c.Params, before, after); how != "" {
				t.Errorf("%s: %s %s", filepath.Base(f.Dir), c.Name, how)
			}
		}
	}
}

// voices returns the cases that can be run in a bubble and in this process.
func (w *workshop) voices(pkgs []*truth.Package) []echo.Package {
	var all []echo.Package
	for _, pkg := range pkgs {
		p := echo.Package{Dir: w.rel(pkg), Name: pkg.Name}
		for _, c := range pkg.Cases {
			if speaks(c) {
				p.Functions = append(p.Functions, c.Name)
			}
		}
		all = append(all, p)
	}
	return all
}

// rel returns the directory of a package, below that of the workshop.
func (w *workshop) rel(pkg *truth.Package) string {
	rel, err := filepath.Rel(w.dir, pkg.Dir)
	if err != nil {
		panic(err) // unreachable: it is below
	}
	return rel
}

// speaks reports whether a case returns, and can be run in a bubble and in this
// process.
func speaks(c truth.Case) bool {
	for _, word := range []string{"Fatal", "Exit", "Panic"} {
		if strings.Contains(c.Name, word) {
			return false
		}
	}
	return !slices.Contains(c.Params, "addr") && !slices.Contains(c.Params, "address") && c.Prefix != "Lose" && c.Prefix != "Silent"
}

// isFixed reports whether the handshake at a site is fixed.
func (f *fixedPackage) isFixed(site string) bool { return f.sites[site] }

// compare compares the results of a case. It reports whether the case is quiet
// after the fixes as it should be.
func (f *fixedPackage) compare(t *testing.T, c truth.Case, before, after *truth.Result) bool {
	unfixed := func(site string) bool { return !f.isFixed(site) }
	quiet := before.Verdict != truth.Stuck && !slices.ContainsFunc(before.Lost[before.Verdict], unfixed)
	name := filepath.Base(f.Dir) + ": " + c.Name
	switch {
	case quiet && after.Verdict != truth.Quiet:
		t.Errorf("%s is fixed, and %v in the world: %s\n%s", name, after.Verdict, after.World, after.Stack)
	case !quiet && after.Verdict > before.Verdict:
		t.Errorf("%s was %v, and is %v in the world: %s\n%s", name, before.Verdict, after.Verdict, after.World, after.Stack)
	}
	for _, p := range after.Problems {
		if !slices.Contains(before.Problems, p) {
			t.Errorf("%s: %s", name, p)
		}
	}
	return quiet
}
