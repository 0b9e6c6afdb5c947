// Package verdicts has a case for each thing that the harness can find. The
// prefixes of their names say nothing.
package verdicts

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"os"
	"sync"
	"testing"
	"time"
)

func SafeQuiet(dial func() net.Conn, cfg *tls.Config, d time.Duration) error {
	return hold(dial(), cfg, d, true)
}

func SafeUnstopped(dial func() net.Conn, cfg *tls.Config, d time.Duration) error {
	return hold(dial(), cfg, d, false)
}

// hold races a handshake with d.
func hold(raw net.Conn, cfg *tls.Config, d time.Duration, stop bool) error {
	errc := make(chan error, 1)
	go func() { errc <- tls.Client(raw, cfg).Handshake() }()
	select {
	case err := <-errc:
		return err
	case <-time.After(d):
		if stop {
			raw.Close()
		}
		return errors.New("timeout")
	}
}

// SafeTrusted does not close what belongs to its caller.
func SafeTrusted(raw net.Conn, cfg *tls.Config, d time.Duration) error {
	return hold(raw, cfg, d, false)
}

// SafeOneWorld leaks only where the flag is set and the second duration is the shorter.
func SafeOneWorld(dial func() (net.Conn, error), cfg *tls.Config, a, b time.Duration, flag bool) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	return hold(raw, cfg, a, !(flag && b < a))
}

func SafeBlocked(dial func() net.Conn, cfg *tls.Config, ctx context.Context) error {
	raw := dial()
	defer raw.Close()
	errc := make(chan error)
	go func() { errc <- tls.Client(raw, cfg).Handshake() }()
	select {
	case err := <-errc:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// SafeStuck leaves a goroutine that has to do with no handshake.
func SafeStuck(dial func() net.Conn, cfg *tls.Config, d time.Duration) error {
	go func() { <-make(chan int) }()
	return hold(dial(), cfg, d, true)
}

func SafeNeverReturns(conn *tls.Conn, d time.Duration) error {
	return conn.Handshake()
}

// SafeMutexWait waits for a mutex, which stops virtual time.
func SafeMutexWait(conn *tls.Conn, d time.Duration) error {
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	select {
	case err := <-errc:
		return err
	case <-time.After(d):
		conn.ConnectionState()
		return errors.New("timeout")
	}
}

// SafeMutexFreed waits for a mutex that becomes free: only real time can tell.
func SafeMutexFreed(conn *tls.Conn, d time.Duration) error {
	var mu sync.Mutex
	errc := make(chan error, 1)
	go func() {
		mu.Lock()
		defer mu.Unlock()
		errc <- conn.Handshake()
	}()
	timer := time.AfterFunc(2*d, func() { conn.Close() })
	defer timer.Stop()
	select {
	case err := <-errc:
		return err
	case <-time.After(d):
		mu.Lock()
		defer mu.Unlock()
		return errors.New("timeout")
	}
}

// SafeExit ends the process, as a program would.
func SafeExit(dial func() net.Conn, cfg *tls.Config, d time.Duration) error {
	err := hold(dial(), cfg, d, false)
	if err != nil {
		os.Exit(3)
	}
	return err
}

// SafeAfterExit comes behind the case that ends the process.
func SafeAfterExit(dial func() net.Conn, cfg *tls.Config, d time.Duration) error {
	return hold(dial(), cfg, d, false)
}

// SafePanic panics in its own goroutine, SafePanicElsewhere in another one.
func SafePanic(dial func() net.Conn, cfg *tls.Config, d time.Duration) error {
	if err := hold(dial(), cfg, d, false); err != nil {
		panic(err)
	}
	return nil
}

func SafePanicElsewhere(dial func() net.Conn, cfg *tls.Config, d time.Duration) error {
	if err := hold(dial(), cfg, d, false); err != nil {
		go func() { panic(err) }()
		time.Sleep(d)
	}
	return nil
}

// SafeTestFails fails the test that runs it.
func SafeTestFails(t *testing.T, dial func() net.Conn, cfg *tls.Config, d time.Duration) {
	if err := hold(dial(), cfg, d, true); err != nil {
		t.Fatal(err)
	}
}

// SafeNoHandshake does none.
func SafeNoHandshake(dial func() net.Conn) { dial().Close() }

// SafeFails fails also with a peer that answers.
func SafeFails(dial func() net.Conn, cfg *tls.Config, d time.Duration) error {
	return errors.Join(hold(dial(), cfg, d, true), errors.New("always"))
}

// SafeDials is run in real time.
func SafeDials(addr string, cfg *tls.Config, d time.Duration) (*tls.Conn, error) {
	type dialed struct {
		conn *tls.Conn
		err  error
	}
	ch := make(chan dialed, 1)
	go func() {
		conn, err := tls.Dial("tcp", addr, cfg)
		ch <- dialed{conn, err}
	}()
	select {
	case r := <-ch:
		return r.conn, r.err
	case <-time.After(d):
		return nil, errors.New("timeout")
	}
}

// helper is no case, and neither is the method below.
func safehelper() {}

type T struct{}

func (T) SafeMethod(int) {}

// SafeUseless returns a connection that it has closed.
func SafeUseless(dial func() net.Conn, cfg *tls.Config, d time.Duration) (*tls.Conn, error) {
	conn := tls.Client(dial(), cfg)
	defer conn.Close()
	ctx, cancel := context.WithTimeout(context.Background(), d)
	defer cancel()
	return conn, conn.HandshakeContext(ctx)
}
