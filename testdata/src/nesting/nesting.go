// Package nesting holds connections in fields of fields, races in generic
// helpers, and closes several callers up.
package nesting

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"
)

var errTimeout = errors.New("handshake timed out")

type link struct {
	raw  net.Conn
	tls  *tls.Conn
	errc chan error
}

type peer struct {
	name string
	link *link
}

type node struct {
	peers map[string]*peer
	main  peer
	mu    sync.Mutex
}

func (l *link) secure(cfg *tls.Config) {
	l.tls = tls.Client(l.raw, cfg)
	l.errc = make(chan error, 1)
	go func() { l.errc <- l.tls.Handshake() }() // want "is not stopped"
}

func (l *link) wait(d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case err := <-l.errc:
		return err
	case <-timer.C:
		return errTimeout
	}
}

func (l *link) shut() error { return l.raw.Close() }

func (p *peer) up(dial func() (net.Conn, error), cfg *tls.Config, d time.Duration) error {
	raw, err := dial()
	if err != nil {
		return fmt.Errorf("%s: %w", p.name, err)
	}
	p.link = &link{raw: raw}
	p.link.secure(cfg)
	return p.link.wait(d)
}

// LeakFieldOfField replaces the link, two fields down, that lost its race.
func LeakFieldOfField(dial func() (net.Conn, error), cfg *tls.Config, d time.Duration) error {
	var n node
	n.main.name = "main"
	if err := n.main.up(dial, cfg, d); err != nil {
		n.main.link = nil
		return err
	}
	return n.main.link.shut()
}

// SafeFieldOfField shuts it whatever has happened.
func SafeFieldOfField(dial func() (net.Conn, error), cfg *tls.Config, d time.Duration) (err error) {
	n := &node{peers: map[string]*peer{}}
	n.peers["a"] = &peer{name: "a"}
	defer func() {
		for _, p := range n.peers {
			if p.link != nil {
				p.link.shut()
			}
		}
	}()
	return n.peers["a"].up(dial, cfg, d)
}

// first returns whatever comes first: a result, or the end of the context.
func first[T any](ctx context.Context, results <-chan T) (zero T, err error) {
	select {
	case r := <-results:
		return r, nil
	case <-ctx.Done():
		return zero, context.Cause(ctx)
	}
}

type outcome[T any] struct {
	val T
	err error
}

func start[T any](f func() (T, error)) <-chan outcome[T] {
	out := make(chan outcome[T], 1)
	go func() {
		v, err := f()
		out <- outcome[T]{v, err}
	}()
	return out
}

// LeakGenericHelpers races in a generic helper what another one has started.
func LeakGenericHelpers(ctx context.Context, dial func() (net.Conn, error), cfg *tls.Config) (*tls.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	o, err := first(ctx, start(func() (*tls.Conn, error) {
		c := tls.Client(raw, cfg)
		return c, c.Handshake() // want "is not stopped"
	}))
	if err := cmp.Or(err, o.err); err != nil {
		return nil, err
	}
	return o.val, nil
}

// SafeGenericHelpers closes the connection under it on any error.
func SafeGenericHelpers(ctx context.Context, dial func() (net.Conn, error), cfg *tls.Config) (*tls.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	o, err := first(ctx, start(func() (*tls.Conn, error) {
		c := tls.Client(raw, cfg)
		return c, c.Handshake()
	}))
	if err := cmp.Or(err, o.err); err != nil {
		raw.Close()
		return nil, err
	}
	return o.val, nil
}

func level3(conn *tls.Conn, d time.Duration) error {
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }() // want "is not stopped"
	select {
	case err := <-errc:
		return err
	case <-time.After(d):
		return errTimeout
	}
}

func level2(conn *tls.Conn, d time.Duration) (err error) {
	for range 2 {
		if err = level3(conn, d); err == nil {
			break
		}
	}
	return err
}

func level1(raw net.Conn, cfg *tls.Config, d time.Duration) (*tls.Conn, error) {
	conn := tls.Client(raw, cfg)
	if err := level2(conn, d); err != nil {
		return nil, fmt.Errorf("securing: %w", err)
	}
	return conn, nil
}

// SafeThreeUp closes three callers up.
func SafeThreeUp(dial func() (net.Conn, error), cfg *tls.Config, d time.Duration) (*tls.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	conn, err := level1(raw, cfg, d)
	if err != nil {
		return nil, errors.Join(err, raw.Close())
	}
	return conn, nil
}

// LeakThreeUp closes three callers up, but not after a timeout.
func LeakThreeUp(dial func() (net.Conn, error), cfg *tls.Config, d time.Duration) (*tls.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	conn, err := level1(raw, cfg, d)
	switch {
	case errors.Is(err, errTimeout):
		return nil, err
	case err != nil:
		raw.Close()
		return nil, err
	}
	return conn, nil
}

type guard struct {
	once  sync.Once
	close func() error
	err   error
}

func (g *guard) Close() error {
	g.once.Do(func() { g.err = g.close() })
	return g.err
}

// SafeGuard closes by way of a guard that another goroutine triggers.
func SafeGuard(ctx context.Context, dial func() (net.Conn, error), cfg *tls.Config) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	g := &guard{close: raw.Close}
	stop := context.AfterFunc(ctx, func() { g.Close() })
	defer stop()
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	select {
	case err = <-errc:
	case <-ctx.Done():
		err = ctx.Err()
	}
	g.Close()
	return err
}

// LeakGuard has used up its guard before.
func LeakGuard(dial func() (net.Conn, error), cfg *tls.Config, d time.Duration) error {
	first, err := dial()
	if err != nil {
		return err
	}
	g := &guard{close: first.Close}
	g.Close()
	raw, err := dial()
	if err != nil {
		return err
	}
	g.close = raw.Close
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }() // want "is not stopped"
	select {
	case err = <-errc:
		raw.Close()
	case <-time.After(d):
		err = errors.Join(errTimeout, g.Close())
	}
	return err
}

// BlockTwoWays stops the handshake by its context, and leaves its goroutine in
// the send to a channel that the caller made.
func BlockTwoWays(ctx context.Context, dial func() (net.Conn, error), cfg *tls.Config) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	results := make(chan outcome[*tls.Conn])
	report := func(o outcome[*tls.Conn]) { results <- o }
	go func() {
		err := conn.HandshakeContext(ctx) // want "blocks for ever"
		report(outcome[*tls.Conn]{conn, err})
	}()
	o, err := first(ctx, results)
	if err != nil {
		return err
	}
	raw.Close()
	return o.err
}
