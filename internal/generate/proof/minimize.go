package proof

import (
	"context"
	"fmt"
	"slices"

	"github.com/tlstimeoutlint/tlstimeoutlint/internal/generate"
)

// Minimize returns the simplest program that it finds on which truth and linter
// disagree as they do on c.
func (p *Prover) Minimize(ctx context.Context, c *Case) (*Case, error) {
	for {
		programs, err := generate.Simpler(c.Program, packageName)
		if err != nil {
			return nil, err
		}
		simpler, err := p.alike(ctx, c, programs)
		if err != nil || len(simpler) == 0 {
			return c, err
		}
		// What may be simpler in one respect may most often be so in all.
		next := simpler[0]
		if q := combine(c.Program, simpler); q != nil {
			all, err := p.alike(ctx, c, []*generate.Program{q})
			if err != nil {
				return nil, err
			}
			if len(all) > 0 {
				next = all[0]
			}
		}
		c = next
	}
}

// alike proves programs and returns the cases that are wrong in the way that c is.
func (p *Prover) alike(ctx context.Context, c *Case, programs []*generate.Program) ([]*Case, error) {
	if len(programs) == 0 {
		return nil, nil
	}
	var cases []*Case
	for _, q := range programs {
		cases = append(cases, &Case{Program: q})
	}
	if err := p.Prove(ctx, cases); err != nil {
		return nil, err
	}
	return slices.DeleteFunc(cases, func(d *Case) bool { return d.kind() != c.kind() }), nil
}

// kind tells in which way truth and linter disagree.
func (c *Case) kind() string {
	kind := fmt.Sprint(c.Outcome, c.Truth.Verdict)
	for _, r := range c.Reports {
		kind += " " + r.Category
	}
	for _, f := range c.Fixes {
		kind += fmt.Sprint(" ", f.failed())
	}
	return kind
}

// combine returns the program that is simpler than p in all respects in which
// one of the cases is, or nil if there is none.
func combine(p *generate.Program, cases []*Case) *generate.Program {
	choices := slices.Clone(p.Choices)
	for _, c := range slices.Backward(cases) { // the simplest value of each comes first
		if len(c.Choices) < len(p.Choices) {
			choices = slices.DeleteFunc(choices, func(x generate.Choice) bool {
				return slices.Contains(p.Choices, x) && !slices.Contains(c.Choices, x)
			})
			continue
		}
		for i := range c.Choices {
			if c.Choices[i] != p.Choices[i] {
				choices[i] = c.Choices[i]
			}
		}
	}
	q, err := generate.Compose(1, packageName, choices)
	if err != nil {
		return nil
	}
	return q
}
