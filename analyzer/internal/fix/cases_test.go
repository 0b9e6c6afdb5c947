package fix_test

import (
	"go/token"
	"os"
	"testing"

	"golang.org/x/tools/go/packages"

	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/execute"
	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/find"
	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/finding"
	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/fix"
	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/judge"
	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/library"
	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/verify"
)

func findings(p *verify.Package) []finding.Finding {
	lib := library.New([]library.Stack{library.CryptoTLS})
	pkg := find.Package{Fset: p.Fset, Files: p.Files, Types: p.Pkg, Info: p.Info}
	if !pkg.Candidate(lib) {
		return nil
	}
	code := pkg.Build(lib)
	program := &execute.Program{
		SSA:       code.Program,
		Pkg:       code.Package,
		Library:   lib,
		Functions: code.Functions,
		Leads:     code.Leads,
		Relevant:  code.Relevant,
	}
	program.Initialize()
	j := &judge.Judge{Program: program}
	roots := code.Roots
	for len(roots) > 0 {
		j.Root(roots[0])
		if roots = roots[1:]; len(roots) == 0 {
			roots = code.Unentered(j.Entered)
			if len(roots) > 0 {
				roots = roots[:1]
			}
		}
	}
	return j.Findings()
}

func TestCases(t *testing.T) {
	pkgs, err := packages.Load(&packages.Config{Mode: packages.LoadSyntax | packages.NeedModule, Dir: "../../../testdata/src"}, "./...")
	if err != nil {
		t.Fatal(err)
	}
	for _, pkg := range pkgs {
		p := verify.Package{Fset: pkg.Fset, Files: pkg.Syntax, Pkg: pkg.Types, Info: pkg.TypesInfo, Sizes: pkg.TypesSizes, ReadFile: os.ReadFile}
		fs := findings(&p)
		s := fix.New(fix.Input{Package: p, Findings: fs, Judge: func(e *verify.Edited) []token.Pos {
			var all []token.Pos
			for _, f := range findings(&e.Package) {
				all = append(all, f.Handshake)
			}
			return all
		}})
		for _, f := range fs {
			var msgs []string
			for _, x := range s.Suggest(f) {
				msgs = append(msgs, x.Message)
			}
			t.Logf("%v: %s: %q", p.Fset.Position(f.Handshake), f.Category, msgs)
		}
	}
}
