package library

import (
	"slices"

	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/execute"
	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/heap"
)

var slicesTable = table{
	"slices.Contains": slicesContains,
	"slices.Values":   iterate(func(i int, cell *heap.Cell) []heap.Value { return []heap.Value{cell.Load()} }, forward),
	"slices.All":      iterate(indexed, forward),
	"slices.Backward": iterate(indexed, backward),
}

// slicesContains looks for an element; where it is not known whether one is the same,
// the answer is a guess.
func slicesContains(c *execute.Call) execute.Action {
	s, ok := knownSlice(c.Args[0])
	if !ok {
		return harmless(c)
	}
	certain := true
	for _, v := range elements(s) {
		switch c.Same(v, c.Args[1]) {
		case heap.Yes:
			return execute.Return(heap.Bool(true))
		case heap.Undecided:
			certain = false
		}
	}
	if certain {
		return execute.Return(heap.Bool(false))
	}
	return guess(c)
}

// iterate is the model of a function that returns an iterator over the elements of a
// slice, which yields what yielded returns of each, in an order.
func iterate(yielded func(i int, cell *heap.Cell) []heap.Value, order func(n int) []int) execute.Model {
	return func(c *execute.Call) execute.Action {
		s, ok := knownSlice(c.Args[0])
		if !ok {
			return harmless(c)
		}
		iterator := func(c *execute.Call) execute.Action {
			return yieldEach(c.Args[0], s, order(len(s.Cells)), yielded)
		}
		return execute.Return(&heap.Func{Native: execute.Model(iterator)})
	}
}

// yieldEach calls yield for the elements with the given indices, until it returns
// false.
func yieldEach(yield heap.Value, s *heap.Slice, indices []int, yielded func(int, *heap.Cell) []heap.Value) execute.Action {
	if len(indices) == 0 {
		return execute.Return()
	}
	i := indices[0]
	return execute.Invoke(yield, yielded(i, s.Cells[i]), func(more heap.Value) execute.Action {
		if holds, known := execute.Truth(more); known && !holds {
			return execute.Return()
		}
		return yieldEach(yield, s, indices[1:], yielded)
	})
}

func indexed(i int, cell *heap.Cell) []heap.Value {
	return []heap.Value{heap.Linear{C: int64(i)}, cell.Load()}
}

func forward(n int) (indices []int) {
	for i := range n {
		indices = append(indices, i)
	}
	return indices
}

func backward(n int) []int {
	indices := forward(n)
	slices.Reverse(indices)
	return indices
}

// knownSlice returns the slice that v is, where all its elements are known; nil is an
// empty one.
func knownSlice(v heap.Value) (s *heap.Slice, ok bool) {
	switch v := v.(type) {
	case heap.Nil:
		return &heap.Slice{}, true
	case *heap.Slice:
		return v, v.Unknown == nil
	}
	return nil, false
}
