// Package sarif tells findings in the Static Analysis Results Interchange
// Format, version 2.1.0: all that the analyzer knows of a finding, with its
// related positions and its fixes.
package sarif

import (
	"cmp"
	"encoding/json"
	"io"
	"maps"
	"runtime/debug"
	"slices"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/checker"
	"honnef.co/go/tools/sarif"
)

// A log is a [sarif.Log]; its run has what that of honnef.co/go/tools leaves out.
type log struct {
	Version string `json:"version"`
	Schema  string `json:"$schema"`
	Runs    []run  `json:"runs"`
}

type run struct {
	sarif.Run
	Results    []sarif.Result `json:"results"` // also where there are none: that says that the tool has run
	ColumnKind string         `json:"columnKind"`
}

// Write writes the findings of all packages. Files below dir are named relative
// to it. Complete says whether all packages could be checked.
func Write(w io.Writer, graph *checker.Graph, dir string, complete bool) error {
	l := log{
		Version: sarif.Version,
		Schema:  sarif.Schema,
		Runs: []run{{
			Run: sarif.Run{
				Tool: sarif.Tool{Driver: sarif.ToolComponent{
					Name:           "tlstimeoutlint",
					Version:        version(),
					InformationURI: "https://github.com/tlstimeoutlint/tlstimeoutlint",
					Rules:          rules(),
				}},
				Invocations: []sarif.Invocation{{ExecutionSuccessful: complete}},
			},
			Results:    results(graph, dir),
			ColumnKind: "utf16CodeUnits",
		}},
	}
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "\t")
	return encoder.Encode(l)
}

// version returns the version of the program.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	return info.Main.Version
}

// results returns the findings in the order of their positions. Those of a
// package that has a variant for its tests appear once.
func results(graph *checker.Graph, dir string) []sarif.Result {
	list := []sarif.Result{}
	places := newPlaces(dir)
	for _, act := range graph.Roots {
		places.fset = act.Package.Fset
		for _, d := range act.Diagnostics {
			list = append(list, result(places, d))
		}
	}
	slices.SortStableFunc(list, func(a, b sarif.Result) int { return compare(a, b) })
	return slices.CompactFunc(list, func(a, b sarif.Result) bool { return compare(a, b) == 0 })
}

func compare(a, b sarif.Result) int {
	at, bt := a.Locations[0].PhysicalLocation, b.Locations[0].PhysicalLocation
	return cmp.Or(
		cmp.Compare(at.ArtifactLocation.URI, bt.ArtifactLocation.URI),
		cmp.Compare(at.Region.StartLine, bt.Region.StartLine),
		cmp.Compare(at.Region.StartColumn, bt.Region.StartColumn),
		cmp.Compare(a.RuleID, b.RuleID),
		cmp.Compare(a.Message.Text, b.Message.Text),
	)
}

func result(p *places, d analysis.Diagnostic) sarif.Result {
	r := sarif.Result{
		RuleID:       d.Category,
		Kind:         sarif.Fail,
		Level:        level(d.Category),
		Message:      sarif.Message{Text: d.Message},
		Locations:    []sarif.Location{{PhysicalLocation: p.physical(d.Pos, d.End)}},
		Suppressions: []sarif.Suppression{},
	}
	for i, related := range d.Related {
		r.RelatedLocations = append(r.RelatedLocations, sarif.Location{
			ID:               i + 1,
			Message:          &sarif.Message{Text: related.Message},
			PhysicalLocation: p.physical(related.Pos, related.End),
		})
	}
	for _, f := range d.SuggestedFixes {
		r.Fixes = append(r.Fixes, fix(p, f))
	}
	return r
}

func fix(p *places, f analysis.SuggestedFix) sarif.Fix {
	changes := make(map[string]*sarif.ArtifactChange)
	for _, edit := range f.TextEdits {
		at := p.physical(edit.Pos, edit.End)
		change := changes[at.ArtifactLocation.URI]
		if change == nil {
			change = &sarif.ArtifactChange{ArtifactLocation: at.ArtifactLocation}
			changes[at.ArtifactLocation.URI] = change
		}
		change.Replacements = append(change.Replacements, sarif.Replacement{
			DeletedRegion:   at.Region,
			InsertedContent: sarif.ArtifactContent{Text: string(edit.NewText)},
		})
	}
	fix := sarif.Fix{Description: sarif.Message{Text: f.Message}}
	for _, uri := range slices.Sorted(maps.Keys(changes)) {
		fix.ArtifactChanges = append(fix.ArtifactChanges, *changes[uri])
	}
	return fix
}
