package proof

import (
	"strings"
	"testing"

	"github.com/tlstimeoutlint/tlstimeoutlint/internal/generate"
	"github.com/tlstimeoutlint/tlstimeoutlint/internal/truth"
)

func TestCompare(t *testing.T) {
	for _, test := range []struct {
		verdict  truth.Verdict
		other    truth.Verdict // in another world
		problem  string
		reported string // categories
		silent   bool
		want     Outcome
	}{
		{verdict: truth.Quiet, want: Agreed},
		{verdict: truth.Stuck, want: Agreed},
		{verdict: truth.Unstopped, reported: "unstopped", want: Agreed},
		{verdict: truth.Unstopped, reported: "blockedsend unstopped", want: Agreed},
		{verdict: truth.Unstopped, want: Missed},
		{verdict: truth.BlockedSend, want: Missed},
		{verdict: truth.Quiet, reported: "unstopped", want: False},
		{verdict: truth.Stuck, reported: "blockedsend", want: False},
		{verdict: truth.Unstopped, reported: "blockedsend", want: WrongCategory},
		{verdict: truth.Ineffective, reported: "unstopped", want: WrongCategory},
		{verdict: truth.Ineffective, other: truth.Unstopped, reported: "unstopped", want: Agreed},
		{verdict: truth.Unstopped, silent: true, want: SilentByPolicy},
		{verdict: truth.Unstopped, silent: true, reported: "blockedsend", want: SilentByPolicy},
		{verdict: truth.Unstopped, silent: true, reported: "unstopped", want: False},
		{verdict: truth.Quiet, silent: true, want: Agreed},
		{verdict: truth.Quiet, problem: "does not return", want: Unsound},
	} {
		result := &truth.Result{Verdict: test.verdict, Lost: map[truth.Verdict][]string{}}
		if test.verdict >= truth.BlockedSend {
			result.Lost[test.verdict] = []string{"run1.go:3"}
		}
		if test.other != truth.Quiet {
			result.Lost[test.other] = []string{"run1.go:3"}
		}
		if test.problem != "" {
			result.Problems = []string{test.problem}
		}
		var reports []Report
		for category := range strings.FieldsSeq(test.reported) {
			reports = append(reports, Report{Category: category})
		}
		if got := compare(result, reports, test.silent); got != test.want {
			t.Errorf("%+v: got %v", test, got)
		}
	}
}

func TestPlaced(t *testing.T) {
	const source = "package p\n\nvar _ = conn.Handshake()\nvar _ = conn.Handshake()\nvar _ = f()\n"
	for _, test := range []struct {
		lost, reported string
		want           bool
	}{
		{"run1.go:3", "run1.go:3", true},
		{"run1.go:3", "run1.go:4", false},
		{"run1.go:5", "run1.go:4", true},      // calls a method value
		{"oncefunc.go:66", "run1.go:4", true}, // another file does
	} {
		c := &Case{
			Program: &generate.Program{Number: 1, Source: []byte(source)},
			Truth:   &truth.Result{Lost: map[truth.Verdict][]string{truth.Unstopped: {test.lost}}},
			Reports: []Report{{Category: "unstopped", Site: test.reported}},
		}
		if got := c.placed(); got != test.want {
			t.Errorf("%+v: got %v", test, got)
		}
	}
}

// TestTable adds up.
func TestTable(t *testing.T) {
	p, err := generate.New(1).Next(packageName)
	if err != nil {
		t.Fatal(err)
	}
	table := NewTable()
	table.Add(&Case{Program: p, Truth: &truth.Result{Verdict: truth.Unstopped}, Outcome: Missed})
	table.Add(&Case{Program: p, Truth: &truth.Result{}, Fixes: []*Fix{{Form: "A fix"}, {Form: "A fix", Failure: "no good"}}})
	var b strings.Builder
	if err := table.Write(&b); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(b.String(), "\n")
	var got []string
	for _, line := range lines {
		if strings.HasPrefix(strings.TrimSpace(line), "all ") {
			got = strings.Fields(line)
		}
	}
	if want := "all 2 1 1 0 1 0 0 0 0 1 0 0"; strings.Join(got, " ") != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if !strings.Contains(b.String(), "fix: A fix: 1 of 2 verified\n") {
		t.Errorf("no fix in\n%s", b.String())
	}
}
