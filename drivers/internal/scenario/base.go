package scenario

import (
	"path/filepath"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/tlstimeoutlint/tlstimeoutlint/drivers/internal/program"
)

// Leak returns the files of a module with one leak, which the tests of all
// drivers are about: dial/dial.go:18:22.
func Leak(t *testing.T) map[string]string {
	t.Helper()
	archive, err := txtar.ParseFile(filepath.Join(program.Root(), "drivers", "testdata", "leak.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	files := make(map[string]string)
	for _, f := range archive.Files {
		files[f.Name] = string(f.Data)
	}
	return files
}

// LeakText is what the finding in the module of [Leak] says.
const LeakText = `handshake of "conn" is not stopped when the timer on line 22 fires: its goroutine and connection leak`
