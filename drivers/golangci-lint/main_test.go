package main_test

import (
	"flag"
	"log"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tlstimeoutlint/tlstimeoutlint/drivers/internal/program"
	"github.com/tlstimeoutlint/tlstimeoutlint/drivers/internal/scenario"
)

var update = flag.Bool("update", false, "write the scenarios' expectations instead of comparing them")

// The programs under test, as built for the tests.
var (
	bin      string // the folder that they are in
	golangci string // golangci-lint with the plugin
	tool     string // the linter's own command
)

func TestMain(m *testing.M) {
	flag.Parse()
	var err error
	if bin, err = os.MkdirTemp("", "golangci-lint"); err != nil {
		log.Fatal(err)
	}
	if golangci, err = program.Build(".", ".", bin, "golangci-lint"); err != nil {
		log.Fatal(err)
	}
	if tool, err = program.BuildLinter(bin); err != nil {
		log.Fatal(err)
	}
	code := m.Run()
	os.RemoveAll(bin)
	os.Exit(code)
}

// TestScenarios runs golangci-lint on a small module, with the configuration
// that is beside this file, or with another one.
func TestScenarios(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	runner := scenario.Runner{
		Base:     base(t),
		Programs: map[string]string{"golangci-lint": golangci, "tlstimeoutlint": tool},
		Env:      environment(t),
		Update:   *update,
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			runner.Run(t, file) // not in parallel: golangci-lint locks itself out
		})
	}
}

// base returns the files of the module that most tests are about: a leak, and
// the configuration that users copy.
func base(t *testing.T) map[string]string {
	t.Helper()
	config, err := os.ReadFile(".golangci.yml")
	if err != nil {
		t.Fatal(err)
	}
	files := scenario.Leak(t)
	files[".golangci.yml"] = string(config)
	return files
}

// alone returns the files of the same module, with a configuration that enables
// no other linter, which is quicker.
func alone(t *testing.T) map[string]string {
	t.Helper()
	files := scenario.Leak(t)
	files[".golangci.yml"] = mistakes
	return files
}

// environment returns variables that make the programs behave alike everywhere:
// no settings of the machine's, and a cache that is new. No more than one
// golangci-lint runs with the same folder for temporary files.
func environment(t *testing.T) []string {
	return []string{
		"GOLANGCI_LINT_CACHE=" + t.TempDir(),
		"TMPDIR=" + t.TempDir(), "TMP=" + t.TempDir(),
		"GOFLAGS=", "GOWORK=off", "NO_COLOR=1",
		"GIT_CONFIG_GLOBAL=" + os.DevNull, "GIT_CONFIG_SYSTEM=" + os.DevNull,
		"GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@example.com",
		"GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@example.com",
	}
}
