package truth

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"unicode"

	"github.com/tlstimeoutlint/tlstimeoutlint/internal/truth/rig"
)

// A Verdict says what a case left behind.
type Verdict = rig.Verdict

// The verdicts, from the best to the worst.
const (
	Quiet       = rig.Quiet
	Stuck       = rig.Stuck
	BlockedSend = rig.BlockedSend
	Unstopped   = rig.Unstopped
	Ineffective = rig.Ineffective
)

// A Package is a directory with case functions.
type Package struct {
	Dir   string // absolute
	Name  string
	Cases []Case
	Wants []Want
	Funcs map[string]*Func // all top-level functions and methods, by name without receiver
}

// A Case is a function that is run.
type Case struct {
	Name   string
	Prefix string   // Leak, Block, Lose, Safe or Silent
	Params []string // the names of its parameters
	Doc    string
	Pos    token.Position
}

// A Want is a comment that tells which diagnostic is expected on its line.
type Want struct {
	Verdict Verdict
	Func    string // the top-level function that it is in
	Pos     token.Position
}

// A Func is a function of the package, as far as names tell.
type Func struct {
	Refs map[string]bool // the functions and methods of the package that it names
}

// Site returns where the want is, in the notation of [rig.Result].
func (w Want) Site() string {
	return fmt.Sprintf("%s:%d", filepath.Base(w.Pos.Filename), w.Pos.Line)
}

// phrases are what the message of a diagnostic contains, by verdict.
var phrases = map[string]Verdict{
	"is not stopped":  Unstopped,
	"blocks for ever": BlockedSend,
	"cannot win":      Ineffective,
}

var (
	casePattern = regexp.MustCompile(`^([Ll]eak|[Bb]lock|[Ll]ose|[Ss]afe|[Ss]ilent)(.*)$`)
	wantPattern = regexp.MustCompile("// want (.*)$")
	wantText    = regexp.MustCompile("\"([^\"]*)\"|`([^`]*)`")
)

// Load reads the case functions of a directory.
func Load(dir string) (*Package, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return nil, err
	}
	pkg := &Package{Dir: dir, Funcs: map[string]*Func{}}
	fset := token.NewFileSet()
	var files []*ast.File
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(fset, name, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		files = append(files, file)
		pkg.Name = file.Name.Name
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("%s: no Go files: %w", dir, os.ErrNotExist)
	}
	for _, file := range files {
		pkg.addFuncs(fset, file)
	}
	for _, file := range files {
		if err := pkg.addWants(fset, file); err != nil {
			return nil, err
		}
	}
	return pkg, nil
}

// addFuncs adds the functions of a file, and the cases among them.
func (p *Package) addFuncs(fset *token.FileSet, file *ast.File) {
	for _, d := range file.Decls {
		decl, ok := d.(*ast.FuncDecl)
		if !ok {
			continue
		}
		name := decl.Name.Name
		f := p.Funcs[name]
		if f == nil {
			f = &Func{Refs: map[string]bool{}}
			p.Funcs[name] = f
		}
		ast.Inspect(decl, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok && id != decl.Name {
				f.Refs[id.Name] = true
			}
			return true
		})
		if prefix, ok := casePrefix(name); ok && decl.Recv == nil {
			p.Cases = append(p.Cases, Case{
				Name:   name,
				Prefix: prefix,
				Params: paramNames(decl.Type),
				Doc:    decl.Doc.Text(),
				Pos:    fset.Position(decl.Pos()),
			})
		}
	}
}

// casePrefix returns the prefix of a case's name, with an upper case letter.
func casePrefix(name string) (prefix string, ok bool) {
	m := casePattern.FindStringSubmatch(name)
	if m == nil || m[2] == "" || unicode.IsLower(rune(m[2][0])) {
		return "", false
	}
	return strings.ToUpper(m[1][:1]) + m[1][1:], true
}

func paramNames(t *ast.FuncType) []string {
	var names []string
	for _, field := range t.Params.List {
		if len(field.Names) == 0 {
			names = append(names, "_")
		}
		for _, name := range field.Names {
			names = append(names, name.Name)
		}
	}
	return names
}

// addWants adds the wants of a file.
func (p *Package) addWants(fset *token.FileSet, file *ast.File) error {
	for _, group := range file.Comments {
		for _, comment := range group.List {
			m := wantPattern.FindStringSubmatch(comment.Text)
			if m == nil {
				continue
			}
			pos := fset.Position(comment.Pos())
			for _, text := range wantText.FindAllStringSubmatch(m[1], -1) {
				v, ok := wantedVerdict(text[1] + text[2])
				if !ok {
					return fmt.Errorf("%v: no category has a message like %q", pos, text[0])
				}
				p.Wants = append(p.Wants, Want{Verdict: v, Func: enclosing(file, comment.Pos()), Pos: pos})
			}
		}
	}
	return nil
}

// wantedVerdict returns the verdict that a diagnostic of that text goes with.
func wantedVerdict(text string) (Verdict, bool) {
	for phrase, v := range phrases {
		if strings.Contains(text, phrase) {
			return v, true
		}
	}
	return Quiet, false
}

// enclosing returns the name of the top-level function at pos, or "".
func enclosing(file *ast.File, pos token.Pos) string {
	for _, d := range file.Decls {
		if decl, ok := d.(*ast.FuncDecl); ok && decl.Pos() <= pos && pos <= decl.End() {
			return decl.Name.Name
		}
	}
	return ""
}

// Reaches returns the functions that the given one names, directly or through
// others, and itself. It goes by names alone, and so may return too many.
func (p *Package) Reaches(name string) map[string]bool {
	reached := map[string]bool{}
	var visit func(string)
	visit = func(name string) {
		f := p.Funcs[name]
		if f == nil || reached[name] {
			return
		}
		reached[name] = true
		for ref := range f.Refs {
			visit(ref)
		}
	}
	visit(name)
	return reached
}
