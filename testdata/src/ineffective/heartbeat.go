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

// SilentSoftLimit only tells that it takes long.
//
// Silent: it waits for the handshake in any case, and returns what that does.
func SilentSoftLimit(dial func() (net.Conn, error), cfg *tls.Config, soft time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	select {
	case err := <-errc:
		return err
	case <-time.After(soft):
		beats.Add(1)
	}
	return <-errc
}

// LoseHardLimit has made up its mind before it waits.
func LoseHardLimit(dial func() (net.Conn, error), cfg *tls.Config, hard time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }() // want "cannot win"
	select {
	case err := <-errc:
		return err
	case <-time.After(hard):
		<-errc
		return errTimeout
	}
}

// A token is what a client waits for.
type token struct {
	mu   sync.Mutex
	done chan struct{}
	err  error
}

func (t *token) failure() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.err
}

// SilentLookedAfterAWhile looks for an early error, and then waits.
//
// Silent: it waits for the handshake in any case.
func SilentLookedAfterAWhile(dial func() (net.Conn, error), cfg *tls.Config, while time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	t := &token{done: make(chan struct{})}
	go func() {
		defer close(t.done)
		err := conn.Handshake()
		t.mu.Lock()
		defer t.mu.Unlock()
		t.err = err
	}()
	time.Sleep(while)
	if err := t.failure(); err != nil {
		return err
	}
	<-t.done
	return t.failure()
}
