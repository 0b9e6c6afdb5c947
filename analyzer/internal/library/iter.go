package library

import (
	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/execute"
	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/heap"
)

var iterTable = table{
	"iter.Pull":  pull,
	"iter.Pull2": pull,
}

// pull returns a function that gets the next value of an iterator, and one that
// ends it. The iterator is not executed: it may keep what it yields, and close it
// when it ends.
func pull(c *execute.Call) execute.Action {
	c.Expose(c.Args[0])
	return execute.Return(heap.Tuple{
		&heap.Func{Native: execute.Model(shared)},
		&heap.Func{Native: execute.Model(pure)},
	})
}
