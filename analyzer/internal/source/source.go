// Package source reads a file's syntax and its bytes side by side: which text a
// node has, how its line is indented, and which comments stand beside it. The
// fixes are made of such text, so that what they move looks as it did before.
package source

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/token"
)

// A File is a parsed file with its bytes.
type File struct {
	Syntax *ast.File
	tok    *token.File
	src    []byte
}

// NewFile returns the file of the given syntax and bytes. It reports an error
// if the bytes are not those that were parsed.
func NewFile(fset *token.FileSet, syntax *ast.File, src []byte) (*File, error) {
	tok := fset.File(syntax.FileStart)
	if tok == nil {
		return nil, fmt.Errorf("file of package %s is not in the file set", syntax.Name.Name)
	}
	if tok.Size() != len(src) {
		return nil, fmt.Errorf("%s has changed since it was parsed", tok.Name())
	}
	return &File{Syntax: syntax, tok: tok, src: src}, nil
}

// Name returns the file's name.
func (f *File) Name() string { return f.tok.Name() }

// Text returns the text of a node.
func (f *File) Text(n ast.Node) string { return f.Slice(n.Pos(), n.End()) }

// Slice returns the text between two positions.
func (f *File) Slice(pos, end token.Pos) string {
	return string(f.src[f.tok.Offset(pos):f.tok.Offset(end)])
}

// LineStart returns the position of the first byte of the line of pos.
func (f *File) LineStart(pos token.Pos) token.Pos {
	off := f.tok.Offset(pos)
	return f.tok.Pos(bytes.LastIndexByte(f.src[:off], '\n') + 1)
}

// LineEnd returns the position of the newline (or the end of the file) that
// ends the line of pos.
func (f *File) LineEnd(pos token.Pos) token.Pos {
	off := f.tok.Offset(pos)
	if n := bytes.IndexByte(f.src[off:], '\n'); n >= 0 {
		return f.tok.Pos(off + n)
	}
	return f.tok.Pos(len(f.src))
}

// Line returns the number of the line of pos, whatever //line directives say.
func (f *File) Line(pos token.Pos) int { return f.tok.PositionFor(pos, false).Line }

// Indent returns the white space that the line of pos starts with.
func (f *File) Indent(pos token.Pos) string {
	line := f.Slice(f.LineStart(pos), f.LineEnd(pos))
	return line[:len(line)-len(bytes.TrimLeft([]byte(line), " \t"))]
}

// FirstOnLine reports whether nothing but white space stands before pos on its
// line.
func (f *File) FirstOnLine(pos token.Pos) bool {
	return len(bytes.TrimSpace([]byte(f.Slice(f.LineStart(pos), pos)))) == 0
}

// Lead returns where a statement starts together with the comments that stand
// on the lines directly above it, and belong to it.
func (f *File) Lead(n ast.Node) token.Pos {
	pos := n.Pos()
	for _, group := range f.Syntax.Comments {
		if group.End() > n.Pos() {
			break
		}
		if f.Line(group.End())+1 == f.Line(n.Pos()) && f.FirstOnLine(group.Pos()) {
			pos = group.Pos()
		}
	}
	return pos
}

// Trail returns where a node ends together with a comment that stands behind
// it on its last line.
func (f *File) Trail(n ast.Node) token.Pos {
	for _, group := range f.Syntax.Comments {
		if group.Pos() < n.End() {
			continue
		}
		rest := f.Slice(n.End(), group.Pos())
		if f.Line(group.Pos()) == f.Line(n.End()) && len(bytes.TrimSpace([]byte(rest))) == 0 {
			return group.End()
		}
		break
	}
	return n.End()
}

// Comments returns the comments that lie between two positions.
func (f *File) Comments(pos, end token.Pos) []*ast.CommentGroup {
	var in []*ast.CommentGroup
	for _, group := range f.Syntax.Comments {
		if pos <= group.Pos() && group.End() <= end {
			in = append(in, group)
		}
	}
	return in
}
