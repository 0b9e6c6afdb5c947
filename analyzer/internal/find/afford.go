package find

import (
	"go/ast"
	"go/token"
	"go/types"
	"maps"
	"slices"
	"strings"
)

// maxBodies is how many bytes of function bodies are built in SSA form, which
// takes about half a second, if there are not more without the tests.
const maxBodies = 2 << 20

// afford returns the package without the bodies of the last of its tests, where
// all would be more than maxBodies, and those tests. Nothing depends on a test.
func (p Package) afford() (Package, []*types.Func) {
	size := 0
	for _, f := range p.Files {
		for _, d := range f.Decls {
			size += bodySize(d)
		}
	}
	if size <= maxBodies {
		return p, nil
	}
	var left []*types.Func
	info := *p.Info
	info.FileVersions = maps.Clone(info.FileVersions)
	p.Info, p.Files = &info, slices.Clone(p.Files)
	for i, old := range slices.Backward(p.Files) {
		if !isTestFile(p.Fset.File(old.FileStart)) {
			continue
		}
		f := *old // others look at the file, too
		f.Decls = slices.Clone(f.Decls)
		info.FileVersions[&f], p.Files[i] = info.FileVersions[old], &f
		for k, d := range slices.Backward(f.Decls) {
			if size <= maxBodies {
				return p, left
			}
			fn, ok := d.(*ast.FuncDecl)
			if !ok || !isTest(fn) {
				continue
			}
			size -= bodySize(fn)
			declared := *fn
			declared.Body = nil
			f.Decls[k] = &declared
			if obj, ok := info.Defs[fn.Name].(*types.Func); ok {
				left = append(left, obj)
			}
		}
	}
	return p, left
}

func isTestFile(f *token.File) bool { return strings.HasSuffix(f.Name(), "_test.go") }

// bodySize returns how many bytes the body of a function takes.
func bodySize(d ast.Decl) int {
	fn, ok := d.(*ast.FuncDecl)
	if !ok || fn.Body == nil {
		return 0
	}
	return int(fn.Body.End() - fn.Body.Pos())
}

// isTest reports whether a function is one that go test calls, or one that is
// named so.
func isTest(fn *ast.FuncDecl) bool {
	return slices.ContainsFunc([]string{"Test", "Benchmark", "Fuzz", "Example"}, func(prefix string) bool {
		return strings.HasPrefix(fn.Name.Name, prefix)
	})
}
