package find

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"slices"
	"strings"
	"testing"
)

// TestAfford builds a package with more tests than there is a budget for, and
// expects that just the last of them are left out, and that others who look at the
// same files still see them.
func TestAfford(t *testing.T) {
	const tests, body = 10, maxBodies / 5
	var src strings.Builder
	src.WriteString("package p\nfunc help() {}\n")
	for i := range tests {
		fmt.Fprintf(&src, "func Test%d() { help() /* %s */ }\n", i, strings.Repeat("x", body))
	}
	p := check(t, map[string]string{"a.go": "package p\nfunc TestLike() { help() }\n", "a_test.go": src.String()})
	c := p.Build(none{})

	var left []string
	for _, fn := range c.Omitted {
		left = append(left, fn.Name())
	}
	if want := []string{"Test9", "Test8", "Test7", "Test6", "Test5", "Test4"}; !slices.Equal(left, want) {
		t.Errorf("left out: %v, want %v", left, want)
	}
	for _, name := range []string{"Test0", "Test3", "TestLike", "help"} {
		if fn := c.Package.Func(name); len(fn.Blocks) == 0 {
			t.Errorf("%s has no body", name)
		}
	}
	for _, f := range p.Files {
		for _, d := range f.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Body == nil {
				t.Errorf("%s has lost its body for others", fn.Name)
			}
		}
	}
	if v := p.Info.FileVersions; len(v) != len(p.Files) {
		t.Errorf("others see the versions of %d files, want %d", len(v), len(p.Files))
	}
}

// none says that nothing handshakes.
type none struct{}

func (none) Named(string) bool      { return false }
func (none) MayBe(*types.Func) bool { return false }
func (none) Is(string) bool         { return false }
func (none) Spawns(string) bool     { return false }

// check type-checks a package of files that import nothing.
func check(t *testing.T, sources map[string]string) Package {
	p := Package{Fset: token.NewFileSet(), Info: &types.Info{
		Types:        map[ast.Expr]types.TypeAndValue{},
		Instances:    map[*ast.Ident]types.Instance{},
		Defs:         map[*ast.Ident]types.Object{},
		Uses:         map[*ast.Ident]types.Object{},
		Implicits:    map[ast.Node]types.Object{},
		Selections:   map[*ast.SelectorExpr]*types.Selection{},
		Scopes:       map[ast.Node]*types.Scope{},
		FileVersions: map[*ast.File]string{},
	}}
	for name, src := range sources {
		f, err := parser.ParseFile(p.Fset, name, src, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		p.Files = append(p.Files, f)
	}
	pkg, err := (&types.Config{GoVersion: "go1.26"}).Check("p", p.Fset, p.Files, p.Info)
	if err != nil {
		t.Fatal(err)
	}
	p.Types = pkg
	return p
}
