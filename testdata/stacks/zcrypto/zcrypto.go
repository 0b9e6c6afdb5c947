// Package zcrypto holds handshakes of github.com/zmap/zcrypto/tls, whose Close
// stops them since March 2025.
package zcrypto

import (
	"context"
	"errors"
	"net"
	"time"

	"github.com/zmap/zcrypto/tls"
)

var errTimeout = errors.New("handshake timed out")

var config = &tls.Config{ServerName: "example.com", InsecureSkipVerify: true}

// LeakHandshake returns when the timer fires and leaves the rest alone.
func LeakHandshake(dial func() (net.Conn, error), timeout time.Duration) (net.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	conn := tls.Client(raw, config)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }() // want "is not stopped"
	select {
	case err := <-errc:
		return conn, err
	case <-time.After(timeout):
		return nil, errTimeout
	}
}

// SafeClose closes the connection.
func SafeClose(dial func() (net.Conn, error), timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, config)
	defer conn.Close()
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	select {
	case err := <-errc:
		return err
	case <-time.After(timeout):
		return errTimeout
	}
}

// SafeInterface closes a connection whose type is hidden.
func SafeInterface(dial func() (net.Conn, error), timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	var conn interface {
		net.Conn
		Handshake() error
	} = tls.Client(raw, config)
	defer conn.Close()
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	select {
	case err := <-errc:
		return err
	case <-time.After(timeout):
		return errTimeout
	}
}

// SafeRawClose closes the connection under it.
func SafeRawClose(dial func() (net.Conn, error), timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	defer raw.Close()
	conn := tls.Client(raw, config)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	select {
	case err := <-errc:
		return err
	case <-time.After(timeout):
		return errTimeout
	}
}

// SafeDeadline sets a deadline in the branch of the timer.
func SafeDeadline(dial func() (net.Conn, error), timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, config)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	select {
	case err := <-errc:
		conn.Close()
		return err
	case <-time.After(timeout):
		conn.SetDeadline(time.Now())
		return errTimeout
	}
}

// SafeContext hands the context to the handshake, too.
func SafeContext(ctx context.Context, dial func() (net.Conn, error)) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, config)
	errc := make(chan error, 1)
	go func() { errc <- conn.HandshakeContext(ctx) }()
	select {
	case err := <-errc:
		conn.Close()
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// LeakContext does not.
func LeakContext(ctx context.Context, dial func() (net.Conn, error)) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, config)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }() // want "is not stopped"
	select {
	case err := <-errc:
		conn.Close()
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// LeakDial dials in a goroutine and gives up.
func LeakDial(addr string, timeout time.Duration) error {
	errc := make(chan error, 1)
	go func() {
		conn, err := tls.Dial("tcp", addr, config) // want "is not stopped"
		if err == nil {
			conn.Close()
		}
		errc <- err
	}()
	select {
	case err := <-errc:
		return err
	case <-time.After(timeout):
		return errTimeout
	}
}

// SafeDialContext hands its context to the dial.
func SafeDialContext(ctx context.Context, addr string) error {
	dialer := tls.Dialer{Config: config}
	errc := make(chan error, 1)
	go func() {
		conn, err := dialer.DialContext(ctx, "tcp", addr)
		if err == nil {
			conn.Close()
		}
		errc <- err
	}()
	select {
	case err := <-errc:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}
