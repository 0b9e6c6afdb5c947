// Package actors holds goroutines that own a connection and are told what to do
// with it: event loops, supervisors, pipelines.
package actors

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"time"
)

var errTimeout = errors.New("handshake timed out")

type event struct {
	kind string
	err  error
}

// An actor is a goroutine that owns a connection.
type actor struct {
	conn   *tls.Conn
	events chan event
	quit   chan struct{}
	dead   chan error
}

func newActor(raw net.Conn, cfg *tls.Config) *actor {
	return &actor{
		conn:   tls.Client(raw, cfg),
		events: make(chan event, 4),
		quit:   make(chan struct{}),
		dead:   make(chan error, 1),
	}
}

func (a *actor) shake() {
	a.events <- event{"shaken", a.conn.Handshake()} // want "is not stopped"
}

// run closes the connection when it is told so, unless it is careless.
func (a *actor) run(timeout time.Duration, careless bool) {
	go a.shake()
	timer := time.NewTimer(timeout)
	defer timer.Stop()
	for {
		select {
		case e := <-a.events:
			a.conn.Close()
			a.dead <- e.err
			return
		case <-timer.C:
			if !careless {
				a.conn.Close()
			}
			a.dead <- errTimeout
			return
		case <-a.quit:
			a.conn.Close()
			a.dead <- nil
			return
		}
	}
}

// LeakCareless has a careless actor.
func LeakCareless(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	a := newActor(raw, cfg)
	go a.run(timeout, true)
	return <-a.dead
}

// SafeCareful has a careful one.
func SafeCareful(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	a := newActor(raw, cfg)
	go a.run(timeout, false)
	return <-a.dead
}

// SafeQuit gives up before the actor does, and tells it to quit.
func SafeQuit(ctx context.Context, dial func() (net.Conn, error), cfg *tls.Config) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	a := newActor(raw, cfg)
	go a.run(time.Minute, false)
	select {
	case err := <-a.dead:
		return err
	case <-ctx.Done():
		close(a.quit)
		return ctx.Err()
	}
}

// LeakEventLoop handles all events in one loop, also the timeout.
func LeakEventLoop(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	events := make(chan event, 2)
	time.AfterFunc(timeout, func() { events <- event{kind: "timeout"} })
	go func() {
		events <- event{"handshake", conn.Handshake()} // want "is not stopped"
	}()
	for e := range events {
		switch e.kind {
		case "handshake":
			conn.Close()
			return e.err
		case "timeout":
			return errTimeout
		}
	}
	return nil
}

// SafeEventLoop goes on until the handshake has told its end.
func SafeEventLoop(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (err error) {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	events := make(chan event)
	timer := time.AfterFunc(timeout, func() { events <- event{kind: "timeout"} })
	defer timer.Stop()
	go func() {
		events <- event{"handshake", conn.Handshake()}
	}()
	for e := range events {
		switch e.kind {
		case "handshake":
			conn.Close()
			if err == nil {
				err = e.err
			}
			return err
		case "timeout":
			err = errTimeout
			raw.Close()
		}
	}
	return err
}

// supervise runs work and tells stop to end it when the context is done.
func supervise(ctx context.Context, work func() error, stop func()) error {
	errc := make(chan error, 1)
	go func() { errc <- work() }()
	select {
	case err := <-errc:
		return err
	case <-ctx.Done():
		if stop != nil {
			stop()
		}
		return ctx.Err()
	}
}

// SafeSupervised has something to stop.
func SafeSupervised(ctx context.Context, dial func() (net.Conn, error), cfg *tls.Config) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	err = supervise(ctx, conn.Handshake, func() { raw.SetDeadline(time.Now()) })
	if err == nil {
		conn.Close()
	}
	return err
}

// LeakSupervised has nothing.
func LeakSupervised(ctx context.Context, dial func() (net.Conn, error), cfg *tls.Config) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	err = supervise(ctx, func() error {
		return conn.Handshake() // want "is not stopped"
	}, nil)
	if err == nil {
		conn.Close()
	}
	return err
}

// SafePipeline passes connections from stage to stage; the last one closes
// what has not shaken hands in time.
func SafePipeline(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	type item struct {
		conn *tls.Conn
		errc chan error
	}
	dialed, started := make(chan net.Conn), make(chan item)
	go func() {
		defer close(dialed)
		if raw, err := dial(); err == nil {
			dialed <- raw
		}
	}()
	go func() {
		defer close(started)
		for raw := range dialed {
			it := item{tls.Client(raw, cfg), make(chan error, 1)}
			go func() { it.errc <- it.conn.Handshake() }()
			started <- it
		}
	}()
	var err error
	for it := range started {
		select {
		case err = <-it.errc:
		case <-time.After(timeout):
			err = errTimeout
		}
		it.conn.Close()
	}
	return err
}

// LeakPipeline drops it.
func LeakPipeline(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	type item struct {
		conn *tls.Conn
		errc chan error
	}
	dialed, started := make(chan net.Conn), make(chan item)
	go func() {
		defer close(dialed)
		if raw, err := dial(); err == nil {
			dialed <- raw
		}
	}()
	go func() {
		defer close(started)
		for raw := range dialed {
			it := item{tls.Client(raw, cfg), make(chan error, 1)}
			go func() { it.errc <- it.conn.Handshake() }() // want "is not stopped"
			started <- it
		}
	}()
	var err error
	for it := range started {
		select {
		case err = <-it.errc:
			it.conn.Close()
		case <-time.After(timeout):
			err = errTimeout
		}
	}
	return err
}

// SafeRequests serves requests to close in the goroutine that started the handshake.
func SafeRequests(ctx context.Context, dial func() (net.Conn, error), cfg *tls.Config) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	requests := make(chan func(net.Conn))
	go func() {
		for f := range requests {
			f(raw)
		}
	}()
	defer close(requests)
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	select {
	case err = <-errc:
	case <-ctx.Done():
		err = ctx.Err()
	}
	requests <- func(c net.Conn) { c.Close() }
	return err
}

// LeakTokens has a semaphore of which the handshake takes a token, and does not
// give it back when the timer fires.
func LeakTokens(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	tokens := make(chan struct{}, 1)
	tokens <- struct{}{}
	go func() {
		defer func() { <-tokens }()
		conn.Handshake() // want "is not stopped"
	}()
	select {
	case tokens <- struct{}{}:
		return conn.Close()
	case <-time.After(timeout):
		return errTimeout
	}
}

// SafeTokens closes the connection, so that the token comes back.
func SafeTokens(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	tokens := make(chan struct{}, 1)
	tokens <- struct{}{}
	go func() {
		defer func() { <-tokens }()
		conn.Handshake()
	}()
	select {
	case tokens <- struct{}{}:
		return conn.Close()
	case <-time.After(timeout):
		conn.Close()
		tokens <- struct{}{}
		return errTimeout
	}
}
