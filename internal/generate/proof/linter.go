package proof

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"path/filepath"
	"runtime"
	"slices"
	"time"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/packages"

	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer"
)

// A Linter runs the analyzer on packages of one file each, in memory.
type Linter struct {
	analyzer *analysis.Analyzer
	fset     *token.FileSet
	imports  map[string]*types.Package
}

// NewLinter returns a linter for files that import no other packages than those
// given, as the module in the directory has them.
func NewLinter(dir string, imports []string) (*Linter, error) {
	a, err := analyzer.New(analyzer.Settings{})
	if err != nil {
		return nil, err
	}
	l := &Linter{analyzer: a, fset: token.NewFileSet(), imports: make(map[string]*types.Package)}
	const mode = packages.NeedName | packages.NeedTypes
	pkgs, err := packages.Load(&packages.Config{Mode: mode, Dir: dir, Fset: l.fset}, imports...)
	if err != nil {
		return nil, err
	}
	for _, pkg := range pkgs {
		if len(pkg.Errors) > 0 {
			return nil, pkg.Errors[0]
		}
		l.imports[pkg.PkgPath] = pkg.Types
	}
	return l, nil
}

// Import implements [types.Importer].
func (l *Linter) Import(path string) (*types.Package, error) {
	if pkg := l.imports[path]; pkg != nil {
		return pkg, nil
	}
	return nil, fmt.Errorf("the linter was not told of %s", path)
}

// A Checked is a type-checked file, as an analysis driver hands it over.
type Checked struct {
	Name   string
	Source []byte
	File   *ast.File
	Pkg    *types.Package
	Info   *types.Info
}

// Check parses and type-checks a file.
func (l *Linter) Check(name string, source []byte) (*Checked, error) {
	file, err := parser.ParseFile(l.fset, name, source, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	c := &Checked{Name: name, Source: source, File: file, Info: &types.Info{
		Types:        make(map[ast.Expr]types.TypeAndValue),
		Instances:    make(map[*ast.Ident]types.Instance),
		Defs:         make(map[*ast.Ident]types.Object),
		Uses:         make(map[*ast.Ident]types.Object),
		Implicits:    make(map[ast.Node]types.Object),
		Selections:   make(map[*ast.SelectorExpr]*types.Selection),
		Scopes:       make(map[ast.Node]*types.Scope),
		FileVersions: make(map[*ast.File]string),
	}}
	config := &types.Config{Importer: l, GoVersion: "go1.26", Sizes: sizes}
	c.Pkg, err = config.Check("example.com/"+file.Name.Name, l.fset, []*ast.File{file}, c.Info)
	return c, err
}

var sizes = types.SizesFor("gc", runtime.GOARCH)

// A Report is a diagnostic of the linter.
type Report struct {
	Category string
	Message  string
	Site     string // file:line, as in the results of package truth
	fixes    []analysis.SuggestedFix
}

// Lint returns what the analyzer reports of a file.
func (l *Linter) Lint(c *Checked) ([]Report, error) {
	var reports []Report
	pass := &analysis.Pass{
		Analyzer:   l.analyzer,
		Fset:       l.fset,
		Files:      []*ast.File{c.File},
		Pkg:        c.Pkg,
		TypesInfo:  c.Info,
		TypesSizes: sizes,
		ResultOf:   map[*analysis.Analyzer]any{},
		ReadFile:   c.readFile,
		Report: func(d analysis.Diagnostic) {
			pos := l.fset.Position(d.Pos)
			reports = append(reports, Report{
				Category: d.Category,
				Message:  d.Message,
				Site:     fmt.Sprintf("%s:%d", filepath.Base(pos.Filename), pos.Line),
				fixes:    d.SuggestedFixes,
			})
		},
	}
	_, err := l.analyzer.Run(pass)
	return reports, err
}

func (c *Checked) readFile(name string) ([]byte, error) {
	if name != c.Name {
		return nil, errors.New("no such file: " + name)
	}
	return slices.Clone(c.Source), nil
}

// lint has the linter look at the program of a case, and at what its fixes make of it.
func (c *Case) lint(l *Linter) error {
	checked, err := l.Check(c.file(), c.Source)
	if err != nil {
		return err
	}
	start := time.Now()
	c.Reports, err = l.Lint(checked)
	c.Took = time.Since(start)
	if err != nil {
		return err
	}
	c.Fixes = l.fixes(checked, c.Reports)
	for _, f := range c.Fixes {
		f.inspect(l, c.file())
	}
	return nil
}

// file returns the name of the file with the program.
func (c *Case) file() string {
	return fmt.Sprintf("run%d.go", c.Number)
}
