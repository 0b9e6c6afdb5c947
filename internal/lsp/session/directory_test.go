package session

import (
	"slices"
	"testing"

	"github.com/tlstimeoutlint/tlstimeoutlint/internal/lsp/load"
)

// TestEarly follows findings through checks that tell something early.
func TestEarly(t *testing.T) {
	contents := map[string]string{"p.go": "package p\n"}
	finding := func(start int, message string) load.Finding {
		return load.Finding{Place: load.Place{File: "p.go", Start: start, End: start + 1, Message: message}}
	}
	result := func(findings ...load.Finding) load.Result {
		return load.Result{Unit: "p", Findings: findings, Contents: contents}
	}
	d := newDirectory("")
	expect := func(what string, want ...string) {
		t.Helper()
		var got []string
		for _, l := range d.in("p.go") {
			got = append(got, l.result.findings[l.index].Message)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s there are %q, want %q", what, got, want)
		}
	}
	check := func() { d.early = make(map[string][]load.Finding) }

	check()
	d.storeEarly(result(finding(1, "first")))
	expect("early", "first")
	d.store([]load.Result{result(finding(1, "first"), finding(5, "late"))}, true)
	expect("in the end", "first", "late")

	// What was found early before and no longer is, is gone; the rest may come yet.
	check()
	d.storeEarly(result(finding(3, "new")))
	expect("early after an edit", "new", "late")
	d.store([]load.Result{result(finding(3, "new"))}, true)
	expect("in the end of the edit", "new")

	// A check that is done at once tells nothing early.
	check()
	d.store([]load.Result{result(finding(5, "at once"))}, true)
	check()
	d.storeEarly(result())
	expect("early after one that was done at once")

	// While there are errors, what was known stays, without fixes.
	d.store([]load.Result{result(finding(1, "known"))}, true)
	check()
	d.store([]load.Result{{Unit: "p", Err: load.ErrInternal}}, true)
	expect("with errors", "known")
	if d.results["p"].unfixed != nil {
		t.Error("with errors fixes can be made")
	}
}
