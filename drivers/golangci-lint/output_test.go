package main_test

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/tlstimeoutlint/tlstimeoutlint/drivers/internal/finding"
	"github.com/tlstimeoutlint/tlstimeoutlint/drivers/internal/program"
	"github.com/tlstimeoutlint/tlstimeoutlint/drivers/internal/scenario"
)

// TestOutputs checks that the finding is in golangci-lint's output for other
// programs, in each of the forms.
func TestOutputs(t *testing.T) {
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	scenario.WriteFiles(t, dir, alone(t))
	forms := []struct {
		name string
		read func(data []byte) ([]finding.Finding, error)
	}{
		{"text", readText},
		{"json", func(data []byte) ([]finding.Finding, error) { return finding.Golangci(dir, string(data)) }},
		{"sarif", readSARIF},
		{"checkstyle", readCheckstyle},
	}
	args := []string{"run"}
	for _, form := range forms {
		args = append(args, fmt.Sprintf("--output.%s.path=out.%s", form.name, form.name))
	}
	res, err := program.Run(dir, environment(t), golangci, append(args, "./...")...)
	if err != nil || res.Exit != 1 {
		t.Fatalf("golangci-lint: exit code %d, %v\n%s", res.Exit, err, res.Stderr)
	}
	want := finding.Finding{
		File: "dial/dial.go", Line: 18, Column: 22,
		Text: scenario.LeakText,
	}
	for _, form := range forms {
		data, err := os.ReadFile(filepath.Join(dir, "out."+form.name))
		if err != nil {
			t.Error(err)
			continue
		}
		got, err := form.read(data)
		if err != nil {
			t.Errorf("%s: %v", form.name, err)
			continue
		}
		if diff := finding.Difference([]finding.Finding{want}, finding.AtMost(got, 0)); diff != "" {
			t.Errorf("%s:\n%s", form.name, diff)
		}
	}
}

// annotation is the pattern by which actions/setup-go has GitHub make annotations
// of what later steps print (its matchers.json, since 2021).
var annotation = regexp.MustCompile(`^\s*(.+\.go):(?:(\d+):(\d+):)? (.*)`)

// readText reads the text as GitHub does.
func readText(data []byte) ([]finding.Finding, error) {
	var findings []finding.Finding
	for line := range strings.Lines(string(data)) {
		m := annotation.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		text, ok := strings.CutSuffix(m[4], " (tlstimeoutlint)")
		if !ok {
			return nil, fmt.Errorf("the linter is missing in %q", m[4])
		}
		f := finding.Finding{File: m[1], Text: text}
		if _, err := fmt.Sscan(m[2], &f.Line); err != nil {
			return nil, err
		}
		if _, err := fmt.Sscan(m[3], &f.Column); err != nil {
			return nil, err
		}
		findings = append(findings, f)
	}
	return findings, nil
}

func readSARIF(data []byte) ([]finding.Finding, error) {
	var log struct {
		Runs []struct {
			Results []struct {
				RuleID    string
				Message   struct{ Text string }
				Locations []struct {
					PhysicalLocation struct {
						ArtifactLocation struct{ URI string }
						Region           struct{ StartLine, StartColumn int }
					}
				}
			}
		}
	}
	if err := json.Unmarshal(data, &log); err != nil {
		return nil, err
	}
	var findings []finding.Finding
	for _, run := range log.Runs {
		for _, r := range run.Results {
			if r.RuleID != "tlstimeoutlint" {
				return nil, fmt.Errorf("the rule is %q", r.RuleID)
			}
			for _, l := range r.Locations {
				at := l.PhysicalLocation
				findings = append(findings, finding.Finding{
					File: at.ArtifactLocation.URI, Line: at.Region.StartLine, Column: at.Region.StartColumn,
					Text: r.Message.Text,
				})
			}
		}
	}
	return findings, nil
}

func readCheckstyle(data []byte) ([]finding.Finding, error) {
	var report struct {
		Files []struct {
			Name   string `xml:"name,attr"`
			Errors []struct {
				Line    int    `xml:"line,attr"`
				Column  int    `xml:"column,attr"`
				Message string `xml:"message,attr"`
				Source  string `xml:"source,attr"`
			} `xml:"error"`
		} `xml:"file"`
	}
	if err := xml.Unmarshal(data, &report); err != nil {
		return nil, err
	}
	var findings []finding.Finding
	for _, file := range report.Files {
		for _, e := range file.Errors {
			if e.Source != "tlstimeoutlint" {
				return nil, fmt.Errorf("the source is %q", e.Source)
			}
			findings = append(findings, finding.Finding{File: file.Name, Line: e.Line, Column: e.Column, Text: e.Message})
		}
	}
	return findings, nil
}
