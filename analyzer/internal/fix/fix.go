package fix

import (
	"errors"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"go/version"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ast/inspector"
	"honnef.co/go/tools/analysis/edit"

	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/finding"
	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/imports"
	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/source"
	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/verify"
)

// Input is what the fixes are made from.
type Input struct {
	verify.Package

	// Judge returns what is reported in an edited package, at least in the
	// functions that the edit has touched; or an error, if it could not look at
	// all ways through them. It may be nil: then a fix is only known to compile.
	Judge func(*verify.Edited) ([]finding.Finding, error)

	// Complains reports whether a function, by its full name, ends the process or the
	// test, or fails that. It may be nil.
	Complains func(fullName string) bool

	// Findings are all findings of the package. What remains of them after a
	// fix does not count against it.
	Findings []finding.Finding

	// Trace, unless it is nil, is told why candidates are dropped.
	Trace func(format string, args ...any)
}

// A Suggester suggests fixes for the findings of one package.
type Suggester struct {
	in    Input
	root  inspector.Cursor
	files map[*token.File]*source.File // nil for a file that can't be edited
	uses  map[types.Object][]*ast.Ident
	taken map[ast.Decl]map[string]bool // names that earlier default fixes brought in
}

// New returns a suggester for a package.
func New(in Input) *Suggester {
	s := &Suggester{
		in:    in,
		root:  inspector.New(in.Files).Root(),
		files: make(map[*token.File]*source.File),
		uses:  make(map[types.Object][]*ast.Ident),
		taken: make(map[ast.Decl]map[string]bool),
	}
	for id, obj := range in.Info.Uses {
		obj = origin(obj)
		s.uses[obj] = append(s.uses[obj], id)
	}
	for _, ids := range s.uses {
		slices.SortFunc(ids, func(a, b *ast.Ident) int { return int(a.Pos() - b.Pos()) })
	}
	return s
}

// A form is one way to mend a race. It returns candidates, the most fitting
// first; one at most becomes a fix.
type form func(*Suggester, *race) []candidate

// A trial is a form that is tried for a category.
type trial struct {
	form form

	// proven says that the trial before must have made a fix, from which it is
	// known that a context ends the handshake. (It does not where the connection
	// under it does not close, or does not end its reads then. A race goes on
	// without such a handshake; what replaces it would not.)
	proven bool
}

// trials says which forms are tried for a category, the default first.
var trials = map[finding.Category][]trial{
	finding.Unstopped:   {{form: cancelOnReturn}, {replaceRace, true}, {form: closeOnTimer}},
	finding.Borrowed:    {{form: cancelOnReturn}, {replaceRace, true}, {form: closeOnTimer}},
	finding.BlockedSend: {{form: orElse(giveRoom, cancelOnReturn)}, {form: replaceRace}},
	finding.Handrolled:  {{form: replaceRace}},
}

// orElse returns a form whose candidates are those of two.
func orElse(a, b form) form {
	return func(s *Suggester, r *race) []candidate { return append(a(s, r), b(s, r)...) }
}

// Suggest returns the fixes for f, the default first. There may be none.
func (s *Suggester) Suggest(f finding.Finding) []analysis.SuggestedFix {
	r := s.digest(f)
	if r == nil {
		return nil // not written in a way that we know
	}
	var fixes []analysis.SuggestedFix
	var names []string // of the default
	for _, trial := range trials[f.Category] {
		if trial.proven && len(fixes) == 0 {
			continue
		}
		for _, c := range trial.form(s, r) {
			edits, ok := s.verified(r, c)
			if !ok {
				continue
			}
			if len(fixes) == 0 {
				names = c.names
			}
			fixes = append(fixes, edit.Fix(c.message, edits...))
			break
		}
	}
	s.take(r, names)
	return fixes
}

// verified returns the edits of a candidate that has passed all tests.
func (s *Suggester) verified(r *race, c candidate) ([]analysis.TextEdit, bool) {
	drop := func(why any) ([]analysis.TextEdit, bool) {
		if s.in.Trace != nil {
			s.in.Trace("%v: dropped %q: %v", s.in.Fset.Position(r.finding.Handshake), c.message, why)
		}
		return nil, false
	}
	edited, err := verify.Edit(&s.in.Package, c.edits)
	var unused *verify.UnusedImports
	if errors.As(err, &unused) {
		more := s.removeImports(unused)
		edited, err = verify.Edit(&s.in.Package, slices.Concat(c.edits, more))
	}
	if err != nil {
		return drop(err)
	}
	if s.in.Judge == nil {
		return edited.Edits, true
	}
	found, err := s.in.Judge(edited)
	if err != nil {
		return drop(err)
	}
	known := s.others(r, edited)
	for _, f := range found {
		if f.Category == finding.Handrolled && r.finding.Category != finding.Handrolled {
			continue // a race that is stopped now is still a race
		}
		if known(f.Handshake) {
			continue
		}
		return drop(fmt.Sprintf("%v is %s", edited.Fset.Position(f.Handshake), f.Category))
	}
	return edited.Edits, true
}

// others returns a function that reports whether a handshake of the edited
// package is none of the fix's business: one that was reported before, but not
// the race's own, or one in a function that was left as it is.
func (s *Suggester) others(r *race, edited *verify.Edited) func(token.Pos) bool {
	own, _ := edited.Moved(r.finding.Handshake)
	before := make(map[token.Pos]bool)
	for _, f := range s.in.Findings {
		if pos, kept := edited.Moved(f.Handshake); kept && f.Handshake != r.finding.Handshake {
			before[pos] = true
		}
	}
	touched := edited.Touched()
	return func(pos token.Pos) bool {
		in := func(fn *ast.FuncDecl) bool { return fn.Pos() <= pos && pos < fn.End() }
		return pos != own && (before[pos] || !slices.ContainsFunc(touched, in))
	}
}

// removeImports returns the edits that remove imports that a candidate has left
// unused.
func (s *Suggester) removeImports(unused *verify.UnusedImports) []analysis.TextEdit {
	for _, syntax := range s.in.Files {
		file := s.source(syntax.FileStart)
		if file == nil || file.Name() != unused.File {
			continue
		}
		return imports.Remove(file, func(spec *ast.ImportSpec) bool {
			name := s.in.Info.PkgNameOf(spec)
			return name != nil && slices.Contains(unused.Paths, unquote(spec.Path.Value))
		})
	}
	return nil
}

// source returns the file of a position, or nil if it can't be edited: if it was
// made from another one, as its line directives say, like what cgo makes of a
// file that imports "C".
func (s *Suggester) source(pos token.Pos) *source.File {
	tok := s.in.Fset.File(pos)
	if tok == nil {
		return nil
	}
	file, ok := s.files[tok]
	if ok {
		return file
	}
	for _, syntax := range s.in.Files {
		if s.in.Fset.File(syntax.FileStart) != tok {
			continue
		}
		if hasLineDirective(syntax) {
			break
		}
		src, err := s.in.ReadFile(tok.Name())
		if err != nil {
			break
		}
		// An error means that the file on disk is not the one that was parsed.
		file, _ = source.NewFile(s.in.Fset, syntax, src)
	}
	s.files[tok] = file
	return file
}

// hasLineDirective reports whether a comment says where some of a file comes from.
func hasLineDirective(file *ast.File) bool {
	return slices.ContainsFunc(file.Comments, func(group *ast.CommentGroup) bool {
		return slices.ContainsFunc(group.List, func(c *ast.Comment) bool {
			return strings.HasPrefix(c.Text, "//line ") || strings.HasPrefix(c.Text, "/*line ")
		})
	})
}

// since reports whether code in a file may use what came with the given version
// of Go. A file of unknown version is compiled by the toolchain that runs us.
func (s *Suggester) since(file *source.File, v string) bool {
	have := s.in.Info.FileVersions[file.Syntax]
	if have == "" {
		have = s.in.Pkg.GoVersion()
	}
	return have == "" || version.Compare(have, v) >= 0
}

// take marks names as taken in the function of a race, so that the fixes of two
// findings in one function can both be applied.
func (s *Suggester) take(r *race, names []string) {
	decl := r.decl()
	if s.taken[decl] == nil {
		s.taken[decl] = make(map[string]bool)
	}
	for _, name := range names {
		s.taken[decl][name] = true
	}
}
