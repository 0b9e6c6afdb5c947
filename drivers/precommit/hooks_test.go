package precommit

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/tlstimeoutlint/tlstimeoutlint/drivers/internal/program"
	"github.com/tlstimeoutlint/tlstimeoutlint/drivers/internal/scenario"
)

// TestHooks runs what the hooks run, on a module with a leak. (What pre-commit
// does before that is go install ./... in the repository.)
func TestHooks(t *testing.T) {
	tool, err := program.BuildLinter(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(program.Root(), ".pre-commit-hooks.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var hooks []struct {
		ID, Entry, Language string
		Args                []string
		PassFilenames       *bool `yaml:"pass_filenames"`
	}
	if err := yaml.Unmarshal(data, &hooks); err != nil {
		t.Fatal(err)
	}
	want := map[string]struct {
		exit  int
		fixes bool
	}{
		"tlstimeoutlint":     {exit: 3},
		"tlstimeoutlint-fix": {fixes: true},
	}
	if len(hooks) != len(want) {
		t.Errorf("there are %d hooks, want %d", len(hooks), len(want))
	}
	for _, hook := range hooks {
		entry := strings.Fields(hook.Entry)
		if entry[0] != "tlstimeoutlint" || hook.Language != "golang" || hook.PassFilenames == nil || *hook.PassFilenames {
			t.Errorf("the hook is %+v", hook)
		}
		dir, files := t.TempDir(), scenario.Leak(t)
		scenario.WriteFiles(t, dir, files)
		res, err := program.Run(dir, nil, tool, append(entry[1:], hook.Args...)...)
		if err != nil {
			t.Fatal(err)
		}
		after, err := os.ReadFile(filepath.Join(dir, "dial", "dial.go"))
		if err != nil {
			t.Fatal(err)
		}
		fixed := string(after) != files["dial/dial.go"]
		if w := want[hook.ID]; res.Exit != w.exit || fixed != w.fixes {
			t.Errorf("%s: exit code %d, fixed: %t, want %+v\n%s", hook.ID, res.Exit, fixed, w, res.Stderr)
		}
	}
}
