package load

import (
	"errors"
	"fmt"
	"go/ast"
	"go/types"
	"runtime/debug"
	"slices"
	"sync"

	"golang.org/x/tools/go/analysis"
)

// A Result is what one of the directory's packages was found to be.
type Result struct {
	Unit string // the package's name for the go command

	// Err says why there are no findings: the package has errors. (They are
	// for the compiler to tell, so one is enough.)
	Err error

	Findings []Finding

	// Contents are the files that the findings are in, as they were.
	Contents map[string]string
}

// ErrInternal is a mistake of the analyzer.
var ErrInternal = errors.New("internal error")

// Check analyzes the packages of the directory. The directory must not be
// stale.
func (d *Dir) Check(a *analysis.Analyzer, overlay Overlay) []Result {
	units := slices.Clone(d.units)
	// External tests come last: they import the package with its tests, which
	// is then at hand as it is in the editor.
	slices.SortStableFunc(units, func(a, b *unit) int {
		switch {
		case a.tests == b.tests:
			return len(a.files) - len(b.files)
		case a.tests:
			return 1
		}
		return -1
	})
	checks := make([]*check, len(units))
	results := make([]Result, len(units))
	var latest *types.Package
	for i, u := range units {
		c := &check{dir: d, unit: u, overlay: overlay}
		if u.tests {
			c.tested = latest
		}
		checks[i], results[i] = c, Result{Unit: u.id, Err: c.typeCheck()}
		if results[i].Err == nil {
			latest = c.pkg
		}
	}
	var group sync.WaitGroup
	for i, c := range checks {
		r := &results[i]
		if r.Err != nil {
			continue // as the command does, too
		}
		group.Go(func() {
			var diagnostics []analysis.Diagnostic
			if diagnostics, r.Err = c.analyze(a); r.Err == nil {
				r.Findings, r.Contents = c.findings(diagnostics)
			}
		})
	}
	group.Wait()
	return results
}

// A check is the type check and the analysis of a unit.
type check struct {
	dir     *Dir
	unit    *unit
	overlay Overlay
	tested  *types.Package // what the external tests test, if it has been checked

	files []*ast.File
	pkg   *types.Package
	info  *types.Info
}

// typeCheck parses and type-checks the unit.
func (c *check) typeCheck() error {
	for _, name := range c.unit.files {
		p := c.dir.parse(name, c.overlay)
		if p.err != nil {
			return p.err
		}
		c.files = append(c.files, p.file)
	}
	c.info = &types.Info{
		Types:        make(map[ast.Expr]types.TypeAndValue),
		Instances:    make(map[*ast.Ident]types.Instance),
		Defs:         make(map[*ast.Ident]types.Object),
		Uses:         make(map[*ast.Ident]types.Object),
		Implicits:    make(map[ast.Node]types.Object),
		Selections:   make(map[*ast.SelectorExpr]*types.Selection),
		Scopes:       make(map[ast.Node]*types.Scope),
		FileVersions: make(map[*ast.File]string),
	}
	conf := types.Config{
		Importer:  c,
		Sizes:     c.unit.sizes,
		GoVersion: c.unit.version,
	}
	var err error
	c.pkg, err = conf.Check(c.unit.pkgPath, c.dir.fset, c.files, c.info)
	return err
}

// Import implements [types.Importer].
func (c *check) Import(path string) (*types.Package, error) {
	if real, ok := c.unit.imports[path]; ok {
		path = real
	}
	if path == "unsafe" {
		return types.Unsafe, nil
	}
	if c.tested != nil && path == c.tested.Path() {
		return c.tested, nil
	}
	return c.dir.imports.Import(path)
}

// analyze runs the analyzer, which needs no facts and requires no others. A
// panic is an error: the package may be one that is only just being written.
func (c *check) analyze(a *analysis.Analyzer) (diagnostics []analysis.Diagnostic, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: %v\n%s", ErrInternal, p, debug.Stack())
		}
	}()
	pass := &analysis.Pass{
		Analyzer:   a,
		Fset:       c.dir.fset,
		Files:      c.files,
		Pkg:        c.pkg,
		TypesInfo:  c.info,
		TypesSizes: c.unit.sizes,
		ResultOf:   make(map[*analysis.Analyzer]any),
		Report:     func(d analysis.Diagnostic) { diagnostics = append(diagnostics, d) },
		ReadFile:   c.overlay.ReadFile,
	}
	if m := c.unit.module; m != nil {
		pass.Module = &analysis.Module{Path: m.Path, Version: m.Version, GoVersion: m.GoVersion}
	}
	_, err = a.Run(pass)
	return diagnostics, err
}
