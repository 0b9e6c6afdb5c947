// Package search tries the choices that an execution leaves open: it runs from
// the start for each way, those with the fewest unlikely choices first.
//
// It knows nothing of what is executed.
package search

import "math/bits"

// A Choice is one that an execution made.
type Choice struct {
	By     int // on whose behalf
	At     any // what is chosen, and where: comparable
	N      int // from how many
	Picked int
	Weight int // what it costs to pick another than the likeliest
}

// A Path makes the choices of one execution: those of a prefix, then the
// likeliest.
type Path struct {
	way   way
	Trail []Choice // all choices made
}

// Choose returns a number from 0 to n-1 on behalf of by.
func (p *Path) Choose(by int, at any, n, weight int) int {
	c := Choice{By: by, At: at, N: n, Weight: weight}
	switch i := len(p.Trail); {
	case i < p.way.at:
		c.Picked = p.way.trail[i].Picked
	case i == p.way.at:
		c.Picked = p.way.pick
	}
	p.Trail = append(p.Trail, c)
	return c.Picked
}

// A way is a prefix of choices: those of an earlier trail up to an index, and
// another pick there.
type way struct {
	trail []Choice
	at    int // -1 for the first way
	pick  int
	cost  int
}

// An Explorer tries the ways of one program. It can be asked to go on.
type Explorer struct {
	run    func(*Path) Outcome
	byCost [][]way // those to try
	idle   int     // how many executions in a row have shown nothing new
	spent  int     // the steps since one that was worth judging has shown something new
	turns  map[turn]int
}

// A turn is one that a way takes from another one.
type turn struct {
	by   int
	at   any
	pick int
}

// After as many executions in a row that show nothing new, a search ends: what
// is left are other combinations of the same branches. So it does after as many
// steps since an execution that was worth judging has shown something new: what
// is left are other ways to an end of which nothing is said.
const (
	patience      = 150
	patienceSteps = 30_000
)

// An Outcome is what one execution has come to.
type Outcome struct {
	Steps  int  // what it has cost
	News   bool // it has shown something new
	Judged bool // it was worth judging
}

// NewExplorer returns an explorer that has tried nothing. The function run
// executes the program once.
func NewExplorer(run func(*Path) Outcome) *Explorer {
	e := &Explorer{run: run, turns: map[turn]int{}}
	e.push(way{at: -1})
	return e
}

// Explore tries ways until all are tried, nothing new shows any more, or the
// budget of steps is used up. It returns what is left of the budget, and
// whether the search is over.
func (e *Explorer) Explore(steps int) (left int, over bool) {
	for steps > 0 {
		w, ok := e.pop()
		if !ok || e.idle >= patience || e.spent >= patienceSteps {
			return steps, true
		}
		path := &Path{way: w}
		o := e.run(path)
		cost := o.Steps + costOfPath
		steps -= cost
		e.idle++
		e.spent += cost
		if o.News {
			e.idle = 0
		}
		if o.News && o.Judged {
			e.spent = 0
		}
		for i := w.at + 1; i < len(path.Trail); i++ {
			c := path.Trail[i]
			for pick := 1; pick < c.N; pick++ {
				e.push(way{path.Trail, i, pick, w.cost + c.Weight + e.repetition(turn{c.By, c.At, pick})})
			}
		}
	}
	return 0, len(e.byCost) == 0
}

// repetition is what it costs to take a turn once more: the more often others
// have, the more, so that a loop with a choice in it does not keep a search from
// the choices elsewhere.
func (e *Explorer) repetition(t turn) int {
	e.turns[t]++
	return bits.Len(uint(e.turns[t]) / freeTurns)
}

// freeTurns is how often a turn can be taken without being dearer for that.
const freeTurns = 4

// costOfPath is what an execution costs beside its steps.
const costOfPath = 20

func (e *Explorer) push(w way) {
	for len(e.byCost) <= w.cost {
		e.byCost = append(e.byCost, nil)
	}
	e.byCost[w.cost] = append(e.byCost[w.cost], w)
}

func (e *Explorer) pop() (w way, ok bool) {
	for cost, ways := range e.byCost {
		if len(ways) > 0 {
			w, e.byCost[cost] = ways[0], ways[1:]
			return w, true
		}
	}
	e.byCost = nil
	return way{}, false
}
