package mutate_test

import (
	"bytes"
	"go/ast"
	"go/format"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"math/rand/v2"
	"testing"

	"github.com/tlstimeoutlint/tlstimeoutlint/internal/generate/mutate"
)

const source = `package p

func f(a, b int, ch chan int) int {
	x := a + b
	switch {
	case a > b:
		x++
		ch <- x
	default:
		x--
	}
	for i := range x {
		go func() { ch <- i }()
	}
	select {
	case y := <-ch:
		return y
	case ch <- x:
	}
	return f(x, a, ch)
}
`

// TestFile checks that changes are changes, that many of them type-check, and
// that the same seed makes the same.
func TestFile(t *testing.T) {
	valid := 0
	const n = 400
	for seed := range uint64(n) {
		out, ok := changed(t, seed)
		if again, _ := changed(t, seed); again != out {
			t.Fatalf("seed %d makes\n%s\nand then\n%s", seed, out, again)
		}
		if ok && out != source {
			valid++
		}
	}
	if valid < n/4 {
		t.Errorf("only %d of %d changes leave a valid file that differs", valid, n)
	}
}

// changed returns the source after a change, and whether it is valid.
func changed(t *testing.T, seed uint64) (out string, valid bool) {
	t.Helper()
	fset := token.NewFileSet()
	file, info, err := check(fset, source)
	if err != nil {
		t.Fatal(err)
	}
	mutate.File(rand.New(rand.NewPCG(seed, 0)), file, info)
	var b bytes.Buffer
	if err := format.Node(&b, token.NewFileSet(), file); err != nil {
		return "", false
	}
	_, _, err = check(token.NewFileSet(), b.String())
	return b.String(), err == nil
}

func check(fset *token.FileSet, text string) (*ast.File, *types.Info, error) {
	file, err := parser.ParseFile(fset, "p.go", text, 0)
	if err != nil {
		return nil, nil, err
	}
	info := &types.Info{Types: make(map[ast.Expr]types.TypeAndValue)}
	config := &types.Config{Importer: importer.Default()}
	_, err = config.Check("p", fset, []*ast.File{file}, info)
	return file, info, err
}
