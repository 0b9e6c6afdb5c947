package library

import (
	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/execute"
	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/heap"
)

// An errGroup is a golang.org/x/sync/errgroup.Group.
type errGroup struct {
	n      int
	err    heap.Value
	cancel *contextModel
}

var errgroupTable = table{
	"golang.org/x/sync/errgroup.WithContext":       errgroupWithContext,
	"(*golang.org/x/sync/errgroup.Group).Go":       errgroupGo,
	"(*golang.org/x/sync/errgroup.Group).TryGo":    errgroupGo,
	"(*golang.org/x/sync/errgroup.Group).Wait":     errgroupWait,
	"(*golang.org/x/sync/errgroup.Group).SetLimit": pure,
}

func errgroupWithContext(c *execute.Call) execute.Action {
	cell := c.Heap.NewCell(pointee(c.Sig.Results().At(0).Type()))
	x := derive(c, c.Args[0])
	cell.Model = &errGroup{cancel: x}
	return execute.Return(cell, newContext(c, x))
}

func errgroupGo(c *execute.Call) execute.Action {
	g := stateOf[errGroup](c.Args[0])
	g.n++
	m := c.Machine
	c.GoCall(c.Pos, c.Args[1], nil, func(err heap.Value) execute.Action {
		g.n--
		if !m.Decide(m.IsNil(err), "error of the group's function is nil") && g.err == nil {
			g.err = err
			g.finish(c)
		}
		return execute.Return()
	})
	if c.Sig.Results().Len() > 0 {
		return execute.Return(heap.Bool(true)) // TryGo
	}
	return execute.Return()
}

// finish cancels the group's context.
func (g *errGroup) finish(c *execute.Call) {
	if g.cancel != nil {
		err := c.Sentinel("context", "Canceled")
		g.cancel.finish(c.Machine, err, err)
	}
}

func errgroupWait(c *execute.Call) execute.Action {
	g := stateOf[errGroup](c.Args[0])
	return until(c, "wait for a group", func() bool { return g.n <= 0 }, func() execute.Action {
		g.finish(c)
		if g.err == nil {
			return execute.Return(heap.Nil{})
		}
		return execute.Return(g.err)
	})
}
