package main_test

import (
	"strings"
	"testing"

	"github.com/tlstimeoutlint/tlstimeoutlint/drivers/internal/program"
	"github.com/tlstimeoutlint/tlstimeoutlint/drivers/internal/scenario"
)

// TestMultichecker checks that the command reports what each of its analyzers
// finds, with the analyzer's flags, and that it works as a vet tool.
func TestMultichecker(t *testing.T) {
	command, err := program.Build(".", ".", t.TempDir(), "multichecker")
	if err != nil {
		t.Fatal(err)
	}
	files := scenario.Leak(t)
	files["lost/lost.go"] = `package lost

import "context"

func Lose(ctx context.Context) context.Context {
	ctx, _ = context.WithCancel(ctx)
	return ctx
}
`
	// The handshake is stopped: reported only with a flag.
	files["safe/safe.go"] = strings.NewReplacer(
		"package dial", "package safe",
		"\t\treturn nil, errors.New", "\t\tconn.Close()\n\t\treturn nil, errors.New",
	).Replace(files["dial/dial.go"])
	dir := t.TempDir()
	scenario.WriteFiles(t, dir, files)

	const leak, lost, byHand = "dial.go:18:22: " + scenario.LeakText, "lost.go:6:", "safe.go:18:22: handshake of \"conn\" is raced by hand"
	for _, test := range []struct {
		command []string
		want    []string
		not     string
	}{
		{[]string{command, "./..."}, []string{leak, lost}, byHand},
		{[]string{command, "-tlstimeoutlint.handrolled", "./..."}, []string{leak, lost, byHand}, "(none)"},
		{[]string{command, "-tlstimeoutlint", "./..."}, []string{leak}, lost},
		{[]string{"go", "vet", "-vettool=" + command, "./..."}, []string{leak, lost}, byHand},
	} {
		res, err := program.Run(dir, nil, test.command[0], test.command[1:]...)
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range test.want {
			if !strings.Contains(res.Stderr, want) {
				t.Errorf("%q: %q is missing in\n%s", test.command, want, res.Stderr)
			}
		}
		if strings.Contains(res.Stderr, test.not) || res.Exit == 0 {
			t.Errorf("%q: exit code %d, and it tells\n%s", test.command, res.Exit, res.Stderr)
		}
	}
}
