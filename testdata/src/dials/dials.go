// Package dials holds handshakes inside a dial: the function that races never
// holds the connection that it would have to close.
package dials

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"time"
)

var errTimeout = errors.New("dial timed out")

type dialed struct {
	conn *tls.Conn
	err  error
}

// LeakDial dials in a goroutine and gives up.
func LeakDial(addr string, cfg *tls.Config, timeout time.Duration) (*tls.Conn, error) {
	ch := make(chan dialed, 1)
	go func() {
		conn, err := tls.Dial("tcp", addr, cfg) // want "is not stopped"
		ch <- dialed{conn, err}
	}()
	select {
	case d := <-ch:
		return d.conn, d.err
	case <-time.After(timeout):
		return nil, errTimeout
	}
}

// LeakDialContext gives up when the context is done, of which the dial knows nothing.
func LeakDialContext(ctx context.Context, addr string, cfg *tls.Config) (conn *tls.Conn, err error) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		conn, err = tls.Dial("tcp", addr, cfg) // want "is not stopped"
	}()
	select {
	case <-done:
		return conn, err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// LeakDialOneReceive has a timer that sends on the channel of the result.
func LeakDialOneReceive(addr string, cfg *tls.Config, timeout time.Duration) (*tls.Conn, error) {
	ch := make(chan dialed, 2)
	timer := time.AfterFunc(timeout, func() { ch <- dialed{err: errTimeout} })
	defer timer.Stop()
	go func() {
		var d dialed
		d.conn, d.err = tls.Dial("tcp", addr, cfg) // want "is not stopped"
		ch <- d
	}()
	d := <-ch
	return d.conn, d.err
}

// LeakDialWithDialer has a dialer without a limit.
func LeakDialWithDialer(addr string, cfg *tls.Config, timeout time.Duration) (*tls.Conn, error) {
	ch := make(chan dialed, 1)
	go func() {
		conn, err := tls.DialWithDialer(&net.Dialer{KeepAlive: time.Minute}, "tcp", addr, cfg) // want "is not stopped"
		ch <- dialed{conn, err}
	}()
	select {
	case d := <-ch:
		return d.conn, d.err
	case <-time.After(timeout):
		return nil, errTimeout
	}
}

// SafeDialWithDialer has a dialer with a timeout, which bounds the handshake, too.
func SafeDialWithDialer(addr string, cfg *tls.Config, timeout time.Duration) (*tls.Conn, error) {
	ch := make(chan dialed, 1)
	dialer := &net.Dialer{Timeout: 2 * timeout}
	go func() {
		conn, err := tls.DialWithDialer(dialer, "tcp", addr, cfg)
		ch <- dialed{conn, err}
	}()
	select {
	case d := <-ch:
		return d.conn, d.err
	case <-time.After(timeout):
		return nil, errTimeout
	}
}

// SafeDialerDeadline has a dialer with a deadline.
func SafeDialerDeadline(addr string, cfg *tls.Config, timeout time.Duration) (*tls.Conn, error) {
	ch := make(chan dialed, 1)
	var dialer net.Dialer
	dialer.Deadline = time.Now().Add(timeout)
	go func() {
		conn, err := tls.DialWithDialer(&dialer, "tcp", addr, cfg)
		ch <- dialed{conn, err}
	}()
	select {
	case d := <-ch:
		return d.conn, d.err
	case <-time.After(timeout):
		return nil, errTimeout
	}
}

// BlockDialWithDialer is stopped by the dialer's timeout; the result finds no taker.
func BlockDialWithDialer(addr string, cfg *tls.Config, timeout time.Duration) (*tls.Conn, error) {
	ch := make(chan dialed)
	go func() {
		conn, err := tls.DialWithDialer(&net.Dialer{Timeout: 2 * timeout}, "tcp", addr, cfg) // want "blocks for ever"
		ch <- dialed{conn, err}
	}()
	select {
	case d := <-ch:
		return d.conn, d.err
	case <-time.After(timeout):
		return nil, errTimeout
	}
}

// LeakDialer calls the Dial of a tls.Dialer, which has no context.
func LeakDialer(ctx context.Context, addr string, cfg *tls.Config) (net.Conn, error) {
	type result struct {
		net.Conn
		error
	}
	dialer := tls.Dialer{Config: cfg}
	ch := make(chan result, 1)
	go func() {
		conn, err := dialer.Dial("tcp", addr) // want "is not stopped"
		ch <- result{conn, err}
	}()
	select {
	case r := <-ch:
		return r.Conn, r.error
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// SafeDialer has a tls.Dialer over a net.Dialer with a timeout.
func SafeDialer(ctx context.Context, addr string, cfg *tls.Config, timeout time.Duration) (net.Conn, error) {
	dialer := tls.Dialer{NetDialer: &net.Dialer{Timeout: timeout}, Config: cfg}
	conns, errs := make(chan net.Conn, 1), make(chan error, 1)
	go func() {
		if conn, err := dialer.Dial("tcp", addr); err != nil {
			errs <- err
		} else {
			conns <- conn
		}
	}()
	select {
	case conn := <-conns:
		return conn, nil
	case err := <-errs:
		return nil, err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// SafeDialerContext passes the context that it waits for.
func SafeDialerContext(ctx context.Context, addr string, cfg *tls.Config) (net.Conn, error) {
	dialer := &tls.Dialer{Config: cfg}
	conns, errs := make(chan net.Conn, 1), make(chan error, 1)
	go func() {
		conn, err := dialer.DialContext(ctx, "tcp", addr)
		if err != nil {
			errs <- err
			return
		}
		conns <- conn
	}()
	select {
	case conn := <-conns:
		return conn, nil
	case err := <-errs:
		return nil, err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// LeakDialerBackground passes another context than the one that it waits for.
func LeakDialerBackground(ctx context.Context, addr string, cfg *tls.Config) (net.Conn, error) {
	dialer := &tls.Dialer{Config: cfg}
	conns, errs := make(chan net.Conn, 1), make(chan error, 1)
	go func() {
		conn, err := dialer.DialContext(context.Background(), "tcp", addr) // want "is not stopped"
		if err != nil {
			errs <- err
			return
		}
		conns <- conn
	}()
	select {
	case conn := <-conns:
		return conn, nil
	case err := <-errs:
		return nil, err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// LeakDialerParent waits for a timeout that is derived from the dial's context.
func LeakDialerParent(ctx context.Context, addr string, cfg *tls.Config, timeout time.Duration) (*tls.Conn, error) {
	limited, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	dialer := &tls.Dialer{Config: cfg}
	ch := make(chan dialed, 1)
	go func() {
		conn, err := dialer.DialContext(ctx, "tcp", addr) // want "is not stopped"
		if err != nil {
			ch <- dialed{err: err}
			return
		}
		ch <- dialed{conn: conn.(*tls.Conn)}
	}()
	select {
	case d := <-ch:
		return d.conn, d.err
	case <-limited.Done():
		return nil, limited.Err()
	}
}

// BlockDialerContext passes the right context, and has no room for the result.
func BlockDialerContext(ctx context.Context, addr string, cfg *tls.Config) (net.Conn, error) {
	dialer := &tls.Dialer{Config: cfg}
	errs := make(chan error)
	var conn net.Conn
	go func() {
		c, err := dialer.DialContext(ctx, "tcp", addr) // want "blocks for ever"
		conn = c
		errs <- err
	}()
	select {
	case err := <-errs:
		return conn, err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// SafeDialerCancel cancels the dial when it returns.
func SafeDialerCancel(addr string, cfg *tls.Config, timeout time.Duration) (*tls.Conn, error) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	ch := make(chan dialed, 1)
	go func() {
		conn, err := (&tls.Dialer{Config: cfg}).DialContext(ctx, "tcp", addr)
		if err != nil {
			ch <- dialed{err: err}
			return
		}
		ch <- dialed{conn: conn.(*tls.Conn)}
	}()
	select {
	case d := <-ch:
		return d.conn, d.err
	case <-time.After(timeout):
		return nil, errTimeout
	}
}

// dialAll is a helper that two cases share.
func dialAll(ctx context.Context, d *tls.Dialer, addrs ...string) <-chan dialed {
	ch := make(chan dialed, len(addrs))
	for _, addr := range addrs {
		go func() {
			conn, err := d.DialContext(ctx, "tcp", addr) // want "is not stopped"
			if err != nil {
				ch <- dialed{err: err}
				return
			}
			ch <- dialed{conn: conn.(*tls.Conn)}
		}()
	}
	return ch
}

// LeakDialHelper gives the helper a context without end.
func LeakDialHelper(addr string, cfg *tls.Config, timeout time.Duration) (*tls.Conn, error) {
	select {
	case d := <-dialAll(context.Background(), &tls.Dialer{Config: cfg}, addr):
		return d.conn, d.err
	case <-time.After(timeout):
		return nil, errTimeout
	}
}

// SafeDialHelper gives it one that ends.
func SafeDialHelper(addr string, cfg *tls.Config, timeout time.Duration) (*tls.Conn, error) {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	select {
	case d := <-dialAll(ctx, &tls.Dialer{Config: cfg}, addr):
		return d.conn, d.err
	case <-time.After(timeout):
		return nil, errTimeout
	}
}

// SafeDialTwoSteps dials the raw connection itself, and so can close it.
func SafeDialTwoSteps(addr string, cfg *tls.Config, timeout time.Duration) (*tls.Conn, error) {
	raw, err := net.DialTimeout("tcp", addr, timeout)
	if err != nil {
		return nil, err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	select {
	case err = <-errc:
	case <-time.After(timeout):
		err = errTimeout
	}
	if err != nil {
		raw.Close()
		return nil, err
	}
	return conn, nil
}

// LeakDialTwoSteps bounds the dial, but not the handshake.
func LeakDialTwoSteps(addr string, cfg *tls.Config, timeout time.Duration) (*tls.Conn, error) {
	raw, err := net.DialTimeout("tcp", addr, timeout)
	if err != nil {
		return nil, err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }() // want "is not stopped"
	select {
	case err = <-errc:
		if err != nil {
			raw.Close()
			return nil, err
		}
		return conn, nil
	case <-time.After(timeout):
		return nil, errTimeout
	}
}

// LeakHalfClosed half-closes the TCP connection.
func LeakHalfClosed(addr string, cfg *tls.Config, timeout time.Duration) error {
	raw, err := net.Dial("tcp", addr)
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
		raw.(*net.TCPConn).CloseWrite()
		return errTimeout
	}
}

// SafeHalfClosedRead half-closes it in the direction of reading, which ends the
// handshake's read.
func SafeHalfClosedRead(addr string, cfg *tls.Config, timeout time.Duration) error {
	raw, err := net.Dial("tcp", addr)
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
		raw.(*net.TCPConn).CloseRead()
		return errTimeout
	}
}

// LeakLinger sets how a close behaves, and closes nothing.
func LeakLinger(addr string, cfg *tls.Config, timeout time.Duration) error {
	raw, err := net.Dial("tcp", addr)
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
		if tcp, ok := raw.(*net.TCPConn); ok {
			tcp.SetLinger(0)
		}
		return errTimeout
	}
}

// SafeAssertedTCP closes the TCP connection behind a type assertion.
func SafeAssertedTCP(addr string, cfg *tls.Config, timeout time.Duration) error {
	raw, err := net.Dial("tcp", addr)
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
		conn.NetConn().(*net.TCPConn).Close()
		return errTimeout
	}
}

// LeakTimeoutOfDialOnly passes the timeout to net.Dialer, where it ends with
// the dial, and calls tls.Client by itself.
func LeakTimeoutOfDialOnly(ctx context.Context, addr string, cfg *tls.Config, timeout time.Duration) (*tls.Conn, error) {
	dialer := net.Dialer{Timeout: timeout}
	raw, err := dialer.DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.HandshakeContext(context.Background()) }() // want "is not stopped"
	select {
	case err := <-errc:
		if err != nil {
			raw.Close()
			return nil, err
		}
		return conn, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-time.After(timeout):
		return nil, errTimeout
	}
}
