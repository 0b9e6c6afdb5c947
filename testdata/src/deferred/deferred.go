// Package deferred holds connections that a deferred call closes, or seems to close.
package deferred

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"time"
)

var errTimeout = errors.New("handshake timed out")

// SafeDeferClose closes the tls connection in any case.
func SafeDeferClose(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (version uint16, err error) {
	raw, err := dial()
	if err != nil {
		return 0, err
	}
	conn := tls.Client(raw, cfg)
	defer conn.Close()

	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	select {
	case err := <-errc:
		return conn.ConnectionState().Version, err
	case <-time.After(timeout):
		return 0, errTimeout
	}
}

// SafeNamedResult closes the connection in a deferred closure when the named
// result is an error.
func SafeNamedResult(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (_ net.Conn, err error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			raw.Close()
		}
	}()
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

// LeakShadowedResult guards the close with a variable that the timer's case
// does not set, since the result has no name.
func LeakShadowedResult(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (net.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			raw.Close()
		}
	}()
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }() // want "is not stopped"
	select {
	case err = <-errc:
		if err != nil {
			return nil, err
		}
		return conn, nil
	case <-time.After(timeout):
		return nil, errTimeout
	}
}

// SafeSuccessFlag closes the connection unless a flag says that all went well.
func SafeSuccessFlag(ctx context.Context, dial func() (net.Conn, error), cfg *tls.Config) (net.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	ok := false
	defer func() {
		if !ok {
			raw.Close()
		}
	}()
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	select {
	case err := <-errc:
		if err != nil {
			return nil, err
		}
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	ok = true
	return conn, nil
}

// LeakFlagTooEarly sets the flag before it knows.
func LeakFlagTooEarly(ctx context.Context, dial func() (net.Conn, error), cfg *tls.Config) (net.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	handedOver := false
	defer func() {
		if !handedOver {
			raw.Close()
		}
	}()
	conn := tls.Client(raw, cfg)
	handedOver = true // conn closes raw from here on
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }() // want "is not stopped"
	select {
	case err := <-errc:
		if err != nil {
			conn.Close()
			return nil, err
		}
		return conn, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// LeakDeferInGoroutine defers the close inside the handshake's own goroutine,
// where it waits for the handshake.
func LeakDeferInGoroutine(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	errc := make(chan error, 1)
	go func() {
		defer raw.Close()
		errc <- tls.Client(raw, cfg).Handshake() // want "is not stopped"
	}()
	select {
	case err := <-errc:
		return err
	case <-time.After(timeout):
		return errTimeout
	}
}

// LeakCloseBehindHandshake closes behind the handshake in its own goroutine.
func LeakCloseBehindHandshake(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	expired := make(chan struct{})
	go func() {
		err := conn.Handshake() // want "is not stopped"
		select {
		case <-expired:
			conn.Close() // nobody will
		default:
		}
		errc <- err
	}()
	select {
	case err := <-errc:
		conn.Close()
		return err
	case <-time.After(timeout):
		close(expired)
		return errTimeout
	}
}

// wrap returns a nil connection when the handshake takes too long.
func wrap(raw net.Conn, cfg *tls.Config, timeout time.Duration) (net.Conn, error) {
	conn := tls.Client(raw, cfg)
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

// SafeDeferBeforeOverwrite defers the close of the connection that the variable
// holds at that moment: the receiver is evaluated by the defer statement.
func SafeDeferBeforeOverwrite(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	dst, err := dial()
	if err != nil {
		return err
	}
	defer dst.Close()
	dst, err = wrap(dst, cfg, timeout)
	if err != nil {
		return err
	}
	_, err = io.WriteString(dst, "")
	return err
}

// LeakOverwrittenByNil looks at the variable when it returns; it is nil by then.
func LeakOverwrittenByNil(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	dst, err := dial()
	if err != nil {
		return err
	}
	defer func() {
		if dst != nil {
			dst.Close()
		}
	}()
	dst, err = wrap(dst, cfg, timeout)
	if err != nil {
		return err
	}
	_, err = io.WriteString(dst, "")
	return err
}

// SafeNotOverwritten has the closure look at a variable of its own.
func SafeNotOverwritten(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	defer func() {
		if raw != nil {
			raw.Close()
		}
	}()
	dst, err := wrap(raw, cfg, timeout)
	if err != nil {
		return err
	}
	_, err = io.WriteString(dst, "")
	return err
}

// LeakDeferTooLate defers the close behind the race.
func LeakDeferTooLate(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }() // want "is not stopped"
	select {
	case err = <-errc:
	case <-time.After(timeout):
		return errTimeout
	}
	defer conn.Close()
	return err
}

// SafeDeferWithArgument passes the connection to a deferred function of the package.
func SafeDeferWithArgument(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (err error) {
	raw, err := dial()
	if err != nil {
		return err
	}
	defer closeOnError(raw, &err)
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	select {
	case err := <-errc:
		conn.Close()
		return err
	case <-time.After(timeout):
		return errTimeout
	}
}

func closeOnError(c io.Closer, err *error) {
	if *err != nil {
		c.Close()
	}
}

// LeakDeferWithValue passes the error as it is at the defer statement: nil.
func LeakDeferWithValue(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (err error) {
	raw, err := dial()
	if err != nil {
		return err
	}
	defer closeIf(raw, err)
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }() // want "is not stopped"
	select {
	case err = <-errc:
		conn.Close()
		return err
	case <-time.After(timeout):
		err = errTimeout
		return err
	}
}

func closeIf(c io.Closer, err error) {
	if err != nil {
		c.Close()
	}
}

// SafeDeferInLoop closes all connections of a loop at its end, which is late,
// but not never.
func SafeDeferInLoop(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	for range 3 {
		raw, err := dial()
		if err != nil {
			return err
		}
		defer raw.Close()
		conn := tls.Client(raw, cfg)
		errc := make(chan error, 1)
		go func() { errc <- conn.Handshake() }()
		select {
		case err := <-errc:
			return err
		case <-time.After(timeout):
		}
	}
	return errTimeout
}

// BlockDefer closes deferred, and leaves the goroutine in its send.
func BlockDefer(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	defer raw.Close()
	errc := make(chan error)
	go func() {
		conn := tls.Client(raw, cfg)
		defer conn.Close()
		errc <- conn.Handshake() // want "blocks for ever"
	}()
	select {
	case err := <-errc:
		return err
	case <-time.After(timeout):
		return errTimeout
	}
}

// SafeDeferDrains receives the late result in a deferred closure, behind the close.
func SafeDeferDrains(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	errc := make(chan error)
	go func() {
		errc <- tls.Client(raw, cfg).Handshake()
		close(errc)
	}()
	defer func() {
		raw.Close()
		for range errc {
		}
	}()
	select {
	case err := <-errc:
		return err
	case <-time.After(timeout):
		return errTimeout
	}
}

// LoseDeferOrder defers the close first and the wait second: the wait comes first.
func LoseDeferOrder(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	defer raw.Close()
	errc := make(chan error, 1)
	done := make(chan struct{})
	go func() {
		defer close(done)
		errc <- tls.Client(raw, cfg).Handshake() // want "cannot win"
	}()
	defer func() { <-done }()
	select {
	case err := <-errc:
		return err
	case <-time.After(timeout):
		return errTimeout
	}
}

// SafeRecovered closes the connection in a deferred closure that recovers.
func SafeRecovered(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (err error) {
	raw, err := dial()
	if err != nil {
		return err
	}
	defer func() {
		if r := recover(); r != nil {
			raw.Close()
			err = r.(error)
		}
	}()
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	select {
	case err := <-errc:
		conn.Close()
		return err
	case <-time.After(timeout):
		panic(errTimeout)
	}
}
