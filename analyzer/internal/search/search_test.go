package search

import (
	"fmt"
	"slices"
	"testing"
)

// TestExplore tries a program that makes three choices, the last only after
// some of the others, and expects each way once, the likeliest first.
func TestExplore(t *testing.T) {
	var ways []string
	e := NewExplorer(func(p *Path) Outcome {
		way := fmt.Sprint(p.Choose(0, nil, 2, 1))
		if p.Choose(0, nil, 2, 2) == 1 {
			way += fmt.Sprint("+", p.Choose(0, nil, 3, 1))
		}
		ways = append(ways, way)
		return Outcome{Steps: 1, News: true, Judged: true}
	})
	if _, over := e.Explore(1_000); !over {
		t.Error("the search is not over")
	}
	want := []string{"0", "1", "0+0", "0+1", "0+2", "1+0", "1+1", "1+2"}
	if ways[0] != "0" || ways[1] != "1" {
		t.Errorf("the first ways are %v, want the likeliest", ways[:2])
	}
	if got := slices.Sorted(slices.Values(ways)); !slices.Equal(got, slices.Sorted(slices.Values(want))) {
		t.Errorf("ways are %v, want %v", got, want)
	}
}

// TestBudget ends a search that has no end, and goes on with it.
func TestBudget(t *testing.T) {
	runs := 0
	e := NewExplorer(func(p *Path) Outcome {
		runs++
		for range 10 {
			p.Choose(0, nil, 2, 1)
		}
		return Outcome{Steps: 80, News: true, Judged: true}
	})
	if left, over := e.Explore(1_000); over || left != 0 {
		t.Errorf("Explore = %d, %v, want 0, false", left, over)
	}
	if runs != 10 {
		t.Errorf("%d executions for 1000 steps at 100 each", runs)
	}
	e.Explore(1_000)
	if runs != 20 {
		t.Errorf("%d executions after the search went on, want 20", runs)
	}
}

// TestPatience ends a search that shows nothing new.
func TestPatience(t *testing.T) {
	runs := 0
	e := NewExplorer(func(p *Path) Outcome {
		runs++
		for range 20 {
			p.Choose(0, nil, 2, 1)
		}
		return Outcome{News: runs == 1, Judged: true}
	})
	if _, over := e.Explore(1 << 30); !over || runs != patience+1 {
		t.Errorf("over = %v after %d executions, want true after %d", over, runs, patience+1)
	}
}

// TestPatienceSteps ends a search that shows new ways, but none to an end that
// is judged.
func TestPatienceSteps(t *testing.T) {
	const steps = 1_000
	runs := 0
	e := NewExplorer(func(p *Path) Outcome {
		runs++
		for range 20 {
			p.Choose(0, nil, 2, 1)
		}
		return Outcome{Steps: steps, News: true, Judged: runs == 1}
	})
	_, over := e.Explore(1 << 30)
	if most := 2 + patienceSteps/steps; !over || runs > most {
		t.Errorf("over = %v after %d executions, want true after at most %d", over, runs, most)
	}
}
