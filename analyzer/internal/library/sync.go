package library

import (
	"go/types"

	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/execute"
	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/heap"
	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/schedule"
)

// stateOf returns what is kept of the object that v points to, made on first
// use.
func stateOf[T any](v heap.Value) *T {
	model := heap.ModelOf(v)
	if model == nil {
		return new(T)
	}
	if s, ok := (*model).(*T); ok {
		return s
	}
	s := new(T)
	*model = s
	return s
}

// until blocks until ready reports true, and then does something.
func until(c *execute.Call, what string, ready func() bool, do func() execute.Action) execute.Action {
	return execute.Wait(&schedule.Wait{What: what, Pos: c.Pos, Ready: ready}, do)
}

var syncTable = table{
	"(*sync.Mutex).Lock":       lock,
	"(*sync.Mutex).Unlock":     unlock,
	"(*sync.Mutex).TryLock":    tryLock,
	"(*sync.RWMutex).Lock":     lock,
	"(*sync.RWMutex).Unlock":   unlock,
	"(*sync.RWMutex).TryLock":  tryLock,
	"(*sync.RWMutex).RLock":    readLock,
	"(*sync.RWMutex).TryRLock": tryReadLock,
	"(*sync.RWMutex).RUnlock":  readUnlock,
	"(sync.Locker).Lock":       lock,
	"(sync.Locker).Unlock":     unlock,

	"(*sync.WaitGroup).Add":  groupAdd,
	"(*sync.WaitGroup).Done": groupDone,
	"(*sync.WaitGroup).Wait": groupWait,
	"(*sync.WaitGroup).Go":   groupGo,

	"(*sync.Once).Do": onceDo,
	"sync.OnceFunc":   onceFunc,
	"sync.OnceValue":  onceFunc,
	"sync.OnceValues": onceFunc,

	"sync.NewCond":           newCond,
	"(*sync.Cond).Wait":      condWait,
	"(*sync.Cond).Signal":    condSignal,
	"(*sync.Cond).Broadcast": condBroadcast,

	"(*sync.Map).Load":          syncMapLoad,
	"(*sync.Map).Store":         syncMapStore,
	"(*sync.Map).Delete":        syncMapDelete,
	"(*sync.Map).LoadAndDelete": syncMapLoadAndDelete,
	"(*sync.Map).LoadOrStore":   syncMapLoadOrStore,

	"(*sync.Pool).Get": shared,
}

// A mutex is a sync.Mutex or a sync.RWMutex.
type mutex struct {
	locked  bool
	readers int
}

func lock(c *execute.Call) execute.Action {
	mu := stateOf[mutex](c.Args[0])
	return until(c, "lock", func() bool { return !mu.locked && mu.readers == 0 }, func() execute.Action {
		mu.locked = true
		return execute.Return()
	})
}

func unlock(c *execute.Call) execute.Action {
	stateOf[mutex](c.Args[0]).locked = false
	return execute.Return()
}

func tryLock(c *execute.Call) execute.Action {
	mu := stateOf[mutex](c.Args[0])
	if mu.locked || mu.readers > 0 {
		return execute.Return(heap.Bool(false))
	}
	mu.locked = true
	return execute.Return(heap.Bool(true))
}

func readLock(c *execute.Call) execute.Action {
	mu := stateOf[mutex](c.Args[0])
	return until(c, "lock", func() bool { return !mu.locked }, func() execute.Action {
		mu.readers++
		return execute.Return()
	})
}

func tryReadLock(c *execute.Call) execute.Action {
	mu := stateOf[mutex](c.Args[0])
	if mu.locked {
		return execute.Return(heap.Bool(false))
	}
	mu.readers++
	return execute.Return(heap.Bool(true))
}

func readUnlock(c *execute.Call) execute.Action {
	stateOf[mutex](c.Args[0]).readers--
	return execute.Return()
}

// A group is a sync.WaitGroup.
type group struct{ n int }

func groupAdd(c *execute.Call) execute.Action {
	g := stateOf[group](c.Args[0])
	if l, ok := c.Args[1].(heap.Linear); ok {
		if n, ok := l.Constant(); ok {
			g.n += int(n)
		}
	}
	return execute.Return()
}

func groupDone(c *execute.Call) execute.Action {
	stateOf[group](c.Args[0]).n--
	return execute.Return()
}

func groupWait(c *execute.Call) execute.Action {
	g := stateOf[group](c.Args[0])
	return until(c, "wait for a group", func() bool { return g.n <= 0 }, func() execute.Action {
		return execute.Return()
	})
}

func groupGo(c *execute.Call) execute.Action {
	g := stateOf[group](c.Args[0])
	g.n++
	c.GoCall(c.Pos, c.Args[1], nil, func(heap.Value) execute.Action {
		g.n--
		return execute.Return()
	})
	return execute.Return()
}

// A once is a sync.Once, or a function that is called once.
type once struct {
	begun, done bool
	result      heap.Value
}

func (o *once) do(c *execute.Call, f heap.Value) execute.Action {
	if o.begun {
		return until(c, "wait for a call to end", func() bool { return o.done }, func() execute.Action {
			return execute.Return(o.result)
		})
	}
	o.begun = true
	return execute.Invoke(f, nil, func(v heap.Value) execute.Action {
		o.done, o.result = true, v
		return execute.Return(v)
	})
}

func onceDo(c *execute.Call) execute.Action { return stateOf[once](c.Args[0]).do(c, c.Args[1]) }

func onceFunc(c *execute.Call) execute.Action {
	o, f := &once{}, c.Args[0]
	return execute.Return(&heap.Func{
		Free:   []heap.Value{f},
		Native: execute.Model(func(c *execute.Call) execute.Action { return o.do(c, f) }),
	})
}

// A cond is a sync.Cond.
type cond struct{ waiting, awake int }

func newCond(c *execute.Call) execute.Action {
	cell := c.Heap.NewCell(pointee(c.Sig.Results().At(0).Type()))
	fieldOf(cell, "L").Store(c.Args[0])
	return execute.Return(cell)
}

func condWait(c *execute.Call) execute.Action {
	cell := c.Cell(c.Args[0])
	s := stateOf[cond](c.Args[0])
	if cell == nil {
		return execute.Panic()
	}
	locker := fieldOf(cell, "L").Load()
	s.waiting++
	return execute.InvokeMethod(locker, "Unlock", nil, func(heap.Value) execute.Action {
		return until(c, "wait for a signal", func() bool { return s.awake > 0 }, func() execute.Action {
			s.awake--
			s.waiting--
			return execute.InvokeMethod(locker, "Lock", nil, execute.Discard)
		})
	})
}

func condSignal(c *execute.Call) execute.Action {
	s := stateOf[cond](c.Args[0])
	s.awake = min(s.awake+1, s.waiting)
	return execute.Return()
}

func condBroadcast(c *execute.Call) execute.Action {
	s := stateOf[cond](c.Args[0])
	s.awake = s.waiting
	return execute.Return()
}

// A syncMap is a sync.Map.
type syncMap struct{ heap.Map }

// Refs returns the values in the map.
func (s *syncMap) Refs() []heap.Value { return []heap.Value{&s.Map} }

// foundOr returns the results of a look-up; what is not known is unknown.
func (s *syncMap) found(c *execute.Call, key heap.Value) execute.Action {
	any, boolean := c.Sig.Results().At(0).Type(), types.Typ[types.Bool]
	switch v, found := c.MapLoad(&s.Map, key); {
	case v == nil:
		o := c.Heap.Unknown("entry", true)
		return execute.Return(o.Make(any), o.Make(boolean))
	default:
		return execute.Return(v, heap.Bool(found))
	}
}

func syncMapLoad(c *execute.Call) execute.Action {
	return stateOf[syncMap](c.Args[0]).found(c, c.Args[1])
}

func syncMapStore(c *execute.Call) execute.Action {
	c.MapStore(&stateOf[syncMap](c.Args[0]).Map, c.Args[1], c.Args[2])
	return execute.Return()
}

func syncMapDelete(c *execute.Call) execute.Action {
	c.MapDelete(&stateOf[syncMap](c.Args[0]).Map, c.Args[1])
	return execute.Return()
}

func syncMapLoadAndDelete(c *execute.Call) execute.Action {
	s := stateOf[syncMap](c.Args[0])
	a := s.found(c, c.Args[1])
	c.MapDelete(&s.Map, c.Args[1])
	return a
}

func syncMapLoadOrStore(c *execute.Call) execute.Action {
	s := stateOf[syncMap](c.Args[0])
	if v, found := c.MapLoad(&s.Map, c.Args[1]); v != nil && !found {
		c.MapStore(&s.Map, c.Args[1], c.Args[2])
		return execute.Return(c.Args[2], heap.Bool(false))
	}
	return s.found(c, c.Args[1])
}
