package main_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

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

// yamlBlock is an example in a document.
var yamlBlock = regexp.MustCompile("(?s)```yaml\n(.*?)```")

// TestYAML checks that the examples of configurations in the documents are
// well-formed.
func TestYAML(t *testing.T) {
	for _, doc := range []string{"README.md", "docs/golangci-lint.md", "docs/drivers.md"} {
		blocks := yamlBlock.FindAllStringSubmatch(read(t, doc), -1)
		if len(blocks) == 0 {
			t.Errorf("%s: there are no examples", doc)
		}
		for _, block := range blocks {
			var value any
			if err := yaml.Unmarshal([]byte(block[1]), &value); err != nil {
				t.Errorf("%s: %v in\n%s", doc, err, block[1])
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
