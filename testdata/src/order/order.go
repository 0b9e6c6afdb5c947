// Package order holds races whose outcome depends on what comes first: of
// several timers, of a close and a send, of the goroutine and its maker.
package order

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"sync"
	"time"
)

var errTimeout = errors.New("handshake timed out")

// SafeWatchdog has a timer of its own that closes a while after the wait has ended.
func SafeWatchdog(ctx context.Context, dial func() (net.Conn, error), cfg *tls.Config) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	time.AfterFunc(5*time.Minute, func() { raw.Close() })
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	select {
	case err := <-errc:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// LeakWatchdogStopped stops it when it returns.
func LeakWatchdogStopped(ctx context.Context, dial func() (net.Conn, error), cfg *tls.Config) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	watchdog := time.AfterFunc(5*time.Minute, func() { raw.Close() })
	defer watchdog.Stop()
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

// SafeReaper starts a goroutine that closes once the handshake's time is over,
// when the function has long returned.
func SafeReaper(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
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
		go func() {
			time.Sleep(10 * timeout)
			conn.Close()
		}()
		return errTimeout
	}
}

// LeakReaper starts one that waits for the handshake to be over.
func LeakReaper(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
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
		go func() {
			<-errc
			conn.Close()
		}()
		return errTimeout
	}
}

// SafeReaperWithGrace starts one that waits for the handshake, but not for ever.
func SafeReaperWithGrace(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
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
		go func() {
			defer conn.Close()
			select {
			case <-errc:
			case <-time.After(timeout):
			}
		}()
		return errTimeout
	}
}

// SafeClosedBefore closes the connection before the goroutine starts, which then fails at once.
func SafeClosedBefore(ctx context.Context, dial func() (net.Conn, error), cfg *tls.Config) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	if ctx.Err() != nil {
		raw.Close()
	} else {
		defer raw.Close()
	}
	go func() { errc <- conn.Handshake() }()
	select {
	case err := <-errc:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// LeakTwoStages bounds the first of two handshakes, the second one lightly.
func LeakTwoStages(dial func() (net.Conn, error), cfg *tls.Config, short, long time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	proxy := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- proxy.Handshake() }() // want "is not stopped"
	select {
	case err := <-errc:
		proxy.Close()
		return err
	case <-time.After(short):
		// It may still come.
	}
	select {
	case err := <-errc:
		proxy.Close()
		return err
	case <-time.After(long):
		return errTimeout
	}
}

// SafeSlowThenClosed gives it a second chance, and closes then.
func SafeSlowThenClosed(dial func() (net.Conn, error), cfg *tls.Config, short, long time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	for _, d := range []time.Duration{short, long} {
		select {
		case err := <-errc:
			conn.Close()
			return err
		case <-time.After(d):
		}
	}
	conn.Close()
	return errTimeout
}

// SafeBothDirections has two goroutines, each of which closes for the other.
func SafeBothDirections(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	left, err := dial()
	if err != nil {
		return err
	}
	right, err := dial()
	if err != nil {
		left.Close()
		return err
	}
	var wg sync.WaitGroup
	errc := make(chan error, 2)
	for _, raw := range []net.Conn{left, right} {
		wg.Go(func() { errc <- tls.Client(raw, cfg).Handshake() })
	}
	go func() {
		wg.Wait()
		close(errc)
	}()
	timer := time.AfterFunc(timeout, func() {
		left.Close()
		right.Close()
	})
	defer timer.Stop()
	var first error
	for err := range errc {
		if first == nil {
			first = err
		}
	}
	left.Close()
	right.Close()
	return first
}

// LeakHappyEyeballs starts a second attempt after a while, takes the first that
// is ready, and closes the other one only then.
func LeakHappyEyeballs(ctx context.Context, dial func() (net.Conn, error), cfg *tls.Config, stagger time.Duration) (*tls.Conn, error) {
	type attempt struct {
		conn *tls.Conn
		err  error
	}
	results := make(chan attempt, 2)
	var started []net.Conn
	start := func() error {
		raw, err := dial()
		if err != nil {
			return err
		}
		started = append(started, raw)
		go func() {
			conn := tls.Client(raw, cfg)
			results <- attempt{conn, conn.Handshake()} // want "is not stopped"
		}()
		return nil
	}
	if err := start(); err != nil {
		return nil, err
	}
	second := time.After(stagger)
	for {
		select {
		case a := <-results:
			for _, raw := range started {
				if a.err != nil || raw != a.conn.NetConn() {
					raw.Close()
				}
			}
			return a.conn, a.err
		case <-second:
			if err := start(); err != nil {
				return nil, err
			}
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// SafeHappyEyeballs closes all of them when the context is done.
func SafeHappyEyeballs(ctx context.Context, dial func() (net.Conn, error), cfg *tls.Config, stagger time.Duration) (*tls.Conn, error) {
	results := make(chan *tls.Conn, 2)
	var started []net.Conn
	start := func() error {
		raw, err := dial()
		if err != nil {
			return err
		}
		started = append(started, raw)
		go func() {
			conn := tls.Client(raw, cfg)
			if conn.Handshake() == nil {
				results <- conn
			}
		}()
		return nil
	}
	closeAllBut := func(keep net.Conn) {
		for _, raw := range started {
			if raw != keep {
				raw.Close()
			}
		}
	}
	if err := start(); err != nil {
		return nil, err
	}
	second := time.After(stagger)
	for {
		select {
		case conn := <-results:
			closeAllBut(conn.NetConn())
			return conn, nil
		case <-second:
			if err := start(); err != nil {
				closeAllBut(nil)
				return nil, err
			}
		case <-ctx.Done():
			closeAllBut(nil)
			return nil, ctx.Err()
		}
	}
}
