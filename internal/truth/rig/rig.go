// Package rig runs case functions for real and tells what they leave behind.
//
// It is compiled into the test binary of a case package: package truth writes
// a test there whose whole body is a call of [Main]. A case is run in several
// worlds (see world), each in a bubble of testing/synctest, where a virtual
// hour takes no time. A world that no bubble can hold, since it dials or waits
// for a mutex, is run in real time in a process of its own.
//
// The test process runs nothing itself: it starts itself again as a child that
// runs one world after the other, and starts another child behind the world in
// which the first one died. So log.Fatal or a panic in a case is one more thing
// that a case can do.
package rig

import (
	"encoding/json"
	"fmt"
	"net"
	"reflect"
	"strings"
	"testing"
)

// Marker begins each line of output that carries a [Result].
const Marker = "truth: "

// A Case is a function that is to be run.
type Case struct {
	Name   string
	Func   any
	Params []string // the names of the function's parameters
}

// A Result is what became of a case, over all of its worlds.
type Result struct {
	Package string
	Case    string
	Verdict Verdict  // the worst of all worlds
	World   string   // the first world that gave the verdict
	Stack   string   // the goroutines that were left in that world, or the process's last words
	Sites   []string // file:line of each handshake that the case began, in any world
	Ends    bool     // the process ended in some world: log.Fatal, os.Exit, panic

	// Lost has the sites of the handshakes that were left behind, by each verdict
	// that some world gave, from BlockedSend on.
	Lost map[Verdict][]string

	// Problems are reasons not to trust the verdict, such as a case that no
	// world brings to a handshake, or that fails against a peer that answers.
	Problems []string
}

// A Verdict says what a case left behind. The greater is the worse.
type Verdict int

const (
	Quiet       Verdict = iota // nothing
	Stuck                      // a goroutine, in none of the ways below
	BlockedSend                // a goroutine that is over its handshake and blocked in a send
	Unstopped                  // a goroutine in a handshake
	Ineffective                // the case itself never returned
)

func (v Verdict) String() string {
	return [...]string{"quiet", "stuck", "blockedsend", "unstopped", "ineffective"}[v]
}

// outcome is what became of a case in one world, as a child process tells it.
type outcome struct {
	Job      int
	Verdict  Verdict
	Stack    string
	Sites    []string
	Lost     []string
	Ends     bool
	Wedged   bool // the bubble came to no rest; only real time can tell
	Problems []string
}

// A job is a case in one of its worlds.
type job struct {
	c     Case
	world world
}

// Main runs the cases of the package pkg and prints a line for each.
func Main(t *testing.T, pkg string, cases []Case) {
	var jobs []job
	for _, c := range cases {
		ws, err := worlds(c)
		if err != nil {
			t.Fatalf("%s: %v", c.Name, err)
		}
		for _, w := range ws {
			jobs = append(jobs, job{c, w})
		}
	}
	if from, live, ok := childJob(); ok {
		runChild(t, jobs, from, live)
		return
	}
	outcomes, err := runJobs(jobs)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range fold(pkg, jobs, outcomes) {
		text, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Printf("\n%s%s\n", Marker, text)
	}
}

// fold makes one result of the outcomes of each case. Both slices are in the
// order of the cases.
func fold(pkg string, jobs []job, outcomes []outcome) []*Result {
	var results []*Result
	var last *Result
	for i, o := range outcomes {
		j := jobs[i]
		if last == nil || last.Case != j.c.Name {
			last = &Result{
				Package: pkg, Case: j.c.Name, World: j.world.String(), Stack: o.Stack,
				Lost: map[Verdict][]string{},
			}
			results = append(results, last)
		}
		if o.Verdict > last.Verdict {
			last.Verdict, last.World, last.Stack = o.Verdict, j.world.String(), o.Stack
		}
		if o.Verdict >= BlockedSend {
			last.Lost[o.Verdict] = union(last.Lost[o.Verdict], o.Lost)
		}
		last.Sites = union(last.Sites, o.Sites)
		last.Ends = last.Ends || o.Ends
		for _, p := range o.Problems {
			last.Problems = union(last.Problems, []string{p + " (world: " + j.world.String() + ")"})
		}
	}
	peers := map[string]bool{}
	for _, j := range jobs {
		peers[j.c.Name] = j.c.hasPeer()
	}
	for _, r := range results {
		if len(r.Sites) == 0 && peers[r.Case] {
			r.Problems = append(r.Problems, "no world brings it to a handshake")
		}
	}
	return results
}

// hasPeer reports whether the case is handed a peer, or a way to one: one that is not
// makes its own.
func (c Case) hasPeer() bool {
	t := reflect.TypeOf(c.Func)
	for i := range t.NumIn() {
		switch in := t.In(i); in.Kind() {
		case reflect.Func, reflect.String:
			return true
		case reflect.Interface, reflect.Pointer:
			if in.Implements(reflect.TypeFor[net.Conn]()) || in == reflect.TypeFor[*net.UDPAddr]() {
				return true
			}
		}
	}
	return false
}

// union appends to list those of more that it lacks.
func union(list, more []string) []string {
	for _, s := range more {
		if !strings.Contains("\n"+strings.Join(list, "\n")+"\n", "\n"+s+"\n") {
			list = append(list, s)
		}
	}
	return list
}
