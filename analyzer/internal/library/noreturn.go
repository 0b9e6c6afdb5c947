package library

import "github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/execute"

func exit(*execute.Call) execute.Action   { return execute.Exit() }
func panics(*execute.Call) execute.Action { return execute.Panic() }

// noReturnTable has the functions that do not return.
var noReturnTable = noReturns()

func noReturns() table {
	t := table{
		"os.Exit":        exit,
		"syscall.Exit":   exit,
		"runtime.Goexit": exit,
	}
	for _, recv := range []string{"log.", "(*log.Logger)."} {
		for _, suffix := range []string{"", "f", "ln"} {
			t[recv+"Fatal"+suffix] = exit
			t[recv+"Panic"+suffix] = panics
		}
	}
	for _, recv := range []string{"(*testing.common).", "(testing.TB)."} {
		for _, name := range []string{"Fatal", "Fatalf", "FailNow", "Skip", "Skipf", "SkipNow"} {
			t[recv+name] = exit
		}
		for _, name := range []string{"Log", "Logf", "Error", "Errorf", "Helper", "Name", "Fail", "Failed", "TempDir"} {
			t[recv+name] = pure
		}
	}
	t["(*testing.T).Run"] = runsFunction
	t["(*testing.B).Run"] = runsFunction
	for _, recv := range []string{
		"github.com/sirupsen/logrus.", "(*github.com/sirupsen/logrus.Logger).", "(*github.com/sirupsen/logrus.Entry).",
		"k8s.io/klog/v2.", "k8s.io/klog.", "github.com/golang/glog.",
		"(*go.uber.org/zap.Logger).", "(*go.uber.org/zap.SugaredLogger).",
	} {
		for _, name := range []string{"Fatal", "Fatalf", "Fatalln", "Fatalw", "Exit", "Exitf"} {
			t[recv+name] = exit
		}
	}
	return t
}

// runsFunction calls its last argument, a function that takes the receiver.
func runsFunction(c *execute.Call) execute.Action {
	return execute.Invoke(c.Args[len(c.Args)-1], c.Args[:1], execute.Discard)
}
