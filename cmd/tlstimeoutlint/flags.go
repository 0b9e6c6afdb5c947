package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"os/exec"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer"
)

// A command is a parsed command line.
type command struct {
	analyzer *analysis.Analyzer // with its settings
	patterns []string           // the packages
	given    []string           // the flags that were given, as "-name=value"

	fix     bool
	diff    bool
	json    bool
	sarif   bool
	context int // number of lines, or -1
	tests   bool
	tags    string
	verbose bool

	progress *progress // nil if nobody sees it

	settings analyzer.Settings

	cpuProfile, memProfile string
}

const usage = `tlstimeoutlint: report TLS handshakes that lost a race against a timer and go on

Usage: tlstimeoutlint [-C dir] [flags] [packages]
       tlstimeoutlint lsp
       go vet -vettool=$(which tlstimeoutlint) [flags] [packages]
       go fix -fixtool=$(which tlstimeoutlint) [packages]

With no packages it checks the one in the current directory.
Exit codes: 0 nothing found, 1 a package did not load, 2 bad flags, 3 findings.

Flags:
`

// parse parses the command line. Its error is [flag.ErrHelp] if help was asked
// for and has been given.
func parse(args []string) (*command, error) {
	cmd := new(command)
	flags := flag.NewFlagSet("tlstimeoutlint", flag.ContinueOnError)
	flags.Func("C", "change to this `directory` first; must be the first flag", func(string) error {
		return errors.New("must be the first flag on the command line")
	})
	flags.BoolVar(&cmd.fix, "fix", false, "apply the first suggested fix of each finding instead of printing it")
	flags.BoolVar(&cmd.diff, "diff", false, "print the fixes as a unified diff; with -fix, print only that and update no file")
	flags.BoolVar(&cmd.json, "json", false, "print the findings as JSON on standard output")
	flags.BoolVar(&cmd.sarif, "sarif", false, "print the findings, and all fixes, as SARIF 2.1.0 on standard output")
	flags.IntVar(&cmd.context, "c", -1, "print the line of each finding with this many lines of context")
	flags.BoolVar(&cmd.tests, "test", true, "check test files, too")
	flags.StringVar(&cmd.tags, "tags", "", "comma-separated list of build `tags`")
	flags.BoolVar(&cmd.verbose, "v", false, "tell on standard error what is skipped and loaded, and how long that takes")
	flags.StringVar(&cmd.cpuProfile, "cpuprofile", "", "write a CPU profile to this `file`")
	flags.StringVar(&cmd.memProfile, "memprofile", "", "write a memory profile to this `file`")
	cmd.settings.AddFlags(flags)
	flags.SetOutput(io.Discard) // the caller tells the error

	if slices.Equal(args, []string{"help"}) {
		args = []string{"-h"} // which go vet sends its users to
	}
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			printUsage(usage, flags)
		}
		return nil, err
	}
	if cmd.verbose {
		cmd.settings.Log = log.Printf
	}
	a, err := analyzer.New(cmd.settings)
	if err != nil {
		return nil, err
	}
	cmd.analyzer = a
	if err := cmd.exclusive(); err != nil {
		return nil, err
	}
	flags.Visit(func(f *flag.Flag) {
		cmd.given = append(cmd.given, fmt.Sprintf("-%s=%s", f.Name, f.Value))
	})
	cmd.patterns = flags.Args()
	if len(cmd.patterns) == 0 {
		cmd.patterns = []string{"."}
	}
	return cmd, nil
}

// exclusive reports an error where two forms of output are asked for.
func (cmd *command) exclusive() error {
	switch {
	case cmd.diff && cmd.json:
		return errors.New("flags -diff and -json exclude each other: -json has the fixes already")
	case cmd.diff && cmd.sarif:
		return errors.New("flags -diff and -sarif exclude each other: -sarif has the fixes already")
	case cmd.json && cmd.sarif:
		return errors.New("flags -json and -sarif exclude each other")
	case cmd.fix && cmd.sarif:
		return errors.New("flags -fix and -sarif exclude each other: what is fixed is no finding")
	}
	return nil
}

// printUsage prints the usage, and tells of all flags but those for the linter's developers.
func printUsage(usage string, flags *flag.FlagSet) {
	var shown flag.FlagSet
	flags.VisitAll(func(f *flag.Flag) {
		if !strings.HasPrefix(f.Name, "debug.") {
			shown.Var(f.Value, f.Name, f.Usage)
			shown.Lookup(f.Name).DefValue = f.DefValue
		}
	})
	fmt.Fprint(os.Stderr, usage)
	shown.PrintDefaults()
}

// setTags has every go command that is started use the build tags, be it
// started here, by go/packages, or by singlechecker, whose own flag -tags has
// no effect.
func setTags(tags string) error {
	flags, err := exec.Command("go", "env", "GOFLAGS").Output()
	if err != nil {
		return fmt.Errorf("flag -tags: go env: %v", err)
	}
	// The last one of several flags counts.
	return os.Setenv("GOFLAGS", strings.TrimSpace(string(flags))+" -tags="+tags)
}
