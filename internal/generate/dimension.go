package generate

import (
	"math/rand/v2"
	"slices"
	"strings"
)

// defs are named pieces of code. A name that begins with a plus adds to what
// other rows have defined; any other replaces it.
type defs map[string]string

// A value is a row of a dimension's table.
type value struct {
	name   string
	weight int    // how often it is drawn, in comparison with the others; 0 means 10
	needs  string // the features that rows drawn before must have given, or, behind a "!", must not
	gives  string // features
	silent string // why the linter keeps silent, whatever the truth is
	defs   defs
}

// A dimension is one respect in which programs differ. Their order matters: a
// row can only need what rows of the dimensions before it give.
type dimension struct {
	name   string
	draws  int // how many of its values a program has at most; 0 means exactly one
	values []value
}

// dimensions are all dimensions, in the order in which they are drawn.
var dimensions = []dimension{
	{name: "result", values: results},
	{name: "dial", values: dials},
	{name: "hold", values: holds},
	{name: "make", values: makes},
	{name: "timer", values: timers},
	{name: "form", values: forms},
	{name: "expiry", values: expiries},
	{name: "stop", values: stops},
	{name: "place", values: places},
	{name: "carry", values: carries},
	{name: "room", values: rooms},
	{name: "call", values: calls},
	{name: "run", values: runs},
	{name: "drain", values: drains},
	{name: "tidy", values: tidies},
	{name: "layout", values: layouts},
	{name: "order", values: orders},
	{name: "noise", draws: 3, values: noises},
}

// Dimensions returns the names of the dimensions, and of the values of each, in order.
func Dimensions() (names []string, values map[string][]string) {
	values = make(map[string][]string)
	for _, d := range dimensions {
		names = append(names, d.name)
		for _, v := range d.values {
			values[d.name] = append(values[d.name], v.name)
		}
	}
	return names, values
}

// A sketch is a program in the making.
type sketch struct {
	choices  []Choice
	features map[string]bool
	silent   string
	defs     defs
}

// A Choice is a value of a dimension that a program has.
type Choice struct {
	Dimension, Value string
}

// draw draws values of all dimensions. It reports whether it has found one of
// each: rows that were drawn early may leave none for those that come late.
func draw(r *rand.Rand) (*sketch, bool) {
	s := &sketch{features: make(map[string]bool), defs: make(defs)}
	for _, d := range dimensions {
		draws := 1
		if d.draws > 0 {
			draws = r.IntN(d.draws + 1)
		}
		rest := slices.Clone(d.values)
		for range draws {
			i, ok := pick(r, rest, s.features)
			if !ok {
				if d.draws > 0 {
					break
				}
				return nil, false
			}
			s.add(d.name, rest[i])
			rest = slices.Delete(rest, i, i+1)
		}
	}
	return s, true
}

// pick returns the index of a value that goes with the features, at random by weight.
func pick(r *rand.Rand, values []value, features map[string]bool) (index int, ok bool) {
	total := 0
	for _, v := range values {
		if v.fits(features) {
			total += v.share()
		}
	}
	if total == 0 {
		return 0, false
	}
	n := r.IntN(total)
	for i, v := range values {
		if !v.fits(features) {
			continue
		}
		if n -= v.share(); n < 0 {
			return i, true
		}
	}
	return 0, false // unreachable: n was less than the sum
}

func (v *value) share() int {
	if v.weight == 0 {
		return 10
	}
	return v.weight
}

// fits reports whether v goes with rows that have given the features.
func (v *value) fits(features map[string]bool) bool {
	for need := range strings.FieldsSeq(v.needs) {
		name, barred := strings.CutPrefix(need, "!")
		if features[name] == barred {
			return false
		}
	}
	return true
}

// add gives s a value of a dimension.
func (s *sketch) add(dimension string, v value) {
	s.choices = append(s.choices, Choice{dimension, v.name})
	for feature := range strings.FieldsSeq(v.gives) {
		s.features[feature] = true
	}
	if v.silent != "" {
		s.silent = v.silent
	}
	for name, text := range v.defs {
		if more, ok := strings.CutPrefix(name, "+"); ok {
			name, text = more, join(s.defs[more], text, more)
		}
		s.defs[name] = text
	}
}

// join puts one piece of code behind another: declarations with an empty line
// between them.
func join(a, b, name string) string {
	switch {
	case a == "" || b == "":
		return a + b
	case name == "decls":
		return a + "\n\n" + b
	}
	return a + "\n" + b
}
