package selectrace

import (
	"context"
	"crypto/tls"
	"errors"
	"log"
	"net"
	"time"
)

// LeakLabelledBreak leaves the loop from the timer's case, behind which nothing
// closes the connection.
func LeakLabelledBreak(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	result := make(chan error, 1)
	go func() { result <- conn.Handshake() }() // want "is not stopped"

	ticker := time.NewTicker(timeout / 4)
	defer ticker.Stop()
	timer := time.NewTimer(timeout)
	defer timer.Stop()
wait:
	for {
		select {
		case err := <-result:
			conn.Close()
			return err
		case <-ticker.C:
			log.Printf("still waiting for %v", raw.RemoteAddr())
		case <-timer.C:
			break wait
		}
	}
	return errTimeout
}

// SafeLabelledBreak closes the connection behind the loop.
func SafeLabelledBreak(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (err error) {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	result := make(chan error, 1)
	go func() { result <- conn.Handshake() }()

	ticker := time.NewTicker(timeout / 4)
	defer ticker.Stop()
	timer := time.NewTimer(timeout)
	defer timer.Stop()
wait:
	for {
		select {
		case err = <-result:
			break wait
		case <-ticker.C:
			log.Printf("still waiting for %v", raw.RemoteAddr())
		case <-timer.C:
			err = errTimeout
			break wait
		}
	}
	conn.Close()
	return err
}

// LeakTicks counts ticks, and gives up after five of them.
func LeakTicks(dial func() (net.Conn, error), cfg *tls.Config) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	result := make(chan error, 1)
	go func() { result <- conn.Handshake() }() // want "is not stopped"

	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()
	for ticks := 0; ticks < 5; {
		select {
		case err := <-result:
			conn.Close()
			return err
		case <-ticker.C:
			ticks++
		}
	}
	return errTimeout
}

// SafeTicks counts ticks and closes the connection after five of them.
func SafeTicks(dial func() (net.Conn, error), cfg *tls.Config) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	result := make(chan error, 1)
	go func() { result <- conn.Handshake() }()

	for ticks, c := 0, time.Tick(time.Second); ticks < 5; {
		select {
		case err := <-result:
			conn.Close()
			return err
		case <-c:
			ticks++
		}
	}
	conn.Close()
	return errTimeout
}

// LeakRetry dials anew after each timeout and forgets the connection before.
func LeakRetry(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration, retries int) (*tls.Conn, error) {
	var lastErr error
	for i := 0; i <= retries; i++ {
		raw, err := dial()
		if err != nil {
			return nil, err
		}
		conn := tls.Client(raw, cfg)
		errc := make(chan error, 1)
		go func() { errc <- conn.Handshake() }() // want "is not stopped"
		select {
		case err := <-errc:
			if err == nil {
				return conn, nil
			}
			conn.Close()
			lastErr = err
		case <-time.After(timeout):
			lastErr = errTimeout
			continue
		}
	}
	return nil, lastErr
}

// SafeRetry closes each connection before it dials anew.
func SafeRetry(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration, retries int) (*tls.Conn, error) {
	var lastErr error
	for i := 0; i <= retries; i++ {
		raw, err := dial()
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
		if err == nil {
			return conn, nil
		}
		conn.Close()
		lastErr = err
	}
	return nil, lastErr
}

// LeakLastRetry closes the connections of all attempts but the last.
func LeakLastRetry(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (*tls.Conn, error) {
	for attempt := 1; ; attempt++ {
		raw, err := dial()
		if err != nil {
			return nil, err
		}
		conn := tls.Client(raw, cfg)
		errc := make(chan error, 1)
		go func() { errc <- conn.Handshake() }() // want "is not stopped"
		select {
		case err = <-errc:
		case <-time.After(timeout):
			err = errTimeout
		}
		if err == nil {
			return conn, nil
		}
		if attempt == 3 {
			return nil, err
		}
		conn.Close()
	}
}

// LeakRetryOneConn gives the same connection several chances, one after the other.
func LeakRetryOneConn(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (*tls.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }() // want "is not stopped"
	for try := 0; try < 3; try++ {
		select {
		case err := <-errc:
			if err != nil {
				conn.Close()
				return nil, err
			}
			return conn, nil
		case <-time.After(timeout):
			log.Printf("handshake is slow, try %d", try)
		}
	}
	return nil, errTimeout
}

// LeakGoto jumps over the code that closes the connection.
func LeakGoto(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
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
		goto timeout
	}
	conn.Close()
	return err
timeout:
	return errTimeout
}

// SafeGoto jumps to the code that closes the connection.
func SafeGoto(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
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
		goto fail
	}
	err = errors.Join(conn.VerifyHostname("example.com"))
fail:
	conn.Close()
	return err
}

// LeakRacePool starts a handshake for each of three servers, takes the first
// that is ready, and forgets the others.
func LeakRacePool(ctx context.Context, dial func() (net.Conn, error), cfg *tls.Config) (*tls.Conn, error) {
	won := make(chan *tls.Conn, 3)
	for range 3 {
		raw, err := dial()
		if err != nil {
			return nil, err
		}
		go func() {
			conn := tls.Client(raw, cfg)
			if err := conn.Handshake(); err != nil { // want "is not stopped"
				raw.Close()
				return
			}
			won <- conn
		}()
	}
	select {
	case conn := <-won:
		return conn, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// SafeRacePool closes them all, by way of a slice, when the context is done.
func SafeRacePool(ctx context.Context, dial func() (net.Conn, error), cfg *tls.Config) (*tls.Conn, error) {
	var raws []net.Conn
	won := make(chan *tls.Conn, 3)
	for range 3 {
		raw, err := dial()
		if err != nil {
			return nil, err
		}
		raws = append(raws, raw)
		go func() {
			conn := tls.Client(raw, cfg)
			if err := conn.Handshake(); err != nil {
				raw.Close()
				return
			}
			won <- conn
		}()
	}
	select {
	case conn := <-won:
		return conn, nil
	case <-ctx.Done():
		for _, raw := range raws {
			raw.Close()
		}
		return nil, ctx.Err()
	}
}
