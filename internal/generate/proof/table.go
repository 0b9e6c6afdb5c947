package proof

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/tlstimeoutlint/tlstimeoutlint/internal/generate"
)

// A Table counts cases: all of them, and by each value of each dimension.
type Table struct {
	total  counts
	values map[generate.Choice]*counts
	forms  map[string]*formCounts
	limits map[*Limit]int
}

type counts struct {
	programs, leaky, reported int
	outcomes                  [Unsound + 1]int
	limited                   int // disagreements that a limit covers
	fixed, verified           int
	took                      time.Duration
}

// formCounts counts the fixes of one form.
type formCounts struct{ offered, verified int }

// NewTable returns an empty table.
func NewTable() *Table {
	t := &Table{values: make(map[generate.Choice]*counts), forms: make(map[string]*formCounts), limits: make(map[*Limit]int)}
	names, values := generate.Dimensions()
	for _, d := range names {
		for _, v := range values[d] {
			t.values[generate.Choice{Dimension: d, Value: v}] = &counts{}
		}
	}
	return t
}

// Add counts a case.
func (t *Table) Add(c *Case) {
	t.total.add(c)
	for _, choice := range c.Choices {
		t.values[choice].add(c)
	}
	if c.Limit != nil {
		t.limits[c.Limit]++
	}
	for _, f := range c.Fixes {
		if t.forms[f.Form] == nil {
			t.forms[f.Form] = &formCounts{}
		}
		t.forms[f.Form].offered++
		if f.Failure == "" {
			t.forms[f.Form].verified++
		}
	}
}

func (n *counts) add(c *Case) {
	n.programs++
	n.outcomes[c.Outcome]++
	n.took += c.Took
	if c.Leaky() {
		n.leaky++
	}
	if len(c.Reports) > 0 {
		n.reported++
	}
	if c.Limit != nil {
		n.limited++
	}
	if len(c.Fixes) > 0 {
		n.fixed++
		if !slices.ContainsFunc(c.Fixes, (*Fix).failed) {
			n.verified++
		}
	}
}

// Write writes the table.
func (t *Table) Write(out io.Writer) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	head := "programs\tleaky\tsafe\treported\tmissed\tfalse\tother\tby policy\tlimits\tfixed\tverified\tms each\t"
	names, values := generate.Dimensions()
	for _, d := range names {
		fmt.Fprintf(w, "%s\t%s\n", strings.ToUpper(d), head)
		for _, v := range values[d] {
			fmt.Fprintf(w, "%s\t%v\n", v, t.values[generate.Choice{Dimension: d, Value: v}])
		}
		fmt.Fprintf(w, "\t\n")
	}
	fmt.Fprintf(w, "\t%s\nall\t%v\n", head, &t.total)
	if err := w.Flush(); err != nil {
		return err
	}
	for _, l := range Limits {
		fmt.Fprintf(out, "limit: %s: %d programs\n", l.Name, t.limits[l])
	}
	for _, form := range slices.Sorted(maps.Keys(t.forms)) {
		n := t.forms[form]
		fmt.Fprintf(out, "fix: %s: %d of %d verified\n", form, n.verified, n.offered)
	}
	return nil
}

func (n *counts) String() string {
	o := n.outcomes
	return fmt.Sprintf("%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t",
		n.programs, n.leaky, n.programs-n.leaky, n.reported,
		o[Missed], o[False], o[WrongCategory]+o[WrongPlace]+o[Unsound], o[SilentByPolicy], n.limited,
		n.fixed, n.verified, n.took.Milliseconds()/int64(max(n.programs, 1)))
}
