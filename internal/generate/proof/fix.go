package proof

import (
	"bytes"
	"fmt"
	"go/format"
	"go/token"
	"slices"

	"golang.org/x/tools/go/analysis"

	"github.com/tlstimeoutlint/tlstimeoutlint/internal/truth"
)

// A Fix is a program with a suggested fix applied: the n-th one of each of its
// diagnostics.
type Fix struct {
	Form    string // the message of the fix
	Source  []byte
	Failure string // why it is no good; "" if it has passed all tests
}

// fail takes down what is wrong with a fix, unless something is already.
func (f *Fix) fail(format string, args ...any) {
	if f.Failure == "" {
		f.Failure = fmt.Sprintf(format, args...)
	}
}

func (f *Fix) failed() bool { return f.Failure != "" }

// fixes returns what the suggested fixes make of a file.
func (l *Linter) fixes(c *Checked, reports []Report) []*Fix {
	var all []*Fix
	for n := 0; ; n++ {
		f := &Fix{}
		var edits []analysis.TextEdit
		for _, r := range reports {
			if n >= len(r.fixes) {
				continue
			}
			f.Form = r.fixes[n].Message
			for _, e := range r.fixes[n].TextEdits {
				if !slices.ContainsFunc(edits, func(old analysis.TextEdit) bool { return same(old, e) }) {
					edits = append(edits, e)
				}
			}
		}
		if f.Form == "" {
			return all
		}
		f.apply(c.Source, l.fset, edits)
		all = append(all, f)
	}
}

func same(a, b analysis.TextEdit) bool {
	return a.Pos == b.Pos && a.End == b.End && bytes.Equal(a.NewText, b.NewText)
}

// apply sets the source to the given one with the edits in it.
func (f *Fix) apply(source []byte, fset *token.FileSet, edits []analysis.TextEdit) {
	slices.SortStableFunc(edits, func(a, b analysis.TextEdit) int { return int(a.Pos - b.Pos) })
	var out bytes.Buffer
	at := 0
	for _, e := range edits {
		start := fset.Position(e.Pos).Offset
		end := start
		if e.End.IsValid() {
			end = fset.Position(e.End).Offset
		}
		if start < at || end < start {
			f.fail("its edits overlap")
			return
		}
		out.Write(source[at:start])
		out.Write(e.NewText)
		at = end
	}
	out.Write(source[at:])
	f.Source = out.Bytes()
}

// inspect checks a fix without running it: it must compile, be gofmt-ed, and
// leave nothing to report.
func (f *Fix) inspect(l *Linter, name string) {
	checked := f.compile(l, name)
	if checked == nil {
		return
	}
	reports, err := l.Lint(checked)
	if err != nil {
		f.fail("is not analyzed: %v", err)
	}
	for _, r := range reports {
		f.fail("leaves to report: %s: %s", r.Site, r.Message)
	}
}

// compile returns the fixed file, type-checked, or nil if the fix is no good.
func (f *Fix) compile(l *Linter, name string) *Checked {
	if f.failed() {
		return nil
	}
	if formatted, err := format.Source(f.Source); err == nil && !bytes.Equal(formatted, f.Source) {
		f.fail("is not gofmt-ed")
		return nil
	}
	checked, err := l.Check(name, f.Source)
	if err != nil {
		f.fail("does not compile: %v", err)
		return nil
	}
	return checked
}

// Compiles runs the analyzer on a file and returns an error if it fails, or if
// what its fixes make of the file does not compile.
func (l *Linter) Compiles(c *Checked) error {
	reports, err := l.Lint(c)
	if err != nil {
		return err
	}
	for _, f := range l.fixes(c, reports) {
		if f.compile(l, c.Name) == nil {
			return fmt.Errorf("fix %q: %s\n%s", f.Form, f.Failure, f.Source)
		}
	}
	return nil
}

// compare checks what became of a fix of a case when it was run. A handshake that
// the linter keeps silent about may go on as before.
func (f *Fix) compare(c *Case, after *truth.Result) {
	before := c.Truth
	asBefore := c.Silent != "" && after.Verdict <= before.Verdict
	if after.Verdict != truth.Quiet && after.Verdict != truth.Stuck && !asBefore {
		f.fail("is %v in the world: %s\n%s", after.Verdict, after.World, after.Stack)
	}
	if after.Verdict == truth.Stuck && before.Verdict == truth.Quiet {
		f.fail("leaves a goroutine in the world: %s\n%s", after.World, after.Stack)
	}
	for _, p := range after.Problems {
		f.fail("%s", p)
	}
}
