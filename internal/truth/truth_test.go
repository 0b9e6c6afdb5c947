package truth

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestCases runs all cases of testdata/src and compares what happens with what
// their names and their want comments say.
func TestCases(t *testing.T) {
	pkgs := loadAll(t)
	results, err := Run(t.Context(), pkgs...)
	if err != nil {
		t.Fatal(err)
	}
	for _, pkg := range pkgs {
		t.Run(pkg.Name, func(t *testing.T) {
			for _, c := range pkg.Cases {
				checkCase(t, pkg, c, results[pkg.Dir][c.Name])
			}
			for _, want := range pkg.Wants {
				checkWant(t, pkg, want, results[pkg.Dir])
			}
		})
	}
}

// loadAll loads each folder of testdata/src that has cases.
func loadAll(t *testing.T) []*Package {
	t.Helper()
	var pkgs []*Package
	err := filepath.WalkDir("../../testdata/src", func(name string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		if files, _ := filepath.Glob(filepath.Join(name, "*.go")); len(files) == 0 {
			return nil
		}
		pkg, err := Load(name)
		if err == nil && len(pkg.Cases) > 0 {
			pkgs = append(pkgs, pkg)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return pkgs
}

var expected = map[string]Verdict{"Leak": Unstopped, "Block": BlockedSend, "Lose": Ineffective, "Safe": Quiet}

// endsProcess matches the names of cases that end the process in some world.
var endsProcess = regexp.MustCompile("Fatal|Exit|Panic")

// checkCase compares a case's name, and the wants it should have, with what happened.
func checkCase(t *testing.T, pkg *Package, c Case, r *Result) {
	fail := func(format string, args ...any) {
		t.Helper()
		t.Errorf("%v: %s %s", c.Pos, c.Name, fmt.Sprintf(format, args...))
	}
	for _, p := range r.Problems {
		fail("%s", p)
	}
	switch want, ok := expected[c.Prefix]; {
	case ok && r.Verdict != want:
		fail("is %v, in the world: %s\n%s", r.Verdict, r.World, r.Stack)
	case !ok && r.Verdict == Quiet:
		fail("leaves nothing behind: call it Safe")
	}
	if r.Ends != endsProcess.MatchString(c.Name) {
		fail("ends the process: %v, unlike what its name says\n%s", r.Ends, r.Stack)
	}
	if c.Prefix == "Safe" || c.Prefix == "Silent" {
		for _, w := range pkg.Wants {
			if w.Func == c.Name {
				fail("has a want")
			}
		}
		return
	}
	if r.Verdict == expected[c.Prefix] && !isWanted(pkg, c, r) {
		fail("has no want for the handshake at %v", r.Lost[r.Verdict])
	}
}

// isWanted reports whether there is a want at one of the handshakes that were
// lost or, where these are not in the sources of the package (a method value
// that another package calls), anywhere in the functions that c reaches.
func isWanted(pkg *Package, c Case, r *Result) bool {
	reached := pkg.Reaches(c.Name)
	lost := r.Lost[r.Verdict]
	direct := callsHandshake(pkg, lost)
	return slices.ContainsFunc(pkg.Wants, func(w Want) bool {
		return w.Verdict == r.Verdict && (slices.Contains(lost, w.Site()) || !direct && reached[w.Func])
	})
}

// callsHandshake reports whether one of the lost handshakes is a call with the
// name of a handshake in the sources of the package.
func callsHandshake(pkg *Package, lost []string) bool {
	return slices.ContainsFunc(lost, func(site string) bool {
		file, line, _ := strings.Cut(site, ":")
		text, err := os.ReadFile(filepath.Join(pkg.Dir, file))
		if err != nil {
			return false
		}
		var n int
		fmt.Sscan(line, &n)
		lines := strings.Split(string(text), "\n")
		return n <= len(lines) && regexp.MustCompile(`Handshake(Context)?\(|tls\.Dial|\.Dial`).MatchString(lines[n-1])
	})
}

// checkWant looks for a case in which the wanted diagnostic is true.
func checkWant(t *testing.T, pkg *Package, want Want, results map[string]*Result) {
	for _, c := range pkg.Cases {
		lost := results[c.Name].Lost[want.Verdict]
		if c.Prefix == "Silent" || len(lost) == 0 {
			continue
		}
		if slices.Contains(lost, want.Site()) {
			return
		}
		if !callsHandshake(pkg, lost) && pkg.Reaches(c.Name)[want.Func] {
			return
		}
	}
	t.Errorf("%v: no case shows that a handshake here is %v", want.Pos, want.Verdict)
}

// TestSilentReasons checks that each case on which the linter keeps silent tells why.
func TestSilentReasons(t *testing.T) {
	reason := regexp.MustCompile(`(?m)^Silent: \w+ \w+ \w+`)
	for _, pkg := range loadAll(t) {
		for _, c := range pkg.Cases {
			if c.Prefix == "Silent" && !reason.MatchString(c.Doc) {
				t.Errorf("%v: the doc comment of %s has no line that begins with \"Silent: \" and tells why", c.Pos, c.Name)
			}
			if !strings.HasPrefix(c.Doc, c.Name+" ") {
				t.Errorf("%v: the doc comment of %s does not begin with its name", c.Pos, c.Name)
			}
		}
	}
}

// TestRun runs a case of each kind, in a module of its own.
func TestRun(t *testing.T) {
	dir := t.TempDir()
	source, err := os.ReadFile("testdata/verdicts/verdicts.go")
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{
		"go.mod":               "module example.com/verdicts\n\ngo 1.26\n",
		"verdicts/verdicts.go": string(source),
	} {
		name = filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(content), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	pkg, err := Load(filepath.Join(dir, "verdicts"))
	if err != nil {
		t.Fatal(err)
	}
	results, err := Run(t.Context(), pkg)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"SafeQuiet":          "quiet",
		"SafeUnstopped":      "unstopped",
		"SafeTrusted":        "quiet",
		"SafeOneWorld":       "unstopped in the world: silent peer, durations descend, true",
		"SafeBlocked":        "blockedsend",
		"SafeStuck":          "stuck",
		"SafeNeverReturns":   "ineffective",
		"SafeMutexWait":      "ineffective in the world: silent peer, in real time",
		"SafeMutexFreed":     "quiet",
		"SafeExit":           "quiet, ends the process",
		"SafeAfterExit":      "unstopped",
		"SafePanic":          "quiet, ends the process",
		"SafePanicElsewhere": "quiet, ends the process",
		"SafeTestFails":      "quiet",
		"SafeNoHandshake":    "quiet, no world brings it to a handshake",
		"SafeFails":          "quiet, fails: always (world: peer that answers)",
		"SafeUseless":        "quiet, returns a connection that is of no use: use of closed network connection (world: peer that answers)",
		"SafeDials":          "unstopped in the world: silent peer, in real time",
	}
	for _, c := range pkg.Cases {
		r := results[pkg.Dir][c.Name]
		got := r.Verdict.String()
		if r.Verdict != Quiet && r.World != "silent peer" {
			got += " in the world: " + r.World
		}
		if r.Ends {
			got += ", ends the process"
		}
		got = strings.Join(append([]string{got}, r.Problems...), ", ")
		if got != want[c.Name] {
			t.Errorf("%s: %s\n\twant: %s\n%s", c.Name, got, want[c.Name], r.Stack)
		}
		delete(want, c.Name)
	}
	if len(want) > 0 {
		t.Errorf("these were no cases: %v", want)
	}
}
