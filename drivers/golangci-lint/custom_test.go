package main_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tlstimeoutlint/tlstimeoutlint/drivers/internal/program"
	"github.com/tlstimeoutlint/tlstimeoutlint/drivers/internal/scenario"
)

const repository = "https://github.com/golangci/golangci-lint.git"

// TestCustom has "golangci-lint custom" build the program from .custom-gcl.yml.
// It clones a repository: here, one that is made of the released module. The
// plugin is the one in this folder instead of a released one.
func TestCustom(t *testing.T) {
	if testing.Short() {
		t.Skip("builds golangci-lint")
	}
	dir := t.TempDir()
	files := base(t)
	files[".custom-gcl.yml"] = withPath(t, program.Root())
	scenario.WriteFiles(t, dir, files)
	url, release := makeRepository(t)
	env := append(environment(t),
		"GIT_CONFIG_COUNT=1",
		"GIT_CONFIG_KEY_0=url."+url+".insteadOf",
		"GIT_CONFIG_VALUE_0="+repository)

	if _, err := program.Output(dir, env, golangci, "custom"); err != nil {
		t.Fatal(err)
	}
	custom := filepath.Join(dir, "custom-gcl")
	version, err := program.Output(dir, env, custom, "version")
	if err != nil {
		t.Fatal(err)
	}
	if want := release + "-custom-gcl-"; !strings.Contains(version, want) {
		t.Errorf("the version is %q, want %q", version, want)
	}
	if got := issues(t, dir, env, custom); !strings.Contains(got, "dial/dial.go:18:22: "+scenario.LeakText) {
		t.Errorf("the issues are\n%s", got)
	}
}

// withPath returns .custom-gcl.yml with a folder instead of the plugin's version.
func withPath(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(".custom-gcl.yml")
	if err != nil {
		t.Fatal(err)
	}
	head, rest, ok := strings.Cut(string(data), "    version: v")
	if !ok {
		t.Fatalf("there is no version of the plugin in\n%s", data)
	}
	_, tail, _ := strings.Cut(rest, "\n")
	return head + "    path: " + path + "\n" + tail
}

// makeRepository returns the URL of a git repository that has the release of
// golangci-lint which go.mod names, and the tag that it has there.
func makeRepository(t *testing.T) (url, release string) {
	t.Helper()
	module, err := program.ModuleDir("github.com/golangci/golangci-lint/v2")
	if err != nil {
		t.Fatal(err)
	}
	_, release, _ = strings.Cut(filepath.Base(module), "@")
	dir, env := t.TempDir(), environment(t)
	if err := os.CopyFS(dir, os.DirFS(module)); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"init", "-q"},
		{"add", "--force", "."},
		{"commit", "-q", "-m", "release"},
		{"tag", release},
	} {
		if _, err := program.Output(dir, env, "git", args...); err != nil {
			t.Fatal(err)
		}
	}
	return "file://" + filepath.ToSlash(dir), release
}
