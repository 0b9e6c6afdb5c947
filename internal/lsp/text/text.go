// Package text relates the bytes of a document to the positions of the Language
// Server Protocol: lines, and columns in UTF-16 code units.
package text

import (
	"fmt"
	"sort"
	"strings"
	"unicode/utf8"
)

// A Position is a place in a document, between two characters. Both numbers
// begin at zero.
type Position struct {
	Line      uint32 `json:"line"`
	Character uint32 `json:"character"` // in UTF-16 code units
}

// A Range is what lies between two positions.
type Range struct {
	Start Position `json:"start"`
	End   Position `json:"end"`
}

// A Document is the content of a file, and where its lines begin.
type Document struct {
	Content string
	lines   []int // the offset of each line
}

// New returns a document. A line ends with "\n", "\r\n" or "\r".
func New(content string) *Document {
	d := &Document{Content: content, lines: []int{0}}
	for i := 0; i < len(content); i++ {
		switch {
		case content[i] == '\n', content[i] == '\r' && !strings.HasPrefix(content[i+1:], "\n"):
			d.lines = append(d.lines, i+1)
		}
	}
	return d
}

// Offset returns the offset of a position. One that is behind the end of its
// line means the line's end, as the protocol has it; one that is inside a
// character means its beginning. A line that is not there is an error.
func (d *Document) Offset(p Position) (int, error) {
	if int(p.Line) >= len(d.lines) {
		return 0, fmt.Errorf("line %d of a document of %d lines", p.Line, len(d.lines))
	}
	off := d.lines[p.Line]
	units := uint32(0)
	for off < len(d.Content) {
		r, size := utf8.DecodeRuneInString(d.Content[off:])
		if r == '\n' || r == '\r' {
			break
		}
		units += width(r)
		if units > p.Character {
			break
		}
		off += size
	}
	return off, nil
}

// ByteOffset returns the offset of a line and a column in bytes, both of which
// begin at one, as in [go/token.Position].
func (d *Document) ByteOffset(line, column int) int {
	line = min(max(line, 1), len(d.lines))
	return min(d.lines[line-1]+max(column, 1)-1, len(d.Content))
}

// Position returns the position of an offset.
func (d *Document) Position(offset int) Position {
	offset = min(max(offset, 0), len(d.Content))
	line := sort.SearchInts(d.lines, offset+1) - 1
	p := Position{Line: uint32(line)}
	for _, r := range d.Content[d.lines[line]:offset] {
		p.Character += width(r)
	}
	return p
}

// Range returns the range between two offsets.
func (d *Document) Range(start, end int) Range {
	return Range{d.Position(start), d.Position(end)}
}

// Replace returns the document with a range replaced.
func (d *Document) Replace(r Range, with string) (*Document, error) {
	start, err := d.Offset(r.Start)
	if err != nil {
		return nil, err
	}
	end, err := d.Offset(r.End)
	if err != nil {
		return nil, err
	}
	if end < start {
		return nil, fmt.Errorf("range ends before it begins: %v", r)
	}
	return New(d.Content[:start] + with + d.Content[end:]), nil
}

// Newline returns what ends the most lines of the document: "\r\n" or "\n".
func (d *Document) Newline() string {
	if 2*strings.Count(d.Content, "\r\n") > strings.Count(d.Content, "\n") {
		return "\r\n"
	}
	return "\n"
}

// width returns the number of UTF-16 code units of a character. A byte that is
// no UTF-8 counts as the one replacement character that it is shown as.
func width(r rune) uint32 {
	if r > 0xFFFF {
		return 2
	}
	return 1
}
