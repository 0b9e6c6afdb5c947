package main_test

import (
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/tlstimeoutlint/tlstimeoutlint/internal/truth"
)

var stacks = flag.Bool("stacks", false, "fetch TLS stacks beside the standard library's, and check what is known of them")

// TestStacks checks what is known of TLS stacks beside the standard library's.
// Each module in testdata/stacks requires one, and has cases: what the linter
// says of a case has to agree with what happens when it runs, and when it runs
// once more with the fixes applied.
func TestStacks(t *testing.T) {
	for _, test := range []struct {
		module  string
		flags   []string
		unfixed []string // cases for which there is no fix
		deaf    bool     // no peer understands it, so that none answers
	}{
		{module: "utls", unfixed: []string{"LoseState", "LeakGeneric", "LeakDial"}},
		{module: "gmtls", unfixed: []string{"LoseRead", "LeakDial"}},
		{module: "zcrypto", unfixed: []string{"LeakDial"}},
		{module: "zcrypto-2025-01", unfixed: []string{"LoseClose", "LoseInterface"}},
		{module: "dtls2", unfixed: []string{"LeakClient", "LeakServer", "BlockLimit", "LeakMaker", "LeakDial"}, deaf: true},
		{
			module: "custom",
			flags: []string{
				"-handshakes=(*" + mytls + ".Conn).Shake context=ShakeContext close=waits, (*" + mytls + ".Session).Open",
				"-handshakes=(*" + mytls + ".Typed).Handshake, (*" + mytls + ".Outer).Negotiate, (*" + mytls + ".Link).Secure",
				"-handshakes=(" + mytls + ".Handle).Handshake, (" + mytls + ".Shaker).Shake",
				"-handshakes=" + mytls + ".Secure context=SecureContext, (*" + mytls + ".Dialer).Connect",
			},
			unfixed: []string{
				"LeakHandshake", "LoseClose", "LeakContext", "LeakSession", "LeakOuter", "LoseOuter",
				"LeakLink", "LeakShaker", "LeakSecure", "LeakConnect",
			},
		},
		{module: "dtls3", unfixed: []string{"LoseRead"}, deaf: true},
	} {
		t.Run(test.module, func(t *testing.T) {
			t.Parallel()
			if test.module != "custom" && !*stacks {
				t.Skip("fetches a TLS stack and takes some seconds; run with -stacks")
			}
			dir := filepath.Join("..", "..", "testdata", "stacks", test.module)
			fetch(t, dir, ".")
			verdicts := checkStack(t, dir, test.flags, test.deaf)

			fixed := t.TempDir()
			if err := os.CopyFS(fixed, os.DirFS(dir)); err != nil {
				t.Fatal(err)
			}
			if _, err := run(fixed, tool, append(test.flags, "-fix", ".")...); err != nil {
				t.Fatal(err)
			}
			for _, c := range checkFixed(t, fixed, test.flags, verdicts) {
				if !slices.Contains(test.unfixed, c) {
					t.Errorf("%s has no fix", c)
				}
			}
		})
	}
}

const mytls = "example.com/stacks/custom/mytls"

// categories are what the linter says of a case that leaves something behind,
// and prefixes what the name of a case says.
var (
	categories = map[truth.Verdict]string{
		truth.Unstopped: "unstopped", truth.BlockedSend: "blockedsend", truth.Ineffective: "ineffective",
	}
	prefixes = map[string]truth.Verdict{
		"Leak": truth.Unstopped, "Block": truth.BlockedSend, "Lose": truth.Ineffective, "Safe": truth.Quiet,
	}
)

// checkStack compares the names of the cases in a directory, their wants, what
// the linter says, and what happens when they run. It returns the latter.
func checkStack(t *testing.T, dir string, flags []string, deaf bool) map[string]truth.Verdict {
	pkg, results := runCases(t, dir)
	var wants []string
	for _, w := range pkg.Wants {
		wants = append(wants, w.Site()+" "+categories[w.Verdict])
	}
	slices.Sort(wants)
	if got := found(t, dir, ".", flags...); !slices.Equal(got, wants) {
		t.Errorf("found\n%q\nwant\n%q", got, wants)
	}
	verdicts := map[string]truth.Verdict{}
	for _, c := range pkg.Cases {
		r := results[c.Name]
		verdicts[c.Name] = r.Verdict
		for _, p := range r.Problems {
			if !deaf || !strings.Contains(p, "(world: peer that answers") {
				t.Errorf("%v: %s: %s", c.Pos, c.Name, p)
			}
		}
		if want, ok := prefixes[c.Prefix]; ok && r.Verdict != want {
			t.Errorf("%v: %s is %v in the world: %s\n%s", c.Pos, c.Name, r.Verdict, r.World, r.Stack)
		}
		if wanted := isWanted(pkg, c, r.Verdict); c.Prefix == "Silent" && (wanted || r.Verdict == truth.Quiet) ||
			c.Prefix != "Silent" && wanted != (r.Verdict != truth.Quiet) {
			t.Errorf("%v: %s is %v, unlike what is wanted", c.Pos, c.Name, r.Verdict)
		}
	}
	return verdicts
}

// checkFixed checks that the fixed cases in a directory leave nothing behind, or
// do what they did and are still reported. It returns the names of the latter.
func checkFixed(t *testing.T, dir string, flags []string, before map[string]truth.Verdict) (unfixed []string) {
	pkg, results := runCases(t, dir)
	left := found(t, dir, ".", flags...)
	for _, c := range pkg.Cases {
		r := results[c.Name]
		if r.Verdict == truth.Quiet || c.Prefix == "Silent" {
			continue
		}
		unfixed = append(unfixed, c.Name)
		if r.Verdict != before[c.Name] || !isWanted(pkg, c, r.Verdict) || !slices.ContainsFunc(pkg.Wants, func(w truth.Want) bool {
			return pkg.Reaches(c.Name)[w.Func] && slices.Contains(left, w.Site()+" "+categories[w.Verdict])
		}) {
			t.Errorf("%v: %s, fixed, is %v in the world: %s\n%s", c.Pos, c.Name, r.Verdict, r.World, r.Stack)
		}
	}
	if len(left) > len(unfixed) {
		t.Errorf("found after the fixes: %q", left)
	}
	return unfixed
}

// isWanted reports whether one of the functions that the case reaches has a
// want for the verdict.
func isWanted(pkg *truth.Package, c truth.Case, v truth.Verdict) bool {
	reached := pkg.Reaches(c.Name)
	return slices.ContainsFunc(pkg.Wants, func(w truth.Want) bool { return w.Verdict == v && reached[w.Func] })
}

// runCases runs the cases in a directory.
func runCases(t *testing.T, dir string) (*truth.Package, map[string]*truth.Result) {
	t.Helper()
	pkg, err := truth.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	results, err := truth.Run(t.Context(), pkg)
	if err != nil {
		t.Fatal(err)
	}
	return pkg, results[pkg.Dir]
}
