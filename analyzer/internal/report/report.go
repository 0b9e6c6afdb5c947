// Package report tells findings as diagnostics.
package report

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/format"
	"go/token"
	"path/filepath"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ast/astutil"

	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/finding"
)

// A message says what is wrong: the handshake, the timer, the consequence.
var messages = map[finding.Category]string{
	finding.Unstopped:   "handshake of %s is not stopped when %s: its goroutine and connection leak",
	finding.BlockedSend: "handshake of %s is stopped when %s, but its goroutine blocks for ever sending the result",
	finding.Ineffective: "race against the handshake of %s cannot win: when %s, the handshake is still waited for",
	finding.Borrowed:    "handshake of %s is not stopped when %s: its goroutine leaks unless the caller closes the connection",
	finding.Handrolled:  "handshake of %s is raced by hand and stopped when %s: HandshakeContext would do both",
}

// exits say what the exit is that a finding names.
var exits = map[finding.Category]string{
	finding.Unstopped:   "the exit that is reached with the handshake unstopped",
	finding.Borrowed:    "the exit that is reached with the handshake unstopped",
	finding.BlockedSend: "the exit after which nobody receives the result",
}

// Diagnostic returns the diagnostic of a finding in one of the files.
func Diagnostic(fset *token.FileSet, files []*ast.File, url string, f finding.Finding) analysis.Diagnostic {
	site := siteOf(files, f.Handshake)
	fires := fmt.Sprintf("the timer on %s fires", lineOf(fset, f.Timer, f.Handshake))
	if f.TimerIsContext {
		fires = fmt.Sprintf("the context on %s is done", lineOf(fset, f.Timer, f.Handshake))
	}
	if !f.Timer.IsValid() {
		fires = "the timer fires"
	}
	d := analysis.Diagnostic{
		Pos:      site.pos,
		End:      site.end,
		Category: string(f.Category),
		URL:      url + "#" + string(f.Category),
		Message:  fmt.Sprintf(messages[f.Category], site.name, fires),
	}
	if f.Timer.IsValid() {
		d.Related = append(d.Related, analysis.RelatedInformation{Pos: f.Timer, Message: "the timer that wins the race"})
	}
	if exit := exits[f.Category]; f.Exit.IsValid() && exit != "" {
		d.Related = append(d.Related, analysis.RelatedInformation{Pos: f.Exit, Message: exit})
	}
	return d
}

// lineOf returns a line as it is named beside another place: with its file, if that is
// another one.
func lineOf(fset *token.FileSet, pos, beside token.Pos) string {
	p := fset.Position(pos)
	line := fmt.Sprintf("line %d", p.Line)
	if p.Filename != fset.Position(beside).Filename {
		line += " of " + filepath.Base(p.Filename)
	}
	return line
}

// A site is the handshake's place in the source.
type site struct {
	pos, end token.Pos
	name     string // what is said of the connection, quoted
}

// siteOf returns the call or method value at a position.
func siteOf(files []*ast.File, pos token.Pos) site {
	for _, file := range files {
		if pos < file.FileStart || file.FileEnd < pos {
			continue
		}
		path, _ := astutil.PathEnclosingInterval(file, pos, pos)
		for _, n := range path {
			switch n := n.(type) {
			case *ast.CallExpr:
				return site{n.Pos(), n.End(), nameOf(n.Fun)}
			case *ast.GoStmt:
				return site{n.Call.Pos(), n.Call.End(), nameOf(n.Call.Fun)}
			case *ast.SelectorExpr:
				return site{n.Pos(), n.End(), nameOf(n)}
			}
		}
	}
	return site{pos: pos, name: "a connection"}
}

// nameOf returns the quoted receiver of a method, or the quoted function.
func nameOf(fun ast.Expr) string {
	x := ast.Unparen(fun)
	if sel, ok := x.(*ast.SelectorExpr); ok {
		x = sel.X
	}
	var buf bytes.Buffer
	if err := format.Node(&buf, token.NewFileSet(), x); err != nil || bytes.ContainsRune(buf.Bytes(), '\n') {
		return "a connection"
	}
	return `"` + buf.String() + `"`
}
