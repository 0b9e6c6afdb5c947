// Package fields holds connections that live in structs of the package.
package fields

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"sync"
	"time"
)

var errTimeout = errors.New("handshake timed out")

// A client owns its connection: raw at first, then secured.
type client struct {
	nc      net.Conn
	cfg     *tls.Config
	timeout time.Duration
}

// secure loses the only reference to the raw connection when the timer wins:
// this is mongo-driver v1.1.3's form.
func (c *client) secure() (net.Conn, error) {
	conn := tls.Client(c.nc, c.cfg)
	errc := make(chan error, 2)
	timer := time.AfterFunc(c.timeout, func() { errc <- errTimeout })
	defer timer.Stop()
	go func() { errc <- conn.Handshake() }() // want "is not stopped"
	if err := <-errc; err != nil {
		return nil, err
	}
	return conn, nil
}

func (c *client) Close() error {
	if c.nc == nil {
		return nil
	}
	return c.nc.Close()
}

// LeakFieldOverwritten overwrites the field with what secure returns: nil.
func LeakFieldOverwritten(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	c := &client{cfg: cfg, timeout: timeout}
	var err error
	if c.nc, err = dial(); err != nil {
		return err
	}
	c.nc, err = c.secure()
	if err != nil {
		c.Close()
		return err
	}
	return c.Close()
}

// SafeFieldKept overwrites the field only when there is something to write.
func SafeFieldKept(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	c := &client{cfg: cfg, timeout: timeout}
	var err error
	if c.nc, err = dial(); err != nil {
		return err
	}
	secured, err := c.secure()
	if err != nil {
		c.Close()
		return err
	}
	c.nc = secured
	return c.Close()
}

// SafeOwnerDeferred closes the owner, whose field still holds the connection.
func SafeOwnerDeferred(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	c := &client{nc: raw, cfg: cfg, timeout: timeout}
	defer c.Close()
	_, err = c.secure()
	return err
}

// LeakOwnerCopied closes a copy of the owner that was made before it had a connection.
func LeakOwnerCopied(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	c := client{cfg: cfg, timeout: timeout}
	snapshot := c
	defer snapshot.Close()
	var err error
	if c.nc, err = dial(); err != nil {
		return err
	}
	secured, err := c.secure()
	if err != nil {
		return err
	}
	return secured.Close()
}

// A session has its connection as a pointer, and a state beside it.
type session struct {
	mu     sync.Mutex
	tls    *tls.Conn
	closed bool
}

func (s *session) shutdown() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return
	}
	s.closed = true
	s.tls.Close()
}

// SafeShutdown closes the connection under a mutex.
func SafeShutdown(ctx context.Context, dial func() (net.Conn, error), cfg *tls.Config) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	s := &session{tls: tls.Client(raw, cfg)}
	errc := make(chan error, 1)
	go func() { errc <- s.tls.Handshake() }()
	select {
	case err := <-errc:
		s.shutdown()
		return err
	case <-ctx.Done():
		s.shutdown()
		return ctx.Err()
	}
}

// LeakShutdownTwice has marked the session as closed before: shutdown does nothing.
func LeakShutdownTwice(ctx context.Context, dial func() (net.Conn, error), cfg *tls.Config) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	s := &session{tls: tls.Client(raw, cfg)}
	errc := make(chan error, 1)
	go func() { errc <- s.tls.Handshake() }() // want "is not stopped"
	select {
	case err := <-errc:
		s.shutdown()
		return err
	case <-ctx.Done():
		s.mu.Lock()
		s.closed = true
		s.mu.Unlock()
		s.shutdown()
		return ctx.Err()
	}
}

// A node keeps its connections in a struct within a struct.
type node struct {
	name string
	link struct {
		raw    net.Conn
		secure *tls.Conn
		err    error
	}
}

// SafeNestedField closes the raw connection of the inner struct.
func SafeNestedField(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	var n node
	n.link.raw, n.link.err = dial()
	if n.link.err != nil {
		return n.link.err
	}
	n.link.secure = tls.Client(n.link.raw, cfg)
	done := make(chan struct{})
	go func() {
		n.link.err = n.link.secure.Handshake()
		close(done)
	}()
	select {
	case <-done:
		n.link.raw.Close()
		return n.link.err
	case <-time.After(timeout):
		n.link.raw.Close()
		return errTimeout
	}
}

// LeakNestedField closes the same field of another node.
func LeakNestedField(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (err error) {
	var first, second node
	for _, n := range []*node{&first, &second} {
		if n.link.raw, err = dial(); err != nil {
			return err
		}
		n.link.secure = tls.Client(n.link.raw, cfg)
	}
	done := make(chan error, 1)
	go func() { done <- first.link.secure.Handshake() }() // want "is not stopped"
	select {
	case err = <-done:
		first.link.raw.Close()
	case <-time.After(timeout):
		err = errTimeout
	}
	second.link.raw.Close()
	return err
}

// A racer has all of the race in its fields.
type racer struct {
	conn    *tls.Conn
	errc    chan error
	timer   *time.Timer
	onError func(error)
}

func newRacer(raw net.Conn, cfg *tls.Config, d time.Duration) *racer {
	return &racer{conn: tls.Client(raw, cfg), errc: make(chan error, 1), timer: time.NewTimer(d)}
}

func (r *racer) start() { go r.handshake() }

func (r *racer) handshake() { r.errc <- r.conn.Handshake() } // want "is not stopped"

func (r *racer) wait() error {
	defer r.timer.Stop()
	select {
	case err := <-r.errc:
		return err
	case <-r.timer.C:
		if r.onError != nil {
			r.onError(errTimeout)
		}
		return errTimeout
	}
}

// LeakRacer has no onError.
func LeakRacer(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	r := newRacer(raw, cfg, timeout)
	r.start()
	if err := r.wait(); err != nil {
		return err
	}
	return r.conn.Close()
}

// SafeRacerCallback closes the connection in onError.
func SafeRacerCallback(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	r := newRacer(raw, cfg, timeout)
	r.onError = func(error) { r.conn.Close() }
	r.start()
	if err := r.wait(); err != nil {
		return err
	}
	return r.conn.Close()
}

// LeakRacerOtherCallback has an onError that only remembers.
func LeakRacerOtherCallback(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	var last error
	r := newRacer(raw, cfg, timeout)
	r.onError = func(err error) { last = err }
	r.start()
	if r.wait() != nil {
		return last
	}
	return r.conn.Close()
}

// SafeCloserField has the function that closes in a field.
func SafeCloserField(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	job := struct {
		run  func() error
		stop func() error
	}{tls.Client(raw, cfg).Handshake, raw.Close}
	defer job.stop()
	errc := make(chan error, 1)
	go func() { errc <- job.run() }()
	select {
	case err := <-errc:
		return err
	case <-time.After(timeout):
		return errTimeout
	}
}

// LeakElement closes the wrong element of an array.
func LeakElement(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (err error) {
	var raws [2]net.Conn
	for i := range raws {
		if raws[i], err = dial(); err != nil {
			return err
		}
	}
	defer raws[1].Close()
	errc := make(chan error, 1)
	go func() { errc <- tls.Client(raws[0], cfg).Handshake() }() // want "is not stopped"
	select {
	case err := <-errc:
		raws[0].Close()
		return err
	case <-time.After(timeout):
		return errTimeout
	}
}

// SafeElement closes the right one.
func SafeElement(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (err error) {
	var raws [2]net.Conn
	for i := range raws {
		if raws[i], err = dial(); err != nil {
			return err
		}
	}
	defer raws[0].Close()
	errc := make(chan error, 1)
	go func() { errc <- tls.Client(raws[0], cfg).Handshake() }()
	select {
	case err := <-errc:
		raws[1].Close()
		return err
	case <-time.After(timeout):
		return errTimeout
	}
}
