package judge

import (
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"strings"
	"sync"
	"testing"

	"golang.org/x/tools/go/ssa"

	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/execute"
	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/find"
	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/library"
)

// adversaries are functions with far more executions than can be tried.
var adversaries = []struct{ name, source string }{
	{"branches", fmt.Sprintf(`
		func Race(c *tls.Conn, b [64]bool, d time.Duration) (n int) {
			done := make(chan error, 1)
			go func() { done <- c.Handshake() }()
			%s
			select {
			case <-done:
			case <-time.After(d):
			}
			%[1]s
			return n
		}`, times(32, "if b[%d] { n++ }\n"))},
	{"loops", fmt.Sprintf(`
		func Race(c *tls.Conn, more func() bool, d time.Duration) (n int) {
			done := make(chan error, 1)
			go func() { done <- c.Handshake() }()
			%s n++ %s
			select {
			case <-done:
			case <-time.After(d):
			}
			return n
		}`, strings.Repeat("for more() { \n", 12), strings.Repeat("}\n", 12))},
	{"selects", fmt.Sprintf(`
		func Race(c *tls.Conn, in [32]chan int, d time.Duration) {
			done := make(chan error, 1)
			go func() { done <- c.Handshake() }()
			%s
		}`, times(16, `
			select {
			case <-done:
				return
			case <-in[%[1]d]:
			case <-in[31-%[1]d]:
			case <-time.After(d):
			}`))},
	{"timers", fmt.Sprintf(`
		func Race(c *tls.Conn, d [16]time.Duration) error {
			done := make(chan error, 32)
			go func() { done <- c.Handshake() }()
			%s
			return <-done
		}`, times(16, "time.AfterFunc(d[%[1]d], func() { done <- nil; <-time.After(d[15-%[1]d]) })\n"))},
	{"goroutines", fmt.Sprintf(`
		func Race(c *tls.Conn, in [16]chan int, d time.Duration) error {
			done := make(chan error)
			go func() { done <- c.Handshake() }()
			%s
			select {
			case err := <-done:
				return err
			case <-time.After(d):
				return nil
			}
		}`, times(16, `
			go func() {
				select {
				case <-in[%[1]d]:
				case <-time.After(d):
					done <- nil
				}
			}()`))},
	{"wrappers", fmt.Sprintf(`
		type conn struct { *tls.Conn }
		func (c *conn) wrap0(b [64]bool, d time.Duration) error {
			done := make(chan error, 1)
			go func() { done <- c.Handshake() }()
			select {
			case err := <-done:
				return err
			case <-time.After(d):
				return nil
			}
		}
		%s
		func Race(c *tls.Conn, b [64]bool, d time.Duration) error { return (&conn{c}).wrap47(b, d) }`,
		deep(48, `
			func (c *conn) wrap%d(b [64]bool, d time.Duration) error {
				if b[%[1]d] {
					return c.wrap%[2]d(b, d)
				}
				inner := &conn{c.Conn}
				return inner.wrap%[2]d(b, d)
			}`))},
}

// times repeats the text with the numbers from 0.
func times(n int, text string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, text, i)
	}
	return b.String()
}

// deep repeats the text with the numbers from 1, and those before them.
func deep(n int, text string) string {
	var b strings.Builder
	for i := 1; i < n; i++ {
		fmt.Fprintf(&b, text, i, i-1)
	}
	return b.String()
}

// TestBound executes each adversary, and counts.
func TestBound(t *testing.T) {
	for _, a := range adversaries {
		t.Run(a.name, func(t *testing.T) {
			j, root := adversary(t, a.source)
			j.Roots([]*ssa.Function{root})
			t.Logf("%d instructions, %d findings, given up: %t", j.Steps(), len(j.Findings()), len(j.Exhausted) > 0)
			if j.Steps() < stepsPerPath {
				t.Errorf("%d instructions: it is no adversary", j.Steps())
			}
			// The last execution begins within the budget. It may be made anew
			// twice for each handshake, to ask whether there was a race.
			if most := stepsPerPackage + 3*stepsPerPath; j.Steps() > most {
				t.Errorf("%d instructions, more than %d", j.Steps(), most)
			}
			if len(j.Findings()) == 0 {
				t.Error("the leak is not found")
			}
		})
	}
}

// TestKept has more to execute than the budget allows, and a leak that no execution
// comes by.
func TestKept(t *testing.T) {
	branches := adversaries[0].source
	var source strings.Builder
	for i := range 40 {
		source.WriteString(strings.Replace(branches, "Race", fmt.Sprintf("Race%d", i), 1))
	}
	source.WriteString(`
		var zero = 0
		func Race(b []bool) {
			if zero > 0 {
				hidden(b)
			}
		}
		func hidden(b []bool) {
			raw, err := net.Dial("tcp", "example.com:443")
			c := tls.Client(raw, nil)
			done := make(chan error, 1)
			go func() { done <- c.Handshake() }()
			select {
			case <-done:
			case <-time.After(time.Second):
				_ = err
			}
		}`)
	j, code := judgeOf(t, source.String())
	j.Roots(code.Roots(false))
	if len(j.Exhausted) == 0 {
		t.Error("the budget is not used up")
	}
	hidden := code.Package.Func("hidden")
	if j.Entered[hidden] {
		t.Error("the hidden function is not hidden")
	}
	before := len(j.Findings())
	j.Roots(code.Unentered(false, j.Entered))
	if found := j.Findings(); len(found) != before+1 || found[before].Handshake < hidden.Pos() {
		t.Errorf("the leak in the hidden function is not found, but %d others", len(found))
	}
}

// BenchmarkAdversaries shows how long the judging of one function can take. A
// package's functions share one budget, so no package takes much longer.
func BenchmarkAdversaries(b *testing.B) {
	for _, a := range adversaries {
		b.Run(a.name, func(b *testing.B) {
			j, root := adversary(b, a.source)
			b.ReportAllocs()
			steps := 0
			for b.Loop() {
				again := &Judge{Program: j.Program, Trace: j.Trace}
				again.Roots([]*ssa.Function{root})
				steps += again.Steps()
			}
			b.ReportMetric(float64(steps)/float64(b.N), "instructions/op")
		})
	}
}

// adversary returns a judge of the code, and the function to begin with.
func adversary(t testing.TB, source string) (*Judge, *ssa.Function) {
	t.Helper()
	j, code := judgeOf(t, source)
	return j, code.Package.Func("Race")
}

// judgeOf returns a judge of the code.
func judgeOf(t testing.TB, source string) (*Judge, *find.Code) {
	t.Helper()
	fset := token.NewFileSet()
	const head = "package p\nimport (\n\"crypto/tls\"\n\"net\"\n\"time\"\n)\nvar _ net.Conn\n"
	file, err := parser.ParseFile(fset, "p.go", head+source, 0)
	if err != nil {
		t.Fatal(err)
	}
	info := &types.Info{
		Types:        map[ast.Expr]types.TypeAndValue{},
		Instances:    map[*ast.Ident]types.Instance{},
		Defs:         map[*ast.Ident]types.Object{},
		Uses:         map[*ast.Ident]types.Object{},
		Implicits:    map[ast.Node]types.Object{},
		Selections:   map[*ast.SelectorExpr]*types.Selection{},
		Scopes:       map[ast.Node]*types.Scope{},
		FileVersions: map[*ast.File]string{},
	}
	conf := types.Config{Importer: standard()}
	pkg, err := conf.Check("p", fset, []*ast.File{file}, info)
	if err != nil {
		t.Fatal(err)
	}
	lib := library.New(nil)
	code := find.Package{Fset: fset, Files: []*ast.File{file}, Types: pkg, Info: info}.Build(lib)
	program := &execute.Program{
		SSA: code.Program, Pkg: code.Package, Library: lib, Functions: code.Functions, InTests: code.InTests,
		Leads: code.Leads, Relevant: code.Relevant, CallsValue: code.CallsValue,
	}
	program.Initialize()
	quiet := func(*ssa.Function) func(string, ...any) { return nil }
	return &Judge{Program: program, Trace: quiet}, code
}

// standard imports the standard library.
var standard = sync.OnceValue(func() types.Importer { return importer.Default() })
