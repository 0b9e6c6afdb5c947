// This command is golangci-lint with tlstimeoutlint inside. It is what
// "golangci-lint custom" builds from .custom-gcl.yml, made without a clone of
// golangci-lint's repository: the go command alone builds it.
package main

import (
	"fmt"
	"os"
	"runtime"

	"github.com/golangci/golangci-lint/v2/pkg/commands"
	"github.com/golangci/golangci-lint/v2/pkg/exitcodes"

	_ "github.com/tlstimeoutlint/tlstimeoutlint/plugin"
)

// version may be set with -ldflags="-X main.version=...". Golangci-lint keeps the
// issues of earlier runs by this text; where it is "(devel)", by the contents of
// the program, so that a program that was built anew never shows old issues.
var version = "(devel)"

func main() {
	err := commands.Execute(commands.BuildInfo{Version: version, GoVersion: runtime.Version()})
	if err != nil {
		fmt.Fprintln(os.Stderr, "The command is terminated due to an error:", err)
		os.Exit(exitcodes.Failure)
	}
}
