package library

import (
	"go/types"
	"strings"

	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/execute"
	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/heap"
)

// assertions are the functions of assertion packages that end the test unless what they
// get second holds: behind the test, or behind their receiver.
var assertions = map[string]assertion{
	"NoError":  {isNil, true},
	"NilError": {isNil, true},
	"Nil":      {isNil, true},
	"Error":    {isNil, false},
	"ErrorIs":  {isNil, false},
	"ErrorAs":  {isNil, false},
	"NotNil":   {isNil, false},
	"True":     {itself, true},
	"False":    {itself, false},
}

// An assertion asks a question, and which answer it wants.
type assertion struct {
	question func(*execute.Call, heap.Value) heap.Value
	answer   bool
}

func isNil(c *execute.Call, v heap.Value) heap.Value  { return c.IsNil(v) }
func itself(c *execute.Call, v heap.Value) heap.Value { return v }

// assertionsTable has the assertions of well-known packages, with what ends a test in any
// case.
var assertionsTable = assertionModels()

func assertionModels() table {
	const testify = "github.com/stretchr/testify/"
	t := table{}
	for _, recv := range []string{testify + "require.", "(*" + testify + "require.Assertions).", "gotest.tools/v3/assert."} {
		for name, a := range assertions {
			t[recv+name], t[recv+name+"f"] = a.check, a.check
		}
	}
	for _, recv := range []string{testify + "require.", "(*" + testify + "require.Assertions)."} {
		for _, name := range []string{"Fail", "Failf"} {
			t[recv+name] = exit
		}
	}
	for _, pkg := range []string{"require", "assert"} {
		for _, recv := range []string{testify + pkg + ".", "(*" + testify + pkg + ".Assertions)."} {
			t[recv+"FailNow"], t[recv+"FailNowf"] = exit, exit
		}
	}
	return t
}

// check is the model of the assertion.
func (a assertion) check(c *execute.Call) execute.Action {
	if len(c.Args) > 1 && c.Decide(a.question(c, c.Args[1]), "an assertion holds") != a.answer {
		return execute.Exit()
	}
	return pure(c)
}

// testEnds are the methods by which a test ends, which those who write helpers for tests
// have in interfaces of their own.
var testEnds = map[string]bool{"FailNow": true, "Fatal": true, "Fatalf": true, "Skip": true, "SkipNow": true, "Skipf": true}

// endsTest reports whether a method of an interface ends a test: one of that name and
// parameters, beside one that reports an error.
func endsTest(static types.Type, name string) bool {
	i, ok := static.Underlying().(*types.Interface)
	if !ok || !testEnds[name] {
		return false
	}
	reports := false
	for m := range i.Methods() {
		sig := m.Signature()
		switch {
		case sig.Results().Len() > 0:
			if m.Name() == name {
				return false
			}
		case m.Name() == name && sig.Variadic() != !strings.HasSuffix(name, "Now"):
			return false
		}
		reports = reports || m.Name() == "Errorf" || m.Name() == "Error" || m.Name() == "Helper"
	}
	return reports
}
