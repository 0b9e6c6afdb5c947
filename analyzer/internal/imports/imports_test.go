package imports_test

import (
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/go/analysis"

	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/imports"
	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/source"
)

// What the files of the tests begin and end with.
const use = `
func _() { HERE() }
`

func TestAdd(t *testing.T) {
	for _, test := range []struct {
		name, imports string // of the file
		add           []string
		want          string // instead of imports
		qualifiers    string
	}{{
		name:       "group",
		imports:    "import (\n\t\"bytes\"\n\t\"errors\" // e\n)\n\nvar _ = bytes.Equal\nvar _ = errors.New",
		add:        []string{"context"},
		want:       "import (\n\t\"bytes\"\n\t\"context\"\n\t\"errors\" // e\n)\n\nvar _ = bytes.Equal\nvar _ = errors.New",
		qualifiers: "context.",
	}, {
		name:       "end of group",
		imports:    "import (\n\t\"bytes\" // b\n)\n\nvar _ = bytes.Equal",
		add:        []string{"context", "errors"},
		want:       "import (\n\t\"bytes\" // b\n\t\"context\"\n\t\"errors\"\n)\n\nvar _ = bytes.Equal",
		qualifiers: "context. errors.",
	}, {
		name:       "group of the standard library below others",
		imports:    "import (\n\texample \"example.com/x\"\n\n\t// Of the library.\n\t\"time\"\n)\n\nvar _ = example.X\nvar _ = time.Now",
		add:        []string{"context"},
		want:       "import (\n\texample \"example.com/x\"\n\n\t\"context\"\n\t// Of the library.\n\t\"time\"\n)\n\nvar _ = example.X\nvar _ = time.Now",
		qualifiers: "context.",
	}, {
		name:       "no group of the standard library",
		imports:    "import (\n\texample \"example.com/x\"\n)\n\nvar _ = example.X",
		add:        []string{"context", "errors"},
		want:       "import (\n\t\"context\"\n\t\"errors\"\n\n\texample \"example.com/x\"\n)\n\nvar _ = example.X",
		qualifiers: "context. errors.",
	}, {
		name:       "a single import",
		imports:    "// Why.\nimport \"time\" // what\n\nvar _ = time.Now",
		add:        []string{"context"},
		want:       "// Why.\nimport (\n\t\"context\"\n\t\"time\" // what\n)\n\nvar _ = time.Now",
		qualifiers: "context.",
	}, {
		name:       "a single import, to be between",
		imports:    "import \"crypto/tls\"\n\nvar _ tls.Conn",
		add:        []string{"errors", "context"},
		want:       "import (\n\t\"context\"\n\t\"crypto/tls\"\n\t\"errors\"\n)\n\nvar _ tls.Conn",
		qualifiers: "errors. context.",
	}, {
		name:       "a single import of elsewhere",
		imports:    "import example \"example.com/x\"\n\nvar _ = example.X",
		add:        []string{"context"},
		want:       "import (\n\t\"context\"\n\n\texample \"example.com/x\"\n)\n\nvar _ = example.X",
		qualifiers: "context.",
	}, {
		name:       "several single imports",
		imports:    "import \"bytes\"\nimport \"time\"\n\nvar _ = bytes.Equal\nvar _ = time.Now",
		add:        []string{"context", "unsafe"},
		want:       "import \"bytes\"\nimport \"context\"\nimport \"time\"\nimport \"unsafe\"\n\nvar _ = bytes.Equal\nvar _ = time.Now",
		qualifiers: "context. unsafe.",
	}, {
		name:       "none",
		imports:    "",
		add:        []string{"context"},
		want:       "import \"context\"\n\n", // for gofmt
		qualifiers: "context.",
	}, {
		name:       "none but two to come",
		imports:    "",
		add:        []string{"errors", "context"},
		want:       "import (\n\t\"context\"\n\t\"errors\"\n)\n\n",
		qualifiers: "errors. context.",
	}, {
		name:       "cgo alone",
		imports:    "/*\n#include <stdlib.h>\n*/\nimport \"C\"",
		add:        []string{"context"},
		want:       "/*\n#include <stdlib.h>\n*/\nimport \"C\"\n\nimport \"context\"",
		qualifiers: "context.",
	}, {
		name:       "cgo and a group",
		imports:    "// #include <stdlib.h>\nimport \"C\"\n\nimport (\n\t\"time\"\n)\n\nvar _ = time.Now",
		add:        []string{"context"},
		want:       "// #include <stdlib.h>\nimport \"C\"\n\nimport (\n\t\"context\"\n\t\"time\"\n)\n\nvar _ = time.Now",
		qualifiers: "context.",
	}, {
		name:       "cgo and a single one",
		imports:    "import \"time\"\n\n// #include <stdlib.h>\nimport \"C\"\n\nvar _ = time.Now",
		add:        []string{"context"},
		want:       "import (\n\t\"context\"\n\t\"time\"\n)\n\n// #include <stdlib.h>\nimport \"C\"\n\nvar _ = time.Now",
		qualifiers: "context.",
	}, {
		name:       "there already",
		imports:    "import \"context\"\n\nvar _ context.Context",
		add:        []string{"context"},
		want:       "import \"context\"\n\nvar _ context.Context",
		qualifiers: "context.",
	}, {
		name:       "there under another name",
		imports:    "import ctx \"context\"\n\nvar _ ctx.Context",
		add:        []string{"context"},
		want:       "import ctx \"context\"\n\nvar _ ctx.Context",
		qualifiers: "ctx.",
	}, {
		name:       "there with a dot",
		imports:    "import . \"context\"\n\nvar _ Context",
		add:        []string{"context"},
		want:       "import . \"context\"\n\nvar _ Context",
		qualifiers: "",
	}, {
		name:       "there without a name",
		imports:    "import _ \"context\"",
		add:        []string{"context"},
		want:       "import (\n\t\"context\"\n\t_ \"context\"\n)",
		qualifiers: "context.",
	}, {
		name:       "name taken by the package",
		imports:    "import \"time\"\n\nvar context = time.Now",
		add:        []string{"context"},
		want:       "import (\n\tstdcontext \"context\"\n\t\"time\"\n)\n\nvar context = time.Now",
		qualifiers: "stdcontext.",
	}} {
		t.Run(test.name, func(t *testing.T) {
			file, info, here := check(t, "package p\n\n"+test.imports+use)
			set := imports.For(file, info)
			var qualifiers []string
			for _, path := range test.add {
				qualifiers = append(qualifiers, set.Qualifier(path, "Background", here))
			}
			if got := strings.Join(qualifiers, " "); got != test.qualifiers {
				t.Errorf("qualifiers: got %q, want %q", got, test.qualifiers)
			}
			got := apply(file, set.Edits())
			if want := "package p\n\n" + test.want + use; got != want {
				t.Errorf("got:\n%s\nwant:\n%s", got, want)
			}
		})
	}
}

// TestShadowed takes another name where the package's means something else at
// the position.
func TestShadowed(t *testing.T) {
	file, info, here := check(t, "package p\n\nimport \"context\"\n\nfunc _(context context.Context) { HERE() }\n")
	set := imports.For(file, info)
	if got, want := set.Qualifier("context", "Background", here), "stdcontext."; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestRemove(t *testing.T) {
	for _, test := range []struct{ imports, want string }{
		{"import (\n\t\"bytes\"\n\t// Gone.\n\t\"time\" // gone\n)", "import (\n\t\"bytes\"\n)"},
		{"import (\n\t\"time\"\n\n\t\"bytes\"\n)", "import (\n\n\t\"bytes\"\n)"}, // for gofmt
		{"import \"time\"\nimport \"bytes\"", "import \"bytes\""},
		{"import (\n\t\"time\"\n)\n", ""},
	} {
		file, _, _ := check(t, "package p\n\n"+test.imports+"\n")
		edits := imports.Remove(file, func(spec *ast.ImportSpec) bool { return spec.Path.Value == `"time"` })
		if got, want := apply(file, edits), "package p\n\n"+test.want+"\n"; got != want {
			t.Errorf("got:\n%s\nwant:\n%s", got, want)
		}
	}
}

// check parses and type-checks a file, with whatever imports, and returns the
// position of HERE.
func check(t *testing.T, src string) (*source.File, *types.Info, token.Pos) {
	t.Helper()
	fset := token.NewFileSet()
	syntax, err := parser.ParseFile(fset, "p.go", src, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	info := &types.Info{
		Defs: make(map[*ast.Ident]types.Object), Implicits: make(map[ast.Node]types.Object),
		Scopes: make(map[ast.Node]*types.Scope),
	}
	conf := types.Config{Importer: fakeImporter{importer.Default()}, FakeImportC: true, Error: func(error) {}}
	conf.Check("p", fset, []*ast.File{syntax}, info) // not all is declared
	file, err := source.NewFile(fset, syntax, []byte(src))
	if err != nil {
		t.Fatal(err)
	}
	return file, info, syntax.FileStart + token.Pos(max(0, strings.Index(src, "HERE")))
}

// A fakeImporter makes up what is not of the standard library.
type fakeImporter struct{ types.Importer }

func (im fakeImporter) Import(path string) (*types.Package, error) {
	if strings.Contains(path, ".") {
		pkg := types.NewPackage(path, "x")
		pkg.MarkComplete()
		return pkg, nil
	}
	return im.Importer.Import(path)
}

// apply applies edits that do not overlap.
func apply(file *source.File, edits []analysis.TextEdit) string {
	slices.SortStableFunc(edits, func(a, b analysis.TextEdit) int { return int(a.Pos - b.Pos) })
	var out strings.Builder
	at := file.Syntax.FileStart
	for _, e := range edits {
		out.WriteString(file.Slice(at, e.Pos))
		out.Write(e.NewText)
		at = e.End
	}
	out.WriteString(file.Slice(at, file.Syntax.FileEnd))
	return out.String()
}
