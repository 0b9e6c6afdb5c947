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
	env := release(t, "v0.1.0")
	dir := leakModule(t, "1.26.0", "")
	trust(t, filepath.Join(dir, "go.sum"))
	if _, err := program.Output(dir, env, "go", "get", "-tool", command+"@latest"); err != nil {
		t.Fatal(err)
	}
	checkContains(t, filepath.Join(dir, "go.mod"), "\ntool "+command+"\n")
	checkFinds(t, dir, env, 3, "go", "tool", "tlstimeoutlint", "./...")
	checkFinds(t, dir, env, 1, "go", "run", command, "./...") // the exit code of go run itself

	// A module that has to stay with an older version of Go gives the tool a file
	// of its own.
	dir = leakModule(t, "1.20", "")
	scenario.WriteFiles(t, dir, map[string]string{"tools.mod": "module example.com/leak/tools\n\ngo 1.26.0\n"})
	trust(t, filepath.Join(dir, "tools.sum"))
	if _, err := program.Output(dir, env, "go", "get", "-modfile=tools.mod", "-tool", command+"@latest"); err != nil {
		t.Fatal(err)
	}
	checkContains(t, filepath.Join(dir, "go.mod"), "\ngo 1.20\n")
	checkFinds(t, dir, env, 3, "go", "tool", "-modfile=tools.mod", "tlstimeoutlint", "./...")
}

// trust writes the checksums of what the linter requires, as it has them itself:
// the database of checksums is not behind the test's proxy.
func trust(t *testing.T, file string) {
	t.Helper()
	sums, err := os.ReadFile(filepath.Join(program.Root(), "go.sum"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, sums, 0o666); err != nil {
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
