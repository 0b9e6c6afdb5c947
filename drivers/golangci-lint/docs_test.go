package main_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tlstimeoutlint/tlstimeoutlint/drivers/internal/program"
)

// TestDocs checks that the documents show the files that the tests use.
func TestDocs(t *testing.T) {
	for doc, files := range map[string][]string{
		"README.md":             {"golangci-lint/.custom-gcl.yml", "golangci-lint/.golangci.yml"},
		"docs/golangci-lint.md": {"golangci-lint/.custom-gcl.yml", "golangci-lint/.golangci.yml", "golangci-lint/main.go"},
		"docs/drivers.md":       {"multichecker/main.go", "nogo/BUILD.bazel", "nogo/nogo.json"},
	} {
		text := read(t, doc)
		for _, file := range files {
			content := read(t, filepath.Join("drivers", file))
			if i := strings.Index(content, "package main\n"); i > 0 {
				content = content[i:] // what the comment says, the document does
			}
			if !strings.Contains(text, "\n"+content+"```\n") {
				t.Errorf("%s does not show %s as it is", doc, file)
			}
		}
	}
}

func read(t *testing.T, file string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(program.Root(), file))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
