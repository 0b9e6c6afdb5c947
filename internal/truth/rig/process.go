package rig

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// childVar tells a child what to do: "bubbles N" to run the jobs from the N-th
// on in bubbles, "live N" to run the N-th in real time.
const childVar = "TRUTH_CHILD"

// childMarker begins each line that a child says.
const childMarker = "truth-child: "

// A message is what a child says: that it starts a job, or its outcome.
type message struct {
	Start   int
	Outcome *outcome `json:",omitempty"`
}

// childJob returns what this process was told to do as a child.
func childJob() (from int, live, ok bool) {
	var mode string
	if _, err := fmt.Sscan(os.Getenv(childVar), &mode, &from); err != nil {
		return 0, false, false
	}
	return from, mode == "live", true
}

// runJobs runs the jobs in child processes.
func runJobs(jobs []job) ([]outcome, error) {
	outcomes := make([]outcome, len(jobs))
	for next := 0; next < len(jobs); {
		n, err := runBubbles(outcomes, next)
		if err != nil {
			return nil, err
		}
		next = n
	}
	return outcomes, runLive(jobs, outcomes)
}

// runBubbles has a child run the jobs from the given one on, and returns where
// the next child has to go on.
func runBubbles(outcomes []outcome, from int) (next int, err error) {
	next = from
	out, err := runChildProcess("bubbles", from, func(m message) {
		if m.Outcome == nil {
			// Inv: a started job has ended the process until its outcome comes.
			outcomes[m.Start] = outcome{Ends: true}
			next = m.Start + 1
			return
		}
		outcomes[m.Outcome.Job] = *m.Outcome
	})
	if next == from {
		return 0, fmt.Errorf("the child that runs the cases does not start: %v\n%s", err, out)
	}
	if o := &outcomes[next-1]; o.Ends && o.Stack == "" {
		o.Stack = out
	}
	return next, nil
}

// liveAtOnce bounds the processes that run in real time. They sleep most of it.
const liveAtOnce = 32

// runLive runs the jobs that have to be run in real time, each in a child of
// its own, all at once.
func runLive(jobs []job, outcomes []outcome) error {
	var wg sync.WaitGroup
	room := make(chan bool, liveAtOnce)
	for i := range jobs {
		if !jobs[i].world.live && !outcomes[i].Wedged {
			continue
		}
		jobs[i].world.live = true
		outcomes[i] = outcome{Ends: true}
		time.Sleep(20 * time.Millisecond) // a start keeps a processor busy
		wg.Go(func() {
			room <- true
			defer func() { <-room }()
			out, _ := runChildProcess("live", i, func(m message) {
				if m.Outcome != nil {
					outcomes[i] = *m.Outcome
				}
			})
			if outcomes[i].Ends {
				outcomes[i].Stack = out
			}
		})
	}
	wg.Wait()
	return nil
}

// runChildProcess starts this program again as a child and hears it. It
// returns what the child said besides.
func runChildProcess(mode string, from int, hear func(message)) (rest string, err error) {
	cmd := exec.Command(os.Args[0], "-test.run=^TestTruth$", "-test.timeout=10m")
	godebug := "x509usefallbackroots=1" // see peerConfig
	if old := os.Getenv("GODEBUG"); old != "" {
		godebug = old + "," + godebug
	}
	cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%s %d", childVar, mode, from), "GODEBUG="+godebug)
	out, err := cmd.CombinedOutput()

	var others []string
	lines := bufio.NewScanner(bytes.NewReader(out))
	lines.Buffer(nil, len(out)+1)
	for lines.Scan() {
		text, ok := strings.CutPrefix(lines.Text(), childMarker)
		var m message
		if !ok || json.Unmarshal([]byte(text), &m) != nil {
			others = append(others, lines.Text())
			continue
		}
		hear(m)
	}
	return strings.Join(others, "\n"), err
}

// tooMany is how many goroutines, left for good by the cases before, make
// looking for those of the next case so slow that a new child is faster.
const tooMany = 50

// runChild is the whole of a child process.
func runChild(t *testing.T, jobs []job, from int, live bool) {
	peerConfig() // made, and trusted, before the first bubble
	if live {
		playReal(t, jobs[from], teller(from))
		os.Exit(0) // with what the case has left
	}
	var w watchdog
	go w.watch()
	for i := from; i < len(jobs) && runtime.NumGoroutine() < tooMany; i++ {
		say(message{Start: i})
		if jobs[i].world.live {
			teller(i)(outcome{})
			continue
		}
		w.begin(i)
		playVirtual(t, jobs[i], teller(i))
		w.end()
	}
	os.Exit(0)
}

func teller(i int) func(outcome) {
	return func(o outcome) {
		o.Job = i
		say(message{Outcome: &o})
	}
}

func say(m message) {
	text, err := json.Marshal(m)
	if err != nil {
		panic(err) // unreachable: all of it is plain data
	}
	fmt.Printf("\n%s%s\n", childMarker, text)
}

// A watchdog ends the process when the bubble at work comes to no rest. Virtual
// time passes only while all goroutines of a bubble wait for each other; it
// stands still for ever when one waits for a mutex that another one holds.
type watchdog struct {
	job     atomic.Int64 // plus one
	counter atomic.Int64 // of jobs begun
}

func (w *watchdog) begin(i int) {
	w.counter.Add(1)
	w.job.Store(int64(i) + 1)
}

func (w *watchdog) end() { w.job.Store(0) }

// watch looks at the job in progress again and again, and gives it up after it
// has looked wedged five times in a row, or has taken far too long.
func (w *watchdog) watch() {
	const interval, patience = 60 * time.Millisecond, 20 * time.Second
	var last int64
	var since time.Time
	strikes := 0
	for ; ; time.Sleep(interval) {
		job, count := w.job.Load(), w.counter.Load()
		if job == 0 || count != last {
			last, strikes, since = count, 0, time.Now()
			continue
		}
		if wedged(dump()) {
			strikes++
		} else {
			strikes = 0
		}
		if strikes == 5 || time.Since(since) > patience {
			say(message{Outcome: &outcome{Job: int(job - 1), Wedged: true}})
			os.Exit(0)
		}
	}
}

// wedged reports whether a bubble waits for something that virtual time does
// not bring about.
func wedged(all []*goroutine) bool {
	stuck := false
	for _, g := range all {
		if g.bubble == 0 {
			continue
		}
		if g.running() {
			return false
		}
		stuck = stuck || !g.durable()
	}
	return stuck
}
