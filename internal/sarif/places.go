package sarif

import (
	"bytes"
	"go/token"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf16"

	"honnef.co/go/tools/sarif"
)

// places turns positions into those of SARIF: the files as URIs, the columns in
// UTF-16 code units, which most readers of the format count in.
type places struct {
	dir   string
	fset  *token.FileSet
	lines map[string][][]byte // of the files read so far
}

func newPlaces(dir string) *places {
	return &places{dir: dir, lines: make(map[string][][]byte)}
}

// physical returns the place from one position up to another one, or one that is
// empty if that is not valid. A position is that in the file itself, whatever a
// line directive says: it is there that fixes apply.
func (p *places) physical(pos, end token.Pos) sarif.PhysicalLocation {
	if !end.IsValid() {
		end = pos
	}
	from, to := p.fset.PositionFor(pos, false), p.fset.PositionFor(end, false)
	return sarif.PhysicalLocation{
		ArtifactLocation: p.artifact(from.Filename),
		Region: sarif.Region{
			StartLine: from.Line, StartColumn: p.column(from),
			EndLine: to.Line, EndColumn: p.column(to),
		},
	}
}

// artifact returns the URI of a file: relative to the directory, if it is below
// it.
func (p *places) artifact(name string) sarif.ArtifactLocation {
	if rel, err := filepath.Rel(p.dir, name); err == nil && filepath.IsLocal(rel) {
		uri := &url.URL{Path: filepath.ToSlash(rel)}
		return sarif.ArtifactLocation{URI: uri.String(), URIBaseID: "%SRCROOT%"}
	}
	path := filepath.ToSlash(name)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path // of a drive
	}
	uri := &url.URL{Scheme: "file", Path: path}
	return sarif.ArtifactLocation{URI: uri.String()}
}

// column returns the column of a position, which the file set counts in bytes,
// in UTF-16 code units.
func (p *places) column(at token.Position) int {
	lines, ok := p.lines[at.Filename]
	if !ok {
		data, _ := os.ReadFile(at.Filename) // else the bytes are the best guess
		lines = bytes.Split(data, []byte("\n"))
		p.lines[at.Filename] = lines
	}
	if at.Line > len(lines) || at.Column-1 > len(lines[at.Line-1]) {
		return at.Column
	}
	before := lines[at.Line-1][:at.Column-1]
	return len(utf16.Encode([]rune(string(before)))) + 1
}
