package escape

import (
	"container/list"
	"crypto/tls"
	"iter"
	"net"
	"slices"
	"strconv"
	"sync"
	"time"
)

type holder struct{ conn net.Conn }

func (h *holder) Close() error { return h.conn.Close() }

// SafeInList keeps the connection in a list of another package, which gives it
// back.
func SafeInList(dial func() (net.Conn, error), config *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	var pool list.List
	pool.PushFront(&holder{raw})
	done := make(chan error, 1)
	go func() { done <- tls.Client(raw, config).Handshake() }()
	select {
	case err = <-done:
	case <-time.After(timeout):
		err = errTimeout
	}
	for e := pool.Front(); e != nil; e = e.Next() {
		e.Value.(*holder).conn.Close()
	}
	return err
}

// LeakInSlice keeps the connection in a slice of its own, and closes none.
func LeakInSlice(dial func() (net.Conn, error), config *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	pool := []*holder{{raw}}
	done := make(chan error, 1)
	go func() { done <- tls.Client(pool[0].conn, config).Handshake() }() // want "is not stopped"
	select {
	case err = <-done:
	case <-time.After(timeout):
		err = errTimeout
	}
	return err
}

// An onion is a connection within others.
type onion struct {
	net.Conn
	inner net.Conn
}

func (o *onion) Close() error { return o.inner.Close() }

// SafeLayers closes the connection through more layers than are executed.
func SafeLayers(dial func() (net.Conn, error), config *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	layers := raw
	for range 5 {
		layers = &onion{layers, layers}
	}
	done := make(chan error, 1)
	go func() { done <- tls.Client(raw, config).Handshake() }()
	select {
	case err = <-done:
	case <-time.After(timeout):
		err = errTimeout
	}
	layers.Close()
	return err
}

// SafeComputedKey finds the connection again under a key that is the same, as
// nobody but strconv knows.
func SafeComputedKey(dial func() (net.Conn, error), config *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	defer raw.Close()
	conns := map[string]net.Conn{}
	conns["c"+strconv.Itoa(1)] = raw
	conn := conns["c1"]
	done := make(chan error, 1)
	go func() { done <- tls.Client(conn, config).Handshake() }()
	select {
	case err = <-done:
	case <-time.After(timeout):
		err = errTimeout
	}
	return err
}

// SafePulled gets the connection from an iterator, which closes it when it is
// stopped.
func SafePulled(dial func() (net.Conn, error), config *tls.Config, timeout time.Duration) error {
	next, stop := iter.Pull(func(yield func(net.Conn) bool) {
		conn, err := dial()
		if err != nil {
			return
		}
		defer conn.Close()
		yield(conn)
	})
	defer stop()
	raw, ok := next()
	if !ok {
		return nil
	}
	done := make(chan error, 1)
	go func() { done <- tls.Client(raw, config).Handshake() }()
	select {
	case err := <-done:
		return err
	case <-time.After(timeout):
		return errTimeout
	}
}

// SafeFromPool gets the connection from a pool that makes it of its own.
func SafeFromPool(dial func() (net.Conn, error), config *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	defer raw.Close()
	pool := sync.Pool{New: func() any { return raw }}
	conn := pool.Get().(net.Conn)
	done := make(chan error, 1)
	go func() { done <- tls.Client(conn, config).Handshake() }()
	select {
	case err = <-done:
	case <-time.After(timeout):
		err = errTimeout
	}
	return err
}

// SafeConcat closes the connection through a slice that another package has put
// together.
func SafeConcat(dial func() (net.Conn, error), config *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	all := slices.Concat([]*holder{{raw}}, []*holder{})
	done := make(chan error, 1)
	go func() { done <- tls.Client(raw, config).Handshake() }()
	select {
	case err = <-done:
	case <-time.After(timeout):
		err = errTimeout
	}
	for _, h := range all {
		h.conn.Close()
	}
	return err
}

// SafeSomeSlot keeps the connection in an array, nobody can know where, and closes
// all that are in it.
func SafeSomeSlot(dial func() (net.Conn, error), config *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	var slots [8]net.Conn
	slots[uint(time.Now().UnixNano())%8] = raw
	done := make(chan error, 1)
	go func() { done <- tls.Client(raw, config).Handshake() }()
	select {
	case err = <-done:
	case <-time.After(timeout):
		err = errTimeout
	}
	for _, conn := range slots {
		if conn != nil {
			conn.Close()
		}
	}
	return err
}
