// Command prove proves the linter on generated programs: it runs them, has the
// linter look at them, and compares.
//
//	go run ./internal/prove -n 10000 -seed 1
//
// It prints each disagreement, and each suggested fix that does not do what it
// should, and in the end a table of the programs by dimension (see package
// generate). It exits with 1 if there is a disagreement that is not one of the
// documented limits.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"os"
	"os/signal"
	"time"

	"github.com/tlstimeoutlint/tlstimeoutlint/internal/generate"
	"github.com/tlstimeoutlint/tlstimeoutlint/internal/generate/proof"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("prove: ")
	n := flag.Int("n", 10000, "how many `programs` to prove")
	seed := flag.Uint64("seed", 1, "the `seed` of the generator")
	size := flag.Int("size", 500, "how many `programs` to run at a time")
	minimize := flag.Bool("minimize", false, "look for the simplest program that is wrong in the same way")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	ok, err := prove(ctx, *n, *seed, *size, *minimize)
	if err != nil {
		log.Fatal(err)
	}
	if !ok {
		os.Exit(1)
	}
}

// prove proves n programs, and reports whether all is as it should be.
func prove(ctx context.Context, n int, seed uint64, size int, minimize bool) (ok bool, err error) {
	dir, err := os.MkdirTemp("", "prove")
	if err != nil {
		return false, err
	}
	defer os.RemoveAll(dir)
	p, err := proof.New(dir, ".")
	if err != nil {
		return false, err
	}
	g := generate.New(seed)
	table := proof.NewTable()
	ok = true
	start := time.Now()
	for done := 0; done < n; {
		cases, err := proof.Generate(g, min(size, n-done))
		if err != nil {
			return false, err
		}
		if err := p.Prove(ctx, cases); err != nil {
			return false, err
		}
		for _, c := range cases {
			table.Add(c)
			if c.OK() {
				continue
			}
			ok = false
			if minimize {
				if c, err = p.Minimize(ctx, c); err != nil {
					return false, err
				}
			}
			fmt.Printf("%s\n\n", c.Text())
		}
		done += len(cases)
		log.Printf("%d programs in %v", done, time.Since(start).Round(time.Second))
	}
	return ok, table.Write(os.Stdout)
}
