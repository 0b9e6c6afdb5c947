package versions

import (
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tlstimeoutlint/tlstimeoutlint/drivers/internal/program"
	"github.com/tlstimeoutlint/tlstimeoutlint/drivers/internal/scenario"
)

// tool is the linter's command, built with the version of Go that it needs.
var tool string

func TestMain(m *testing.M) {
	bin, err := os.MkdirTemp("", "versions")
	if err != nil {
		log.Fatal(err)
	}
	if tool, err = program.BuildLinter(bin); err != nil {
		log.Fatal(err)
	}
	code := m.Run()
	os.RemoveAll(bin)
	os.Exit(code)
}

// The first fixes, and the line of each that shows which one it is.
const (
	byContext = "go func() { errc <- conn.HandshakeContext(handshakeCtx) }()" // since Go 1.17
	byClose   = "\t\tconn.Close()\n"
)

// TestMatrix checks modules for each version of the language under each go command
// that knows it: the leak is found, by the command and by go vet, the fix is one
// that the version has, and then nothing is found.
func TestMatrix(t *testing.T) {
	for newest := 24; newest <= 26; newest++ {
		env := goCommand(t, newest)
		for minor := 16; minor <= newest; minor++ {
			t.Run(fmt.Sprintf("go 1.%d under 1.%d", minor, newest), func(t *testing.T) {
				want := byContext
				if minor < 17 {
					want = byClose
				}
				checkFix(t, leakModule(t, fmt.Sprintf("1.%d", minor), ""), env, want)
			})
		}
	}
}

// TestFileVersion checks that a build constraint, which sets the version of a
// file, decides on its fix. The type checker takes no constraint for a version
// below 1.21, which is the first one that had such files.
func TestFileVersion(t *testing.T) {
	for _, test := range []struct {
		name, directive, constraint, want string
	}{
		{"newer file", "1.16", "go1.17", byContext},
		{"other constraint", "1.16", "!ignored", byClose},
		{"older file", "1.22", "go1.16", byContext},
	} {
		t.Run(test.name, func(t *testing.T) {
			checkFix(t, leakModule(t, test.directive, "//go:build "+test.constraint+"\n\n"), nil, test.want)
		})
	}
}

// TestTooOld checks that a module which the go command is too old for is an
// error, and not silence.
func TestTooOld(t *testing.T) {
	res, err := program.Run(leakModule(t, "1.26", ""), goCommand(t, 24), tool, "./...")
	if err != nil {
		t.Fatal(err)
	}
	if res.Exit != 1 || !strings.Contains(res.Stderr, "go.mod requires go >= 1.26") {
		t.Errorf("exit code %d, and it says\n%s", res.Exit, res.Stderr)
	}
}

// goCommand returns the variables that make the go command that of Go 1.minor,
// which the one that runs the tests fetches.
func goCommand(t *testing.T, minor int) []string {
	t.Helper()
	version := fmt.Sprintf("go1.%d.0", minor)
	env := []string{"GOTOOLCHAIN=" + version, "GOFLAGS="}
	got, err := program.Output(t.TempDir(), env, "go", "env", "GOVERSION")
	if err != nil {
		t.Fatal(err)
	}
	if strings.TrimSpace(got) != version {
		t.Fatalf("the go command is that of %s instead of %s", got, version)
	}
	return env
}

// checkFix checks that the leak is found in a module, fixed by what contains the
// text, and then no longer found, and that the module still builds.
func checkFix(t *testing.T, dir string, env []string, want string) {
	t.Helper()
	vet := []string{"go", "vet", "-vettool=" + tool, "./..."}
	checkFinds(t, dir, env, 3, tool, "./...")
	checkFinds(t, dir, env, 1, vet[0], vet[1:]...)
	for _, command := range [][]string{{tool, "-fix", "./..."}, {tool, "./..."}, vet, {"go", "build", "./..."}} {
		if _, err := program.Output(dir, env, command[0], command[1:]...); err != nil {
			t.Error(err)
		}
	}
	fixed, err := os.ReadFile(filepath.Join(dir, "dial", "dial.go"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(fixed), want) {
		t.Errorf("%q is missing in\n%s", want, fixed)
	}
	if want == byClose && strings.Contains(string(fixed), "HandshakeContext") {
		t.Errorf("HandshakeContext, which is not there yet, is in\n%s", fixed)
	}
}

// checkFinds checks that a command finds the leak.
func checkFinds(t *testing.T, dir string, env []string, exit int, name string, args ...string) {
	t.Helper()
	res, err := program.Run(dir, env, name, args...)
	if err != nil {
		t.Fatal(err)
	}
	if want := "dial.go:"; res.Exit != exit || !strings.Contains(res.Stderr, want) || !strings.Contains(res.Stderr, "is not stopped when the timer") {
		t.Errorf("%s %q: exit code %d, and the finding is missing in\n%s", name, args, res.Exit, res.Stderr)
	}
}

// leakModule returns the folder of a module for a version of Go, with the leak in a
// file that begins with head.
func leakModule(t *testing.T, version, head string) string {
	t.Helper()
	files := scenario.Leak(t)
	files["go.mod"] = "module example.com/leak\n\ngo " + version + "\n"
	files["dial/dial.go"] = head + files["dial/dial.go"]
	dir := t.TempDir()
	scenario.WriteFiles(t, dir, files)
	return dir
}
