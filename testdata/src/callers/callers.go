// Package callers holds helpers that lose the race, and callers that close the
// connection, or drop it.
package callers

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"time"
)

var errTimeout = errors.New("handshake timed out")

// upgrade leaves the connection to its callers.
func upgrade(raw net.Conn, cfg *tls.Config, timeout time.Duration) (*tls.Conn, error) {
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }() // want "is not stopped"
	select {
	case err := <-errc:
		return conn, err
	case <-time.After(timeout):
		return nil, errTimeout
	}
}

// LeakCallerDrops drops the connection when upgrade fails.
func LeakCallerDrops(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (*tls.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	return upgrade(raw, cfg, timeout)
}

// SafeCallerCloses closes it.
func SafeCallerCloses(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (*tls.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	conn, err := upgrade(raw, cfg, timeout)
	if err != nil {
		raw.Close()
		return nil, err
	}
	return conn, nil
}

// SafeCallerDefers closes it whatever happens.
func SafeCallerDefers(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	defer raw.Close()
	_, err = upgrade(raw, cfg, timeout)
	return err
}

// shake is only ever called with connections that are closed.
func shake(ctx context.Context, conn *tls.Conn) error {
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	select {
	case err := <-errc:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// SafeOnlyCaller is the only caller of shake.
func SafeOnlyCaller(ctx context.Context, dial func() (net.Conn, error), cfg *tls.Config) (*tls.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	conn := tls.Client(raw, cfg)
	if err := shake(ctx, conn); err != nil {
		conn.Close()
		return nil, err
	}
	return conn, nil
}

// The handshake is three calls deep here, and the connection made in between.

func connect(ctx context.Context, dial func() (net.Conn, error), cfg *tls.Config) (net.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	return startTLS(ctx, raw, cfg)
}

func startTLS(ctx context.Context, raw net.Conn, cfg *tls.Config) (net.Conn, error) {
	conn := tls.Client(raw, cfg)
	if err := race(ctx, conn.Handshake); err != nil { // want "is not stopped"
		return nil, err
	}
	return conn, nil
}

func race(ctx context.Context, handshake func() error) error {
	errc := make(chan error, 1)
	go func() { errc <- handshake() }()
	select {
	case err := <-errc:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// LeakThreeDeep calls connect, which drops the connection.
func LeakThreeDeep(ctx context.Context, dial func() (net.Conn, error), cfg *tls.Config) error {
	conn, err := connect(ctx, dial, cfg)
	if err != nil {
		return err
	}
	return conn.Close()
}

// LeakOneOfTwo closes the connection when the first attempt fails, but not
// when the second one does.
func LeakOneOfTwo(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (*tls.Conn, error) {
	first, err := dial()
	if err != nil {
		return nil, err
	}
	conn, err := negotiate(first, cfg, timeout)
	if err == nil {
		return conn, nil
	}
	first.Close()

	second, err := dial()
	if err != nil {
		return nil, err
	}
	return negotiate(second, cfg, timeout)
}

func negotiate(raw net.Conn, cfg *tls.Config, timeout time.Duration) (*tls.Conn, error) {
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }() // want "is not stopped"
	timer := time.NewTimer(timeout)
	defer timer.Stop()
	select {
	case err := <-errc:
		return conn, err
	case <-timer.C:
		return nil, errTimeout
	}
}

// BlockBorrowed is the function's own fault, whoever owns the connection: its
// goroutine blocks also when the caller closes.
func BlockBorrowed(raw net.Conn, cfg *tls.Config, timeout time.Duration) (*tls.Conn, error) {
	conn := tls.Client(raw, cfg)
	errc := make(chan error)
	go func() { errc <- conn.Handshake() }() // want "blocks for ever"
	select {
	case err := <-errc:
		return conn, err
	case <-time.After(timeout):
		return nil, errTimeout
	}
}

// SafeBorrowed leaves the connection to its caller, which closes it.
func SafeBorrowed(raw net.Conn, cfg *tls.Config, timeout time.Duration) (*tls.Conn, error) {
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
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

// A leased connection is given back by its owner.
type leased struct{ net.Conn }

func (leased) Close() error { return nil }

// SafeBorrowedUnder hands on the connection of its caller in a wrapper of its own,
// which does not close: the caller can.
func SafeBorrowedUnder(raw net.Conn, cfg *tls.Config, timeout time.Duration) error {
	conn := tls.Client(leased{raw}, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	select {
	case err := <-errc:
		return err
	case <-time.After(timeout):
		raw.SetWriteDeadline(time.Now())
		return errTimeout
	}
}

// SafeBorrowedTLS gets a tls connection, and leaves it to its caller, too.
func SafeBorrowedTLS(ctx context.Context, conn *tls.Conn) error {
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	select {
	case err := <-errc:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// LeakCallsExported calls an exported function with a connection that it drops.
func LeakCallsExported(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn, err := Upgrade(raw, cfg, timeout)
	if err != nil {
		return err
	}
	return conn.Close()
}

// Upgrade would be silent for its unseen callers; the one above is seen.
func Upgrade(raw net.Conn, cfg *tls.Config, timeout time.Duration) (*tls.Conn, error) {
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }() // want "is not stopped"
	select {
	case err := <-errc:
		return conn, err
	case <-time.After(timeout):
		return nil, errTimeout
	}
}

// SafeRetryWithDial closes between two attempts, and behind the last.
func SafeRetryWithDial(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (conn *tls.Conn, err error) {
	for range 2 {
		var raw net.Conn
		raw, err = dial()
		if err != nil {
			continue
		}
		conn, err = negotiate(raw, cfg, timeout)
		if err == nil {
			return conn, nil
		}
		raw.Close()
	}
	return nil, err
}
