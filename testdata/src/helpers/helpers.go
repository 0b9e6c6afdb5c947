// Package helpers holds connections that functions of the package close, or do
// not close, on behalf of the function that races.
package helpers

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"sync"
	"time"
)

var errTimeout = errors.New("handshake timed out")

func closeQuietly(c io.Closer) {
	if err := c.Close(); err != nil {
		log.Printf("close: %v", err)
	}
}

// SafeHelper has a helper close the connection.
func SafeHelper(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
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
		closeQuietly(conn)
		return errTimeout
	}
}

// abort logs why, and has another helper close the connection.
func abort(conn net.Conn, reason error) error {
	log.Printf("giving up on %v: %v", conn.RemoteAddr(), reason)
	closeQuietly(conn)
	return reason
}

// SafeTwoLevels has a helper of a helper close the connection.
func SafeTwoLevels(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
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
		return abort(raw, errTimeout)
	}
}

// giveUp sounds as if it closed the connection. It does not.
func giveUp(conn net.Conn, reason error) error {
	log.Printf("giving up on %v: %v", conn.RemoteAddr(), reason)
	return reason
}

// LeakHelperOnlyLogs has a helper that logs, and nothing more.
func LeakHelperOnlyLogs(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
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
		return giveUp(raw, errTimeout)
	}
}

// cleanup closes the connection if it is told to.
func cleanup(conn io.Closer, force bool) {
	if force {
		conn.Close()
	}
}

// LeakHelperFlag tells the helper not to close.
func LeakHelperFlag(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }() // want "is not stopped"
	select {
	case err := <-errc:
		cleanup(conn, true)
		return err
	case <-time.After(timeout):
		cleanup(conn, false)
		return errTimeout
	}
}

// SafeHelperFlag tells the helper to close.
func SafeHelperFlag(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	select {
	case err := <-errc:
		cleanup(conn, false || err == nil || err != nil)
		return err
	case <-time.After(timeout):
		cleanup(conn, true)
		return errTimeout
	}
}

// wait is the race alone: it knows nothing of the connection.
func wait(errc <-chan error, timeout time.Duration) error {
	t := time.NewTimer(timeout)
	defer t.Stop()
	select {
	case err := <-errc:
		return err
	case <-t.C:
		return errTimeout
	}
}

// LeakWaitHelper has the race in a helper, and drops the connection on an error.
func LeakWaitHelper(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (net.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }() // want "is not stopped"
	if err := wait(errc, timeout); err != nil {
		return nil, fmt.Errorf("handshake: %w", err)
	}
	return conn, nil
}

// SafeWaitHelper closes the connection when the helper returns an error.
func SafeWaitHelper(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (net.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	if err := wait(errc, timeout); err != nil {
		conn.Close()
		return nil, fmt.Errorf("handshake: %w", err)
	}
	return conn, nil
}

// BlockWaitHelper closes, too, but the helper is not there any more for the result.
func BlockWaitHelper(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (net.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error)
	go func() { errc <- conn.Handshake() }() // want "blocks for ever"
	if err := wait(errc, timeout); err != nil {
		conn.Close()
		return nil, fmt.Errorf("handshake: %w", err)
	}
	return conn, nil
}

// startHandshake starts the handshake and returns the channel of its result.
func startHandshake(conn *tls.Conn) <-chan error {
	errc := make(chan error, 1)
	go func() {
		defer close(errc)
		errc <- conn.Handshake() // want "is not stopped"
	}()
	return errc
}

// LeakStartHelper has the handshake in a helper that returns a future.
func LeakStartHelper(ctx context.Context, dial func() (net.Conn, error), cfg *tls.Config) (net.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	conn := tls.Client(raw, cfg)
	select {
	case err := <-startHandshake(conn):
		if err != nil {
			conn.Close()
			return nil, err
		}
		return conn, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// SafeStartHelper uses the same helper and closes.
func SafeStartHelper(ctx context.Context, dial func() (net.Conn, error), cfg *tls.Config) (net.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	conn := tls.Client(raw, cfg)
	select {
	case err = <-startHandshake(conn):
	case <-ctx.Done():
		err = ctx.Err()
	}
	if err != nil {
		conn.Close()
		return nil, err
	}
	return conn, nil
}

// SafeGoClose closes in a goroutine, so as not to wait for the alert.
func SafeGoClose(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
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
		go raw.Close()
		return errTimeout
	}
}

// SafeNetConn closes the connection under the tls connection by way of NetConn.
func SafeNetConn(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
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
		conn.NetConn().Close()
		return errTimeout
	}
}

// SafeOnce closes the connection once, from wherever it is first asked for.
func SafeOnce(ctx context.Context, dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	var once sync.Once
	shut := func() { once.Do(func() { raw.Close() }) }
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	select {
	case err := <-errc:
		shut()
		return err
	case <-ctx.Done():
		shut()
		return ctx.Err()
	case <-time.After(timeout):
		shut()
		return errTimeout
	}
}

// SafeOnceFunc does it with sync.OnceValue.
func SafeOnceFunc(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	shut := sync.OnceValue(raw.Close)
	defer shut()
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	return wait(errc, timeout)
}

// LeakOnceSpent has spent its once on something else.
func LeakOnceSpent(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	var once sync.Once
	once.Do(func() { log.Printf("connected to %v", raw.RemoteAddr()) })
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }() // want "is not stopped"
	select {
	case err := <-errc:
		conn.Close()
		return err
	case <-time.After(timeout):
		once.Do(func() { raw.Close() })
		return errTimeout
	}
}

// SafeClosers closes all of a slice.
func SafeClosers(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (err error) {
	var closers []io.Closer
	defer func() {
		for _, c := range closers {
			c.Close()
		}
	}()
	raw, err := dial()
	if err != nil {
		return err
	}
	closers = append(closers, raw)
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	return wait(errc, timeout)
}

// LeakClosersOther closes all of a slice that the connection is not in.
func LeakClosersOther(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (err error) {
	var closers []io.Closer
	defer func() {
		for _, c := range closers {
			c.Close()
		}
	}()
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }() // want "is not stopped"
	if err := wait(errc, timeout); err != nil {
		return err
	}
	closers = append(closers, conn)
	return nil
}

// SafeMap closes what a map holds.
func SafeMap(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	open := map[string]net.Conn{}
	for _, name := range []string{"primary", "secondary"} {
		raw, err := dial()
		if err != nil {
			break
		}
		open[name] = raw
	}
	defer func() {
		for name, c := range open {
			log.Printf("closing %s", name)
			c.Close()
		}
	}()
	conn := tls.Client(open["primary"], cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	return wait(errc, timeout)
}

// SafeGeneric closes by a generic helper.
func SafeGeneric(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	err = wait(errc, timeout)
	return closeAll(err, conn)
}

func closeAll[C io.Closer](err error, conns ...C) error {
	for _, c := range conns {
		err = errors.Join(err, c.Close())
	}
	return err
}

// SafeTeardown collects what is to be done in a slice of functions.
func SafeTeardown(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	var teardown []func() error
	defer func() {
		for i := len(teardown) - 1; i >= 0; i-- {
			teardown[i]()
		}
	}()
	raw, err := dial()
	if err != nil {
		return err
	}
	teardown = append(teardown, raw.Close)
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	return wait(errc, timeout)
}
