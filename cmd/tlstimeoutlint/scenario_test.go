package main_test

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"log"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

var update = flag.Bool("update", false, "write the scenarios' expectations instead of comparing them")

// tool is the path of the command, as built for the tests.
var tool string

func TestMain(m *testing.M) {
	flag.Parse()
	dir, err := os.MkdirTemp("", "tlstimeoutlint")
	if err != nil {
		log.Fatal(err)
	}
	tool = filepath.Join(dir, "tlstimeoutlint")
	if out, err := exec.Command("go", "build", "-o", tool, ".").CombinedOutput(); err != nil {
		log.Fatalf("go build: %v\n%s", err, out)
	}
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

// TestScenarios runs the command as a process, as users do.
//
// Each file of testdata is a scenario. Its comment holds the commands, each on
// a line that begins with "$ ", and its sections are the files that these find.
// The sections below want/ are what the commands together print (want/stdout,
// want/stderr), their exit codes, one on a line (want/exit, else all are zero),
// and what they leave in the files.
func TestScenarios(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			runScenario(t, file)
		})
	}
}

func runScenario(t *testing.T, file string) {
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	dir, err := filepath.EvalSymlinks(t.TempDir()) // the go command prints it so
	if err != nil {
		t.Fatal(err)
	}
	want := make(map[string]string)
	for _, f := range archive.Files {
		if name, ok := strings.CutPrefix(f.Name, "want/"); ok {
			want[name] = string(f.Data)
			continue
		}
		name := filepath.Join(dir, f.Name)
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, f.Data, 0o666); err != nil {
			t.Fatal(err)
		}
	}

	got := make(map[string]string)
	for line := range strings.Lines(string(archive.Comment)) {
		if command, ok := strings.CutPrefix(line, "$ "); ok {
			runLine(t, dir, strings.TrimSpace(command), got)
		}
	}
	if strings.Trim(got["exit"], "0\n") == "" {
		delete(got, "exit")
	}
	for name := range want {
		if content, err := os.ReadFile(filepath.Join(dir, name)); err == nil {
			got[name] = string(content)
		}
	}

	if *update {
		writeScenario(t, file, archive, got)
		return
	}
	maps.Copy(want, map[string]string{"stdout": want["stdout"], "stderr": want["stderr"], "exit": want["exit"]})
	for _, name := range slices.Sorted(maps.Keys(want)) {
		if got[name] != want[name] {
			t.Errorf("%s: %s is\n%s\nwant\n%s", file, name, got[name], want[name])
		}
	}
}

// runLine runs one command and adds what it prints, and its exit code, to got.
// A leading word of the form NAME=value sets a variable.
func runLine(t *testing.T, dir, line string, got map[string]string) {
	env := append(os.Environ(), "GOFLAGS=", "GOPROXY=off", "GOWORK=", "GOPACKAGESDRIVER=", "GO111MODULE=",
		"PWD="+dir, "TOOL="+tool, "WORK="+dir,
		"PATH="+filepath.Dir(tool)+string(filepath.ListSeparator)+os.Getenv("PATH"))
	expand := func(name string) string {
		for _, v := range slices.Backward(env) {
			if value, ok := strings.CutPrefix(v, name+"="); ok {
				return value
			}
		}
		t.Fatalf("%s: no variable %s", line, name)
		return ""
	}
	words := strings.Fields(os.Expand(line, expand))
	for strings.Contains(words[0], "=") {
		env, words = append(env, words[0]), words[1:]
	}
	if words[0] == filepath.Base(tool) {
		words[0] = tool
	}
	cmd := exec.Command(words[0], words[1:]...)
	cmd.Dir, cmd.Env = dir, env
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil && !errors.As(err, new(*exec.ExitError)) {
		t.Fatalf("%s: %v", line, err)
	}
	got["stdout"] += normalize(dir, stdout.String())
	got["stderr"] += normalize(dir, stderr.String())
	got["exit"] += fmt.Sprintln(cmd.ProcessState.ExitCode())
}

var (
	duration = regexp.MustCompile(`\b[0-9.]+m?s\b`)
	buildID  = regexp.MustCompile(`buildID=[0-9a-f]+`)
)

// normalize replaces in the output what differs from run to run.
func normalize(dir, output string) string {
	output = strings.ReplaceAll(output, dir, "$WORK")
	output = strings.ReplaceAll(output, tool, "$TOOL")
	output = duration.ReplaceAllString(output, "TIME")
	return buildID.ReplaceAllString(output, "buildID=ID")
}

// writeScenario writes what was got as the scenario's expectation.
func writeScenario(t *testing.T, file string, archive *txtar.Archive, got map[string]string) {
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
