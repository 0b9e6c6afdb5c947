package ineffective

import (
	"context"
	"crypto/tls"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

var beats atomic.Int64

// LoseBesideHeartbeat waits for the handshake when it returns, while a ticker
// beats on beside it.
func LoseBesideHeartbeat(ctx context.Context, dial func() (net.Conn, error), cfg *tls.Config) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	idle := make(chan struct{})
	defer close(idle)
	go func() {
		beat := time.NewTicker(300 * time.Millisecond)
		defer beat.Stop()
		for {
			select {
			case <-beat.C:
				beats.Add(1)
			case <-idle:
				return
			}
		}
	}()
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	var wg sync.WaitGroup
	defer wg.Wait()
	wg.Go(func() { errc <- conn.Handshake() }) // want "cannot win: when the context on line 44 is done"
	select {
	case err := <-errc:
		conn.Close()
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// SafeBesideHeartbeat closes the connection before it waits.
func SafeBesideHeartbeat(ctx context.Context, dial func() (net.Conn, error), cfg *tls.Config) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	idle := make(chan struct{})
	defer close(idle)
	go func() {
		beat := time.NewTicker(300 * time.Millisecond)
		defer beat.Stop()
		for {
			select {
			case <-beat.C:
				beats.Add(1)
			case <-idle:
				return
			}
		}
	}()
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	var wg sync.WaitGroup
	defer wg.Wait()
	wg.Go(func() { errc <- conn.Handshake() })
	select {
	case err := <-errc:
		conn.Close()
		return err
	case <-ctx.Done():
		conn.Close()
		return ctx.Err()
	}
}

// LoseCallback asks for the state of the connection in the function that the timer
// calls, before that closes it.
func LoseCallback(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 2)
	go func() { errc <- conn.Handshake() }() // want "cannot win: when the timer on line 94 fires"
	timer := time.AfterFunc(timeout, func() {
		if !conn.ConnectionState().HandshakeComplete {
			conn.Close()
			errc <- errTimeout
		}
	})
	defer timer.Stop()
	return <-errc
}

// SafeSlowWarning asks for it in a function that does nothing with it: the timer
// races nothing.
func SafeSlowWarning(dial func() (net.Conn, error), cfg *tls.Config, timeout, slow time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	warning := time.AfterFunc(slow, func() { beats.Add(int64(conn.ConnectionState().Version)) })
	defer warning.Stop()
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	raw.SetDeadline(time.Now().Add(timeout))
	return <-errc
}
