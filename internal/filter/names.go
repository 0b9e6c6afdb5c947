package filter

import (
	"bytes"
	"maps"
	"slices"
	"strings"
)

// names are the names to search for.
type names struct {
	methods   map[string]bool     // by name, whatever their types
	functions map[string][]string // by name: the import paths of their packages
	texts     []text
	spawners  map[string]bool // by name, whatever their packages and types
	args      map[string]int  // of methods, by name
	without   []string        // the import paths of packages that have no such methods
}

// newNames sorts the full names of handshake functions and of spawners.
func newNames(cfg Config) *names {
	n := &names{
		methods:   make(map[string]bool),
		functions: make(map[string][]string),
		spawners:  make(map[string]bool),
		args:      cfg.Args,
		without:   cfg.Without,
	}
	var methods []string
	byPath := make(map[string][]string)
	for _, full := range cfg.Handshakes {
		qualifier, name := split(full)
		if strings.HasPrefix(qualifier, "(") {
			n.methods[name] = true
			methods = append(methods, name)
		} else {
			n.functions[name] = append(n.functions[name], qualifier)
			byPath[qualifier] = append(byPath[qualifier], name)
		}
	}
	for _, full := range cfg.Spawners {
		_, name := split(full)
		n.spawners[name] = true
	}
	n.texts = append(n.texts, newText("", methods))
	for _, path := range slices.Sorted(maps.Keys(byPath)) {
		n.texts = append(n.texts, newText(path, byPath[path]))
	}
	return n
}

// A text is what a file that names one of some handshakes contains.
type text struct {
	path  []byte   // of the functions' package, unless it is the file's own; none for methods
	parts [][]byte // every name contains one of these
}

func newText(path string, names []string) text {
	t := text{path: []byte(path)}
	// Where a shorter name is absent, those that contain it are absent, too.
	slices.SortFunc(names, func(a, b string) int { return len(a) - len(b) })
	for _, name := range names {
		part := []byte(name)
		if !slices.ContainsFunc(t.parts, func(shorter []byte) bool { return bytes.Contains(part, shorter) }) {
			t.parts = append(t.parts, part)
		}
	}
	return t
}

// inText reports whether one of the names occurs in the source as a word, be it
// in a comment, and for a function the path of its package as well. The source
// is of the package with the path, or of an unknown one if that is empty.
func (n *names) inText(src []byte, pkgPath string) bool {
	return slices.ContainsFunc(n.texts, func(t text) bool {
		if pkgPath != "" && pkgPath != string(t.path) && !bytes.Contains(src, t.path) {
			return false // the file does not import it
		}
		return slices.ContainsFunc(t.parts, func(part []byte) bool { return n.hasWord(src, part) })
	})
}

// hasWord reports whether one of the names that contain the part occurs in the
// source as a word.
func (n *names) hasWord(src, part []byte) bool {
	for from := 0; ; {
		i := bytes.Index(src[from:], part)
		if i < 0 {
			return false
		}
		word, end := wordAt(src, from+i)
		if n.has(word) {
			return true
		}
		from = end
	}
}

// has reports whether the word is one of the names.
func (n *names) has(word []byte) bool {
	return n.methods[string(word)] || n.functions[string(word)] != nil
}

// wordAt returns the word around the offset, and its end.
func wordAt(src []byte, offset int) (word []byte, end int) {
	start := offset
	for start > 0 && inWord(src[start-1]) {
		start--
	}
	for end = offset; end < len(src) && inWord(src[end]); {
		end++
	}
	return src[start:end], end
}

// inWord reports whether the byte can be one of an identifier.
func inWord(b byte) bool {
	return 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z' || '0' <= b && b <= '9' || b == '_' || b >= 0x80
}

// isFunction reports whether name is a function of one of the packages.
func (n *names) isFunction(name string, pkgPaths ...string) bool {
	return slices.ContainsFunc(n.functions[name], func(path string) bool {
		return slices.Contains(pkgPaths, path)
	})
}

// split splits the full name of a function or method, which is "path.Name",
// "(path.Type).Name" or "(*path.Type).Name", at its last dot.
func split(full string) (qualifier, name string) {
	dot := strings.LastIndexByte(full, '.')
	return full[:max(dot, 0)], full[dot+1:]
}
