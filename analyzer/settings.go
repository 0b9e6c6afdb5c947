package analyzer

import (
	"flag"
	"fmt"
	"os"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/finding"
	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/judge"
	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/library"
)

// Settings says what the analyzer reports beyond its defaults. The zero value
// is the default. The same names serve as command line flags and as settings
// of the golangci-lint plugin.
type Settings struct {
	// Borrowed also reports the category "borrowed": the handshake of a
	// connection that belongs to the caller of an exported function, and that
	// the function itself leaves running when the timer wins.
	Borrowed bool `json:"borrowed"`

	// Handrolled also reports the category "handrolled": a handshake that is
	// raced by hand and stopped, where HandshakeContext would do.
	Handrolled bool `json:"handrolled"`

	// Generated also reports in generated files.
	Generated bool `json:"generated"`

	// Handshakes describes further functions that block in a handshake, each
	// by its full name, its variant that takes a context, if it has one, and
	// whether Close waits for the handshake instead of stopping it:
	//
	//	(*example.com/mytls.Conn).Handshake context=HandshakeContext close=waits
	//	example.com/mytls.Dial context=DialContext
	Handshakes []string `json:"handshakes"`

	// Log, if set, is told what was executed, and which functions' executions
	// were too many to try all.
	Log func(format string, args ...any) `json:"-"`

	trace string // the name of a function whose executions are printed
}

// AddFlags defines a flag for each setting.
func (s *Settings) AddFlags(flags *flag.FlagSet) {
	flags.BoolVar(&s.Borrowed, "borrowed", s.Borrowed, "also report handshakes of connections that an exported function's caller owns")
	flags.BoolVar(&s.Handrolled, "handrolled", s.Handrolled, "also report safe races that HandshakeContext would replace")
	flags.BoolVar(&s.Generated, "generated", s.Generated, "also report in generated files")
	flags.Var(&handshakesFlag{list: &s.Handshakes}, "handshakes", "further `functions` that block in a handshake, set off by commas; can be repeated\n"+
		"such as '(*example.com/mytls.Conn).Handshake context=HandshakeContext close=waits'")
	flags.StringVar(&s.trace, "debug.trace", s.trace, "print each execution that begins with the function of this name (for development)")
}

// Functions returns the full names (as of types.Func.FullName) of the functions
// that handshake with these settings, and of those that start a goroutine. Code
// that names none of the first, or has neither a go statement nor a select nor
// one of the second, has no findings.
func (s *Settings) Functions() (handshakes, spawners []string) {
	lib, _ := s.library() // New reports the error
	return lib.Handshakes(), lib.Spawners()
}

// Methods tells calls of the handshakes that are methods from those of other
// methods of the same names: how many arguments they take, by their names, as
// far as that is known, and packages whose types have none of them.
func (s *Settings) Methods() (args map[string]int, without []string) {
	lib, _ := s.library() // New reports the error
	return lib.Args(), lib.Beneath()
}

// library returns what is known of functions with the settings that are
// well-formed, and the error of the first that is not.
func (s *Settings) library() (lib *library.Library, err error) {
	var further []library.Stack
	for _, text := range s.Handshakes {
		stack, malformed := library.Parse(text)
		switch {
		case malformed == nil:
			further = append(further, stack)
		case err == nil:
			err = fmt.Errorf("setting %q: %w", "handshakes", malformed)
		}
	}
	return library.New(further), err
}

// reports reports whether findings of the category are wanted.
func (s *Settings) reports(c finding.Category) bool {
	switch c {
	case finding.Borrowed:
		return s.Borrowed
	case finding.Handrolled:
		return s.Handrolled
	}
	return true
}

// log tells what a judge has done.
func (s *Settings) log(pkg string, j *judge.Judge) {
	if s.Log == nil {
		return
	}
	s.Log("executed %s: %d instructions, %d functions", pkg, j.Steps(), len(j.Entered))
	for _, fn := range j.Exhausted {
		s.Log("gave up on %s: it has too many executions to try all", fn)
	}
	if n := len(j.Omitted); n > 0 {
		s.Log("left out %d functions of %s, such as %s: its budget was used up", n, pkg, j.Omitted[0])
	}
}

// tracer returns a function that prints the events of executions that begin
// with root, or nil where these are not wanted.
func (s *Settings) tracer(root *ssa.Function) func(string, ...any) {
	if s.trace == "" || s.trace != root.Name() {
		return nil
	}
	return printTrace
}

// fixTracer returns a function that prints why candidates for fixes were dropped,
// or nil where these are not wanted.
func (s *Settings) fixTracer() func(string, ...any) {
	if s.trace == "" {
		return nil
	}
	return printTrace
}

func printTrace(format string, args ...any) { fmt.Fprintf(os.Stderr, format+"\n", args...) }

// A handshakesFlag is the setting as a flag. What is given takes the place of
// what was there before.
type handshakesFlag struct {
	list  *[]string
	given bool
}

func (f *handshakesFlag) String() string {
	if f.list == nil {
		return ""
	}
	return strings.Join(*f.list, ",")
}

func (f *handshakesFlag) Set(value string) error {
	if !f.given {
		*f.list, f.given = nil, true
	}
	for text := range strings.SplitSeq(value, ",") {
		if _, err := library.Parse(text); err != nil {
			return err
		}
		*f.list = append(*f.list, strings.TrimSpace(text))
	}
	return nil
}
