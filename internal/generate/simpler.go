package generate

import (
	"fmt"
	"slices"
)

// Simpler returns the programs that differ from p in one choice, which is the
// first row of the table that fits; or in one value less, where that is allowed.
// They are numbered from 1 on. It helps to find what a disagreement is due to.
func Simpler(p *Program, pkg string) ([]*Program, error) {
	var programs []*Program
	for i, c := range p.Choices {
		s := simpler(p.Choices, i, c)
		if s == nil {
			continue
		}
		q, err := s.program(len(programs)+1, pkg, nil)
		if err != nil {
			return nil, err
		}
		programs = append(programs, q)
	}
	return programs, nil
}

// simpler returns the sketch with a simpler i-th choice, or nil if there is none.
func simpler(choices []Choice, i int, c Choice) *sketch {
	for _, d := range dimensions {
		if d.name != c.Dimension {
			continue
		}
		if d.draws > 0 {
			s, _ := compose(slices.Delete(slices.Clone(choices), i, i+1))
			return s
		}
		for _, v := range d.values[:d.index(c.Value)] {
			list := slices.Clone(choices)
			list[i].Value = v.name
			if s, ok := compose(list); ok {
				return s
			}
		}
	}
	return nil
}

// Compose returns the program that has the given choices, which are in the order
// of the dimensions.
func Compose(number int, pkg string, choices []Choice) (*Program, error) {
	s, ok := compose(choices)
	if !ok {
		return nil, fmt.Errorf("%v do not go together", choices)
	}
	return s.program(number, pkg, nil)
}

// compose returns the sketch with the choices, if they go together.
func compose(choices []Choice) (*sketch, bool) {
	s := &sketch{features: make(map[string]bool), defs: make(defs)}
	for _, d := range dimensions {
		for _, c := range choices {
			if c.Dimension != d.name {
				continue
			}
			i := d.index(c.Value)
			if i < 0 || !d.values[i].fits(s.features) {
				return nil, false
			}
			s.add(d.name, d.values[i])
		}
	}
	return s, true
}

// index returns the index of a value, or -1.
func (d *dimension) index(name string) int {
	return slices.IndexFunc(d.values, func(v value) bool { return v.name == name })
}
