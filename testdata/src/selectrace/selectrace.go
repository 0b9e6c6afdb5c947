// Package selectrace holds races in a select on a timer.
package selectrace

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"time"
)

var errTimeout = errors.New("tls handshake timed out")

// LeakTimeAfter returns when time.After fires, and leaves the connection open.
func LeakTimeAfter(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (*tls.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() {
		errc <- conn.Handshake() // want "is not stopped"
	}()
	select {
	case err := <-errc:
		if err != nil {
			conn.Close()
			return nil, err
		}
		return conn, nil
	case <-time.After(timeout):
		return nil, errTimeout
	}
}

// SafeTimeAfter closes the connection when time.After fires.
func SafeTimeAfter(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (*tls.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() {
		errc <- conn.Handshake()
	}()
	select {
	case err := <-errc:
		if err != nil {
			conn.Close()
			return nil, err
		}
		return conn, nil
	case <-time.After(timeout):
		conn.Close()
		return nil, errTimeout
	}
}

// BlockTimeAfter closes the connection, but nobody takes the result.
func BlockTimeAfter(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (*tls.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error)
	go func() {
		errc <- conn.Handshake() // want "blocks for ever"
	}()
	select {
	case err := <-errc:
		if err != nil {
			conn.Close()
			return nil, err
		}
		return conn, nil
	case <-time.After(timeout):
		conn.Close()
		return nil, errTimeout
	}
}

// LoseOperand evaluates the handshake before it waits for the context.
func LoseOperand(ctx context.Context, dial func() (net.Conn, error), cfg *tls.Config) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	defer conn.Close()
	errc := make(chan error, 1)
	select {
	case errc <- conn.Handshake(): // want "cannot win"
		return <-errc
	case <-ctx.Done():
		return ctx.Err()
	}
}

// LoseConnectionState asks the connection for its version while the handshake
// holds the mutex that ConnectionState takes.
func LoseConnectionState(ctx context.Context, dial func() (net.Conn, error), cfg *tls.Config) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	defer conn.Close()
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }() // want "cannot win"
	select {
	case err := <-errc:
		return err
	case <-ctx.Done():
		return fmt.Errorf("handshake (version %x): %w", conn.ConnectionState().Version, ctx.Err())
	}
}
