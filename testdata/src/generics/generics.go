// Package generics holds races in generic functions and types, and in iterators.
package generics

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"iter"
	"net"
	"slices"
	"time"
)

var errTimeout = errors.New("handshake timed out")

// A future is a value that is there at some time.
type future[T any] struct {
	done  chan struct{}
	value T
	err   error
}

func start[T any](f func() (T, error)) *future[T] {
	p := &future[T]{done: make(chan struct{})}
	go func() {
		defer close(p.done)
		p.value, p.err = f()
	}()
	return p
}

func (p *future[T]) wait(ctx context.Context) (value T, err error) {
	select {
	case <-p.done:
		return p.value, p.err
	case <-ctx.Done():
		return value, ctx.Err()
	}
}

// LeakFuture waits for a future no longer than its context lives.
func LeakFuture(ctx context.Context, dial func() (net.Conn, error), cfg *tls.Config) (*tls.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	return start(func() (*tls.Conn, error) {
		conn := tls.Client(raw, cfg)
		if err := conn.Handshake(); err != nil { // want "is not stopped"
			raw.Close()
			return nil, err
		}
		return conn, nil
	}).wait(ctx)
}

// SafeFuture closes when the future is not there in time.
func SafeFuture(ctx context.Context, dial func() (net.Conn, error), cfg *tls.Config) (*tls.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	conn, err := start(func() (*tls.Conn, error) {
		conn := tls.Client(raw, cfg)
		return conn, conn.Handshake()
	}).wait(ctx)
	if err != nil {
		raw.Close()
		return nil, err
	}
	return conn, nil
}

// A result is a value or an error.
type result[T any] struct {
	value T
	err   error
}

func race[T io.Closer](d time.Duration, raw io.Closer, f func() (T, error)) (zero T, err error) {
	ch := make(chan result[T])
	go func() {
		v, err := f()
		ch <- result[T]{v, err}
	}()
	select {
	case r := <-ch:
		return r.value, r.err
	case <-time.After(d):
		raw.Close()
		return zero, errTimeout
	}
}

// BlockGeneric has a generic helper that closes, and takes no late result.
func BlockGeneric(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (*tls.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	return race(timeout, raw, func() (*tls.Conn, error) {
		conn := tls.Client(raw, cfg)
		return conn, conn.Handshake() // want "blocks for ever"
	})
}

// A guarded value is closed unless it is released.
type guarded[C io.Closer] struct {
	value    C
	released bool
}

func (g *guarded[C]) release() C {
	g.released = true
	return g.value
}

func (g *guarded[C]) Close() error {
	if g.released {
		return nil
	}
	return g.value.Close()
}

// SafeGuarded releases the connection when the handshake is well over.
func SafeGuarded(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (net.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	g := &guarded[net.Conn]{value: tls.Client(raw, cfg)}
	defer g.Close()
	errc := make(chan error, 1)
	go func() { errc <- g.value.(*tls.Conn).Handshake() }()
	select {
	case err := <-errc:
		if err != nil {
			return nil, err
		}
		return g.release(), nil
	case <-time.After(timeout):
		return nil, errTimeout
	}
}

// LeakReleased releases it too early.
func LeakReleased(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (net.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	g := &guarded[*tls.Conn]{value: tls.Client(raw, cfg)}
	defer g.Close()
	conn := g.release()
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }() // want "is not stopped"
	select {
	case err := <-errc:
		if err != nil {
			return nil, err
		}
		return conn, nil
	case <-time.After(timeout):
		return nil, errTimeout
	}
}

// attempts yields a number of fresh connections.
func attempts(dial func() (net.Conn, error), n int) iter.Seq2[int, net.Conn] {
	return func(yield func(int, net.Conn) bool) {
		for i := range n {
			raw, err := dial()
			if err != nil || !yield(i, raw) {
				return
			}
		}
	}
}

// LeakIterator ranges over connections, and forgets each that is slow.
func LeakIterator(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (*tls.Conn, error) {
	for _, raw := range attempts(dial, 2) {
		conn := tls.Client(raw, cfg)
		errc := make(chan error, 1)
		go func() { errc <- conn.Handshake() }() // want "is not stopped"
		select {
		case err := <-errc:
			if err == nil {
				return conn, nil
			}
			raw.Close()
		case <-time.After(timeout):
		}
	}
	return nil, errTimeout
}

// SafeIterator defers the close in the body of the loop: it runs when the
// function returns.
func SafeIterator(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	for i, raw := range attempts(dial, 2) {
		defer raw.Close()
		conn := tls.Client(raw, cfg)
		errc := make(chan error, 1)
		go func() { errc <- conn.Handshake() }()
		select {
		case err := <-errc:
			return err
		case <-time.After(timeout * time.Duration(i+1)):
		}
	}
	return errTimeout
}

// owned yields connections, and closes each when its turn is over.
func owned(dial func() (net.Conn, error)) iter.Seq[net.Conn] {
	return func(yield func(net.Conn) bool) {
		for {
			raw, err := dial()
			if err != nil {
				return
			}
			more := yield(raw)
			raw.Close()
			if !more {
				return
			}
		}
	}
}

// SafeOwnedByIterator leaves the close to the iterator.
func SafeOwnedByIterator(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	tries := 0
	for raw := range owned(dial) {
		conn := tls.Client(raw, cfg)
		errc := make(chan error, 1)
		go func() { errc <- conn.Handshake() }()
		select {
		case err := <-errc:
			return err
		case <-time.After(timeout):
		}
		if tries++; tries == 2 {
			break
		}
	}
	return errTimeout
}

// SafeSortedClosers closes what a library function has moved about.
func SafeSortedClosers(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	closers := []io.Closer{conn, raw}
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	select {
	case err = <-errc:
	case <-time.After(timeout):
		err = errTimeout
	}
	slices.Reverse(closers)
	for _, c := range closers {
		c.Close()
	}
	return err
}

// number is a constraint, and the timeout of a type that meets it.
type seconds interface{ ~int | ~int64 }

func giveUp[S seconds](conn *tls.Conn, after S, unit time.Duration) error {
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }() // want "is not stopped"
	select {
	case err := <-errc:
		return err
	case <-time.After(time.Duration(after) * unit):
		return errTimeout
	}
}

// LeakConstraint has the timeout as a type parameter's value.
func LeakConstraint(dial func() (net.Conn, error), cfg *tls.Config) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	return giveUp(tls.Client(raw, cfg), 3, time.Second)
}

// SafeConstraint closes what it passed.
func SafeConstraint(dial func() (net.Conn, error), cfg *tls.Config) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	defer raw.Close()
	return giveUp(tls.Client(raw, cfg), int64(3000), time.Millisecond)
}
