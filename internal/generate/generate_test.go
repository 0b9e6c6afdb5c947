package generate_test

import (
	"bytes"
	"go/format"
	"testing"

	"github.com/tlstimeoutlint/tlstimeoutlint/internal/generate"
	"github.com/tlstimeoutlint/tlstimeoutlint/internal/generate/proof"
)

// root is the directory of this module.
const root = "../.."

// TestSample proves a sample of programs: truth and linter agree, and the fixes
// do what they should. The whole proof is that of internal/prove.
func TestSample(t *testing.T) {
	if testing.Short() {
		t.Skip("runs and analyzes 500 programs")
	}
	p, err := proof.New(t.TempDir(), root)
	if err != nil {
		t.Fatal(err)
	}
	cases, err := proof.Generate(generate.New(1), 500)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Prove(t.Context(), cases); err != nil {
		t.Fatal(err)
	}
	leaky := 0
	for _, c := range cases {
		if c.Leaky() {
			leaky++
		}
		if !c.OK() {
			t.Errorf("%s", c.Text())
		}
	}
	if min, max := len(cases)*30/100, len(cases)*70/100; leaky < min || max < leaky {
		t.Errorf("%d of %d programs are leaky, want %d to %d", leaky, len(cases), min, max)
	}
}

// TestDeterministic makes the same programs twice.
func TestDeterministic(t *testing.T) {
	a, b := programs(t, 7, 100), programs(t, 7, 100)
	for i := range a {
		if !bytes.Equal(a[i].Source, b[i].Source) {
			t.Fatalf("program %d is\n%s\nand then\n%s", i, a[i].Source, b[i].Source)
		}
	}
	other := programs(t, 8, 1)
	if bytes.Equal(a[0].Source, other[0].Source) {
		t.Error("another seed makes the same program")
	}
}

// TestPrograms checks that programs are gofmt-ed, compile, differ from each
// other, and have all values of all dimensions.
func TestPrograms(t *testing.T) {
	l, err := proof.NewLinter(root, generate.Imports())
	if err != nil {
		t.Fatal(err)
	}
	seen := make(map[string]bool)
	had := make(map[generate.Choice]bool)
	for _, p := range programs(t, 3, 3000) {
		if seen[string(p.Source)] {
			t.Errorf("%s is there twice", p.Name)
		}
		seen[string(p.Source)] = true
		for _, c := range p.Choices {
			had[c] = true
		}
		if formatted, err := format.Source(p.Source); err != nil || !bytes.Equal(formatted, p.Source) {
			t.Errorf("%s is not gofmt-ed: %v", p.Name, err)
		}
		if _, err := l.Check("p.go", p.Source); err != nil {
			t.Errorf("%s: %v\n%s", p.Name, err, p.Source)
		}
	}
	names, values := generate.Dimensions()
	for _, d := range names {
		for _, v := range values[d] {
			if !had[generate.Choice{Dimension: d, Value: v}] {
				t.Errorf("no program has the value %q of the dimension %q", v, d)
			}
		}
	}
}

func programs(t *testing.T, seed uint64, n int) []*generate.Program {
	t.Helper()
	g := generate.New(seed)
	var list []*generate.Program
	for range n {
		p, err := g.Next("p")
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, p)
	}
	return list
}
