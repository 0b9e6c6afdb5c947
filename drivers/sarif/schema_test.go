package sarif

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/tlstimeoutlint/tlstimeoutlint/drivers/internal/program"
	"github.com/tlstimeoutlint/tlstimeoutlint/drivers/internal/scenario"
)

// schemaFile is where gosec, which golangci-lint contains, keeps the schema of
// SARIF 2.1.0 (errata 01, by OASIS) for its own tests. It is read there, in the
// module that go.sum names, and not copied.
const schemaFile = "report/sarif/testdata/sarif-schema-2.1.0.json"

// TestSchema validates what -sarif prints: with all kinds of findings, with no
// finding, and with a package that can't be checked.
func TestSchema(t *testing.T) {
	schema := compileSchema(t)
	tool, err := program.BuildLinter(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	leak := scenario.Leak(t)
	broken := map[string]string{"go.mod": leak["go.mod"], "p/p.go": "package p\n\nfunc f() { go func() { x.Handshake() }() }\n"}
	clean := map[string]string{"go.mod": leak["go.mod"], "p/p.go": "package p\n"}
	for _, test := range []struct {
		name  string
		dir   string
		args  []string
		wants string
	}{
		{"cases", filepath.Join(program.Root(), "testdata", "src"), []string{"-borrowed", "-handrolled", "-generated", "./..."}, `"fixes"`},
		{"leak", write(t, leak), []string{"./..."}, `"relatedLocations"`},
		{"clean", write(t, clean), []string{"./..."}, `"results": []`},
		{"broken", write(t, broken), []string{"./..."}, `"executionSuccessful": false`},
	} {
		t.Run(test.name, func(t *testing.T) {
			res, err := program.Run(test.dir, nil, tool, append([]string{"-sarif"}, test.args...)...)
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(res.Stdout, test.wants) {
				t.Errorf("there is no %s in\n%s\n%s", test.wants, res.Stdout, res.Stderr)
			}
			log, err := jsonschema.UnmarshalJSON(strings.NewReader(res.Stdout))
			if err != nil {
				t.Fatal(err)
			}
			if err := schema.Validate(log); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestSchemaRejects checks that the schema is one that can be violated.
func TestSchemaRejects(t *testing.T) {
	schema := compileSchema(t)
	for _, log := range []string{
		`{}`,
		`{"version": "2.0.0", "runs": []}`,
		`{"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "x"}}, "results": [{"level": "bad", "message": {"text": "x"}}]}]}`,
	} {
		value, err := jsonschema.UnmarshalJSON(strings.NewReader(log))
		if err != nil {
			t.Fatal(err)
		}
		if schema.Validate(value) == nil {
			t.Errorf("%s is accepted", log)
		}
	}
}

func compileSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	dir, err := program.ModuleDir("github.com/securego/gosec/v2")
	if err != nil {
		t.Fatal(err)
	}
	file, err := os.Open(filepath.Join(dir, filepath.FromSlash(schemaFile)))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	doc, err := jsonschema.UnmarshalJSON(file)
	if err != nil {
		t.Fatal(err)
	}
	const url = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource(url, doc); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile(url)
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

func write(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	scenario.WriteFiles(t, dir, files)
	return dir
}
