package load

import (
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/importer"
	"go/token"
	"go/types"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"golang.org/x/tools/go/packages"
)

// A Dir is a directory as the go command knew it when it was asked.
type Dir struct {
	path  string
	units []*unit

	fset      *token.FileSet
	exports   map[string]string // the files of compiled types, by package path
	imports   types.Importer    // reads them, each once
	importing sync.Mutex        // held while imports does

	parsed   map[string]*parsed // by file name
	replaced []*ast.File        // those that have been parsed anew
	// suggesting is how many fixes are being made.
	suggesting atomic.Int32

	headers map[string]string // by file name, when the go command was asked
	missing map[string]bool   // the imports that could not be resolved then
	files   map[string]stamp  // what else its answers depend on
	dirs    map[string]stamp
}

// A unit is a package to check: the directory's, the one with its tests, or the
// one of its external tests.
type unit struct {
	id      string
	pkgPath string
	files   []string          // their names, those of cgo replaced by what it made of them
	imports map[string]string // package paths, by the paths in the source where they differ
	tests   bool              // external tests, which see the directory's package with its tests
	version string
	sizes   types.Sizes
}

// Load asks the go command about a directory.
func Load(ctx context.Context, dir string, overlay Overlay) (*Dir, error) {
	d := &Dir{
		path:    dir,
		fset:    token.NewFileSet(),
		exports: make(map[string]string),
		parsed:  make(map[string]*parsed),
		headers: make(map[string]string),
		missing: make(map[string]bool),
		files:   make(map[string]stamp),
		dirs:    make(map[string]stamp),
	}
	d.imports = importer.ForCompiler(d.fset, "gc", d.openExport)
	d.watchConfiguration(overlay)

	pkgs, err := list(ctx, dir, overlay)
	if err != nil {
		return nil, err
	}
	for _, pkg := range pkgs {
		d.addUnit(pkg)
	}
	for pkg := range packages.Postorder(pkgs) {
		d.addDependency(pkg, overlay)
	}
	d.dirs[dir] = overlay.dirStamp(dir)
	for _, name := range overlay.GoFiles(dir) {
		p := d.parse(name, overlay)
		d.headers[name] = p.header
		for _, path := range p.imports {
			if !d.importable(path) {
				d.missing[path] = true
			}
		}
	}
	return d, nil
}

// list asks the go command. A file that belongs to no module is a package of
// its own, with its neighbours.
func list(ctx context.Context, dir string, overlay Overlay) ([]*packages.Package, error) {
	const mode = packages.NeedName | packages.NeedFiles | packages.NeedCompiledGoFiles |
		packages.NeedImports | packages.NeedDeps | packages.NeedExportFile |
		packages.NeedTypesSizes | packages.NeedModule | packages.NeedForTest
	conf := &packages.Config{
		Context: ctx,
		Mode:    mode,
		Dir:     dir,
		Tests:   true,
		Overlay: make(map[string][]byte),
	}
	for name, content := range overlay {
		conf.Overlay[name] = []byte(content)
	}
	pkgs, err := packages.Load(conf, ".")
	if err == nil && slices.ContainsFunc(pkgs, compiled) {
		return pkgs, nil
	}
	if err == nil {
		err = problem(ctx, dir, pkgs)
	}
	if !outsideModules(err) {
		return nil, err
	}
	files := slices.DeleteFunc(overlay.GoFiles(dir), func(name string) bool {
		return strings.HasSuffix(name, "_test.go")
	})
	if len(files) == 0 {
		return nil, err
	}
	return packages.Load(conf, files...)
}

// compiled reports whether the package has files.
func compiled(pkg *packages.Package) bool { return len(pkg.CompiledGoFiles) > 0 }

// problem returns what the go command has against the packages.
func problem(ctx context.Context, dir string, pkgs []*packages.Package) error {
	for _, pkg := range pkgs {
		for _, err := range pkg.Errors {
			return err
		}
	}
	// What is wrong with the module as a whole is told nowhere but here.
	cmd := exec.CommandContext(ctx, "go", "list", ".")
	cmd.Dir = dir
	if _, err := cmd.Output(); err != nil {
		if exit := new(exec.ExitError); errors.As(err, &exit) {
			return errors.New(strings.TrimSpace(string(exit.Stderr)))
		}
		return err
	}
	return errors.New("no package")
}

// outsideModules reports whether the error may be due to a directory being part
// of no module that is in use.
func outsideModules(err error) bool {
	return strings.Contains(err.Error(), "go.mod") || strings.Contains(err.Error(), "module")
}

// addUnit adds a package to those to check.
func (d *Dir) addUnit(pkg *packages.Package) {
	if strings.HasSuffix(pkg.ID, ".test") || !compiled(pkg) {
		return // the main package of the tests, which has a file of the go command's
	}
	u := &unit{
		id:      pkg.ID,
		pkgPath: pkg.PkgPath,
		files:   pkg.CompiledGoFiles,
		imports: make(map[string]string),
		tests:   pkg.ForTest != "" && pkg.PkgPath != pkg.ForTest,
		sizes:   pkg.TypesSizes,
	}
	if pkg.Module != nil && pkg.Module.GoVersion != "" {
		u.version = "go" + pkg.Module.GoVersion
	}
	for path, imported := range pkg.Imports {
		if path != imported.PkgPath {
			u.imports[path] = imported.PkgPath
		}
	}
	d.units = append(d.units, u)
	for _, name := range pkg.GoFiles {
		if !slices.Contains(pkg.CompiledGoFiles, name) {
			d.files[name] = 0 // what cgo made of it; stamped with the dependencies
		}
	}
}

// addDependency adds what there is to know of a package that is imported.
func (d *Dir) addDependency(pkg *packages.Package, overlay Overlay) {
	if pkg.ExportFile != "" {
		d.exports[pkg.PkgPath] = pkg.ExportFile
	}
	if !editable(pkg) {
		return
	}
	for _, name := range pkg.GoFiles {
		dir := filepath.Dir(name)
		if _, cgo := d.files[name]; cgo || dir != d.path {
			d.files[name] = overlay.stamp(name)
		}
		if _, ok := d.dirs[dir]; !ok {
			d.dirs[dir] = overlay.dirStamp(dir)
		}
	}
}

// editable reports whether the files of a package may change: those of the
// standard library and of released modules do not.
func editable(pkg *packages.Package) bool {
	m := pkg.Module
	if m == nil {
		return false
	}
	return m.Main || m.Replace != nil && m.Replace.Version == ""
}

// watchConfiguration notes the files that decide which module the directory
// belongs to, and what that requires, also where they are not there yet.
func (d *Dir) watchConfiguration(overlay Overlay) {
	for dir := d.path; ; dir = filepath.Dir(dir) {
		for _, base := range []string{"go.mod", "go.sum", "go.work", "go.work.sum", filepath.Join("vendor", "modules.txt")} {
			name := filepath.Join(dir, base)
			d.files[name] = overlay.stamp(name)
		}
		if dir == filepath.Dir(dir) {
			return
		}
	}
}

// Stale reports whether the go command has to be asked again.
func (d *Dir) Stale(overlay Overlay) bool {
	for dir, stamp := range d.dirs {
		if overlay.dirStamp(dir) != stamp {
			return true
		}
	}
	for name, stamp := range d.files {
		if overlay.stamp(name) != stamp {
			return true
		}
	}
	for name, header := range d.headers {
		p := d.parse(name, overlay)
		if p.header != header && p.header != "" { // else it is being written
			return true
		}
		for _, path := range p.imports {
			if !d.importable(path) && !d.missing[path] {
				return true
			}
		}
	}
	return false
}

// DependsOn reports whether a file is one that the analysis of the directory
// depends on.
func (d *Dir) DependsOn(name string) bool {
	if _, ok := d.files[name]; ok {
		return true
	}
	_, ok := d.dirs[filepath.Dir(name)]
	return ok
}

// importable reports whether an import in one of the files can be resolved.
func (d *Dir) importable(path string) bool {
	if path == "unsafe" || path == "C" || d.exports[path] != "" {
		return true
	}
	return slices.ContainsFunc(d.units, func(u *unit) bool {
		return u.imports[path] != "" || u.pkgPath == path
	})
}

// openExport opens the compiled types of a package.
func (d *Dir) openExport(path string) (io.ReadCloser, error) {
	name, ok := d.exports[path]
	if !ok {
		return nil, fmt.Errorf("package %s is not known", path)
	}
	return os.Open(name)
}

// Files returns the names of the files that are checked, in order.
func (d *Dir) Files() []string {
	names := make(map[string]bool)
	for _, u := range d.units {
		for _, name := range u.files {
			names[name] = true
		}
	}
	return slices.Sorted(maps.Keys(names))
}
