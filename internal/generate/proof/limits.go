package proof

// A Limit is a kind of program on which truth and linter are known to disagree.
type Limit struct {
	Name string
	Why  string
	// Choices are values of dimensions that a program must have, all of them.
	Choices map[string]string
	Outcome Outcome
}

// Limits are all known ones. Each has a case in testdata/src/policy.
var Limits = []*Limit{
	{
		Name: "done before",
		Why: "When a later attempt begins, the context of all attempts is done: the select need not wait, so that " +
			"nothing in it is a race, and what the goroutine that watches the context does first is a matter of chance.",
		Choices: map[string]string{"layout": "retries", "place": "goroutine that watches the context"},
		Outcome: Missed,
	},
}

// limitOf returns the limit that covers a disagreement, or nil.
func limitOf(c *Case) *Limit {
	for _, l := range Limits {
		if l.covers(c) {
			return l
		}
	}
	return nil
}

func (l *Limit) covers(c *Case) bool {
	if c.Outcome != l.Outcome {
		return false
	}
	for dimension, value := range l.Choices {
		if !c.Has(dimension, value) {
			return false
		}
	}
	return true
}
