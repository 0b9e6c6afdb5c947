package main_test

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"honnef.co/go/tools/sarif"
)

const leak = `package dial

import (
	"crypto/tls"
	"errors"
	"net"
	"time"
)

// Dial connects to the address.
func Dial(addr string) (*tls.Conn, error) {
	raw, err := net.Dial("tcp", addr)
	if err != nil {
		return nil, err
	}
	conn := tls.Client(raw, &tls.Config{ServerName: addr})
	errc := make(chan error, 1)
	go func() { _ = "é😀"; errc <- conn.Handshake() }()
	select {
	case err := <-errc:
		return conn, err
	case <-time.After(10 * time.Second):
		return nil, errors.New("handshake timed out")
	}
}
`

// TestSARIF checks what -sarif tells of a finding: its place in columns of UTF-16
// code units, what is related, and fixes, of which the first does to the file
// what -fix does.
func TestSARIF(t *testing.T) {
	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, "go.mod"), "module example.com/leak\n\ngo 1.26\n")
	file := filepath.Join(dir, "dial", "my dial.go")
	writeFile(t, file, leak)
	writeFile(t, filepath.Join(dir, "dial", "dial_test.go"), "package dial\n") // a variant: reported once

	run := sarifRun(t, dir, 0)
	if !run.Invocations[0].ExecutionSuccessful {
		t.Error("the run is said to have failed")
	}
	if len(run.Results) != 1 {
		t.Fatalf("there are %d results", len(run.Results))
	}
	r := run.Results[0]
	if r.RuleID != "unstopped" || r.Level != "warning" || !strings.Contains(r.Message.Text, "is not stopped") {
		t.Errorf("the result is %+v", r)
	}
	at := r.Locations[0].PhysicalLocation
	if at.ArtifactLocation.URI != "dial/my%20dial.go" || at.ArtifactLocation.URIBaseID != "%SRCROOT%" {
		t.Errorf("the file is %+v", at.ArtifactLocation)
	}
	if got := text(t, leak, at.Region); got != "conn.Handshake()" {
		t.Errorf("the place is %+v: %q", at.Region, got)
	}
	if n := len(r.RelatedLocations); n != 2 {
		t.Errorf("there are %d related locations", n)
	}
	if len(r.Fixes) < 2 || r.Fixes[0].Description.Text == "" {
		t.Fatalf("the fixes are %+v", r.Fixes)
	}

	if out, err := exec.Command(tool, "-C", dir, "-fix", "./...").CombinedOutput(); err != nil {
		t.Fatalf("-fix: %v\n%s", err, out)
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got := apply(t, leak, r.Fixes[0]); got != string(want) {
		t.Errorf("the fix makes\n%s\nwant\n%s", got, want)
	}
}

// TestSARIFRules checks that there is a rule for each category, and that it
// stands on its own.
func TestSARIFRules(t *testing.T) {
	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, "go.mod"), "module example.com/clean\n\ngo 1.26\n")
	writeFile(t, filepath.Join(dir, "clean.go"), "package clean\n")
	run := sarifRun(t, dir, 0)
	if run.Results == nil || len(run.Results) != 0 {
		t.Errorf("the results are %v, want a list that is empty", run.Results)
	}
	var got []string
	for _, rule := range run.Tool.Driver.Rules {
		got = append(got, rule.ID)
		if !strings.HasSuffix(rule.HelpURI, "/docs/categories.md#"+rule.ID) {
			t.Errorf("%s: the URL is %s", rule.ID, rule.HelpURI)
		}
		if rule.ShortDescription.Text == "" || rule.Help.Text == "" ||
			!strings.Contains(rule.Help.Markdown, "// WRONG") || strings.Contains(rule.Help.Markdown, "](#") {
			t.Errorf("%s: the help is %+v", rule.ID, rule.Help)
		}
		if byDefault := rule.ID != "borrowed" && rule.ID != "handrolled"; rule.DefaultConfiguration.Enabled != byDefault {
			t.Errorf("%s: enabled is %t", rule.ID, rule.DefaultConfiguration.Enabled)
		}
	}
	want := []string{"unstopped", "blockedsend", "ineffective", "borrowed", "handrolled"}
	if !slices.Equal(got, want) {
		t.Errorf("the rules are %q, want %q", got, want)
	}
}

// TestSARIFIncomplete checks that a package that can't be checked is not passed
// over in silence, and hides no finding in others.
func TestSARIFIncomplete(t *testing.T) {
	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, "go.mod"), "module example.com/broken\n\ngo 1.26\n")
	writeFile(t, filepath.Join(dir, "dial", "dial.go"), leak)
	writeFile(t, filepath.Join(dir, "broken", "broken.go"), strings.Replace(leak, "raw, err", "raw", 1))
	run := sarifRun(t, dir, 1)
	if run.Invocations[0].ExecutionSuccessful || len(run.Results) != 1 {
		t.Errorf("the run is %+v", run)
	}
}

// sarifRun runs the command with -sarif and returns what it tells.
func sarifRun(t *testing.T, dir string, exit int) sarif.Run {
	t.Helper()
	cmd := exec.Command(tool, "-sarif", "./...")
	cmd.Dir = dir
	out, err := cmd.Output()
	if err != nil && !errors.As(err, new(*exec.ExitError)) {
		t.Fatal(err)
	}
	if got := cmd.ProcessState.ExitCode(); got != exit {
		t.Fatalf("the exit code is %d, want %d", got, exit)
	}
	var log sarif.Log
	if err := json.Unmarshal(out, &log); err != nil {
		t.Fatalf("%v in\n%s", err, out)
	}
	if log.Version != "2.1.0" || len(log.Runs) != 1 || !strings.Contains(string(out), `"columnKind": "utf16CodeUnits"`) {
		t.Fatalf("the log is\n%s", out)
	}
	return log.Runs[0]
}

// apply applies a fix of one file.
func apply(t *testing.T, src string, fix sarif.Fix) string {
	t.Helper()
	if len(fix.ArtifactChanges) != 1 {
		t.Fatalf("the fix changes %d files", len(fix.ArtifactChanges))
	}
	replacements := fix.ArtifactChanges[0].Replacements
	slices.SortStableFunc(replacements, func(a, b sarif.Replacement) int {
		return offset(t, src, b.DeletedRegion.StartLine, b.DeletedRegion.StartColumn) -
			offset(t, src, a.DeletedRegion.StartLine, a.DeletedRegion.StartColumn)
	})
	out := src
	for _, r := range replacements { // the last one first, so that offsets hold
		region := r.DeletedRegion
		out = out[:offset(t, src, region.StartLine, region.StartColumn)] + r.InsertedContent.Text +
			out[offset(t, src, region.EndLine, region.EndColumn):]
	}
	return out
}

// text returns what is in a region.
func text(t *testing.T, src string, region sarif.Region) string {
	t.Helper()
	return src[offset(t, src, region.StartLine, region.StartColumn):offset(t, src, region.EndLine, region.EndColumn)]
}

// offset returns the offset of a line and a column of UTF-16 code units.
func offset(t *testing.T, src string, line, column int) int {
	t.Helper()
	lines := strings.SplitAfter(src, "\n")
	if line > len(lines) {
		t.Fatalf("there is no line %d", line)
	}
	off := len(strings.Join(lines[:line-1], ""))
	units := utf16.Encode([]rune(lines[line-1]))
	if column-1 > len(units) {
		t.Fatalf("line %d has no column %d", line, column)
	}
	return off + len(string(utf16.Decode(units[:column-1])))
}
