// The tlstimeoutlint command finds TLS handshakes that are raced by hand
// against a timer and are not stopped when the timer wins.
//
// Usage:
//
//	tlstimeoutlint [-C dir] [flags] [packages]
//	tlstimeoutlint lsp
//	go vet -vettool=$(which tlstimeoutlint) [packages]
//	go fix -fixtool=$(which tlstimeoutlint) [packages]
//
// With no packages it checks the one in the current directory. Run
// "tlstimeoutlint -h" for the flags.
//
// The exit code is 0 if there is nothing to report, 1 if a package could not be
// loaded or checked, 2 if the command line is malformed, and 3 if there are
// findings. With -json, -sarif or -fix, findings leave it at 0.
package main

import (
	"errors"
	"flag"
	"fmt"
	"log"
	"os"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis/singlechecker"

	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("tlstimeoutlint: ")

	if calledByGo(os.Args[1:]) {
		singlechecker.Main(analyzer.Analyzer) // does not return
	}
	args, err := chdir(os.Args[1:])
	if err != nil {
		log.Fatal(err)
	}
	if len(args) > 0 && args[0] == "lsp" {
		os.Exit(serve(args[1:]))
	}
	cmd, err := parse(args)
	if errors.Is(err, flag.ErrHelp) {
		os.Exit(exitClean)
	}
	if err != nil {
		log.Print(err)
		log.Print("run tlstimeoutlint -h for the flags")
		os.Exit(exitUsage)
	}
	os.Exit(cmd.run())
}

// calledByGo reports whether the arguments are those of go vet and go fix: a
// question about the tool, or a file that describes one unit of a build.
func calledByGo(args []string) bool {
	asks := func(arg string) bool {
		name, _, _ := strings.Cut(strings.TrimLeft(arg, "-"), "=")
		return strings.HasPrefix(arg, "-") && (name == "V" || name == "flags")
	}
	return slices.ContainsFunc(args, asks) ||
		len(args) > 0 && strings.HasSuffix(args[len(args)-1], ".cfg")
}

// chdir handles the flag -C as the go command does: it must be the first
// argument, and all that follows is relative to its directory. It returns the
// other arguments.
func chdir(args []string) ([]string, error) {
	if len(args) == 0 {
		return args, nil
	}
	name, dir, hasValue := strings.Cut(args[0], "=")
	if name != "-C" && name != "--C" {
		return args, nil
	}
	rest := args[1:]
	if !hasValue {
		if len(rest) == 0 {
			return args, nil // a flag without its argument, as any other
		}
		dir, rest = rest[0], rest[1:]
	}
	if err := os.Chdir(dir); err != nil {
		return nil, fmt.Errorf("flag -C: %w", err)
	}
	return rest, nil
}
