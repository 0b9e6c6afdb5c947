package proof

// A Limit is a kind of program on which truth and linter are known to disagree.
type Limit struct {
	Name string
	Why  string
	// Choices are values of dimensions that a program must have, all of them.
	Choices map[string]string
	Outcome Outcome
}

// Limits are all known ones.
var Limits = []*Limit{}

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
