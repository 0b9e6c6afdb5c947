package library

import (
	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/execute"
	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/heap"
)

// A pipe is two connections that are each other's peer: net.Pipe.
type pipe struct {
	ends [2]*rawConn
	vals [2]heap.Value
	// used says that the program does more with the ends than to close them: whether
	// one answers the other is not followed then.
	used       [2]bool
	handshakes [2]*execute.Handshake
}

// netPipe returns the ends of a pipe.
func netPipe(c *execute.Call) execute.Action {
	results := c.FreshResults(c.Sig, c.Name).(heap.Tuple)
	p := &pipe{}
	for i, v := range results {
		s := v.(*heap.Symbol) // Inv: of an interface type
		s.Nil = heap.No
		s.Distinct = true
		p.ends[i], p.vals[i] = &rawConn{pipe: p}, s
		s.Model = p.ends[i]
	}
	return execute.Return(results...)
}

// index returns which end of the pipe r is.
func (p *pipe) index(r *rawConn) int {
	if p.ends[0] == r {
		return 0
	}
	return 1
}

// other returns the other end.
func (p *pipe) other(r *rawConn) *rawConn { return p.ends[1-p.index(r)] }

// use notes that the program reads or writes, if r is an end of a pipe: a handshake
// over the other end may have its peer in that.
func (r *rawConn) use() {
	if r.pipe == nil {
		return
	}
	i := r.pipe.index(r)
	r.pipe.used[i] = true
	if h := r.pipe.handshakes[1-i]; h != nil {
		h.Untrusted = true
	}
}

// distrust notes that a handshake over r, if that is an end of a pipe, may end by a
// write deadline: nobody may ever read what it writes.
func (r *rawConn) distrust() {
	if r.pipe == nil {
		return
	}
	i := r.pipe.index(r)
	r.pipe.used[1-i] = true
	if h := r.pipe.handshakes[i]; h != nil {
		h.Untrusted = true
	}
}

// shake notes that a handshake goes on over r.
func (r *rawConn) shake(h *execute.Handshake) {
	if r.pipe == nil {
		return
	}
	i := r.pipe.index(r)
	r.pipe.handshakes[i] = h
	h.Untrusted = h.Untrusted || r.pipe.used[1-i]
	r.use()
	h.Stoppers = append(h.Stoppers, r.pipe.vals[1-i])
}
