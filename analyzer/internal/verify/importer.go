package verify

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"strconv"
)

// An importer finds the packages that an edited package imports among those
// that the unedited one was type-checked with. Nothing is loaded.
type importer struct {
	direct  map[string]*types.Package // by the path that the import spec has
	reached map[string]*types.Package // by the package's own path
	made    map[string]*types.Package // stand-ins
}

func newImporter(p *Package) *importer {
	im := &importer{
		direct:  map[string]*types.Package{"unsafe": types.Unsafe},
		reached: make(map[string]*types.Package),
		made:    make(map[string]*types.Package),
	}
	for _, file := range p.Files {
		for _, spec := range file.Imports {
			// The path of a spec differs from its package's where the package
			// is vendored.
			if name := p.Info.PkgNameOf(spec); name != nil {
				path, _ := strconv.Unquote(spec.Path.Value) // the parser has seen to it
				im.direct[path] = name.Imported()
			}
		}
	}
	for _, pkg := range p.Pkg.Imports() {
		im.reach(pkg)
	}
	return im
}

// reach enters a package and all that it imports.
func (im *importer) reach(pkg *types.Package) {
	if old := im.reached[pkg.Path()]; old != nil && (old == pkg || old.Complete()) {
		return
	}
	im.reached[pkg.Path()] = pkg
	for _, p := range pkg.Imports() {
		im.reach(p)
	}
}

// Import implements [types.Importer].
func (im *importer) Import(path string) (*types.Package, error) {
	if pkg := im.direct[path]; pkg != nil {
		return pkg, nil
	}
	if pkg := im.made[path]; pkg != nil {
		return pkg, nil
	}
	pkg := im.reached[path]
	switch {
	case pkg == nil:
		return nil, fmt.Errorf("package %s is out of reach", path)
	case pkg.Complete():
		return pkg, nil
	case standIns[path] == "":
		return nil, fmt.Errorf("package %s is known in part only", path)
	}
	return im.standIn(path)
}

// standIns has the source of packages that a fix may import into a package that
// did not yet import them, however indirectly it uses them. Of such a package
// the export data of others holds only what they mention; the stand-in takes
// its types from there, so that they are the same ones, and adds the functions.
//
// A package is named "real" in its own stand-in.
var standIns = map[string]string{
	"context": `package context

import (
	real "context"
	"time"
)

type Context = real.Context
type CancelFunc func()

var Canceled, DeadlineExceeded error

func Background() Context
func WithCancel(parent Context) (ctx Context, cancel CancelFunc)
func WithTimeout(parent Context, timeout time.Duration) (Context, CancelFunc)
`,
	"errors": `package errors

func Is(err, target error) bool
`,
}

// standIn makes the stand-in for a package. Types that the part we know
// declares stay those; anything else is declared anew.
func (im *importer) standIn(path string) (*types.Package, error) {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, path+".go", standIns[path], parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	conf := types.Config{
		IgnoreFuncBodies: true,
		Importer: importFunc(func(dep string) (*types.Package, error) {
			if pkg := im.reached[dep]; pkg != nil {
				return known(pkg), nil
			}
			return nil, fmt.Errorf("package %s is out of reach", dep)
		}),
	}
	pkg, err := conf.Check(path, fset, []*ast.File{file}, nil)
	if err != nil {
		return nil, err
	}
	im.made[path] = pkg
	return pkg, nil
}

// known returns a package with what is known of the given one. (The type
// checker imports nothing that is not marked as complete, and the given one is
// not ours to mark.)
func known(pkg *types.Package) *types.Package {
	if pkg.Complete() {
		return pkg
	}
	part := types.NewPackage(pkg.Path(), pkg.Name())
	for _, name := range pkg.Scope().Names() {
		part.Scope().Insert(pkg.Scope().Lookup(name))
	}
	part.MarkComplete()
	return part
}

type importFunc func(path string) (*types.Package, error)

func (f importFunc) Import(path string) (*types.Package, error) { return f(path) }
