// Package finding reads what the drivers print, so that it can be compared.
package finding

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A Finding is what every driver can tell of one, and its category.
type Finding struct {
	File         string // relative to the module, with slashes
	Line, Column int
	Text         string
	Category     string // empty where the driver does not tell it
	Fixes        int    // how many fixes the driver hands on
}

func (f Finding) String() string {
	return fmt.Sprintf("%s:%d:%d: %s [%s]", f.File, f.Line, f.Column, f.Text, f.Category)
}

// Analysis reads the JSON of the command and of go vet, which is one object or
// several, each below a line that begins with #.
func Analysis(dir, output string) ([]Finding, error) {
	var findings []Finding
	decoder := json.NewDecoder(strings.NewReader(withoutComments(output)))
	for {
		var byPackage map[string]map[string]json.RawMessage
		if err := decoder.Decode(&byPackage); err == io.EOF {
			return sorted(findings), nil
		} else if err != nil {
			return nil, fmt.Errorf("%w in\n%s", err, output)
		}
		for pkg, byAnalyzer := range byPackage {
			for _, raw := range byAnalyzer {
				found, err := diagnostics(dir, raw)
				if err != nil {
					return nil, fmt.Errorf("%s: %w in\n%s", pkg, err, raw)
				}
				findings = append(findings, found...)
			}
		}
	}
}

func diagnostics(dir string, raw json.RawMessage) ([]Finding, error) {
	var list []struct {
		Category, Posn, Message string
		SuggestedFixes          []any `json:"suggested_fixes"`
	}
	if err := json.Unmarshal(raw, &list); err != nil {
		return nil, err
	}
	var findings []Finding
	for _, d := range list {
		f := Finding{Text: d.Message, Category: d.Category, Fixes: len(d.SuggestedFixes)}
		if err := f.setPosition(dir, d.Posn); err != nil {
			return nil, err
		}
		findings = append(findings, f)
	}
	return findings, nil
}

// setPosition reads a position of the form file:line:column.
func (f *Finding) setPosition(dir, posn string) (err error) {
	parts := strings.Split(posn, ":")
	if len(parts) < 3 {
		return fmt.Errorf("position %q", posn)
	}
	name := strings.Join(parts[:len(parts)-2], ":")
	if f.File, err = relative(dir, name); err != nil {
		return err
	}
	if f.Line, err = strconv.Atoi(parts[len(parts)-2]); err != nil {
		return err
	}
	f.Column, err = strconv.Atoi(parts[len(parts)-1])
	return err
}

// Golangci reads golangci-lint's JSON.
func Golangci(dir, output string) ([]Finding, error) {
	var report struct {
		Issues []struct {
			FromLinter, Text string
			Pos              struct {
				Filename     string
				Line, Column int
			}
			SuggestedFixes []any
		}
	}
	// Statistics follow the object.
	if err := json.NewDecoder(strings.NewReader(output)).Decode(&report); err != nil {
		return nil, fmt.Errorf("%w in\n%s", err, output)
	}
	var findings []Finding
	for _, issue := range report.Issues {
		name, err := relative(dir, issue.Pos.Filename)
		if err != nil {
			return nil, err
		}
		if issue.FromLinter != "tlstimeoutlint" {
			return nil, fmt.Errorf("an issue of %s: %s", issue.FromLinter, issue.Text)
		}
		findings = append(findings, Finding{
			File: name, Line: issue.Pos.Line, Column: issue.Pos.Column,
			Text: issue.Text, Fixes: len(issue.SuggestedFixes),
		})
	}
	return sorted(findings), nil
}

// names are what differs in texts of the same kind.
var names = regexp.MustCompile(`"[^"]*"|\d+`)

// AddCategories sets the category of findings whose driver does not tell it: the
// text tells it, as findings of another driver show. It is an error if a text is
// unknown, or is that of two categories.
func AddCategories(findings, known []Finding) error {
	categories := make(map[string]string)
	for _, f := range known {
		kind := names.ReplaceAllString(f.Text, "x")
		if other, ok := categories[kind]; ok && other != f.Category {
			return fmt.Errorf("this may be %s: %s", other, f)
		}
		categories[kind] = f.Category
	}
	for i, f := range findings {
		category, ok := categories[names.ReplaceAllString(f.Text, "x")]
		if !ok {
			return fmt.Errorf("no category for %s", f)
		}
		findings[i].Category = category
	}
	return nil
}

// AtMost returns the findings as a driver prints them that hands on the given
// number of fixes at most.
func AtMost(findings []Finding, fixes int) []Finding {
	findings = slices.Clone(findings)
	for i := range findings {
		findings[i].Fixes = min(findings[i].Fixes, fixes)
	}
	return findings
}

// Difference tells, a line each, which findings are only in want, and which are
// only in got. It is empty if there are none.
func Difference(want, got []Finding) string {
	var text strings.Builder
	for _, f := range want {
		if !slices.Contains(got, f) {
			fmt.Fprintf(&text, "missing: %s\n", f)
		}
	}
	for _, f := range got {
		if !slices.Contains(want, f) {
			fmt.Fprintf(&text, "extra:   %s\n", f)
		}
	}
	if text.Len() == 0 && len(want) != len(got) {
		fmt.Fprintf(&text, "%d findings instead of %d\n", len(got), len(want))
	}
	return text.String()
}

func relative(dir, name string) (string, error) {
	if filepath.IsAbs(name) {
		rel, err := filepath.Rel(dir, name)
		if err != nil {
			return "", err
		}
		name = rel
	}
	return filepath.ToSlash(name), nil
}

// sorted sorts the findings. Those of a package that has a variant for its tests
// appear once.
func sorted(findings []Finding) []Finding {
	slices.SortFunc(findings, func(a, b Finding) int {
		return cmp.Or(strings.Compare(a.File, b.File), a.Line-b.Line, a.Column-b.Column, strings.Compare(a.Text, b.Text))
	})
	return slices.Compact(findings)
}

func withoutComments(output string) string {
	var kept strings.Builder
	for line := range strings.Lines(output) {
		if !strings.HasPrefix(line, "#") {
			kept.WriteString(line)
		}
	}
	return kept.String()
}
