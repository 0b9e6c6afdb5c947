// Package filter decides, before any type is checked, which packages of a
// command line can contain a handshake.
//
// Handshakes are rare, and loading is what a linter's run costs: the compiler
// has to provide the types of every dependency. So the go command lists the
// files of the named packages, which is cheap, and a search of their text finds
// those that call something by the name of a handshake function and can race
// it. The others cannot have a finding.
//
// The search errs on the side of loading, and what it cannot judge is loaded, so
// that errors and findings are the same as without it, with one exception: a
// package without a handshake is not type-checked, so its type errors are not
// told.
package filter

import (
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// A Config says what to look for.
type Config struct {
	// Handshakes are the full names of the handshake functions and methods,
	// as in [go/types.Func.FullName].
	Handshakes []string

	// Spawners are the full names of the functions and methods that start
	// goroutines, beside the go statement.
	Spawners []string

	// Args is how many arguments the handshake methods take, by their names:
	// all of that name, whatever their types. Others may take any number.
	Args map[string]int

	// Without are the import paths of packages whose types have no handshake
	// among their methods.
	Without []string

	// Tests says that the packages' test files are loaded, too.
	Tests bool
}

// A Result says what to load.
type Result struct {
	// Patterns are to be loaded instead of those that were given. There are
	// none if no package can contain a handshake.
	Patterns []string

	// Skipped are the import paths of the packages that are not loaded.
	Skipped []string

	// Unfiltered is the reason why the given patterns are loaded as they are.
	// It is empty if they were filtered.
	Unfiltered string

	// Files is the number of files that were searched.
	Files int

	// Listing and Searching are the times that the two steps took.
	Listing, Searching time.Duration
}

// Apply lists the packages that the patterns match, in the current directory,
// and reports which of them to load.
func Apply(cfg Config, patterns []string) Result {
	asGiven := func(reason string) Result {
		return Result{Patterns: patterns, Unfiltered: reason}
	}
	if reason := unlistable(patterns); reason != "" {
		return asGiven(reason)
	}

	start := time.Now()
	pkgs, err := list(patterns)
	if err != nil {
		return asGiven(err.Error())
	}
	if len(pkgs) == 0 {
		return asGiven("no package matches") // which is an error to be told by the loader
	}
	listed := time.Now()

	wanted := search(newNames(cfg), pkgs, cfg.Tests)

	res := Result{Listing: listed.Sub(start), Searching: time.Since(listed)}
	for i, p := range pkgs {
		res.Files += len(p.files(cfg.Tests))
		if wanted[i] {
			res.Patterns = append(res.Patterns, p.pattern())
		} else {
			res.Skipped = append(res.Skipped, p.ImportPath)
		}
	}
	// Several errors can belong to one pattern.
	slices.Sort(res.Patterns)
	res.Patterns = slices.Compact(res.Patterns)
	return res
}

// unlistable returns the reason why the go command's list would not tell what
// the patterns load, or "" if it does.
func unlistable(patterns []string) string {
	for _, p := range patterns {
		switch {
		case strings.HasSuffix(p, ".go"):
			return "packages are given by their files" // one package that has no import path
		case strings.Contains(p, "="):
			return "a query is no pattern of the go command" // go/packages' file=x.go, pattern=x
		}
	}
	if driver := packagesDriver(); driver != "" {
		return "packages are loaded by " + filepath.Base(driver)
	}
	if overlaid() {
		return "files are overlaid"
	}
	return ""
}
