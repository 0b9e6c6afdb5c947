package analyzer

import (
	"context"
	"slices"

	"golang.org/x/tools/go/analysis"

	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/finding"
	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/fix"
	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/report"
	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/verify"
)

// A Checked is a package that was analyzed. Its fixes are made when they are
// asked for.
type Checked struct {
	pass     *analysis.Pass
	settings *Settings
	findings []finding.Finding
}

// Check analyzes a package as the analyzer with the settings does, for those
// that can't wait for all that it does, such as editors.
//
// Of a package that takes longer than about a tenth of a second, early is called
// with the diagnostics that are known by then. It may be nil. Neither these nor
// those of the result have fixes. When the context is done, its error is
// returned.
func Check(ctx context.Context, pass *analysis.Pass, s Settings, early func([]analysis.Diagnostic)) (*Checked, error) {
	return check(ctx, pass, &s, early)
}

func check(ctx context.Context, pass *analysis.Pass, s *Settings, early func([]analysis.Diagnostic)) (*Checked, error) {
	lib, err := s.library()
	if err != nil {
		return nil, err
	}
	c := &Checked{pass: pass, settings: s}
	var tell func([]finding.Finding)
	if early != nil {
		tell = func(found []finding.Finding) { early(c.diagnostics(c.reported(found))) }
	}
	p := &pipeline{ctx: ctx, library: lib, settings: s}
	pkg := c.pkg()
	c.findings = c.reported(p.findings(&pkg, nil, tell))
	return c, ctx.Err()
}

// pkg returns the package.
func (c *Checked) pkg() verify.Package {
	return verify.Package{
		Fset: c.pass.Fset, Files: c.pass.Files, Pkg: c.pass.Pkg, Info: c.pass.TypesInfo,
		Sizes: c.pass.TypesSizes, ReadFile: reader(c.pass),
	}
}

// reported returns the findings that are wanted.
func (c *Checked) reported(found []finding.Finding) []finding.Finding {
	return slices.DeleteFunc(found, func(f finding.Finding) bool {
		return !c.settings.reports(f.Category) || !c.settings.Generated && isGenerated(c.pass.Files, f.Handshake)
	})
}

// Diagnostics returns what was found, in the order of the source, without fixes.
func (c *Checked) Diagnostics() []analysis.Diagnostic { return c.diagnostics(c.findings) }

func (c *Checked) diagnostics(found []finding.Finding) []analysis.Diagnostic {
	var diagnostics []analysis.Diagnostic
	for _, f := range found {
		diagnostics = append(diagnostics, report.Diagnostic(c.pass.Fset, c.pass.Files, docsURL, f))
	}
	return diagnostics
}

// Fixes makes the fixes, those of the i'th diagnostic as the i'th of the result.
// When the context is done, its error is returned.
func (c *Checked) Fixes(ctx context.Context) ([][]analysis.SuggestedFix, error) {
	if len(c.findings) == 0 {
		return nil, nil
	}
	lib, err := c.settings.library()
	if err != nil {
		return nil, err
	}
	p := &pipeline{ctx: ctx, library: lib, settings: c.settings}
	suggester := fix.New(fix.Input{
		Package: c.pkg(), Judge: p.rejudge, Complains: lib.Complains, Findings: c.findings, Trace: c.settings.fixTracer(),
	})
	var fixes [][]analysis.SuggestedFix
	for _, f := range c.findings {
		fixes = append(fixes, suggester.Suggest(f))
		if err := ctx.Err(); err != nil {
			return nil, err
		}
	}
	return fixes, nil
}
