package proof

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"

	"github.com/tlstimeoutlint/tlstimeoutlint/internal/generate"
	"github.com/tlstimeoutlint/tlstimeoutlint/internal/truth"
	"github.com/tlstimeoutlint/tlstimeoutlint/internal/truth/echo"
)

// A Prover runs programs and has the linter look at them.
type Prover struct {
	module string // a directory with a module of its own
	linter *Linter
}

// New returns a prover that works in an empty directory. Root is the directory
// of this module, whose requirements programs share.
func New(dir, root string) (*Prover, error) {
	for _, name := range []string{"go.mod", "go.sum"} {
		data, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			return nil, err
		}
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o666); err != nil {
			return nil, err
		}
	}
	l, err := NewLinter(dir, generate.Imports())
	return &Prover{module: dir, linter: l}, err
}

// packageName is the name of the packages in which programs run.
const packageName = "p"

// Generate returns the next programs of a generator.
func Generate(g *generate.Generator, n int) ([]*Case, error) {
	var cases []*Case
	for range n {
		p, err := g.Next(packageName)
		if err != nil {
			return nil, err
		}
		cases = append(cases, &Case{Program: p})
	}
	return cases, nil
}

// Prove runs the programs of the cases, compares what happens with what the
// linter says, and does the same for the programs with the suggested fixes.
func (p *Prover) Prove(ctx context.Context, cases []*Case) error {
	if err := p.lint(cases); err != nil {
		return err
	}
	stages := []*stage{{dir: "programs"}}
	for _, c := range cases {
		stages[0].add(c, c.Source)
		for i, f := range c.Fixes {
			if f.Failure != "" {
				continue
			}
			for len(stages) <= i+1 {
				stages = append(stages, &stage{dir: fmt.Sprintf("fixed%d", len(stages))})
			}
			stages[i+1].add(c, f.Source)
		}
	}
	if err := p.run(ctx, stages); err != nil {
		return err
	}
	for _, c := range cases {
		c.Truth = stages[0].results[c.Name]
		c.judge()
	}
	if err := p.doubt(ctx, cases); err != nil {
		return err
	}
	for i, s := range stages[1:] {
		for _, c := range s.cases {
			c.Fixes[i].compare(c, s.results[c.Name])
		}
	}
	return p.compareEchoes(ctx, stages)
}

// compareEchoes checks that the fixed programs return the same errors as before.
// Programs that seem not to are run again, as they were before and as they are, many
// times: two things that happen at the same time may come in either order.
func (p *Prover) compareEchoes(ctx context.Context, stages []*stage) error {
	original := &stage{dir: stages[0].dir} // the programs that have fixes
	for _, s := range stages[1:] {
		for _, c := range s.cases {
			if !slices.Contains(original.cases, c) {
				original.cases = append(original.cases, c)
			}
		}
	}
	if len(original.cases) == 0 {
		return nil
	}
	said, err := p.echoes(ctx, 1, append([]*stage{original}, stages[1:]...)...)
	if err != nil {
		return err
	}
	differ := []*stage{{dir: original.dir}} // the originals, then the fixed ones as in stages
	for _, s := range stages[1:] {
		again := &stage{dir: s.dir}
		differ = append(differ, again)
		for _, c := range s.cases {
			if echo.Differs(c.Name, c.Params, said[original.dir], said[s.dir]) == "" {
				continue
			}
			again.cases = append(again.cases, c)
			if !slices.Contains(differ[0].cases, c) {
				differ[0].cases = append(differ[0].cases, c)
			}
		}
	}
	if len(differ[0].cases) == 0 {
		return nil
	}
	more, err := p.echoes(ctx, 50, differ...)
	if err != nil {
		return err
	}
	for i, s := range differ[1:] {
		for _, c := range s.cases {
			if how := echo.Differs(c.Name, c.Params, more[original.dir], more[s.dir]); how != "" {
				c.Fixes[i].fail("%s", how)
			}
		}
	}
	return nil
}

// echoes returns what the programs of stages return.
func (p *Prover) echoes(ctx context.Context, times int, stages ...*stage) (map[string]echo.Echo, error) {
	var pkgs []echo.Package
	for _, s := range stages {
		pkg := echo.Package{Dir: s.dir, Name: packageName}
		for _, c := range s.cases {
			pkg.Functions = append(pkg.Functions, c.Name)
		}
		pkgs = append(pkgs, pkg)
	}
	return echo.Run(ctx, p.module, pkgs, times)
}

// doubt runs programs again of which something was falsely reported, as it seems:
// where the course of a program is a matter of chance, the worst counts.
func (p *Prover) doubt(ctx context.Context, cases []*Case) error {
	for round := range 10 {
		s := &stage{dir: fmt.Sprintf("again%d", round)} // the go command caches results by directory
		for _, c := range cases {
			if c.Outcome == False {
				s.add(c, c.Source)
			}
		}
		if len(s.cases) == 0 {
			return nil
		}
		if err := p.run(ctx, []*stage{s}); err != nil {
			return err
		}
		for _, c := range s.cases {
			if again := s.results[c.Name]; again.Verdict > c.Truth.Verdict {
				c.Truth = again
				c.judge()
			}
		}
	}
	return nil
}

// lint has the linter look at the cases, as many at a time as there are processors.
func (p *Prover) lint(cases []*Case) error {
	errs := make([]error, len(cases))
	room := make(chan bool, runtime.GOMAXPROCS(0))
	var wg sync.WaitGroup
	for i, c := range cases {
		room <- true
		wg.Go(func() {
			defer func() { <-room }()
			if err := c.lint(p.linter); err != nil {
				errs[i] = fmt.Errorf("%s: %w\n%s", c.Name, err, c.Source)
			}
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

// A stage is a package in which programs are run.
type stage struct {
	dir     string // below that of the module
	cases   []*Case
	sources [][]byte
	results map[string]*truth.Result // by the name of the function
}

func (s *stage) add(c *Case, source []byte) {
	s.cases = append(s.cases, c)
	s.sources = append(s.sources, source)
}

// run runs the programs of the stages.
func (p *Prover) run(ctx context.Context, stages []*stage) error {
	var pkgs []*truth.Package
	for _, s := range stages {
		pkg := &truth.Package{Dir: filepath.Join(p.module, s.dir), Name: packageName}
		if err := os.RemoveAll(pkg.Dir); err != nil {
			return err
		}
		for i, c := range s.cases {
			if err := write(filepath.Join(pkg.Dir, c.file()), s.sources[i]); err != nil {
				return err
			}
			pkg.Cases = append(pkg.Cases, truth.Case{Name: c.Name, Params: c.Params})
		}
		pkgs = append(pkgs, pkg)
	}
	results, err := truth.Run(ctx, pkgs...)
	for i, s := range stages {
		s.results = results[pkgs[i].Dir]
	}
	return err
}

func write(name string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		return err
	}
	return os.WriteFile(name, data, 0o666)
}
