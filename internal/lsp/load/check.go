package load

import (
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/types"
	"runtime/debug"
	"slices"
	"sync"

	"golang.org/x/tools/go/analysis"

	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer"
)

// A Result is what one of the directory's packages was found to be.
type Result struct {
	Unit  string   // the package's name for the go command
	Files []string // the names of its files

	// Err says why there are no findings: the package has errors. (They are
	// for the compiler to tell, so one is enough.)
	Err error

	// Findings have no fixes yet: Suggest makes them.
	Findings []Finding

	// Contents are the files of the directory, as they were.
	Contents map[string]string

	check *check
}

// ErrInternal is a mistake of the analyzer.
var ErrInternal = errors.New("internal error")

// Check analyzes the packages of the directory, which must not be stale. For
// those that take their time it calls early with what is known by then, from
// several goroutines. When the context is done, the results are those of none.
func (d *Dir) Check(ctx context.Context, conf analyzer.Settings, overlay Overlay, early func(Result)) []Result {
	d.clean()
	checks := d.typeCheck(overlay)
	results := make([]Result, len(checks))
	var group sync.WaitGroup
	for i, c := range checks {
		results[i] = c.result()
		if c.err != nil {
			continue // as the command does, too
		}
		group.Go(func() { results[i] = c.analyze(ctx, conf, early) })
	}
	group.Wait()
	return results
}

// typeCheck type-checks the packages of the directory. The one with tests comes
// first: without errors, it is all that there is to check of the other, which has
// the same files but the tests. External tests come last: they import the package with
// its tests, which is then at hand as it is in the editor.
func (d *Dir) typeCheck(overlay Overlay) (checks []*check) {
	contents := make(map[string]string)
	for name := range d.headers {
		contents[name] = d.parse(name, overlay).content
	}
	var tested *types.Package
	for _, u := range slices.SortedFunc(slices.Values(d.units), testsFirst) {
		if tested != nil && !u.tests {
			continue
		}
		c := &check{dir: d, unit: u, overlay: overlay, contents: contents, tested: tested}
		checks = append(checks, c)
		if c.err = c.parse(); c.err == nil {
			c.typeCheck()
		}
		if c.err == nil && !u.tests {
			tested = c.pkg
		}
	}
	return checks
}

// testsFirst orders units: the one with the most files has the tests; external
// tests are last.
func testsFirst(a, b *unit) int {
	switch {
	case a.tests != b.tests && a.tests:
		return 1
	case a.tests != b.tests:
		return -1
	}
	return len(b.files) - len(a.files)
}

// A check is the type check and the analysis of a unit.
type check struct {
	dir     *Dir
	unit    *unit
	overlay Overlay
	tested  *types.Package // what the external tests test, if it has been checked

	files    []*ast.File
	contents map[string]string // of the directory's files, as parsed
	pkg      *types.Package
	info     *types.Info
	err      error

	analyzed *analyzer.Checked
}

// parse parses the files of the unit.
func (c *check) parse() error {
	for _, name := range c.unit.files {
		p := c.dir.parse(name, c.overlay)
		if p.err != nil {
			return p.err
		}
		c.files = append(c.files, p.file)
	}
	return nil
}

// typeCheck type-checks the unit.
func (c *check) typeCheck() {
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
	c.pkg, c.err = conf.Check(c.unit.pkgPath, c.dir.fset, c.files, c.info)
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
	c.dir.importing.Lock()
	defer c.dir.importing.Unlock()
	return c.dir.imports.Import(path)
}

// result returns the result before anything is found.
func (c *check) result() Result {
	return Result{Unit: c.unit.id, Files: c.unit.files, Err: c.err, Contents: c.contents, check: c}
}

// analyze analyzes the unit. A panic is an error: the package may be one that is
// only just being written.
func (c *check) analyze(ctx context.Context, conf analyzer.Settings, early func(Result)) (r Result) {
	r = c.result()
	defer recovered(&r.Err)
	pass := &analysis.Pass{
		Fset:       c.dir.fset,
		Files:      c.files,
		Pkg:        c.pkg,
		TypesInfo:  c.info,
		TypesSizes: c.unit.sizes,
		ReadFile:   c.readFile,
	}
	c.analyzed, r.Err = analyzer.Check(ctx, pass, conf, func(diagnostics []analysis.Diagnostic) {
		known := r
		known.Findings = c.findings(diagnostics)
		early(known)
	})
	if r.Err == nil {
		r.Findings = c.findings(c.analyzed.Diagnostics())
	}
	return r
}

// Suggest returns the fixes of the findings, the i'th one's as the i'th of the
// result. It may be called while the directory is checked again.
func (r Result) Suggest(ctx context.Context) (fixes [][]Fix, err error) {
	if len(r.Findings) == 0 {
		return nil, nil
	}
	r.check.dir.suggesting.Add(1)
	defer r.check.dir.suggesting.Add(-1)
	defer recovered(&err)
	suggested, err := r.check.analyzed.Fixes(ctx)
	for _, list := range suggested {
		fixes = append(fixes, r.check.fixes(list))
	}
	return fixes, err
}

// recovered makes an error of a panic.
func recovered(err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("%w: %v\n%s", ErrInternal, p, debug.Stack())
	}
}

// readFile returns a file as it was parsed.
func (c *check) readFile(name string) ([]byte, error) {
	if content, ok := c.contents[name]; ok {
		return []byte(content), nil
	}
	return c.overlay.ReadFile(name)
}
