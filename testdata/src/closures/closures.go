// Package closures holds races whose parts are closures: of closures, in
// structs, returned, deferred, recursive.
package closures

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"time"
)

var errTimeout = errors.New("handshake timed out")

// LeakClosureOfClosure has the handshake three closures deep.
func LeakClosureOfClosure(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	func() {
		handshake := func() error {
			return func() error {
				return conn.Handshake() // want "is not stopped"
			}()
		}
		go func() { errc <- handshake() }()
	}()
	return func() error {
		select {
		case err := <-errc:
			conn.Close()
			return err
		case <-time.After(timeout):
			return errTimeout
		}
	}()
}

// SafeClosureOfClosure closes as deep.
func SafeClosureOfClosure(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	abandon := func() func() {
		return func() { func() { raw.Close() }() }
	}
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	select {
	case err := <-errc:
		conn.Close()
		return err
	case <-time.After(timeout):
		abandon()()
		return errTimeout
	}
}

// LeakClosureNotCalled makes the closure, and does not call what it returns.
func LeakClosureNotCalled(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	abandon := func() func() {
		return func() { raw.Close() }
	}
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }() // want "is not stopped"
	select {
	case err := <-errc:
		conn.Close()
		return err
	case <-time.After(timeout):
		abandon()
		return errTimeout
	}
}

// connector makes the two halves of a connect: a function that runs it and one
// that gives it up.
func connector(raw net.Conn, cfg *tls.Config) (run func() error, giveUp func()) {
	conn := tls.Client(raw, cfg)
	run = func() error { return conn.Handshake() } // want "is not stopped"
	giveUp = func() { conn.Close() }
	return run, giveUp
}

// SafeConnector calls both.
func SafeConnector(ctx context.Context, dial func() (net.Conn, error), cfg *tls.Config) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	run, giveUp := connector(raw, cfg)
	defer giveUp()
	errc := make(chan error, 1)
	go func() { errc <- run() }()
	select {
	case err := <-errc:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// LeakConnector does not care for the second.
func LeakConnector(ctx context.Context, dial func() (net.Conn, error), cfg *tls.Config) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	run, _ := connector(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- run() }()
	select {
	case err := <-errc:
		raw.Close()
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// LeakReplaced replaces the function that gives up before it is called.
func LeakReplaced(ctx context.Context, dial func() (net.Conn, error), cfg *tls.Config) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	giveUp := func() { conn.Close() }
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }() // want "is not stopped"
	if cfg.ServerName != "" {
		giveUp = func() {} // the pool does that
	}
	select {
	case err := <-errc:
		conn.Close()
		return err
	case <-ctx.Done():
		giveUp()
		return ctx.Err()
	}
}

// SafeWrappedTwice wraps the function that gives up, again and again.
func SafeWrappedTwice(ctx context.Context, dial func() (net.Conn, error), cfg *tls.Config) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	giveUp := func() { raw.Close() }
	for range 2 {
		inner := giveUp
		giveUp = func() { inner() }
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	select {
	case err := <-errc:
		giveUp()
		return err
	case <-ctx.Done():
		giveUp()
		return ctx.Err()
	}
}

// SafeRecursive tries again by calling itself, and closes before.
func SafeRecursive(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	var try func(left int) error
	try = func(left int) error {
		raw, err := dial()
		if err != nil {
			return err
		}
		defer raw.Close()
		errc := make(chan error, 1)
		go func() { errc <- tls.Client(raw, cfg).Handshake() }()
		select {
		case err := <-errc:
			return err
		case <-time.After(timeout):
			if left == 0 {
				return errTimeout
			}
			return try(left - 1)
		}
	}
	return try(2)
}

// LeakRecursive does not close.
func LeakRecursive(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	var try func(left int) error
	try = func(left int) error {
		raw, err := dial()
		if err != nil {
			return err
		}
		errc := make(chan error, 1)
		go func() { errc <- tls.Client(raw, cfg).Handshake() }() // want "is not stopped"
		select {
		case err := <-errc:
			raw.Close()
			return err
		case <-time.After(timeout):
			if left == 0 {
				return errTimeout
			}
			return try(left - 1)
		}
	}
	return try(2)
}

type option func(*settings)

type settings struct {
	timeout time.Duration
	onClose func(net.Conn)
}

func withTimeout(d time.Duration) option { return func(s *settings) { s.timeout = d } }

func closing() option { return func(s *settings) { s.onClose = func(c net.Conn) { c.Close() } } }

func connect(raw net.Conn, cfg *tls.Config, opts ...option) error {
	s := settings{timeout: time.Minute, onClose: func(net.Conn) {}}
	for _, opt := range opts {
		opt(&s)
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }() // want "is not stopped"
	select {
	case err := <-errc:
		conn.Close()
		return err
	case <-time.After(s.timeout):
		s.onClose(conn)
		return errTimeout
	}
}

// SafeOptions has an option that closes.
func SafeOptions(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	return connect(raw, cfg, withTimeout(timeout), closing())
}

// LeakOptions has none.
func LeakOptions(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	return connect(raw, cfg, withTimeout(timeout))
}
