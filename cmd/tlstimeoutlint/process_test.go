package main_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// found returns the findings in the package, each as "file:line category".
func found(t *testing.T, dir, pkg string, flags ...string) []string {
	t.Helper()
	out, err := run(dir, tool, append(append(flags, "-json"), pkg)...)
	if err != nil {
		t.Fatal(err)
	}
	var byPackage map[string]map[string][]struct{ Posn, Category string }
	if err := json.Unmarshal(out, &byPackage); err != nil {
		t.Fatalf("%v in\n%s", err, out)
	}
	findings := make(map[string]bool) // once, although a package has a variant for its tests
	for _, byAnalyzer := range byPackage {
		for _, d := range byAnalyzer["tlstimeoutlint"] {
			parts := strings.Split(filepath.Base(d.Posn), ":") // file, line, column
			findings[fmt.Sprintf("%s:%s %s", parts[0], parts[1], d.Category)] = true
		}
	}
	return slices.Sorted(maps.Keys(findings))
}

// run runs a command in the directory and returns its standard output. The
// error contains what it says on standard error.
func run(dir, name string, args ...string) ([]byte, error) {
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		err = fmt.Errorf("%s %s: %v\n%s", filepath.Base(name), strings.Join(args, " "), err, stderr.Bytes())
	}
	return out, err
}
