// Package wrappers holds connections in types of the package with methods of
// their own: embedded, overridden, or with a Close that closes nothing.
package wrappers

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"sync"
	"time"
)

var errTimeout = errors.New("handshake timed out")

func expire(errc <-chan error, timeout time.Duration) error {
	select {
	case err := <-errc:
		return err
	case <-time.After(timeout):
		return errTimeout
	}
}

// A session is a tls connection with a name.
type session struct {
	*tls.Conn
	name string
}

// LeakEmbedded calls the promoted handshake.
func LeakEmbedded(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	s := &session{Conn: tls.Client(raw, cfg), name: "main"}
	errc := make(chan error, 1)
	go func() { errc <- s.Handshake() }() // want "is not stopped"
	if err := expire(errc, timeout); err != nil {
		return err
	}
	return s.Close()
}

// SafeEmbedded calls the promoted Close.
func SafeEmbedded(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	s := &session{Conn: tls.Client(raw, cfg), name: "main"}
	defer s.Close()
	errc := make(chan error, 1)
	go func() { errc <- s.Handshake() }()
	return expire(errc, timeout)
}

// SafeEmbeddedMethodValue starts the promoted method itself.
func SafeEmbeddedMethodValue(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	s := session{tls.Client(raw, cfg), "main"}
	handshake := s.Handshake
	errc := make(chan error, 1)
	go func() { errc <- handshake() }()
	err = expire(errc, timeout)
	s.Conn.Close()
	return err
}

// A pooled connection goes back to its pool when it is closed.
type pooled struct {
	*tls.Conn
	release func()
}

// Close gives the connection back, and leaves it open.
func (p *pooled) Close() error {
	p.release()
	return nil
}

// LeakPooled closes the wrapper, whose Close only gives the connection back.
func LeakPooled(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	inUse := 1
	p := &pooled{tls.Client(raw, cfg), func() { inUse-- }}
	defer p.Close()
	errc := make(chan error, 1)
	go func() { errc <- p.Handshake() }() // want "is not stopped"
	return expire(errc, timeout)
}

// SafePooled closes the connection inside.
func SafePooled(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	inUse := 1
	p := &pooled{tls.Client(raw, cfg), func() { inUse-- }}
	defer p.Close()
	errc := make(chan error, 1)
	go func() { errc <- p.Handshake() }()
	if err := expire(errc, timeout); err != nil {
		p.Conn.Close()
		return err
	}
	return nil
}

// SafePooledRelease has a release that closes.
func SafePooledRelease(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	p := &pooled{tls.Client(raw, cfg), func() { raw.Close() }}
	defer p.Close()
	errc := make(chan error, 1)
	go func() { errc <- p.Handshake() }()
	return expire(errc, timeout)
}

// A counted connection counts what goes through it, and passes the rest on.
type counted struct {
	net.Conn
	mu   sync.Mutex
	read int
}

func (c *counted) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	c.mu.Lock()
	c.read += n
	c.mu.Unlock()
	return n, err
}

// SafeUnder closes the tls connection over a wrapper that passes Close on.
func SafeUnder(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(&counted{Conn: raw}, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	err = expire(errc, timeout)
	conn.Close()
	return err
}

// SafeUnderRaw closes what the wrapper wraps.
func SafeUnderRaw(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	defer raw.Close()
	conn := tls.Client(&counted{Conn: raw}, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	return expire(errc, timeout)
}

// LeakUnder closes neither, but counts.
func LeakUnder(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (n int, err error) {
	raw, err := dial()
	if err != nil {
		return 0, err
	}
	c := &counted{Conn: raw}
	conn := tls.Client(c, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }() // want "is not stopped"
	err = expire(errc, timeout)
	if err == nil {
		conn.Close()
	}
	return c.read, err
}

// A stubborn connection does not close: somebody else does that for it.
type stubborn struct{ net.Conn }

func (stubborn) Close() error { return nil }

// LeakStubborn closes the tls connection over a connection that does not close.
func LeakStubborn(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(stubborn{raw}, cfg)
	defer conn.Close()
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }() // want "is not stopped"
	return expire(errc, timeout)
}

// SafeStubborn closes the one that does.
func SafeStubborn(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	defer raw.Close()
	conn := tls.Client(stubborn{raw}, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	return expire(errc, timeout)
}

// A timeless connection knows no deadlines.
type timeless struct{ net.Conn }

func (timeless) SetDeadline(time.Time) error      { return nil }
func (timeless) SetReadDeadline(time.Time) error  { return nil }
func (timeless) SetWriteDeadline(time.Time) error { return nil }

// LeakTimeless sets a deadline that goes nowhere.
func LeakTimeless(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(timeless{raw}, cfg)
	conn.SetDeadline(time.Now().Add(timeout))
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }() // want "is not stopped"
	err = expire(errc, 2*timeout)
	if err == nil {
		conn.Close()
	}
	return err
}

// SafeTimeless sets the deadline below.
func SafeTimeless(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	raw.SetDeadline(time.Now().Add(timeout))
	conn := tls.Client(timeless{raw}, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	err = expire(errc, 2*timeout)
	if err == nil {
		conn.Close()
	}
	return err
}

// An impatient connection sets a deadline before each read.
type impatient struct {
	net.Conn
	timeout time.Duration
}

func (c impatient) Read(b []byte) (int, error) {
	if err := c.SetReadDeadline(time.Now().Add(c.timeout)); err != nil {
		return 0, err
	}
	return c.Conn.Read(b)
}

// SafeImpatient has the deadline in the Read of the connection under it.
func SafeImpatient(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(impatient{raw, 2 * timeout}, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	err = expire(errc, timeout)
	if err == nil {
		conn.Close()
	}
	return err
}

// An owner has a raw connection and what is made of it.
type owner struct {
	raw    net.Conn
	secure *tls.Conn
	closed chan struct{}
	once   sync.Once
}

func newOwner(raw net.Conn, cfg *tls.Config) *owner {
	return &owner{raw: raw, secure: tls.Client(raw, cfg), closed: make(chan struct{})}
}

// Close closes the owner, once.
func (o *owner) Close() error {
	err := net.ErrClosed
	o.once.Do(func() {
		close(o.closed)
		err = o.raw.Close()
	})
	return err
}

// SafeOwner closes the owner.
func SafeOwner(ctx context.Context, dial func() (net.Conn, error), cfg *tls.Config) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	o := newOwner(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- o.secure.Handshake() }()
	select {
	case err := <-errc:
		o.Close()
		return err
	case <-ctx.Done():
		o.Close()
		return ctx.Err()
	}
}

// LeakOwnerChannel closes the owner's channel, not the owner.
func LeakOwnerChannel(ctx context.Context, dial func() (net.Conn, error), cfg *tls.Config) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	o := newOwner(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- o.secure.Handshake() }() // want "is not stopped"
	select {
	case err := <-errc:
		o.Close()
		return err
	case <-ctx.Done():
		close(o.closed)
		return ctx.Err()
	}
}

// SafeOwnerWatched has a goroutine that closes the connection when the owner's
// channel is closed.
func SafeOwnerWatched(ctx context.Context, dial func() (net.Conn, error), cfg *tls.Config) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	o := newOwner(raw, cfg)
	go func() {
		<-o.closed
		o.raw.Close()
	}()
	defer close(o.closed)
	errc := make(chan error, 1)
	go func() { errc <- o.secure.Handshake() }()
	select {
	case err := <-errc:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// A transport hides its connection behind an interface that can be closed.
type transport struct {
	io.ReadWriteCloser
	handshake func() error
}

// SafeTransport closes through the embedded interface.
func SafeTransport(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	t := transport{conn, conn.Handshake}
	errc := make(chan error, 1)
	go func() { errc <- t.handshake() }()
	err = expire(errc, timeout)
	t.Close()
	return err
}

// LeakTransport lets go of the transport.
func LeakTransport(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	t := &transport{conn, conn.Handshake} // want "is not stopped"
	errc := make(chan error, 1)
	go func() { errc <- t.handshake() }()
	err = expire(errc, timeout)
	if err != nil {
		t = nil
		return err
	}
	return t.Close()
}

// SafeTLSOverTLS closes the outer connection, and with it the inner one.
func SafeTLSOverTLS(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	var conn net.Conn = tls.Client(raw, cfg)
	inner := conn.(*tls.Conn)
	errc := make(chan error, 1)
	go func() { errc <- inner.Handshake() }()
	outer := tls.Client(conn, cfg)
	err = expire(errc, timeout)
	outer.Close()
	return err
}
