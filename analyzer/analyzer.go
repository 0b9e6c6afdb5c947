// Package analyzer finds TLS handshakes that are raced by hand against a timer
// and are not stopped when the timer wins.
package analyzer

import (
	"go/ast"
	"go/token"

	"golang.org/x/tools/go/analysis"

	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/execute"
	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/find"
	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/finding"
	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/judge"
	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/library"
	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/report"
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
	a := &analysis.Analyzer{
		Name: "tlstimeoutlint",
		Doc:  doc,
		URL:  url,
		Run:  func(pass *analysis.Pass) (any, error) { return nil, run(pass, &s) },
	}
	a.Flags.BoolVar(&s.Borrowed, "borrowed", s.Borrowed, "also report handshakes of connections that an exported function's caller owns")
	a.Flags.BoolVar(&s.Handrolled, "handrolled", s.Handrolled, "also report safe races that HandshakeContext would replace")
	a.Flags.BoolVar(&s.Generated, "generated", s.Generated, "also report in generated files")
	a.Flags.StringVar(&s.trace, "trace", "", "print each execution that begins with the function of this name (for development)")
	return a, nil
}

func must(a *analysis.Analyzer, err error) *analysis.Analyzer {
	if err != nil {
		panic(err) // unreachable: the zero settings are well-formed
	}
	return a
}

// run is the whole way from a package to its diagnostics.
func run(pass *analysis.Pass, s *Settings) error {
	lib := library.New([]library.Stack{library.CryptoTLS})
	pkg := find.Package{Fset: pass.Fset, Files: pass.Files, Types: pass.Pkg, Info: pass.TypesInfo}
	if !pkg.Candidate(lib) {
		return nil
	}
	for _, f := range findings(pkg.Build(lib), lib, s) {
		if s.reports(f.Category) && (s.Generated || !isGenerated(pass.Files, f.Handshake)) {
			pass.Report(report.Diagnostic(pass.Fset, pass.Files, docsURL, f))
		}
	}
	return nil
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

// findings judges all executions of a package.
func findings(code *find.Code, lib *library.Library, s *Settings) []finding.Finding {
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
	j := &judge.Judge{Program: program, Handrolled: s.Handrolled, Trace: s.tracer}
	for roots := code.Roots; len(roots) > 0; roots = code.Unentered(j.Entered) {
		j.Roots(roots)
	}
	return j.Findings()
}
