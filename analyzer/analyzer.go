package analyzer

import (
	"context"
	"go/ast"
	"go/token"
	"os"
	"slices"

	"golang.org/x/tools/go/analysis"

	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/execute"
	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/find"
	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/finding"
	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/judge"
	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/library"
	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/verify"
)

const doc = `report TLS handshakes that lost a race against a timer and go on

A handshake that runs in a goroutine of its own and is raced against a timer
must be stopped when the timer wins; else its goroutine and its connection leak.`

const (
	url     = "https://github.com/tlstimeoutlint/tlstimeoutlint"
	docsURL = url + "/blob/main/docs/categories.md"
)

// Analyzer is the analyzer with its default settings, for multichecker, nogo
// and others that take a variable. Its flags change its settings.
var Analyzer = must(New(Settings{}))

// New returns an analyzer with the given settings. It reports an error that
// names the setting where one is malformed.
func New(s Settings) (*analysis.Analyzer, error) {
	if _, err := s.library(); err != nil {
		return nil, err
	}
	a := &analysis.Analyzer{
		Name: "tlstimeoutlint",
		Doc:  doc,
		URL:  url,
		Run:  func(pass *analysis.Pass) (any, error) { return nil, run(pass, &s) },
	}
	s.AddFlags(&a.Flags)
	return a, nil
}

func must(a *analysis.Analyzer, err error) *analysis.Analyzer {
	if err != nil {
		panic(err) // unreachable: the zero settings are well-formed
	}
	return a
}

// run reports the diagnostics of a package, with their fixes.
func run(pass *analysis.Pass, s *Settings) error {
	c, err := check(context.Background(), pass, s, nil)
	if err != nil {
		return err
	}
	diagnostics := c.Diagnostics()
	fixes, err := c.Fixes(context.Background())
	if err != nil {
		return err
	}
	for i, d := range diagnostics {
		d.SuggestedFixes = fixes[i]
		pass.Report(d)
	}
	return nil
}

// reader returns what reads the files of a pass. Not all drivers tell: nogo does
// not, and has them on disk.
func reader(pass *analysis.Pass) func(name string) ([]byte, error) {
	if pass.ReadFile == nil {
		return os.ReadFile
	}
	return pass.ReadFile
}

// isGenerated reports whether the position is in a generated file.
func isGenerated(files []*ast.File, pos token.Pos) bool {
	for _, f := range files {
		if f.FileStart <= pos && pos <= f.FileEnd {
			return ast.IsGenerated(f)
		}
	}
	return false
}

// A pipeline judges packages: the one of a pass, and what its fixes make of it.
type pipeline struct {
	ctx      context.Context
	library  *library.Library
	settings *Settings
}

// findings judges the executions of a package: all, or those that come by the
// given functions. It calls early, unless that is nil, as [Check] does.
func (p *pipeline) findings(pkg *verify.Package, touched []*ast.FuncDecl, early func([]finding.Finding)) []finding.Finding {
	source := find.Package{Fset: pkg.Fset, Files: pkg.Files, Types: pkg.Pkg, Info: pkg.Info}
	if p.ctx.Err() != nil || !source.Candidate(p.library) {
		return nil
	}
	code := source.Build(p.library)
	program := &execute.Program{
		SSA:        code.Program,
		Pkg:        code.Package,
		Library:    p.library,
		Functions:  code.Functions,
		InTests:    code.InTests,
		Leads:      code.Leads,
		Relevant:   code.Relevant,
		CallsValue: code.CallsValue,
	}
	program.Initialize()
	j := &judge.Judge{Program: program, Handrolled: p.settings.Handrolled, Trace: p.settings.tracer}
	j.Cancelled = func() bool { return p.ctx.Err() != nil }
	if early != nil {
		j.Early = func() { early(j.Findings()) }
	}
	if touched != nil {
		j.Fixed = true
		j.Roots(code.RootsOf(touched))
		return j.Findings()
	}
	for _, tests := range []bool{false, true} {
		for roots := code.Roots(tests); len(roots) > 0; roots = code.Unentered(tests, j.Entered) {
			j.Roots(roots)
		}
	}
	j.Omitted = append(j.Omitted, code.Omitted...)
	p.settings.log(pkg.Pkg.Path(), j)
	return j.Findings()
}

// rejudge returns what is reported in the functions that a fix has touched.
func (p *pipeline) rejudge(e *verify.Edited) ([]finding.Finding, error) {
	found := p.findings(&e.Package, e.Touched(), nil)
	return slices.DeleteFunc(found, func(f finding.Finding) bool {
		return !p.settings.reports(f.Category)
	}), p.ctx.Err()
}
