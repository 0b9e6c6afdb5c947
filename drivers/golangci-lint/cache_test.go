package main_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tlstimeoutlint/tlstimeoutlint/drivers/internal/program"
	"github.com/tlstimeoutlint/tlstimeoutlint/drivers/internal/scenario"
)

// TestCache builds golangci-lint with a linter that says something else, and
// runs it where the first one has run. Whether it shows the issues that the first
// one has left in the cache depends on its version.
func TestCache(t *testing.T) {
	if testing.Short() {
		t.Skip("builds golangci-lint four times")
	}
	const old, changed = "is not stopped when", "goes on when"
	overlay := "-overlay=" + changedLinter(t, old, changed)
	const v0, v1 = "-ldflags=-X main.version=v2.15.0-linter-v0.1.0", "-ldflags=-X main.version=v2.15.0-linter-v0.1.1"
	released := build(t, v0)
	for _, test := range []struct {
		name          string
		first, second string // the programs
		want          string
	}{
		{"new version", released, build(t, v1, overlay), changed},
		{"same version", released, build(t, v0, overlay), old}, // stale
		{"no version", golangci, build(t, overlay), changed},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir, env := t.TempDir(), environment(t)
			scenario.WriteFiles(t, dir, alone(t))
			if got := issues(t, dir, env, test.first); !strings.Contains(got, old) {
				t.Errorf("the first build says %q", got)
			}
			if got := issues(t, dir, env, test.second); !strings.Contains(got, test.want) {
				t.Errorf("the second build says %q, want %q", got, test.want)
			}
		})
	}
}

// changedLinter returns an overlay for the go command that replaces a text in
// the linter's messages.
func changedLinter(t *testing.T, old, changed string) string {
	t.Helper()
	file := filepath.Join(program.Root(), "analyzer", "internal", "report", "report.go")
	src, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	text := strings.ReplaceAll(string(src), old, changed)
	if text == string(src) {
		t.Fatalf("%s does not contain %q", file, old)
	}
	dir := t.TempDir()
	replacement := filepath.Join(dir, "report.go")
	overlay, err := json.Marshal(map[string]any{"Replace": map[string]string{file: replacement}})
	if err != nil {
		t.Fatal(err)
	}
	scenario.WriteFiles(t, dir, map[string]string{"report.go": text, "overlay.json": string(overlay)})
	return filepath.Join(dir, "overlay.json")
}

// build builds golangci-lint with flags of go build.
func build(t *testing.T, flags ...string) string {
	t.Helper()
	path, err := program.Build(".", ".", t.TempDir(), "golangci-lint", flags...)
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func issues(t *testing.T, dir string, env []string, golangci string) string {
	t.Helper()
	res, err := program.Run(dir, env, golangci, "run", "./...")
	if err != nil || res.Exit != 1 {
		t.Fatalf("golangci-lint: exit code %d, %v\n%s", res.Exit, err, res.Stderr)
	}
	return res.Stdout
}
