package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"runtime/debug"

	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer"
	"github.com/tlstimeoutlint/tlstimeoutlint/internal/lsp"
)

const lspUsage = `tlstimeoutlint lsp: serve an editor over standard input and output

Usage: tlstimeoutlint [-C dir] lsp [flags]

The flags hold until the editor sends settings. See docs/editors.md.

Flags:
`

// serve runs the language server and returns the exit code.
func serve(args []string) (exit int) {
	conf := lsp.Config{In: os.Stdin, Out: os.Stdout}
	if err := parseLSP(args, &conf.Settings); errors.Is(err, flag.ErrHelp) {
		return exitClean
	} else if err != nil {
		log.Print(err)
		return exitUsage
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		conf.Version = info.Main.Version
	}
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(lsp.GCPercent)
	}
	if err := lsp.Serve(context.Background(), conf); err != nil {
		log.Print(err)
		return exitError
	}
	return exitClean
}

// parseLSP parses the command line of the language server.
func parseLSP(args []string, settings *analyzer.Settings) error {
	flags := flag.NewFlagSet("tlstimeoutlint lsp", flag.ContinueOnError)
	settings.AddFlags(flags)
	flags.Bool("stdio", true, "serve over standard input and output, which it does in any case")
	flags.SetOutput(io.Discard) // the caller tells the error
	err := flags.Parse(args)
	if errors.Is(err, flag.ErrHelp) {
		printUsage(lspUsage, flags)
	}
	if err == nil && flags.NArg() > 0 {
		err = fmt.Errorf("lsp takes no arguments: %q", flags.Args())
	}
	return err
}
