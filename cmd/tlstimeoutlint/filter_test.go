package main

import (
	"bytes"
	"testing"

	"github.com/tlstimeoutlint/tlstimeoutlint/internal/filter"
)

// TestFilterHidesNothing compares the findings with the filter to those
// without it.
func TestFilterHidesNothing(t *testing.T) {
	t.Chdir("../..")
	for _, args := range [][]string{
		{"-borrowed", "-handrolled", "-generated", "./testdata/src/..."},
		{"-borrowed", "-handrolled", "net/smtp", "net/rpc/...", "net/http/httptest", "log/..."},
	} {
		all, filtered := findings(t, args, false), findings(t, args, true)
		if !bytes.Equal(all, filtered) {
			t.Errorf("%q: without the filter\n%s\nwith it\n%s", args, all, filtered)
		}
	}
}

func findings(t *testing.T, args []string, filtered bool) []byte {
	cmd, err := parse(args)
	if err != nil {
		t.Fatal(err)
	}
	patterns := cmd.patterns
	if filtered {
		res := filter.Apply(cmd.filterConfig(), cmd.patterns)
		if res.Unfiltered != "" {
			t.Fatalf("%q: not filtered: %s", args, res.Unfiltered)
		}
		t.Logf("%q: %d packages to load, %d skipped", args, len(res.Patterns), len(res.Skipped))
		patterns = res.Patterns
	}
	graph, exit := cmd.analyze(patterns)
	if exit != exitClean {
		t.Fatalf("%q: exit code %d", args, exit)
	}
	var out bytes.Buffer
	if err := graph.PrintJSON(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}
