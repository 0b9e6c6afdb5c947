package filter

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// A listedPackage is a package as "go list" tells it.
type listedPackage struct {
	Dir          string
	ImportPath   string
	Match        []string // the patterns that it matches
	GoFiles      []string
	CgoFiles     []string
	TestGoFiles  []string
	XTestGoFiles []string
	Error        *struct{ Err string }
	DepsErrors   []struct{ Err string }
}

// list returns the packages that match the patterns, without their
// dependencies. A pattern that can't be resolved is a package with an error.
func list(patterns []string) ([]*listedPackage, error) {
	const fields = "Dir,ImportPath,Match,GoFiles,CgoFiles,TestGoFiles,XTestGoFiles,Error,DepsErrors"
	args := []string{"list", "-e", "-json=" + fields, "--"}
	out, err := exec.Command("go", append(args, patterns...)...).Output()
	if err != nil {
		return nil, fmt.Errorf("go list failed: %v", err)
	}
	var pkgs []*listedPackage
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		p := new(listedPackage)
		if err := dec.Decode(p); errors.Is(err, io.EOF) {
			return pkgs, nil
		} else if err != nil {
			return nil, fmt.Errorf("reading the output of go list: %v", err)
		}
		pkgs = append(pkgs, p)
	}
}

// files returns the paths of the package's Go files.
func (p *listedPackage) files(tests bool) []string {
	lists := [][]string{p.GoFiles, p.CgoFiles}
	if tests {
		lists = append(lists, p.TestGoFiles, p.XTestGoFiles)
	}
	var paths []string
	for _, list := range lists {
		for _, name := range list {
			if !filepath.IsAbs(name) {
				name = filepath.Join(p.Dir, name)
			}
			paths = append(paths, name)
		}
	}
	return paths
}

// broken reports whether the package or one that it imports has an error.
func (p *listedPackage) broken() bool {
	return p.Error != nil || len(p.DepsErrors) > 0
}

// pattern returns what loads the package. For one with an error, that is what
// was given for it, if that was its name, so that the error stays as it was.
func (p *listedPackage) pattern() string {
	if p.Error != nil && len(p.Match) == 1 && !strings.Contains(p.Match[0], "...") {
		return p.Match[0]
	}
	return p.ImportPath
}

// packagesDriver returns the program that go/packages asks instead of the go
// command, or "".
func packagesDriver() string {
	switch driver := os.Getenv("GOPACKAGESDRIVER"); driver {
	case "off":
		return ""
	case "":
		path, err := exec.LookPath("gopackagesdriver")
		if err != nil {
			return "" // none installed
		}
		return path
	default:
		return driver
	}
}

// overlaid reports whether the go command replaces the content of files.
func overlaid() bool {
	flags, err := exec.Command("go", "env", "GOFLAGS").Output()
	return err != nil || bytes.Contains(flags, []byte("-overlay"))
}
