// Package echo tells what functions return when their peer stays silent, so that
// what they return before and after a fix can be compared.
package echo

import (
	"bytes"
	"context"
	_ "embed"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"text/template"
	"time"
)

// An Echo is what the functions of a package have returned: all that they did in
// a number of runs.
type Echo map[Voice][]Words

// A Voice is a function in the world in which one of its parameters, by index,
// fires before all others; or none does, for -1.
type Voice struct {
	Name  string
	World int
}

// Words are an error, with its type and whether it is a timeout, or a panic; and
// the virtual time that it took.
type Words struct {
	Text  string
	After time.Duration
}

// A Package is a package with functions to call.
type Package struct {
	Dir       string // below that of the module
	Name      string
	Functions []string
}

//go:embed echo.tmpl
var text string

var test = template.Must(template.New("").Parse(text))

// Run calls the functions of packages that are in one module, each in a bubble,
// once for each of the timers that they are handed, which fires first; and does
// that a number of times. It returns the echoes by directory, and writes a test
// file into each.
func Run(ctx context.Context, module string, pkgs []Package, times int) (map[string]Echo, error) {
	all := make(map[string]Echo)
	args := []string{"test", "-vet=off", "-run=^TestEcho$", "-v", "-timeout=5m", "-count=" + strconv.Itoa(times)}
	for _, pkg := range pkgs {
		var source bytes.Buffer
		if err := test.Execute(&source, pkg); err != nil {
			return nil, err
		}
		if err := os.WriteFile(filepath.Join(module, pkg.Dir, "echo_test.go"), source.Bytes(), 0o666); err != nil {
			return nil, err
		}
		args = append(args, "./"+filepath.ToSlash(pkg.Dir))
		all[pkg.Dir] = make(Echo)
	}
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = module
	out, failed := cmd.CombinedOutput()
	var rest strings.Builder
	for line := range strings.Lines(string(out)) {
		switch spoken, ok := strings.CutPrefix(line, "echo: "); {
		case ok:
			if err := hear(all, spoken); err != nil {
				return nil, err
			}
		case rest.Len() < 4000 && line != "\n":
			rest.WriteString(line)
		}
	}
	if failed != nil {
		return nil, fmt.Errorf("%w\n%s", failed, rest.String())
	}
	return all, nil
}

// hear adds a line that a test has printed.
func hear(all map[string]Echo, line string) error {
	var dir string
	var v Voice
	var w Words
	if _, err := fmt.Sscan(line, &dir, &v.Name, &v.World, &w.After); err != nil {
		return fmt.Errorf("%s: %w", line, err)
	}
	w.Text = strings.TrimSpace(strings.SplitN(line, " ", 5)[4])
	all[dir][v] = append(all[dir][v], w)
	return nil
}

// Differs returns how a function returns another error after a fix than it did
// before, if it did return; or "". Of many runs it may do so in one of ten, since two
// things that happen at the same time may come in either order, and in as many as
// did not return before. Params are the names of the function's parameters.
func Differs(name string, params []string, before, after Echo) string {
	for world := -1; world < len(params); world++ {
		was, is := before[Voice{name, world}], after[Voice{name, world}]
		switch {
		case len(was) == 0:
			continue
		case len(is) == 0:
			return fmt.Sprintf("does not return in world %d, and before\n\t%s", world, was[0].Text)
		}
		cancelled := world >= 0 && params[world] == "ctx"
		var news []Words
		for _, now := range is {
			if !slices.ContainsFunc(was, func(w Words) bool {
				return w.Text == now.Text || slices.Contains(params, "ctx") && obeys(w, now, cancelled)
			}) {
				news = append(news, now)
			}
		}
		if len(news) > len(is)/10+max(0, len(is)-len(was)) {
			return fmt.Sprintf("returns in world %d\n\t%s\nand before\n\t%s", world, news[0].Text, was[0].Text)
		}
	}
	return ""
}

// obeys reports whether a function obeys the context of its caller, and did not
// before: its handshake fails earlier now, with the context's error, or because the
// context was cancelled before all else.
func obeys(was, is Words, cancelled bool) bool {
	ended := cancelled || strings.Contains(is.Text, "context canceled")
	return is.After < was.After || is.After == was.After && ended
}
