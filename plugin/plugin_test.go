package plugin

import (
	"strings"
	"testing"

	"github.com/golangci/plugin-module-register/register"
	"golang.org/x/tools/go/analysis"
)

func TestRegistered(t *testing.T) {
	build, err := register.GetPlugin("tlstimeoutlint")
	if err != nil {
		t.Fatal(err)
	}
	p, err := build(map[string]any{"borrowed": true, "handshakes": []any{"p.Dial", "(*p.Conn).Handshake close=waits"}})
	if err != nil {
		t.Fatal(err)
	}
	if mode := p.GetLoadMode(); mode != register.LoadModeTypesInfo {
		t.Errorf("load mode is %s", mode)
	}
	analyzers, err := p.BuildAnalyzers()
	if err != nil {
		t.Fatal(err)
	}
	if err := analysis.Validate(analyzers); err != nil {
		t.Error(err)
	}
	if len(analyzers) != 1 || analyzers[0].Name != "tlstimeoutlint" {
		t.Errorf("analyzers are %v", analyzers)
	}
	for name, want := range map[string]string{"borrowed": "true", "handshakes": "p.Dial,(*p.Conn).Handshake close=waits"} {
		if got := analyzers[0].Flags.Lookup(name).Value.String(); got != want {
			t.Errorf("the setting %s does not reach the analyzer: it is %s", name, got)
		}
	}
}

// TestMalformed checks that an unknown setting, and one that only the analyzer
// knows to be malformed, are errors that name them.
func TestMalformed(t *testing.T) {
	for _, test := range []struct {
		conf any
		want []string // parts of the error
	}{
		{map[string]any{"borowed": true}, []string{`"borowed"`, "borrowed, generated, handrolled, handshakes"}},
		{
			map[string]any{"handshakes": []any{"p.Dial", "(*p.Conn).Handshake close=late"}},
			[]string{`"handshakes"`, `"(*pkg/path.Type).Method"`, "close=waits", `"(*p.Conn).Handshake close=late"`, `close can't be "late"`},
		},
	} {
		_, err := New(test.conf)
		if err == nil {
			t.Errorf("%v: no error", test.conf)
			continue
		}
		for _, part := range test.want {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("%v: error %q does not contain %q", test.conf, err, part)
			}
		}
	}
}

func TestTrim(t *testing.T) {
	reported := analysis.Diagnostic{
		Message:        "handshake",
		Related:        []analysis.RelatedInformation{{Message: "timer"}},
		SuggestedFixes: []analysis.SuggestedFix{{Message: "first"}, {Message: "second"}},
	}
	a := trim(&analysis.Analyzer{Run: func(pass *analysis.Pass) (any, error) {
		pass.Report(reported)
		pass.Report(analysis.Diagnostic{Message: "no fix"})
		return nil, nil
	}})
	var got []analysis.Diagnostic
	if _, err := a.Run(&analysis.Pass{Report: func(d analysis.Diagnostic) { got = append(got, d) }}); err != nil {
		t.Fatal(err)
	}
	if len(got) != 2 || got[0].Message != "handshake" || got[1].Message != "no fix" {
		t.Fatalf("got %v", got)
	}
	if fixes := got[0].SuggestedFixes; len(got[0].Related) != 0 || len(fixes) != 1 || fixes[0].Message != "first" {
		t.Errorf("got %+v", got[0])
	}
	if len(reported.SuggestedFixes) != 2 || len(reported.Related) != 1 {
		t.Error("the analyzer's own diagnostic was changed")
	}
}
