package library

import (
	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/execute"
	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/heap"
)

// A reader reads from another one, or from several, one after the other: what peeks at
// a connection gives a handshake the rest through one.
type reader struct{ from []heap.Value }

var readersTable = table{
	"bufio.NewReader":      readsFrom(firstArg),
	"bufio.NewReaderSize":  readsFrom(firstArg),
	"io.LimitReader":       readsFrom(firstArg),
	"io.TeeReader":         readsFrom(firstArg),
	"io.MultiReader":       readsFrom(func(c *execute.Call) []heap.Value { return elements(c.Args[0]) }),
	"(*bufio.Reader).Read": readerRead,
}

func firstArg(c *execute.Call) []heap.Value { return c.Args[:1] }

// readsFrom is the model of a function that returns a reader of others.
func readsFrom(sources func(*execute.Call) []heap.Value) execute.Model {
	return func(c *execute.Call) execute.Action {
		result := c.FreshResults(c.Sig, c.Name)
		if s, ok := result.(*heap.Symbol); ok {
			s.Nil = heap.No
			s.Model = &reader{sources(c)}
		}
		return execute.Return(result)
	}
}

// Refs returns what the reader reads from.
func (r *reader) Refs() []heap.Value { return r.from }

func (r *reader) method(name string) execute.Model {
	if name == "Read" {
		return readerRead
	}
	return nil
}

// readerRead reads: in a handshake, from the last source, which the others are before,
// that have been read already.
func readerRead(c *execute.Call) execute.Action {
	var r *reader
	if model := heap.ModelOf(c.Args[0]); model != nil {
		r, _ = (*model).(*reader)
	}
	if r == nil || len(r.from) == 0 || c.ActiveHandshake(c.G) == nil {
		return harmless(c)
	}
	return execute.InvokeMethod(r.from[len(r.from)-1], "Read", c.Args[1:], func(v heap.Value) execute.Action {
		return execute.Return(v)
	})
}
