// Package search tries the choices that an execution leaves open: it runs from
// the start for each way, those with the fewest unlikely choices first.
//
// It knows nothing of what is executed.
package search

// A Choice is one that an execution made.
type Choice struct {
	By     int // on whose behalf
	N      int // from how many
	Picked int
}

// A Path makes the choices of one execution: those of a prefix, then the
// likeliest.
type Path struct {
	prefix []Choice
	Trail  []Choice // all choices made
}

// Choose returns a number from 0 to n-1 on behalf of by.
func (p *Path) Choose(by, n int, format string, args ...any) int {
	c := Choice{By: by, N: n}
	if i := len(p.Trail); i < len(p.prefix) {
		c.Picked = p.prefix[i].Picked
	}
	p.Trail = append(p.Trail, c)
	return c.Picked
}

// A Budget bounds a search.
type Budget struct {
	Paths int // executions
	Steps int // instructions, over all executions
}

// A Result says what an execution has cost, and whether to go on.
type Result struct {
	Steps int
	Stop  bool // end the search
}

// Explore runs an execution for each way, until all are tried or the budget is
// used up. It reports whether all were tried.
func Explore(b Budget, run func(*Path) Result) bool {
	queue := newQueue()
	queue.push(0, nil)
	for paths := 0; ; paths++ {
		prefix, cost, ok := queue.pop()
		if !ok {
			return true
		}
		if paths >= b.Paths || b.Steps <= 0 {
			return false
		}
		path := &Path{prefix: prefix}
		result := run(path)
		b.Steps -= result.Steps
		if result.Stop {
			return true
		}
		for i := len(prefix); i < len(path.Trail); i++ {
			for alt := 1; alt < path.Trail[i].N; alt++ {
				next := append(path.Trail[:i:i], path.Trail[i])
				next[i].Picked = alt
				queue.push(cost+1, next)
			}
		}
	}
}

// A queue holds prefixes by their number of unlikely choices.
type queue struct{ byCost [][][]Choice }

func newQueue() *queue { return &queue{} }

func (q *queue) push(cost int, prefix []Choice) {
	for len(q.byCost) <= cost {
		q.byCost = append(q.byCost, nil)
	}
	q.byCost[cost] = append(q.byCost[cost], prefix)
}

func (q *queue) pop() (prefix []Choice, cost int, ok bool) {
	for cost, prefixes := range q.byCost {
		if len(prefixes) > 0 {
			q.byCost[cost] = prefixes[1:]
			return prefixes[0], cost, true
		}
	}
	return nil, 0, false
}
