package judge

import (
	"testing"

	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/execute"
	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/finding"
	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/heap"
	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/schedule"
)

func TestVerdict(t *testing.T) {
	sched := schedule.New(nil)
	root := sched.Go(0)
	waiter := sched.Go(0)
	lost := &race{waiter: waiter}
	ch := &heap.Chan{}
	for _, test := range []struct {
		name    string
		stopped bool
		race    *race
		c       candidate
		want    finding.Category
	}{
		{"no race", false, nil, candidate{}, ""},
		{"nobody can stop it", false, lost, candidate{}, finding.Unstopped},
		{"and it would block", false, lost, candidate{blocked: ch}, finding.Unstopped},
		{"the callers can stop it", false, lost, candidate{owner: callers}, finding.Borrowed},
		{"others can stop it", false, lost, candidate{owner: others}, ""},
		{"others can, but it would block", false, lost, candidate{owner: others, blocked: ch}, finding.BlockedSend},
		{"the callers can, but it would block", false, lost, candidate{owner: callers, blocked: ch}, finding.BlockedSend},
		{"stopped", true, lost, candidate{}, finding.Handrolled},
		{"stopped, but blocked", true, lost, candidate{blocked: ch}, finding.BlockedSend},
		{"stopped without a race, but blocked", true, nil, candidate{blocked: ch}, ""},
		{"the waiter waits for it", false, lost, candidate{freed: set(waiter)}, finding.Ineffective},
		{"the root waits for it", false, lost, candidate{freed: set(root)}, finding.Ineffective},
		{"the root waits for what others can stop", false, lost, candidate{owner: others, freed: set(root)}, ""},
		{"an operand of the select", false, nil, candidate{operand: true}, finding.Ineffective},
		{"an operand that others can stop", false, nil, candidate{operand: true, owner: others}, ""},
	} {
		r := &run{Machine: &execute.Machine{Sched: sched}, stopped: []bool{test.stopped}}
		if got := test.c.verdict(r, test.race); got != test.want {
			t.Errorf("%s: verdict is %q, want %q", test.name, got, test.want)
		}
	}
}

func set(g *schedule.Goroutine) map[*schedule.Goroutine]bool {
	return map[*schedule.Goroutine]bool{g: true}
}
