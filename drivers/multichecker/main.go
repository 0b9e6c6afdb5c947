// This command runs tlstimeoutlint together with other analyzers, in ten lines.
package main

import (
	"golang.org/x/tools/go/analysis/multichecker"
	"golang.org/x/tools/go/analysis/passes/lostcancel"

	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer"
)

func main() { multichecker.Main(analyzer.Analyzer, lostcancel.Analyzer) }
