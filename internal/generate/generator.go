package generate

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"maps"
	"math/rand/v2"
	"path"
	"slices"
	"strings"
)

// A Program is a generated file.
type Program struct {
	Number  int
	Name    string   // of the function that is to be run
	Params  []string // the names of its parameters
	Source  []byte
	Choices []Choice // one for each dimension, and any number for those that allow it

	// Silent tells why the linter keeps silent, whatever the truth is; it is
	// empty for nearly all programs.
	Silent string
}

// Value returns the value that p has of a dimension, or "".
func (p *Program) Value(dimension string) string {
	for _, c := range p.Choices {
		if c.Dimension == dimension {
			return c.Value
		}
	}
	return ""
}

// Has reports whether p has a value of a dimension.
func (p *Program) Has(dimension, value string) bool {
	return slices.Contains(p.Choices, Choice{dimension, value})
}

// A Generator makes programs. The same seed makes the same programs.
type Generator struct {
	r    *rand.Rand
	seen map[string]bool // sources, with all names the same
	n    int
}

// New returns a generator.
func New(seed uint64) *Generator {
	return &Generator{r: rand.New(rand.NewPCG(seed, seed)), seen: make(map[string]bool)}
}

// Next returns a program that differs from all before in more than its names,
// as a file of a package of the given name.
func (g *Generator) Next(pkg string) (*Program, error) {
	for {
		s, ok := draw(g.r)
		if !ok {
			continue
		}
		key, err := s.program(0, "p", nil)
		if err != nil {
			return nil, err
		}
		if g.seen[string(key.Source)] {
			continue
		}
		g.seen[string(key.Source)] = true
		g.n++
		return s.program(g.n, pkg, g.r)
	}
}

// program puts the pieces together. The names are drawn from r.
func (s *sketch) program(number int, pkg string, r *rand.Rand) (*Program, error) {
	all := maps.Clone(common)
	all.setNames(r)
	maps.Copy(all, s.defs)
	all["N"] = fmt.Sprint(number)
	p := &Program{Number: number, Name: "Run" + all["N"], Choices: s.choices, Silent: s.silent}

	e := &expander{defs: all, used: make(map[string]bool)}
	inner := e.function("$inner", e.expand("$innerLocals"))
	all["innerParams"], all["innerArgs"] = inner.params, inner.args
	main := e.function("$main", e.expand("$mainLocals"))
	all["params"] = main.params
	p.Params = main.names
	text := e.expand("$decls\n\nfunc Run$N($params) $result {\n") + main.body + "\n}\n"
	if inner.body != "" {
		text += e.expand("\n$innerHead {\n") + inner.body + "\n}\n"
	}
	err := e.err
	if err == nil {
		p.Source, err = file(pkg, text)
	}
	if err != nil {
		return nil, fmt.Errorf("%v: %w\n%s", s.choices, err, text)
	}
	return p, nil
}

// A function is the text of a function's parts.
type function struct {
	body         string
	params, args string   // what it is declared with, and what to call it with
	names        []string // of the parameters
}

// function expands the body of a function and finds out which parameters it
// needs. Locals are the pieces that it declares itself.
func (e *expander) function(body, locals string) function {
	outer := e.used
	defer func() { maps.Copy(outer, e.used); e.used = outer }()
	e.used = make(map[string]bool)
	f := function{body: e.expand(body)}
	var params, args []string
	for _, p := range parameters {
		if !e.used[p.piece] || slices.Contains(strings.Fields(locals), p.piece) {
			continue
		}
		name := e.defs[p.piece]
		f.names = append(f.names, name)
		params = append(params, name+" "+e.expand(p.typ))
		args = append(args, "$"+p.piece)
	}
	f.params, f.args = strings.Join(params, ", "), strings.Join(args, ", ")
	return f
}

// Imports returns the paths of all packages that programs import.
func Imports() []string { return slices.Clone(imports) }

// imports are the packages that pieces may name.
var imports = []string{
	"context", "crypto/tls", "errors", "fmt", "io", "log", "net", "os", "sync", "sync/atomic", "time",
	"golang.org/x/sync/errgroup",
}

// file returns the file with the declarations, gofmt-ed, with its imports.
func file(pkg, decls string) ([]byte, error) {
	const head = "package p\n"
	syntax, err := parser.ParseFile(token.NewFileSet(), "", head+decls, 0)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "package %s\n\nimport (\n", pkg)
	for _, p := range imports {
		if mentions(syntax, path.Base(p)) {
			if strings.Contains(p, ".") {
				b.WriteString("\n")
			}
			fmt.Fprintf(&b, "%q\n", p)
		}
	}
	fmt.Fprintf(&b, ")\n\n%s", decls)
	return format.Source(b.Bytes())
}

// mentions reports whether a file selects from a package of that name.
func mentions(file *ast.File, name string) bool {
	return slices.ContainsFunc(file.Unresolved, func(id *ast.Ident) bool { return id.Name == name })
}
