package generate

import (
	"fmt"
	"slices"
)

// Simpler returns the programs that differ from p in one choice, which is one
// of an earlier row of the table; or in one value less, where that is allowed.
// They are numbered from 1 on. It helps to find what a disagreement is due to.
func Simpler(p *Program, pkg string) ([]*Program, error) {
	var programs []*Program
	for i, c := range p.Choices {
		var lists [][]Choice
		for _, d := range dimensions {
			switch {
			case d.name != c.Dimension:
			case d.draws > 0:
				lists = append(lists, slices.Delete(slices.Clone(p.Choices), i, i+1))
			default:
				for _, v := range d.values[:d.index(c.Value)] {
					list := slices.Clone(p.Choices)
					list[i].Value = v.name
					lists = append(lists, list)
				}
			}
		}
		for _, list := range lists {
			s, ok := compose(list)
			if !ok {
				continue
			}
			q, err := s.program(len(programs)+1, pkg, nil)
			if err != nil {
				return nil, err
			}
			programs = append(programs, q)
		}
	}
	return programs, nil
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
