// Package deadlines holds handshakes that a deadline stops, or that one seems to stop.
package deadlines

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"time"
)

var errTimeout = errors.New("handshake timed out")

// SafeBefore sets a deadline on the raw connection before the handshake.
func SafeBefore(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	if err := raw.SetDeadline(time.Now().Add(timeout)); err != nil {
		return err
	}
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

// SafeLater has a deadline far behind the timer: the handshake goes on for a
// while, but not for ever.
func SafeLater(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	conn.SetReadDeadline(time.Now().Add(10 * timeout))
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

// SafeInBranch sets a deadline that is over at once when the timer fires.
func SafeInBranch(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	select {
	case err := <-errc:
		conn.Close()
		return err
	case <-time.After(timeout):
		conn.SetDeadline(time.Unix(1, 0))
		return errTimeout
	}
}

// SafeInBranchRead sets a read deadline, on the raw connection.
func SafeInBranchRead(ctx context.Context, dial func() (net.Conn, error), cfg *tls.Config) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	select {
	case err := <-errc:
		conn.Close()
		return err
	case <-ctx.Done():
		_ = raw.SetReadDeadline(time.Now())
		return ctx.Err()
	}
}

// BlockInBranch stops the handshake by a deadline, but not its goroutine.
func BlockInBranch(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error)
	go func() { errc <- conn.Handshake() }() // want "blocks for ever"
	select {
	case err := <-errc:
		conn.Close()
		return err
	case <-time.After(timeout):
		conn.SetReadDeadline(time.Now())
		return errTimeout
	}
}

// LeakWriteDeadline sets a deadline for writing: the handshake waits in a read.
func LeakWriteDeadline(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	conn.SetWriteDeadline(time.Now().Add(timeout))
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }() // want "is not stopped"
	select {
	case err := <-errc:
		conn.Close()
		return err
	case <-time.After(timeout):
		raw.SetWriteDeadline(time.Now())
		return errTimeout
	}
}

// LeakUndone clears the deadline in the timer's case, before it passes.
func LeakUndone(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	raw.SetDeadline(time.Now().Add(2 * timeout))
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }() // want "is not stopped"
	select {
	case err := <-errc:
		conn.Close()
		return err
	case <-time.After(timeout):
		raw.SetDeadline(time.Time{})
		return errTimeout
	}
}

// LeakUndoneDeferred clears the deadline when it returns, so that the caller
// gets a connection without one; it returns before the deadline has passed.
func LeakUndoneDeferred(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (net.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	raw.SetReadDeadline(time.Now().Add(time.Minute))
	defer raw.SetReadDeadline(time.Time{})
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }() // want "is not stopped"
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

// SafeUndoneOnSuccess clears the deadline only when the handshake is over.
func SafeUndoneOnSuccess(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (net.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	raw.SetReadDeadline(time.Now().Add(time.Minute))
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	select {
	case err := <-errc:
		if err != nil {
			conn.Close()
			return nil, err
		}
		raw.SetReadDeadline(time.Time{})
		return conn, nil
	case <-time.After(timeout):
		return nil, errTimeout
	}
}

// SafeUndoneWrite clears the deadline for writing only.
func SafeUndoneWrite(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	raw.SetDeadline(time.Now().Add(time.Minute))
	defer raw.SetWriteDeadline(time.Time{})
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

// LeakZeroBefore clears the deadline of the step before.
func LeakZeroBefore(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	raw.SetDeadline(time.Now().Add(time.Second))
	if raw.RemoteAddr() == nil {
		raw.Close()
		return errors.New("not connected")
	}
	raw.SetDeadline(time.Time{})
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }() // want "is not stopped"
	select {
	case err := <-errc:
		conn.Close()
		return err
	case <-time.After(timeout):
		return errTimeout
	}
}

// SafeFromContext takes the deadline from the context, and closes when the
// context is done without one.
func SafeFromContext(ctx context.Context, dial func() (net.Conn, error), cfg *tls.Config) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	if deadline, ok := ctx.Deadline(); ok {
		raw.SetDeadline(deadline)
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	select {
	case err := <-errc:
		conn.Close()
		return err
	case <-ctx.Done():
		if errors.Is(ctx.Err(), context.Canceled) {
			conn.Close()
		}
		return ctx.Err()
	}
}

// LeakFromContext trusts the context to have a deadline; it may be cancelled
// long before, or have none.
func LeakFromContext(ctx context.Context, dial func() (net.Conn, error), cfg *tls.Config) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	if deadline, ok := ctx.Deadline(); ok {
		raw.SetDeadline(deadline)
	}
	conn := tls.Client(raw, cfg)
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

// SafeInsideGoroutine sets the deadline in the goroutine of the handshake.
func SafeInsideGoroutine(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	errc := make(chan error, 1)
	go func() {
		raw.SetDeadline(time.Now().Add(timeout))
		conn := tls.Client(raw, cfg)
		err := conn.Handshake()
		conn.Close()
		errc <- err
	}()
	select {
	case err := <-errc:
		return err
	case <-time.After(timeout / 2):
		return errTimeout
	}
}

// SafeExtended sets one deadline after the other; the last one counts, and it
// passes, too.
func SafeExtended(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	raw.SetDeadline(time.Now().Add(timeout))
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	for range 2 {
		select {
		case err := <-errc:
			conn.Close()
			return err
		case <-time.After(timeout / 2):
			raw.SetDeadline(time.Now().Add(timeout))
		}
	}
	return errTimeout
}

// LeakCloseWrite half-closes the connection: the peer may still talk, and so
// the handshake goes on listening.
func LeakCloseWrite(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }() // want "is not stopped"
	select {
	case err := <-errc:
		conn.Close()
		return err
	case <-time.After(timeout):
		if half, ok := raw.(interface{ CloseWrite() error }); ok {
			half.CloseWrite()
		}
		return errTimeout
	}
}

// LeakCloseWriteTLS half-closes the tls connection, which fails at once while
// the handshake is under way.
func LeakCloseWriteTLS(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }() // want "is not stopped"
	select {
	case err := <-errc:
		conn.Close()
		return err
	case <-time.After(timeout):
		return errors.Join(errTimeout, conn.CloseWrite())
	}
}
