package library

import (
	"slices"
	"strings"

	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/execute"
)

func exit(*execute.Call) execute.Action   { return execute.Exit() }
func panics(*execute.Call) execute.Action { return execute.Panic() }

// exits has the functions that end the process, or the goroutine.
var exits = exiting()

func exiting() map[string]bool {
	all := map[string]bool{"os.Exit": true, "syscall.Exit": true, "runtime.Goexit": true}
	add := func(recvs []string, names ...string) {
		for _, recv := range recvs {
			for _, name := range names {
				all[recv+name] = true
			}
		}
	}
	add([]string{"log.", "(*log.Logger)."}, "Fatal", "Fatalf", "Fatalln")
	add([]string{"(*testing.common).", "(testing.TB)."}, "Fatal", "Fatalf", "FailNow", "Skip", "Skipf", "SkipNow")
	add([]string{
		"github.com/sirupsen/logrus.", "(*github.com/sirupsen/logrus.Logger).", "(*github.com/sirupsen/logrus.Entry).",
		"k8s.io/klog/v2.", "k8s.io/klog.", "github.com/golang/glog.",
		"(*go.uber.org/zap.Logger).", "(*go.uber.org/zap.SugaredLogger).",
	}, "Fatal", "Fatalf", "Fatalln", "Fatalw", "Exit", "Exitf")
	return all
}

// Exits reports whether the function with the given full name ends the process, or
// the goroutine.
func (l *Library) Exits(name string) bool { return exits[name] }

// Complains reports whether the function with the given full name ends the process, the
// goroutine or the test, or fails that.
func (l *Library) Complains(name string) bool {
	if exits[name] {
		return true
	}
	recv, method, _ := strings.Cut(name, ").")
	return (recv == "(*testing.common" || recv == "(testing.TB") && slices.Contains([]string{"Error", "Errorf", "Fail"}, method)
}

// noReturnTable has the functions that do not return, and those that go with them.
var noReturnTable = noReturns()

func noReturns() table {
	t := table{}
	for name := range exits {
		t[name] = exit
	}
	for _, recv := range []string{"log.", "(*log.Logger)."} {
		for _, suffix := range []string{"", "f", "ln"} {
			t[recv+"Panic"+suffix] = panics
		}
	}
	for _, recv := range []string{"(*testing.common).", "(testing.TB)."} {
		for _, name := range []string{"Log", "Logf", "Error", "Errorf", "Helper", "Name", "Fail", "TempDir"} {
			t[recv+name] = pure
		}
		t[recv+"Failed"] = guess
	}
	t["(*testing.T).Run"] = runsFunction
	t["(*testing.B).Run"] = runsFunction
	return t
}

// runsFunction calls its last argument, a function that takes the receiver.
func runsFunction(c *execute.Call) execute.Action {
	return execute.Invoke(c.Args[len(c.Args)-1], c.Args[:1], execute.Discard)
}
