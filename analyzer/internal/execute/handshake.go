package execute

import (
	"go/token"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/heap"
	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/schedule"
)

// A Handshake is a call under watch: one that blocks for as long as the peer
// stays silent.
type Handshake struct {
	G    *schedule.Goroutine
	Pos  token.Pos     // where it stands in the source; see finding.Finding
	Fn   *ssa.Function // the function that it stands in
	Name string        // the full name of the function that was called
	// Calls are the call itself, where it stands in a function of the program, and
	// those that led to it, the innermost first.
	Calls []ssa.Instruction

	// Stoppers are the objects with which it can be stopped: connections and
	// the cancel functions of contexts.
	Stoppers []heap.Value
	// Untrusted says that it may be stopped by something that is not followed.
	Untrusted bool
	// Bounded says that it was given a context that ends it.
	Bounded bool
	// NoContext says that no variant of it takes a context.
	NoContext bool

	Ended  bool
	Answer Answer // what the peer did, told by Finish
}

// An Answer is what the peer of a handshake does.
type Answer int

const (
	Silence  Answer = iota
	Succeeds        // the handshake returns without an error
	Fails           // the handshake returns an error
	Dropped         // as Fails: somebody has closed the connection
)

// StartHandshake records that the call c begins a handshake.
func (m *Machine) StartHandshake(c *Call, stoppers ...heap.Value) *Handshake {
	pos, fn := m.site(c.G, c.Pos)
	h := &Handshake{G: c.G, Pos: pos, Fn: fn, Name: c.Name, Stoppers: stoppers}
	for _, f := range slices.Backward(threadOf(c.G).frames) {
		if f.then == nil {
			h.Calls = append(h.Calls, f.instr())
		}
	}
	m.Handshakes = append(m.Handshakes, h)
	if m.Trace != nil {
		m.Trace("goroutine %d starts handshake %d at %s", c.G.ID, len(m.Handshakes)-1, m.SSA.Fset.Position(pos))
	}
	return h
}

// ActiveHandshake returns the handshake that goroutine g is in, or nil.
func (m *Machine) ActiveHandshake(g *schedule.Goroutine) *Handshake {
	for _, h := range m.Handshakes {
		if h.G == g && !h.Ended {
			return h
		}
	}
	return nil
}

// Finish lets the peer answer.
func (h *Handshake) Finish(a Answer) { h.Answer = a }

// site returns the place in the source of a call by goroutine g: its own
// position, that of the method value that was called, or that of the go
// statement.
func (m *Machine) site(g *schedule.Goroutine, pos token.Pos) (token.Pos, *ssa.Function) {
	t := threadOf(g)
	for i := len(t.frames) - 1; i >= 0; i-- {
		f := t.frames[i]
		if f.then != nil {
			continue
		}
		if pos.IsValid() && f.fn.Syntax() != nil {
			return pos, f.fn
		}
		if f.made.IsValid() {
			return f.made, f.fn
		}
		pos = token.NoPos
		if i > 0 && t.frames[i-1].then == nil {
			pos = t.frames[i-1].instr().Pos()
		}
	}
	return g.Made, nil
}
