package main

import (
	"bytes"
	"fmt"
	"go/types"
	"log"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"time"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/checker"
	"golang.org/x/tools/go/analysis/singlechecker"
	"golang.org/x/tools/go/packages"

	"github.com/tlstimeoutlint/tlstimeoutlint/internal/filter"
	"github.com/tlstimeoutlint/tlstimeoutlint/internal/sarif"
)

// The exit codes, which are those of singlechecker.
const (
	exitClean    = 0
	exitError    = 1
	exitUsage    = 2
	exitFindings = 3
)

// run carries the command out and returns its exit code.
//
// Singlechecker alone could do all of this, but for loading no more than
// needed. So it is left to apply the fixes, which no one else can, and the rest
// is put together from the parts that it is made of.
func (cmd *command) run() (exit int) {
	delayGC()
	if cmd.tags != "" {
		if err := setTags(cmd.tags); err != nil {
			log.Print(err)
			return exitError
		}
	}
	stop, err := startProfiles(cmd.cpuProfile, cmd.memProfile)
	if err != nil {
		log.Print(err)
		return exitError
	}
	defer stop()

	if !cmd.verbose { // which tells more
		cmd.progress = newProgress()
	}
	patterns := cmd.filter()
	if cmd.fix {
		cmd.applyFixes(patterns) // does not return
	}
	exit = cmd.check(patterns)
	if cmd.diff && exit != exitClean {
		exit = max(exit, cmd.printDiff())
	}
	return exit
}

// filter returns the patterns of those packages that can contain a handshake.
func (cmd *command) filter() []string {
	cmd.progress.tell("tlstimeoutlint: searching files")
	res := filter.Apply(cmd.filterConfig(), cmd.patterns)
	cmd.progress.erase()
	if !cmd.verbose {
		return res.Patterns
	}
	if res.Unfiltered != "" {
		log.Printf("loading all: %s", res.Unfiltered)
		return res.Patterns
	}
	for _, path := range res.Skipped {
		log.Printf("skipping %s", path)
	}
	for _, path := range res.Patterns {
		log.Printf("loading %s", path)
	}
	log.Printf("packages listed: %d in %s", len(res.Skipped)+len(res.Patterns), round(res.Listing))
	log.Printf("files searched: %d in %s", res.Files, round(res.Searching))
	return res.Patterns
}

func (cmd *command) filterConfig() filter.Config {
	handshakes, spawners := cmd.settings.Functions()
	args, without := cmd.settings.Methods()
	return filter.Config{
		Handshakes: handshakes,
		Spawners:   spawners,
		Args:       args,
		Without:    without,
		Tests:      cmd.tests,
	}
}

// check analyzes the packages and prints the findings.
func (cmd *command) check(patterns []string) (exit int) {
	graph, exit := cmd.analyze(patterns)
	if graph == nil {
		return exit
	}
	return max(exit, cmd.print(graph, exit))
}

// analyze loads and analyzes the packages. It tells their errors, which do not
// hide the findings of others. If it could not even begin, the graph is nil.
func (cmd *command) analyze(patterns []string) (graph *checker.Graph, exit int) {
	start := time.Now()
	cmd.progress.tell("tlstimeoutlint: loading packages")
	pkgs, err := cmd.load(patterns)
	cmd.progress.erase()
	if err != nil {
		log.Print(err)
		return nil, exitError
	}
	if packages.PrintErrors(pkgs) > 0 {
		exit = exitError
	}
	loaded := time.Now()

	took := make(durations)
	checked := withTests(pkgs)
	graph, err = checker.Analyze([]*analysis.Analyzer{cmd.inTurn(len(checked), took)}, checked, nil)
	cmd.progress.erase()
	if err != nil {
		log.Print(err)
		return nil, exitError
	}
	if cmd.verbose {
		for _, act := range graph.Roots {
			log.Printf("checked %s in %s", act.Package.ID, round(took[act.Package.Types]))
		}
		log.Printf("packages loaded: %d in %s", len(pkgs), round(loaded.Sub(start)))
		log.Printf("packages checked: %d in %s", len(checked), round(time.Since(loaded)))
	}
	return graph, exit
}

// withTests returns the packages without those that are there with their tests,
// too, and lets go of what was loaded of them. Go vet does the same. Where the tests
// have errors, the package is kept.
func withTests(pkgs []*packages.Package) (checked []*packages.Package) {
	tested := make(map[string]bool)
	for _, pkg := range pkgs {
		if pkg.ForTest == pkg.PkgPath && !pkg.IllTyped {
			tested[pkg.PkgPath] = true
		}
	}
	for _, pkg := range pkgs {
		if pkg.ForTest == "" && tested[pkg.PkgPath] {
			pkg.Syntax, pkg.TypesInfo = nil, nil
		} else {
			checked = append(checked, pkg)
		}
	}
	return checked
}

// durations are the times that the packages took.
type durations map[*types.Package]time.Duration

// inTurn returns the analyzer, for as many packages at a time as there are
// processors: each holds memory while it is analyzed. It records the times, and
// tells which of the packages it is at.
func (cmd *command) inTurn(pkgs int, took durations) *analysis.Analyzer {
	var (
		turns = make(chan struct{}, runtime.GOMAXPROCS(0))
		mu    sync.Mutex
		begun int
	)
	begin := func() {
		mu.Lock()
		defer mu.Unlock()
		begun++
		cmd.progress.tell("tlstimeoutlint: checking package %d of %d", begun, pkgs)
	}
	a := *cmd.analyzer
	a.Run = func(pass *analysis.Pass) (any, error) {
		turns <- struct{}{}
		defer func() { <-turns }()
		begin()
		start := time.Now()
		result, err := cmd.analyzer.Run(pass)
		mu.Lock()
		took[pass.Pkg] = time.Since(start)
		mu.Unlock()
		return result, err
	}
	return &a
}

// load loads the packages with the syntax and the types that analyzers without
// facts need: those of their dependencies come from the compiler.
func (cmd *command) load(patterns []string) ([]*packages.Package, error) {
	if len(patterns) == 0 {
		return nil, nil // the loader would take it for the current directory
	}
	const mode = packages.NeedName | packages.NeedFiles | packages.NeedCompiledGoFiles |
		packages.NeedImports | packages.NeedTypes | packages.NeedTypesSizes |
		packages.NeedSyntax | packages.NeedTypesInfo | packages.NeedModule | packages.NeedForTest
	pkgs, err := packages.Load(&packages.Config{Mode: mode, Tests: cmd.tests}, patterns...)
	if err == nil && len(pkgs) == 0 {
		err = fmt.Errorf("%s matched no packages", strings.Join(patterns, " "))
	}
	return pkgs, err
}

// print prints the findings. Loaded is the exit code that loading has led to.
func (cmd *command) print(graph *checker.Graph, loaded int) (exit int) {
	if cmd.sarif {
		return printSARIF(graph, loaded == exitClean)
	}
	if cmd.json {
		if err := graph.PrintJSON(os.Stdout); err != nil {
			log.Print(err)
			return exitError
		}
		return exitClean
	}
	if err := graph.PrintText(os.Stderr, cmd.context); err != nil {
		log.Print(err)
		return exitError
	}
	for act := range graph.All() {
		switch {
		case act.Err != nil:
			exit = exitError
		case exit == exitClean && len(act.Diagnostics) > 0:
			exit = exitFindings
		}
	}
	return exit
}

// printSARIF prints the findings as SARIF. Complete says whether all packages
// were loaded.
func printSARIF(graph *checker.Graph, complete bool) (exit int) {
	for act := range graph.All() {
		if act.Err != nil {
			exit = exitError
		}
	}
	dir, err := os.Getwd()
	if err == nil {
		err = sarif.Write(os.Stdout, graph, dir, complete && exit == exitClean)
	}
	if err != nil {
		log.Print(err)
		return exitError
	}
	return exit
}

// applyFixes applies the fixes, or prints them if the flag -diff was given, and
// ends the process.
func (cmd *command) applyFixes(patterns []string) {
	if len(patterns) == 0 {
		os.Exit(exitClean)
	}
	os.Args = append(append([]string{os.Args[0]}, cmd.given...), "--")
	os.Args = append(os.Args, patterns...)
	singlechecker.Main(cmd.analyzer)
}

// printDiff prints the fixes as a diff.
func (cmd *command) printDiff() (exit int) {
	self, err := os.Executable()
	if err != nil {
		log.Print(err)
		return exitError
	}
	args := append(append([]string{"-fix"}, cmd.given...), "--")
	child := exec.Command(self, append(args, cmd.patterns...)...)
	var stderr bytes.Buffer // which repeats what has been told, unless something fails
	child.Stdout, child.Stderr = os.Stdout, &stderr
	if err := child.Run(); err != nil {
		log.Printf("printing the diff: %v\n%s", err, stderr.Bytes())
		return exitError
	}
	return exitClean
}

func round(d time.Duration) time.Duration { return d.Round(time.Millisecond) }
