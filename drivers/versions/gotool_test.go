package versions

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tlstimeoutlint/tlstimeoutlint/drivers/internal/program"
	"github.com/tlstimeoutlint/tlstimeoutlint/drivers/internal/scenario"
)

const (
	path    = "github.com/tlstimeoutlint/tlstimeoutlint"
	command = path + "/cmd/tlstimeoutlint"
)

// TestGoTool adds the linter to a module as one of its tools, and runs it.
func TestGoTool(t *testing.T) {
	dir := module(t, "1.26.0", "")
	useThisLinter(t, dir, "go.mod")
	if _, err := program.Output(dir, nil, "go", "get", "-tool", command); err != nil {
		t.Fatal(err)
	}
	checkContains(t, filepath.Join(dir, "go.mod"), "\ntool "+command+"\n")
	checkFinds(t, dir, nil, 3, "go", "tool", "tlstimeoutlint", "./...")
}

// TestGoToolModfile does so for a module that has to stay with an older version
// of Go: the tool has a file of its own.
func TestGoToolModfile(t *testing.T) {
	dir := module(t, "1.20", "")
	scenario.WriteFiles(t, dir, map[string]string{"tools.mod": "module example.com/leak/tools\n\ngo 1.26.0\n"})
	useThisLinter(t, dir, "tools.mod")
	if _, err := program.Output(dir, nil, "go", "get", "-modfile=tools.mod", "-tool", command); err != nil {
		t.Fatal(err)
	}
	checkContains(t, filepath.Join(dir, "go.mod"), "\ngo 1.20\n")
	checkFinds(t, dir, nil, 3, "go", "tool", "-modfile=tools.mod", "tlstimeoutlint", "./...")
}

// useThisLinter replaces the released linter by the one that is tested.
func useThisLinter(t *testing.T, dir, modfile string) {
	t.Helper()
	if _, err := program.Output(dir, nil, "go", "mod", "edit", "-replace="+path+"="+program.Root(), modfile); err != nil {
		t.Fatal(err)
	}
}

func checkContains(t *testing.T, file, want string) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(data), want) {
		t.Errorf("%s: %q is missing in\n%s", filepath.Base(file), want, data)
	}
}
