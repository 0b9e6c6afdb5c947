// Package verify applies edits to a package in memory and type-checks the
// result. A suggested fix is offered only after it has been through here: what
// does not parse, does not compile or would be moved by gofmt never reaches a
// user.
package verify

import (
	"bytes"
	"errors"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"
)

// A Package is a type-checked package, as an analysis driver hands it over.
type Package struct {
	Fset     *token.FileSet
	Files    []*ast.File
	Pkg      *types.Package
	Info     *types.Info
	Sizes    types.Sizes
	ReadFile func(name string) ([]byte, error)
}

// An Edited is a package after an edit, with file set, syntax and types of its
// own. The package that it was made from is untouched.
type Edited struct {
	Package
	// Edits are those that lead to this package: the ones asked for, or, where
	// gofmt would have moved their result, others that lead to its output.
	Edits []analysis.TextEdit

	before *Package
	spans  map[string][]span // by file name, in order
}

// A span is an edit of a file as offsets.
type span struct {
	start, end int
	text       string
}

// UnusedImports is the error of an edit that leaves nothing wrong but imports
// that nobody uses any more. It holds their paths and the file's name.
type UnusedImports struct {
	File  string
	Paths []string
}

func (e *UnusedImports) Error() string {
	return fmt.Sprintf("%s: imported and not used: %s", e.File, strings.Join(e.Paths, ", "))
}

// Edit returns the package as it is after the edits. It reports an error where
// they overlap, or where the result is not a valid package.
func Edit(p *Package, edits []analysis.TextEdit) (*Edited, error) {
	e := &Edited{before: p, spans: make(map[string][]span)}
	overlay := make(map[string][]byte)
	for _, edit := range edits {
		file := p.Fset.File(edit.Pos)
		if file == nil {
			return nil, errors.New("edit outside the package")
		}
		s := span{file.Offset(edit.Pos), file.Offset(edit.Pos), string(edit.NewText)}
		if edit.End.IsValid() {
			s.end = file.Offset(edit.End)
		}
		e.spans[file.Name()] = append(e.spans[file.Name()], s)
	}
	for _, syntax := range p.Files {
		file := p.Fset.File(syntax.FileStart)
		spans, ok := e.spans[file.Name()]
		if !ok {
			continue
		}
		src, err := p.ReadFile(file.Name())
		if err != nil {
			return nil, err
		}
		if len(src) != file.Size() {
			return nil, fmt.Errorf("%s has changed since it was parsed", file.Name())
		}
		spans, after, err := apply(src, spans)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file.Name(), err)
		}
		e.spans[file.Name()], overlay[file.Name()] = spans, after
		for _, s := range spans {
			e.Edits = append(e.Edits, analysis.TextEdit{Pos: file.Pos(s.start), End: file.Pos(s.end), NewText: []byte(s.text)})
		}
	}
	if len(overlay) != len(e.spans) {
		return nil, errors.New("edit outside the package")
	}
	if err := e.parse(overlay); err != nil {
		return nil, err
	}
	return e, e.check()
}

// apply returns the bytes that spans make of src, with the lines that they change
// in gofmt's form, and the spans that lead there.
func apply(src []byte, spans []span) ([]span, []byte, error) {
	slices.SortStableFunc(spans, func(a, b span) int { return a.start - b.start })
	at := 0
	for _, s := range spans {
		if s.start < at || s.end < s.start {
			return nil, nil, errors.New("overlapping edits")
		}
		at = s.end
	}
	raw := splice(src, spans)
	after, err := format.Source(raw)
	if err != nil {
		return nil, nil, err
	}
	if bytes.Equal(after, raw) {
		return spans, after, nil
	}
	before, err := format.Source(src)
	if err != nil {
		return nil, nil, err
	}
	// gofmt would move something, such as comments that were aligned with a line
	// that is gone: make its moves part of the edit.
	formatted, ok := lineSpans(string(before), string(after))
	if !ok {
		return nil, nil, errors.New("too large to compare")
	}
	if bytes.Equal(before, src) {
		return formatted, after, nil
	}
	// The file never was in gofmt's form. What is not changed stays as it is.
	if formatted, ok = moveLines(formatted, string(before), string(src)); !ok {
		return spans, raw, nil
	}
	return formatted, splice(src, formatted), nil
}

// splice returns src with sorted spans applied.
func splice(src []byte, spans []span) []byte {
	var out bytes.Buffer
	at := 0
	for _, s := range spans {
		out.Write(src[at:s.start])
		out.WriteString(s.text)
		at = s.end
	}
	out.Write(src[at:])
	return out.Bytes()
}

// parse reads all files of the package into a file set of its own.
func (e *Edited) parse(overlay map[string][]byte) error {
	e.Fset = token.NewFileSet()
	e.ReadFile = func(name string) ([]byte, error) {
		if src, ok := overlay[name]; ok {
			return src, nil
		}
		return e.before.ReadFile(name)
	}
	for _, syntax := range e.before.Files {
		name := e.before.Fset.File(syntax.FileStart).Name()
		src, err := e.ReadFile(name)
		if err != nil {
			return err
		}
		file, err := parser.ParseFile(e.Fset, name, src, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		e.Files = append(e.Files, file)
	}
	return nil
}

// check type-checks the package.
func (e *Edited) check() error {
	var first error
	var unused []types.Error
	e.Sizes = e.before.Sizes
	conf := types.Config{
		GoVersion:   e.before.Pkg.GoVersion(),
		Importer:    newImporter(e.before),
		Sizes:       e.before.Sizes,
		FakeImportC: true,
		Error: func(err error) {
			if err, ok := err.(types.Error); ok && err.Soft && strings.HasSuffix(err.Msg, "and not used") && strings.HasPrefix(err.Msg, `"`) {
				unused = append(unused, err) // the type checker exports no better sign of it
				return
			}
			if first == nil {
				first = err
			}
		},
	}
	e.Info = &types.Info{
		Types:        make(map[ast.Expr]types.TypeAndValue),
		Instances:    make(map[*ast.Ident]types.Instance),
		Defs:         make(map[*ast.Ident]types.Object),
		Uses:         make(map[*ast.Ident]types.Object),
		Implicits:    make(map[ast.Node]types.Object),
		Selections:   make(map[*ast.SelectorExpr]*types.Selection),
		Scopes:       make(map[ast.Node]*types.Scope),
		FileVersions: make(map[*ast.File]string),
	}
	e.Pkg, _ = conf.Check(e.before.Pkg.Path(), e.Fset, e.Files, e.Info) // errors go to conf.Error
	if first != nil {
		return first
	}
	return e.unusedImports(unused)
}

// unusedImports turns the type checker's errors into one, or nil.
func (e *Edited) unusedImports(errs []types.Error) error {
	if len(errs) == 0 {
		return nil
	}
	u := &UnusedImports{File: e.Fset.File(errs[0].Pos).Name()}
	for _, err := range errs {
		if e.Fset.File(err.Pos).Name() != u.File {
			return err // of two files: not what one fix does
		}
		path, _, _ := strings.Cut(err.Msg[1:], `"`)
		u.Paths = append(u.Paths, path)
	}
	return u
}

// Moved returns where a position of the package before is in the edited one.
// Where the text there was replaced, it is the start of what replaced it, and
// the result is false.
func (e *Edited) Moved(pos token.Pos) (token.Pos, bool) {
	old := e.before.Fset.File(pos)
	if old == nil {
		return token.NoPos, false
	}
	off, kept := old.Offset(pos), true
	shift := 0
	for _, s := range e.spans[old.Name()] {
		if s.end <= off && !(s.start == off && s.end > off) {
			shift += len(s.text) - (s.end - s.start)
			continue
		}
		if s.start <= off && off < s.end {
			off, kept = s.start, false
		}
		break
	}
	for _, file := range e.Files {
		if tok := e.Fset.File(file.FileStart); tok.Name() == old.Name() {
			return tok.Pos(off + shift), kept
		}
	}
	return token.NoPos, false
}

// Touched returns the functions whose text the edit has changed.
func (e *Edited) Touched() []*ast.FuncDecl {
	var touched []*ast.FuncDecl
	for _, file := range e.Files {
		tok := e.Fset.File(file.FileStart)
		shift := 0
		var changed [][2]int // offsets after the edit
		for _, s := range e.spans[tok.Name()] {
			start := s.start + shift
			changed = append(changed, [2]int{start, start + len(s.text)})
			shift += len(s.text) - (s.end - s.start)
		}
		for _, decl := range file.Decls {
			fn, ok := decl.(*ast.FuncDecl)
			if !ok {
				continue
			}
			start, end := tok.Offset(fn.Pos()), tok.Offset(fn.End())
			if slices.ContainsFunc(changed, func(c [2]int) bool { return c[0] < end && start < c[1] || start < c[0] && c[0] < end }) {
				touched = append(touched, fn)
			}
		}
	}
	return touched
}
