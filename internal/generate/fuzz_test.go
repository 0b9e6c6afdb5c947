package generate_test

import (
	"bytes"
	"fmt"
	"go/format"
	"go/parser"
	"go/token"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/tlstimeoutlint/tlstimeoutlint/internal/generate"
	"github.com/tlstimeoutlint/tlstimeoutlint/internal/generate/mutate"
	"github.com/tlstimeoutlint/tlstimeoutlint/internal/generate/proof"
)

// budget is how long the analyzer may take for one package.
const budget = 10 * time.Second

// FuzzAnalyzer has the analyzer look at changed programs and cases. Whatever
// they are about, as long as they type-check, it must neither crash nor hang,
// and its fixes must compile.
func FuzzAnalyzer(f *testing.F) {
	sources, imports := originals(f)
	l, err := proof.NewLinter(root, imports)
	if err != nil {
		f.Fatal(err)
	}
	for seed := range uint64(40) {
		f.Add(seed, uint8(seed%8))
	}
	f.Fuzz(func(t *testing.T, seed uint64, changes uint8) {
		r := rand.New(rand.NewPCG(seed, seed))
		var source []byte
		if r.IntN(2) == 0 {
			source = sources[r.IntN(len(sources))]
		} else {
			p, err := generate.New(seed).Next("p")
			if err != nil {
				t.Fatal(err)
			}
			source = p.Source
		}
		checked, err := l.Check("p.go", source)
		if err != nil {
			t.Fatal(err)
		}
		for range changes % 16 {
			if next := change(r, l, checked); next != nil {
				checked = next
			}
		}
		lint(t, l, checked)
	})
}

// change returns the file with a random change, or nil if that does not type-check.
func change(r *rand.Rand, l *proof.Linter, c *proof.Checked) *proof.Checked {
	// The changes are made to a copy, for c may be needed still.
	c, err := l.Check(c.Name, c.Source)
	if err != nil || !mutate.File(r, c.File, c.Info) {
		return nil
	}
	c.File.Comments = nil // they would end up anywhere
	var b bytes.Buffer
	if err := format.Node(&b, token.NewFileSet(), c.File); err != nil {
		return nil
	}
	source, err := format.Source(b.Bytes()) // what the printer makes is not always gofmt-ed
	if err != nil {
		return nil
	}
	next, err := l.Check(c.Name, source)
	if err != nil {
		return nil
	}
	return next
}

// lint analyzes a file, within the budget, and checks the fixes.
func lint(t *testing.T, l *proof.Linter, c *proof.Checked) {
	t.Helper()
	done := make(chan error, 1)
	go func() {
		defer func() {
			if r := recover(); r != nil {
				done <- fmt.Errorf("panic: %v\n%s", r, debug.Stack())
			}
		}()
		done <- l.Compiles(c)
	}()
	select {
	case err := <-done:
		if err != nil {
			t.Errorf("%v\n%s", err, c.Source)
		}
	case <-time.After(budget):
		t.Fatalf("the analyzer takes more than %v for\n%s", budget, c.Source)
	}
}

// originals returns the cases of this module that are packages of one file, and
// all packages that they or programs import.
func originals(f *testing.F) (sources [][]byte, imports []string) {
	dirs, err := filepath.Glob(filepath.Join(root, "testdata", "src", "*"))
	if err != nil {
		f.Fatal(err)
	}
	all := make(map[string]bool)
	for _, path := range generate.Imports() {
		all[path] = true
	}
	for _, dir := range dirs {
		files, _ := filepath.Glob(filepath.Join(dir, "*.go"))
		if len(files) != 1 {
			continue
		}
		source, err := os.ReadFile(files[0])
		if err != nil {
			f.Fatal(err)
		}
		syntax, err := parser.ParseFile(token.NewFileSet(), files[0], source, parser.ImportsOnly)
		if err != nil {
			f.Fatal(err)
		}
		for _, spec := range syntax.Imports {
			path, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				f.Fatal(err)
			}
			all[path] = true
		}
		sources = append(sources, source)
	}
	return sources, slices.Sorted(maps.Keys(all))
}
