// Package program builds and runs the programs that the tests are about.
package program

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

// Root returns the folder of the linter's module.
func Root() string {
	_, file, _, _ := runtime.Caller(0)
	return filepath.Dir(filepath.Dir(filepath.Dir(filepath.Dir(file))))
}

// Build builds a command, which is a package of the module in dir, and returns
// its path: a file of that name in the folder bin.
func Build(dir, pkg, bin, name string, flags ...string) (string, error) {
	path := filepath.Join(bin, name)
	if runtime.GOOS == "windows" {
		path += ".exe"
	}
	args := append([]string{"build", "-o", path}, flags...)
	_, err := Output(dir, nil, "go", append(args, pkg)...)
	return path, err
}

// BuildLinter builds the linter's own command into the folder bin.
func BuildLinter(bin string) (string, error) {
	return Build(Root(), "./cmd/tlstimeoutlint", bin, "tlstimeoutlint")
}

// ModuleDir returns the folder with the sources of a module that go.mod names. It
// fetches them where that has not happened yet.
func ModuleDir(path string) (string, error) {
	out, err := Output(filepath.Join(Root(), "drivers"), nil, "go", "mod", "download", "-json", path)
	if err != nil {
		return "", err
	}
	var module struct{ Dir string }
	err = json.Unmarshal([]byte(out), &module)
	return module.Dir, err
}

// A Result is what a program leaves.
type Result struct {
	Stdout, Stderr string
	Exit           int
}

// Run runs a program in a folder, with the variables env beside those of this
// process. That it exits with another code than zero is no error.
func Run(dir string, env []string, name string, args ...string) (Result, error) {
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "PWD="+dir)
	cmd.Env = append(cmd.Env, env...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil && !errors.As(err, new(*exec.ExitError)) {
		return Result{}, err
	}
	return Result{stdout.String(), stderr.String(), cmd.ProcessState.ExitCode()}, nil
}

// Output runs a program that has to succeed, and returns what it prints.
func Output(dir string, env []string, name string, args ...string) (string, error) {
	res, err := Run(dir, env, name, args...)
	if err == nil && res.Exit != 0 {
		err = fmt.Errorf("exit code %d\n%s%s", res.Exit, res.Stdout, res.Stderr)
	}
	if err != nil {
		err = fmt.Errorf("%s %s: %w", filepath.Base(name), strings.Join(args, " "), err)
	}
	return res.Stdout, err
}
