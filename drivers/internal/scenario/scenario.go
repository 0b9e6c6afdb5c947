// Package scenario runs programs as their users do, and compares what they
// print.
//
// A scenario is a txtar archive. Its comment holds the commands, each on a line
// that begins with "$ ", and its sections are the files that these find, beside
// those of a base that all scenarios share; an empty section takes a file of the
// base away. The sections below want/ are what the commands together print
// (want/stdout, want/stderr), their exit codes, one on a line (want/exit, else
// all are zero), and what they leave in the files.
package scenario

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/tlstimeoutlint/tlstimeoutlint/drivers/internal/program"
)

// A Runner runs scenarios.
type Runner struct {
	Base     map[string]string // the contents of the shared files by name
	Programs map[string]string // the paths of programs by the names that commands give them
	Env      []string          // beside that of the process
	Update   bool              // write what the commands do as the expectation
}

// Run runs the scenario in the file.
func (r *Runner) Run(t *testing.T, file string) {
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	dir, err := filepath.EvalSymlinks(t.TempDir()) // the go command prints it so
	if err != nil {
		t.Fatal(err)
	}
	files, want := maps.Clone(r.Base), make(map[string]string)
	for _, f := range archive.Files {
		if name, ok := strings.CutPrefix(f.Name, "want/"); ok {
			want[name] = string(f.Data)
		} else {
			files[f.Name] = string(f.Data)
		}
	}
	WriteFiles(t, dir, files)

	got := make(map[string]string)
	for line := range strings.Lines(string(archive.Comment)) {
		if command, ok := strings.CutPrefix(line, "$ "); ok {
			r.command(t, dir, strings.Fields(command), got)
		}
	}
	if strings.Trim(got["exit"], "0\n") == "" {
		got["exit"] = ""
	}
	for name := range want {
		if content, err := os.ReadFile(filepath.Join(dir, name)); err == nil {
			got[name] = string(content)
		}
	}
	if r.Update {
		write(t, file, archive, got)
		return
	}
	for _, name := range slices.Sorted(maps.Keys(got)) {
		if got[name] != want[name] {
			t.Errorf("%s: %s is\n%s\nwant\n%s", file, name, got[name], want[name])
		}
	}
}

// command runs one command and adds what it prints, and its exit code, to got.
func (r *Runner) command(t *testing.T, dir string, words []string, got map[string]string) {
	name := words[0]
	if path, ok := r.Programs[name]; ok {
		name = path
	}
	res, err := program.Run(dir, r.Env, name, words[1:]...)
	if err != nil {
		t.Fatalf("%s: %v", strings.Join(words, " "), err)
	}
	got["stdout"] += normalize(dir, res.Stdout)
	got["stderr"] += normalize(dir, res.Stderr)
	got["exit"] += fmt.Sprintln(res.Exit)
}

// settings is a list that grows with the linter.
var settings = regexp.MustCompile(`the settings are .*`)

// normalize replaces in the output what is not always the same.
func normalize(dir, output string) string {
	output = strings.ReplaceAll(output, dir, "$WORK")
	return settings.ReplaceAllString(output, "the settings are ...")
}

// write writes what was got as the scenario's expectation.
func write(t *testing.T, file string, archive *txtar.Archive, got map[string]string) {
	archive.Files = slices.DeleteFunc(archive.Files, func(f txtar.File) bool {
		return strings.HasPrefix(f.Name, "want/")
	})
	for _, name := range slices.Sorted(maps.Keys(got)) {
		if got[name] != "" {
			archive.Files = append(archive.Files, txtar.File{Name: "want/" + name, Data: []byte(got[name])})
		}
	}
	if err := os.WriteFile(file, txtar.Format(archive), 0o666); err != nil {
		t.Fatal(err)
	}
}

// WriteFiles writes files below dir, but those that are empty.
func WriteFiles(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, content := range files {
		if content == "" {
			continue
		}
		name = filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(content), 0o666); err != nil {
			t.Fatal(err)
		}
	}
}
