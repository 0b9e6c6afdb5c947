// Cost measures what a run of the linter costs beside other linters: whole
// processes, user time and peak memory, in turn, so that a machine that slows
// down slows all of them.
//
//	go -C internal/cost run . [-n runs] [-m minutes] [-only commands] [workload...]
//
// It needs Go, git and the network, for the modules that are measured and for
// what they import. It prints a table for each workload, in Markdown: medians,
// the range of the user time, and ratios to the linter that does nothing. The
// ratios are those of the medians.
//
// A command whose runs together would take longer than the flag -m says is left
// out after its first run, and the table says so.
package main

import (
	"flag"
	"fmt"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("cost: ")
	runs := flag.Int("n", 5, "how often each command is measured")
	minutes := flag.Float64("m", 15, "what the runs of one command may take, in `minutes`")
	only := flag.String("only", "", "measure no other `commands` than these, set off by commas")
	flag.Parse()

	chosen := workloads
	if flag.NArg() > 0 {
		chosen = slices.DeleteFunc(slices.Clone(workloads), func(w workload) bool {
			return !slices.Contains(flag.Args(), w.name)
		})
	}
	if len(chosen) == 0 {
		log.Fatalf("no such workload; there are %s", strings.Join(names(workloads), ", "))
	}
	dir, err := os.MkdirTemp("", "cost")
	if err != nil {
		log.Fatal(err)
	}
	all := bench{runs: *runs, limit: time.Duration(*minutes * float64(time.Minute))}
	if *only != "" {
		all.only = strings.Split(*only, ",")
	}
	err = measureAll(dir, chosen, all)
	os.RemoveAll(dir)
	if err != nil {
		log.Fatal(err)
	}
}

// measureAll builds the linters and measures the workloads, in the directory.
func measureAll(dir string, chosen []workload, b bench) error {
	bin := filepath.Join(dir, "bin")
	if err := os.Mkdir(bin, 0o777); err != nil {
		return err
	}
	if err := command("", "go", "build", "-o", bin, "./nothing", "./noctx", "./bodyclose", "tool").Run(); err != nil {
		return fmt.Errorf("building the linters: %v", err)
	}
	if err := printVersions(); err != nil {
		return err
	}
	for _, w := range chosen {
		source, err := fetch(w.module, dir)
		if err != nil {
			return err
		}
		b.bin, b.scratch, b.source, b.workload = bin, dir, source, w
		rows, err := b.measure()
		if err != nil {
			return fmt.Errorf("%s: %w", w.name, err)
		}
		printTable(w, b.runs, rows)
		if err := os.RemoveAll(source); err != nil {
			return err
		}
	}
	return nil
}

// command returns a command that tells its errors on standard error.
func command(dir, name string, args ...string) *exec.Cmd {
	cmd := exec.Command(name, args...)
	cmd.Dir, cmd.Stderr = dir, os.Stderr
	return cmd
}

// fetch downloads the module, such as golang.org/x/tools@v0.52.0, and returns a
// copy of it that can be checked as its authors do, with its own requirements.
func fetch(module, dir string) (source string, err error) {
	download := command("", "go", "mod", "download", "-json", module)
	download.Env = append(os.Environ(), "GOFLAGS=-mod=mod")
	out, err := download.Output()
	if err != nil {
		return "", fmt.Errorf("downloading %s: %v", module, err)
	}
	cached, err := field(out, "Dir")
	if err != nil {
		return "", err
	}
	source = filepath.Join(dir, "module")
	if err := os.CopyFS(source, os.DirFS(cached)); err != nil {
		return "", err
	}
	return source, filepath.WalkDir(source, func(name string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Chmod(name, 0o755) // the module cache can't be written
	})
}

func names(ws []workload) (names []string) {
	for _, w := range ws {
		names = append(names, w.name)
	}
	return names
}

// printVersions prints what was measured with what.
func printVersions() error {
	fmt.Printf("%s, %s/%s, %d CPUs\n\n", runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU())
	out, err := command("", "go", "list", "-m", "-f", "- {{.Path}} {{.Version}}",
		"golang.org/x/tools", "github.com/sonatard/noctx", "github.com/timakin/bodyclose", "honnef.co/go/tools").Output()
	if err != nil {
		return err
	}
	fmt.Printf("%s", out)
	return nil
}

// printTable prints the results in Markdown.
func printTable(w workload, runs int, rows []row) {
	fmt.Printf("\n%s, %s `./...`, %s; %d runs each\n\n", w.name, w.module, w.cache, runs)
	fmt.Println("| command | user time | range | ratio | elapsed | peak memory | ratio |")
	fmt.Println("| ------- | --------- | ----- | ----- | ------- | ----------- | ----- |")
	base := rows[max(0, slices.IndexFunc(rows, func(r row) bool { return r.base }))]
	for _, r := range rows {
		if len(r.samples) < runs {
			fmt.Printf("| %s | %.2f s | one run | %.2f | | %.0f MB | %.2f |\n", r.name,
				r.user(), r.user()/base.user(), r.peak(), r.peak()/base.peak())
			continue
		}
		users := r.values(sample.userSeconds)
		fmt.Printf("| %s | %.2f s | %.2f to %.2f | %.2f | %.2f s | %.0f MB | %.2f |\n", r.name,
			r.user(), users[0], users[len(users)-1], r.user()/base.user(), r.elapsed(), r.peak(), r.peak()/base.peak())
	}
}
