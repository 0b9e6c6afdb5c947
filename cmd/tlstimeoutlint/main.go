// The tlstimeoutlint command finds TLS handshakes that are raced by hand
// against a timer and not stopped.
package main

import (
	"golang.org/x/tools/go/analysis/singlechecker"

	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer"
)

func main() { singlechecker.Main(analyzer.Analyzer) }
