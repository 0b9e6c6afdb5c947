// Package plugin makes tlstimeoutlint a module plugin of golangci-lint. A
// golangci-lint that is built with this package knows a linter of the name
// "tlstimeoutlint"; its settings are those of [analyzer.Settings].
package plugin

import (
	"github.com/golangci/plugin-module-register/register"
	"golang.org/x/tools/go/analysis"

	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer"
	"github.com/tlstimeoutlint/tlstimeoutlint/internal/settings"
)

func init() { register.Plugin("tlstimeoutlint", New) }

// New returns the linter with the settings of golangci-lint's configuration. It
// reports an error that names the setting where one is unknown or malformed.
func New(conf any) (register.LinterPlugin, error) {
	decoded, err := settings.Decode(conf)
	if err != nil {
		return nil, err
	}
	a, err := analyzer.New(decoded)
	if err != nil {
		return nil, err
	}
	return linter{trim(a)}, nil
}

type linter struct{ analyzer *analysis.Analyzer }

func (l linter) BuildAnalyzers() ([]*analysis.Analyzer, error) {
	return []*analysis.Analyzer{l.analyzer}, nil
}

func (linter) GetLoadMode() string { return register.LoadModeTypesInfo }

// trim reduces what the analyzer reports to what golangci-lint can handle. Of
// several fixes it applies all, one over the other, and it makes an issue of its
// own of each piece of related information. The message tells the same without.
func trim(a *analysis.Analyzer) *analysis.Analyzer {
	run := a.Run
	a.Run = func(pass *analysis.Pass) (any, error) {
		trimmed := *pass
		trimmed.Report = func(d analysis.Diagnostic) {
			d.Related = nil
			d.SuggestedFixes = d.SuggestedFixes[:min(1, len(d.SuggestedFixes))]
			pass.Report(d)
		}
		return run(&trimmed)
	}
	return a
}
