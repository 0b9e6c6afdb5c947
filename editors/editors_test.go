// Package editors_test runs the language server in real editors: each opens a
// file with a mistake, sees the diagnostic, applies the quick fix, and saves.
package editors_test

import (
	"context"
	"encoding/json"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer"
)

// TestEditors compares what the editors save with what the command's -fix
// writes. Where an editor is not installed, its test is skipped, unless the
// environment variable EDITORS is "required".
func TestEditors(t *testing.T) {
	for _, editor := range []struct {
		name  string
		probe []string // whether all is there
		args  []string
	}{
		{"nvim", []string{"--version"}, []string{"--headless", "-u", "NONE", "-S", "test/neovim.lua"}},
		{"emacs", []string{"--batch", "--eval", "(require 'eglot)"}, []string{"--batch", "-l", "test/eglot.el"}},
		{
			"vim",
			[]string{"-es", "-N", "-u", "NONE", "-c", "silent! packadd ale", "-c", "execute exists(':ALELint') && !has('nvim') ? 'qall!' : 'cquit'"},
			[]string{"--not-a-term", "-N", "-u", "NONE", "-i", "NONE", "-n", "-S", "test/ale.vim"},
		},
	} {
		t.Run(editor.name, func(t *testing.T) {
			command := command(editor.name)
			err := exec.Command(command, editor.probe...).Run()
			if err != nil && os.Getenv("EDITORS") == "required" {
				t.Fatal(err)
			}
			if err != nil {
				t.Skipf("the editor, or its client, is not installed: %v", err)
			}
			tool := build(t)
			fixed, edited := module(t), module(t)
			run(t, exec.Command(tool, "-C", filepath.Dir(fixed), "-fix", "."))

			ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
			defer cancel()
			cmd := exec.CommandContext(ctx, command, editor.args...)
			cmd.Env = append(os.Environ(), "TOOL="+tool, "FILE="+edited, "HOME="+t.TempDir(),
				"GOCACHE="+goEnv(t, "GOCACHE"), "GOPATH="+goEnv(t, "GOPATH"))
			run(t, cmd)
			if got, want := read(t, edited), read(t, fixed); got != want {
				t.Errorf("%s saves\n%s\n-fix writes\n%s", editor.name, got, want)
			}
		})
	}
}

// command returns the command of an editor. On Debian Neovim may be called vim, too,
// and Vim is vim.basic.
func command(editor string) string {
	if _, err := exec.LookPath(editor + ".basic"); err == nil {
		return editor + ".basic"
	}
	return editor
}

// TestExtensionSettings compares the settings that the VS Code extension knows
// with those of the linter.
func TestExtensionSettings(t *testing.T) {
	var extension struct {
		Contributes struct {
			Configuration struct {
				Properties map[string]struct{ Properties map[string]any }
			}
		}
	}
	if err := json.Unmarshal([]byte(read(t, "vscode/package.json")), &extension); err != nil {
		t.Fatal(err)
	}
	var want []string
	for field := range reflect.TypeFor[analyzer.Settings]().Fields() {
		if name := field.Tag.Get("json"); name != "" && name != "-" {
			want = append(want, name)
		}
	}
	slices.Sort(want)
	properties := extension.Contributes.Configuration.Properties["tlstimeoutlint.settings"].Properties
	if got := slices.Sorted(maps.Keys(properties)); !slices.Equal(got, want) {
		t.Errorf("the extension has the settings %q, the linter %q", got, want)
	}
}

// build builds the command and returns its path.
func build(t *testing.T) string {
	t.Helper()
	tool := filepath.Join(t.TempDir(), "tlstimeoutlint.exe")
	run(t, exec.Command("go", "build", "-o", tool, "../cmd/tlstimeoutlint"))
	return tool
}

// module writes a module with a mistake and returns the file.
func module(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range map[string]string{
		"go.mod": "module example.com/p\n\ngo 1.26\n",
		"p.go":   read(t, "test/connect.go.txt"),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(dir, "p.go")
}

func run(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", cmd, err, out)
	}
}

func goEnv(t *testing.T, name string) string {
	t.Helper()
	out, err := exec.Command("go", "env", name).Output()
	if err != nil {
		t.Fatal(err)
	}
	return string(out[:len(out)-1])
}

func read(t *testing.T, file string) string {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}
