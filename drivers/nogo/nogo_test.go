package nogo

import (
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/tlstimeoutlint/tlstimeoutlint/drivers/internal/program"
	"github.com/tlstimeoutlint/tlstimeoutlint/drivers/internal/scenario"
)

// The sources of rules_go's two programs, as its BUILD.bazel lists them for this
// version of Go.
var (
	builderFiles = []string{
		"ar.go", "asm.go", "baseline_coverage.go", "builder.go", "buildid.go", "buildinfo.go", "cc.go", "cgo2.go",
		"codesign.go", "compilepkg.go", "constants.go", "cover.go", "edit.go", "embedcfg.go", "env.go", "filter.go",
		"filter_buildid.go", "flags.go", "generate_nogo_main.go", "generate_test_main.go", "importcfg.go", "link.go",
		"nogo.go", "nogo_validation.go", "path.go", "preprofile.go", "read.go", "replicate.go", "stdlib.go", "stdliblist.go",
	}
	nogoFiles = []string{
		"constants.go", "env.go", "flags.go", "nogo_fix.go", "nogo_goversions_go122.go", "nogo_main.go",
		"nogo_version.go", "nolint.go",
	}
)

const analyzer = "github.com/tlstimeoutlint/tlstimeoutlint/analyzer"

// TestNogo makes nogo as Bazel does, with rules_go's own sources: its generator
// writes a file that names the variable Analyzer of the package, and the compiler
// and the linker make a program of it. This must find the leak, write its fix,
// and obey the configuration.
func TestNogo(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the sources are those for other systems")
	}
	nogo := buildNogo(t)
	files := scenario.Leak(t)
	files["quiet/quiet.go"] = strings.NewReplacer("package dial", "package quiet",
		"conn.Handshake() }()", "conn.Handshake() }() //nolint:tlstimeoutlint").Replace(files["dial/dial.go"])
	files["external/external.go"] = strings.Replace(files["dial/dial.go"], "package dial", "package external", 1)
	dir := t.TempDir()
	scenario.WriteFiles(t, dir, files)

	res := runNogo(t, nogo, dir, "dial")
	if want := "dial/dial.go:18:22: " + scenario.LeakText + " (tlstimeoutlint)"; !strings.Contains(res.Stderr, want) || res.Exit == 0 {
		t.Errorf("exit code %d, and %q is missing in\n%s", res.Exit, want, res.Stderr)
	}
	patch, err := os.ReadFile(filepath.Join(dir, "nogo.patch"))
	if err != nil {
		t.Fatal(err)
	}
	if want := "+\tgo func() { errc <- conn.HandshakeContext(handshakeCtx) }()\n"; !strings.Contains(string(patch), want) {
		t.Errorf("%q is missing in the patch\n%s", want, patch)
	}
	for _, pkg := range []string{"quiet", "external"} {
		if res := runNogo(t, nogo, dir, pkg); res.Exit != 0 {
			t.Errorf("%s: exit code %d\n%s", pkg, res.Exit, res.Stderr)
		}
	}
}

// runNogo runs nogo on one package, as Bazel does beside the compiler.
func runNogo(t *testing.T, nogo, dir, pkg string) program.Result {
	t.Helper()
	importcfg := writeImportcfg(t, dir, "./"+pkg)
	file := filepath.Join(pkg, pkg+".go")
	res, err := program.Run(dir, []string{"GOARCH=" + runtime.GOARCH}, nogo,
		"-p=example.com/leak/"+pkg, "-importcfg="+importcfg, "-fix_dir="+dir, file)
	if err != nil {
		t.Fatal(err)
	}
	return res
}

// buildNogo builds nogo with the analyzer and the configuration.
func buildNogo(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	rules, err := program.ModuleDir("github.com/bazelbuild/rules_go")
	if err != nil {
		t.Fatal(err)
	}
	sources := filepath.Join(rules, "go", "tools", "builders")

	builder := filepath.Join(dir, "builder")
	run(t, "go", append([]string{"build", "-ldflags=-X main.rulesGoStdlibPrefix=std", "-o", builder}, in(sources, builderFiles)...)...)
	main := filepath.Join(dir, "nogo_generated.go")
	run(t, builder, "gennogomain", "-output="+main, "-config=nogo.json", "-analyzer_importpath="+analyzer)

	files := append(in(sources, nogoFiles), main)
	importcfg := writeImportcfg(t, ".", imports(t, files)...)
	archive, nogo := filepath.Join(dir, "nogo.a"), filepath.Join(dir, "nogo")
	run(t, "go", append([]string{"tool", "compile", "-p=main", "-pack", "-importcfg=" + importcfg, "-o=" + archive}, files...)...)
	run(t, "go", "tool", "link", "-importcfg="+importcfg, "-o="+nogo, archive)
	return nogo
}

// imports returns the packages that the files import.
func imports(t *testing.T, files []string) (paths []string) {
	t.Helper()
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, spec := range file.Imports {
			path, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			paths = append(paths, path)
		}
	}
	return paths
}

// writeImportcfg writes a file for the compiler that says where the packages,
// and all that they import, are compiled. It returns its name.
func writeImportcfg(t *testing.T, dir string, packages ...string) string {
	t.Helper()
	const format = "-f={{if .Export}}packagefile {{.ImportPath}}={{.Export}}{{end}}"
	cfg, err := program.Output(dir, nil, "go", append([]string{"list", "-export", "-deps", format}, packages...)...)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "importcfg")
	if err := os.WriteFile(file, []byte(cfg), 0o666); err != nil {
		t.Fatal(err)
	}
	return file
}

func run(t *testing.T, name string, args ...string) {
	t.Helper()
	if _, err := program.Output(".", nil, name, args...); err != nil {
		t.Fatal(err)
	}
}

// in returns the paths of the files in a folder.
func in(dir string, names []string) []string {
	var paths []string
	for _, name := range names {
		paths = append(paths, filepath.Join(dir, name))
	}
	return paths
}
