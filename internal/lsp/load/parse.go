package load

import (
	"go/ast"
	"go/build/constraint"
	"go/parser"
	"go/token"
	"hash/maphash"
	"strconv"
	"strings"
)

// A parsed is a file that was parsed.
type parsed struct {
	content string
	hash    uint64
	file    *ast.File
	err     error

	// header is what the go command looks at, but for the imports: the name of
	// the package and the build constraints. It is empty if there is no name.
	header  string
	imports []string
}

// parse returns a file in its present state. It is parsed if it has changed.
func (d *Dir) parse(name string, overlay Overlay) *parsed {
	content, err := overlay.ReadFile(name)
	hash := maphash.Bytes(seed, content)
	old := d.parsed[name]
	if old != nil && old.hash == hash && old.content == string(content) {
		return old
	}
	if old != nil && old.file != nil {
		d.replaced = append(d.replaced, old.file)
	}
	p := &parsed{content: string(content), hash: hash, err: err}
	if err == nil {
		p.file, p.err = parser.ParseFile(d.fset, name, content, parser.ParseComments|parser.SkipObjectResolution)
	}
	if p.file != nil {
		p.header = header(p.file)
		for _, spec := range p.file.Imports {
			if path, err := strconv.Unquote(spec.Path.Value); err == nil {
				p.imports = append(p.imports, path)
			}
		}
	}
	d.parsed[name] = p
	return p
}

// clean removes files that were replaced from the file set, which else would grow
// with each edit; but not while fixes are made that refer to them.
func (d *Dir) clean() {
	if d.suggesting.Load() > 0 {
		return
	}
	for _, file := range d.replaced {
		if f := d.fset.File(file.FileStart); f != nil {
			d.fset.RemoveFile(f)
		}
	}
	d.replaced = nil
}

// header returns the header of a file.
func header(file *ast.File) string {
	if file.Name == nil || file.Name.Name == "" || file.Name.Name == "_" || file.Package == token.NoPos {
		return ""
	}
	var b strings.Builder
	b.WriteString(file.Name.Name)
	for _, group := range file.Comments {
		for _, c := range group.List {
			if c.Pos() < file.Package && (constraint.IsGoBuild(c.Text) || constraint.IsPlusBuild(c.Text)) {
				b.WriteByte('\n')
				b.WriteString(c.Text)
			}
		}
	}
	return b.String()
}
