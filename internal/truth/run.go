package truth

import (
	"bytes"
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"text/template"

	"github.com/tlstimeoutlint/tlstimeoutlint/internal/truth/rig"
)

// A Result is what became of a case.
type Result = rig.Result

// Run runs the cases of the packages, which belong to one module, and returns
// what became of them: by the directory of the package, by name.
//
// Nothing is written beside the cases: what has to be added to run them is an
// overlay of one go test command, whose results the go command caches.
func Run(ctx context.Context, pkgs ...*Package) (map[string]map[string]*Result, error) {
	if len(pkgs) == 0 {
		return nil, nil
	}
	temp, err := os.MkdirTemp("", "truth")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(temp)
	module, err := findModule(ctx, pkgs[0].Dir)
	if err != nil {
		return nil, err
	}
	overlay, err := writeOverlay(temp, module, pkgs)
	if err != nil {
		return nil, err
	}

	args := []string{"test", "-overlay=" + overlay, "-vet=off", "-run=^TestTruth$", "-v", "-timeout=5m"}
	results := map[string]map[string]*Result{}
	for _, pkg := range pkgs {
		args = append(args, pkg.Dir)
		results[pkg.Dir] = map[string]*Result{}
	}
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = module.Dir
	out, testErr := cmd.CombinedOutput()
	var others strings.Builder
	for line := range strings.Lines(string(out)) {
		isResult, err := addResult(results, line)
		if err != nil {
			return nil, err
		}
		if !isResult && strings.TrimSpace(line) != "" {
			others.WriteString(line)
		}
	}
	for _, pkg := range pkgs {
		for _, c := range pkg.Cases {
			if results[pkg.Dir][c.Name] == nil {
				return nil, fmt.Errorf("%s: no result for %s: %v\n%s", pkg.Dir, c.Name, testErr, &others)
			}
		}
	}
	return results, nil
}

// addResult adds the result that a line of output carries, and reports whether
// it carries one.
func addResult(results map[string]map[string]*Result, line string) (bool, error) {
	text, ok := strings.CutPrefix(line, rig.Marker)
	if !ok {
		return false, nil
	}
	r := new(Result)
	if err := json.Unmarshal([]byte(text), r); err != nil {
		return true, fmt.Errorf("result of a case: %w", err)
	}
	results[r.Package][r.Case] = r
	return true, nil
}

// A module is what the go command tells of one.
type module struct {
	Path, Dir string
}

// findModule returns the main module at dir.
func findModule(ctx context.Context, dir string) (module, error) {
	cmd := exec.CommandContext(ctx, "go", "list", "-m", "-json")
	cmd.Dir = dir
	out, err := cmd.Output()
	if err != nil {
		return module{}, fmt.Errorf("go list -m in %s: %w", dir, err)
	}
	var m module
	err = json.Unmarshal(out, &m)
	return m, err
}

// rigDir is where the rig is, in this module and in any other.
const rigDir = "internal/truth/rig"

//go:embed rig/*.go
var rigFiles embed.FS

// generated is the test that runs the cases of a package.
var generated = template.Must(template.New("").Parse(`package {{.Package.Name}}

import (
	"testing"

	"{{.Rig}}"
)

func TestTruth(t *testing.T) {
	rig.Main(t, {{printf "%q" .Package.Dir}}, []rig.Case{
{{- range .Package.Cases}}
		{Name: {{printf "%q" .Name}}, Func: {{.Name}}, Params: {{printf "%#v" .Params}}},
{{- end}}
	})
}
`))

// writeOverlay writes the overlay, which adds the rig to the module and a test
// to each package, and returns its file name.
func writeOverlay(temp string, m module, pkgs []*Package) (string, error) {
	replace := map[string]string{}
	add := func(target string, content []byte) error {
		name := filepath.Join(temp, fmt.Sprintf("%d.go", len(replace)))
		replace[target] = name
		return os.WriteFile(name, content, 0o666)
	}
	rigs, err := fs.Glob(rigFiles, "rig/*.go")
	if err != nil {
		return "", err
	}
	for _, name := range rigs {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		content, err := rigFiles.ReadFile(name)
		if err != nil {
			return "", err
		}
		target := filepath.Join(m.Dir, filepath.FromSlash(rigDir), path.Base(name))
		if err := add(target, content); err != nil {
			return "", err
		}
	}
	for _, pkg := range pkgs {
		var test bytes.Buffer
		err := generated.Execute(&test, map[string]any{"Package": pkg, "Rig": m.Path + "/" + rigDir})
		if err != nil {
			return "", err
		}
		if err := add(filepath.Join(pkg.Dir, "truth_test.go"), test.Bytes()); err != nil {
			return "", err
		}
	}
	text, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return "", err
	}
	name := filepath.Join(temp, "overlay.json")
	return name, os.WriteFile(name, text, 0o666)
}
