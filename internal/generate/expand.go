package generate

import (
	"fmt"
	"regexp"
	"strings"
)

// An expander puts the pieces of a program together.
type expander struct {
	defs defs
	used map[string]bool // the names that were expanded
	err  error
}

// reference matches the name of a piece in another one: $conn, ${conn}, or
// ${stop:c}, which is the piece stop with the piece x replaced by c.
var reference = regexp.MustCompile(`\$(?:(\w+)|\{(\w+)(?::([^{}]*))?\})`)

// maxDepth bounds how deep pieces name each other.
const maxDepth = 40

// expand returns the text with all pieces that it names put in. A line that
// names pieces and is empty with them put in is left out.
func (e *expander) expand(text string) string {
	return e.at(0, text)
}

func (e *expander) at(depth int, text string) string {
	if depth > maxDepth {
		e.fail("pieces name each other in a circle: %q", text)
	}
	if e.err != nil || !strings.Contains(text, "$") {
		return text
	}
	var lines []string
	for line := range strings.SplitSeq(text, "\n") {
		full := reference.ReplaceAllStringFunc(line, func(ref string) string {
			return e.piece(depth, ref)
		})
		if full != line && strings.TrimSpace(full) == "" {
			continue
		}
		lines = append(lines, full)
	}
	return strings.Join(lines, "\n")
}

// piece returns what a reference stands for.
func (e *expander) piece(depth int, ref string) string {
	m := reference.FindStringSubmatch(ref)
	name := m[1] + m[2]
	text, ok := e.defs[name]
	if !ok {
		e.fail("no piece is called %s", name)
		return ""
	}
	e.used[name] = true
	if m[3] == "" {
		return e.at(depth+1, text)
	}
	x := e.at(depth+1, m[3])
	defer func(old string) { e.defs["x"] = old }(e.defs["x"])
	e.defs["x"] = x
	return e.at(depth+1, text)
}

func (e *expander) fail(format string, args ...any) {
	if e.err == nil {
		e.err = fmt.Errorf(format, args...)
	}
}
