package proof

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tlstimeoutlint/tlstimeoutlint/internal/generate"
	"github.com/tlstimeoutlint/tlstimeoutlint/internal/truth"
)

// A Case is a program, what became of it when it was run, and what the linter
// said of it.
type Case struct {
	*generate.Program
	Truth   *truth.Result
	Reports []Report
	Outcome Outcome
	Limit   *Limit // the one that covers a disagreement
	Fixes   []*Fix
	Took    time.Duration // the linter, for the package of the program
}

// An Outcome is how truth and linter compare.
type Outcome int

// The outcomes. From [Missed] on, they are disagreements.
const (
	Agreed         Outcome = iota
	SilentByPolicy         // something is left behind, but the program is made so that nobody can know
	Missed                 // something is left behind, and nothing is reported
	False                  // nothing is left behind, and something is reported
	WrongCategory          // something else is left behind than what is reported
	WrongPlace             // the report is on the line of another handshake
	Unsound                // the run can't be trusted: the program is at fault
)

func (o Outcome) String() string {
	return [...]string{"agreed", "silent by policy", "missed", "false", "wrong category", "wrong place", "unsound"}[o]
}

// categories are what the linter has to report for a verdict.
var categories = map[truth.Verdict]string{
	truth.Unstopped:   "unstopped",
	truth.BlockedSend: "blockedsend",
	truth.Ineffective: "ineffective",
}

// Leaky reports whether what the linter is for is left behind.
func (c *Case) Leaky() bool {
	return categories[c.Truth.Verdict] != ""
}

// OK reports whether truth and linter agree on a case, or disagree in a way that
// is documented, and all fixes do what they should.
func (c *Case) OK() bool {
	return (c.Outcome < Missed || c.Limit != nil) && !slices.ContainsFunc(c.Fixes, (*Fix).failed)
}

// judge sets the outcome of a case.
func (c *Case) judge() {
	c.Outcome = compare(c.Truth, c.Reports, c.Silent != "")
	if c.Outcome == Agreed && c.Leaky() && !c.placed() {
		c.Outcome = WrongPlace
	}
	if c.Outcome >= Missed {
		c.Limit = limitOf(c)
	}
}

// compare compares what happened with what was reported. Silent tells that
// nothing should be, but for a blocked send, which is a mistake all the same.
func compare(t *truth.Result, reports []Report, silent bool) Outcome {
	want := categories[t.Verdict]
	if silent {
		reports = slices.DeleteFunc(slices.Clone(reports), func(r Report) bool { return r.Category == "blockedsend" })
	}
	right := slices.ContainsFunc(reports, func(r Report) bool { return len(lostAs(t, r)) > 0 })
	switch {
	case len(t.Problems) > 0:
		return Unsound
	case want == "" && len(reports) > 0, silent && len(reports) > 0:
		return False
	case want == "":
		return Agreed
	case silent:
		return SilentByPolicy
	case len(reports) == 0:
		return Missed
	case !right:
		return WrongCategory
	}
	return Agreed
}

// lostAs returns the sites of the handshakes that were lost, in some world, in the
// way that a report tells.
func lostAs(t *truth.Result, r Report) []string {
	for verdict, sites := range t.Lost {
		if categories[verdict] == r.Category {
			return sites
		}
	}
	return nil
}

// placed reports whether a report is on the line of a handshake that was lost as
// it tells. A method value is reported where it is taken, and called elsewhere, on
// a line that does not name the handshake.
func (c *Case) placed() bool {
	for _, r := range c.Reports {
		for _, site := range lostAs(c.Truth, r) {
			if r.Site == site || !c.namesHandshake(site) {
				return true
			}
		}
	}
	return false
}

// handshakes are the names by which programs call handshakes.
var handshakes = regexp.MustCompile(`Handshake|\.Dial`)

// namesHandshake reports whether the line of the site, in the program's own file,
// calls a handshake by its name.
func (c *Case) namesHandshake(site string) bool {
	file, number, _ := strings.Cut(site, ":")
	lines := strings.Split(string(c.Source), "\n")
	n, err := strconv.Atoi(number)
	return err == nil && file == c.file() && n <= len(lines) && handshakes.MatchString(lines[n-1])
}

// Text tells of a disagreement.
func (c *Case) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %v\n", c.Name, c.Outcome)
	fmt.Fprintf(&b, "truth:  %v in the world: %s\n", c.Truth.Verdict, c.Truth.World)
	for _, verdict := range slices.Sorted(maps.Keys(c.Truth.Lost)) {
		fmt.Fprintf(&b, "        %v at %v\n", verdict, c.Truth.Lost[verdict])
	}
	for _, p := range c.Truth.Problems {
		fmt.Fprintf(&b, "        %s\n", p)
	}
	if len(c.Reports) == 0 {
		fmt.Fprintf(&b, "linter: nothing\n")
	}
	for _, r := range c.Reports {
		fmt.Fprintf(&b, "linter: %s: %s: %s\n", r.Site, r.Category, r.Message)
	}
	for _, f := range c.Fixes {
		if f.Failure != "" {
			fmt.Fprintf(&b, "fix %q: %s\n%s\n", f.Form, f.Failure, f.Source)
		}
	}
	for _, choice := range c.Choices {
		fmt.Fprintf(&b, "        %s: %s\n", choice.Dimension, choice.Value)
	}
	fmt.Fprintf(&b, "%s", c.Source)
	return b.String()
}
