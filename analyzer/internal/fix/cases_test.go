package fix_test

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"golang.org/x/tools/go/analysis"

	"golang.org/x/tools/go/packages"
	"golang.org/x/tools/go/ssa"

	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/execute"
	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/find"
	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/finding"
	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/fix"
	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/judge"
	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/library"
	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/verify"
	"github.com/tlstimeoutlint/tlstimeoutlint/internal/truth"
)

// findings judges a package as the analyzer does; of an edited one only what
// leads to the functions that were touched.
func findings(p *verify.Package, touched ...*ast.FuncDecl) []finding.Finding {
	lib := library.New([]library.Stack{library.CryptoTLS})
	pkg := find.Package{Fset: p.Fset, Files: p.Files, Types: p.Pkg, Info: p.Info}
	if !pkg.Candidate(lib) {
		return nil
	}
	code := pkg.Build(lib)
	program := &execute.Program{
		SSA:        code.Program,
		Pkg:        code.Package,
		Library:    lib,
		Functions:  code.Functions,
		Leads:      code.Leads,
		Relevant:   code.Relevant,
		CallsValue: code.CallsValue,
	}
	program.Initialize()
	j := &judge.Judge{Program: program, Handrolled: true, Trace: func(*ssa.Function) func(string, ...any) { return nil }}
	targets := map[*ssa.Function]bool{}
	for _, decl := range touched {
		if fn := code.Program.FuncValue(p.Info.Defs[decl.Name].(*types.Func)); fn != nil {
			targets[fn] = true
		}
	}
	for roots := code.Roots; len(roots) > 0; roots = code.Unentered(j.Entered) {
		if touched != nil {
			roots = slices.DeleteFunc(slices.Clone(roots), func(fn *ssa.Function) bool {
				return !reaches(fn, targets, make(map[*ssa.Function]bool))
			})
		}
		j.Roots(roots)
		if touched != nil {
			break
		}
	}
	return j.Findings()
}

func reaches(fn *ssa.Function, targets, seen map[*ssa.Function]bool) bool {
	if targets[fn] {
		return true
	}
	if seen[fn] {
		return false
	}
	seen[fn] = true
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			for _, op := range instr.Operands(nil) {
				if f, ok := (*op).(*ssa.Function); ok && reaches(f, targets, seen) {
					return true
				}
			}
		}
	}
	return false
}

// maxFixes is how many fixes a finding has at most.
const maxFixes = 3

// TestCases fixes the cases of testdata/src, and runs them: what is fixed must
// leave nothing behind, and still connect to a peer that answers.
func TestCases(t *testing.T) {
	src, err := filepath.Abs("../../../testdata/src")
	if err != nil {
		t.Fatal(err)
	}
	module := t.TempDir()
	for _, name := range []string{"go.mod", "go.sum"} {
		data, err := os.ReadFile(filepath.Join("../../..", name))
		if err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(module, name), data)
	}
	pkgs, err := packages.Load(&packages.Config{Mode: packages.LoadSyntax | packages.NeedModule, Dir: src}, "./...")
	if err != nil {
		t.Fatal(err)
	}
	var before, copies, after []*truth.Package
	original := make(map[string]*truth.Package) // by the directory of a fixed one
	fixed := make(map[string]map[string]bool)   // by directory: the sites that are fixed
	count := make(map[string]int)
	for _, pkg := range pkgs {
		cases, err := truth.Load(filepath.Dir(pkg.GoFiles[0]))
		if err != nil || len(cases.Cases) == 0 {
			continue
		}
		before = append(before, cases)
		unfixed := filepath.Join(module, "testdata/src", filepath.Base(cases.Dir))
		for _, name := range pkg.GoFiles {
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			write(t, filepath.Join(unfixed, filepath.Base(name)), data)
		}
		copied, err := truth.Load(unfixed)
		if err != nil {
			t.Fatal(err)
		}
		copies = append(copies, copied)
		p := verify.Package{Fset: pkg.Fset, Files: pkg.Syntax, Pkg: pkg.Types, Info: pkg.TypesInfo, Sizes: pkg.TypesSizes, ReadFile: os.ReadFile}
		fs := findings(&p)
		suggested := suggest(t, p, fs)
		for i := range maxFixes {
			var edits []analysis.TextEdit
			sites := make(map[string]bool)
			for j, f := range fs {
				fixes := suggested[j]
				if len(fixes) == 0 {
					continue
				}
				fix := fixes[min(i, len(fixes)-1)]
				if i < len(fixes) {
					count[fix.Message]++
				}
				all, ok := merge(edits, fix.TextEdits)
				if !ok {
					t.Logf("%v: %q conflicts", p.Fset.Position(f.Handshake), fix.Message)
					continue
				}
				edits = all
				pos := p.Fset.Position(f.Handshake)
				sites[fmt.Sprintf("%s:%d", filepath.Base(pos.Filename), pos.Line)] = true
			}
			edited, err := verify.Edit(&p, edits)
			if err != nil {
				t.Errorf("%s, fix %d: %v", pkg.PkgPath, i, err)
				continue
			}
			dir := filepath.Join(module, "testdata/src", fmt.Sprint(filepath.Base(cases.Dir), i))
			for _, name := range pkg.GoFiles {
				data, err := edited.ReadFile(name)
				if err != nil {
					t.Fatal(err)
				}
				write(t, filepath.Join(dir, filepath.Base(name)), data)
			}
			loaded, err := truth.Load(dir)
			if err != nil {
				t.Fatal(err)
			}
			after = append(after, loaded)
			original[loaded.Dir] = cases
			fixed[loaded.Dir] = sites
		}
	}
	if os.Getenv("NORUN") != "" {
		return
	}
	was, err := truth.Run(t.Context(), before...)
	if err != nil {
		t.Fatal(err)
	}
	is, err := truth.Run(t.Context(), after...)
	if err != nil {
		t.Fatal(err)
	}
	said, err := echoes(t.Context(), module, slices.Concat(copies, after))
	if err != nil {
		t.Fatal(err)
	}
	for _, pkg := range after {
		var mended []string
		for _, c := range pkg.Cases {
			want := was[original[pkg.Dir].Dir][c.Name]
			got := is[pkg.Dir][c.Name]
			all := len(want.Lost) > 0
			for _, site := range want.Lost {
				all = all && fixed[pkg.Dir][site]
			}
			if all || want.Verdict == truth.Quiet {
				mended = append(mended, c.Name)
			}
			switch {
			case all && got.Verdict != truth.Quiet:
				t.Errorf("%s: %s is fixed, and is %v in the world: %s\n%s", filepath.Base(pkg.Dir), c.Name, got.Verdict, got.World, got.Stack)
			case !all && got.Verdict > want.Verdict:
				t.Errorf("%s: %s was %v and now is %v: %s\n%s", filepath.Base(pkg.Dir), c.Name, want.Verdict, got.Verdict, got.World, got.Stack)
			}
			for _, p := range got.Problems {
				if !slices.Contains(want.Problems, p) {
					t.Errorf("%s: %s: %s", filepath.Base(pkg.Dir), c.Name, p)
				}
			}
		}
		was := filepath.Join(module, "testdata/src", filepath.Base(original[pkg.Dir].Dir))
		compareEchoes(t, said, said, was, pkg.Dir, mended)
	}
	for _, message := range slices.Sorted(maps.Keys(count)) {
		t.Logf("%d fixes verified: %s", count[message], message)
	}
}

// merge adds the edits of a fix, as a driver does: what is in both is once.
func merge(edits, more []analysis.TextEdit) ([]analysis.TextEdit, bool) {
	all := slices.Clone(edits)
	for _, e := range more {
		add := true
		for _, old := range edits {
			same := old.Pos == e.Pos && old.End == e.End
			switch {
			case same && bytes.Equal(old.NewText, e.NewText):
				add = false
			case old.Pos < e.End && e.Pos < old.End, same && old.Pos < old.End:
				return nil, false
			}
		}
		if add {
			all = append(all, e)
		}
	}
	return all, true
}

func suggest(t *testing.T, p verify.Package, fs []finding.Finding) [][]analysis.SuggestedFix {
	borrowed := false
	s := fix.New(fix.Input{Package: p, Findings: fs, Trace: t.Logf, Judge: func(e *verify.Edited) ([]finding.Finding, error) {
		return slices.DeleteFunc(findings(&e.Package, e.Touched()...), func(f finding.Finding) bool {
			return f.Category == finding.Borrowed && !borrowed // not reported by default
		}), nil
	}})
	var all [][]analysis.SuggestedFix
	for _, f := range fs {
		borrowed = f.Category == finding.Borrowed
		fixes := s.Suggest(f)
		all = append(all, fixes)
		if testing.Verbose() {
			var messages []string
			for _, fix := range fixes {
				messages = append(messages, fix.Message)
			}
			t.Logf("%v: %s: %q", p.Fset.Position(f.Handshake), f.Category, messages)
			if len(messages) == 0 {
				at := func(pos token.Pos) string { p := p.Fset.Position(pos); return fmt.Sprint(p.Line, ":", p.Column) }
				t.Logf("     spawn %s timer %s race %s exit %s make %s", at(f.Spawn), at(f.Timer), at(f.Race), at(f.Exit), at(f.Channel))
			}
		}
	}
	return all
}
