package proof

import (
	"bytes"
	"context"
	_ "embed"
	"fmt"
	"maps"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"text/template"
	"time"
)

// An echo is what the programs of a package return when their peer stays silent:
// all that they did in a number of runs.
type echo map[voice][]words

// A voice is a function in the world in which one of its parameters, by index,
// fires before all others; or none does, for -1.
type voice struct {
	name  string
	world int
}

// words are an error, and when it is returned.
type words struct {
	text  string
	after time.Duration
}

//go:embed echo.tmpl
var echoText string

var echoTemplate = template.Must(template.New("").Parse(echoText))

// echoes calls functions, each in a bubble, once for each of the timers that they
// are handed, which fires first; and does that a number of times. Functions are
// listed by the directory of their package, below that of the module, and so are
// the echoes.
func echoes(ctx context.Context, module string, functions map[string][]string, times int) (map[string]echo, error) {
	all := make(map[string]echo)
	args := []string{"test", "-vet=off", "-run=^TestEcho$", "-v", "-timeout=5m", "-count=" + strconv.Itoa(times)}
	for _, dir := range slices.Sorted(maps.Keys(functions)) {
		var test bytes.Buffer
		if err := echoTemplate.Execute(&test, map[string]any{"Dir": dir, "Names": functions[dir]}); err != nil {
			return nil, err
		}
		if err := write(filepath.Join(module, dir, "echo_test.go"), test.Bytes()); err != nil {
			return nil, err
		}
		args = append(args, "./"+dir)
		all[dir] = make(echo)
	}
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = module
	out, failed := cmd.CombinedOutput()
	var rest strings.Builder
	for line := range strings.Lines(string(out)) {
		text, ok := strings.CutPrefix(line, "echo: ")
		if !ok {
			if rest.Len() < 4000 && line != "\n" {
				rest.WriteString(line)
			}
			continue
		}
		var dir, name string
		var world int
		var w words
		if _, err := fmt.Sscan(text, &dir, &name, &world, &w.after); err != nil {
			return nil, fmt.Errorf("%s: %w", line, err)
		}
		w.text = strings.TrimSpace(strings.SplitN(text, " ", 5)[4])
		v := voice{name, world}
		all[dir][v] = append(all[dir][v], w)
	}
	if failed != nil {
		return nil, fmt.Errorf("%w\n%s", failed, rest.String())
	}
	return all, nil
}

// obeys reports whether a program obeys the context of its caller, and did not
// before: its handshake fails earlier now, or with the context's error.
func obeys(was, is words) bool {
	return is.after < was.after || is.after == was.after && strings.Contains(is.text, "context canceled")
}

// differs returns how a fixed program, run once, returns another error than it did
// before, if it did return; or "".
func differs(c *Case, before, after echo) string {
	for world := -1; world < len(c.Params); world++ {
		v := voice{c.Name, world}
		if len(before[v]) == 0 {
			continue
		}
		if len(after[v]) == 0 {
			return fmt.Sprintf("does not return in world %d, and before\n\t%s", world, before[v][0].text)
		}
		is := after[v][0]
		if !slices.ContainsFunc(before[v], func(was words) bool {
			return was.text == is.text || slices.Contains(c.Params, "ctx") && obeys(was, is)
		}) {
			return fmt.Sprintf("returns in world %d\n\t%s\nand before\n\t%s", world, is.text, before[v][0].text)
		}
	}
	return ""
}
