// Package selectrace holds races in which a select waits for the handshake or
// for a timer.
package selectrace

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"time"
)

var errTimeout = errors.New("tls handshake timed out")

// LeakTimeAfter returns when time.After fires, and leaves the connection open.
func LeakTimeAfter(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (*tls.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() {
		errc <- conn.Handshake() // want "is not stopped"
	}()
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

// SafeTimeAfter closes the connection when time.After fires.
func SafeTimeAfter(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (*tls.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() {
		errc <- conn.Handshake()
	}()
	select {
	case err := <-errc:
		if err != nil {
			conn.Close()
			return nil, err
		}
		return conn, nil
	case <-time.After(timeout):
		conn.Close()
		return nil, errTimeout
	}
}

// BlockTimeAfter closes the connection, but nobody takes the result.
func BlockTimeAfter(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (*tls.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error)
	go func() {
		errc <- conn.Handshake() // want "blocks for ever"
	}()
	select {
	case err := <-errc:
		if err != nil {
			conn.Close()
			return nil, err
		}
		return conn, nil
	case <-time.After(timeout):
		conn.Close()
		return nil, errTimeout
	}
}

// SafeDrained closes the connection and waits for the result of the handshake,
// so that the channel needs no room.
func SafeDrained(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (*tls.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error)
	go func() {
		errc <- conn.Handshake()
	}()
	select {
	case err := <-errc:
		if err != nil {
			conn.Close()
			return nil, err
		}
		return conn, nil
	case <-time.After(timeout):
		conn.Close()
		<-errc
		return nil, errTimeout
	}
}

// SafeDrainedElsewhere leaves the result to a goroutine that takes it.
func SafeDrainedElsewhere(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	defer raw.Close()
	conn := tls.Client(raw, cfg)
	errc := make(chan error)
	go func() { errc <- conn.Handshake() }()
	select {
	case err := <-errc:
		return err
	case <-time.After(timeout):
		go func() { <-errc }()
		return errTimeout
	}
}

// LoseDrainedFirst waits for the result before the deferred call closes the
// connection: it waits for the handshake that it gave up.
func LoseDrainedFirst(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	defer raw.Close()
	conn := tls.Client(raw, cfg)
	errc := make(chan error)
	go func() { errc <- conn.Handshake() }() // want "cannot win"
	select {
	case err := <-errc:
		return err
	case <-time.After(timeout):
		<-errc
		return errTimeout
	}
}

// LeakTimerStop stops the timer, which is not the handshake.
func LeakTimerStop(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (net.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}

	timer := time.NewTimer(timeout)
	defer timer.Stop()

	conn := tls.Client(raw, cfg)
	done := make(chan error, 1)
	go func() { done <- conn.Handshake() }() // want "is not stopped"

	select {
	case <-timer.C:
		return nil, fmt.Errorf("handshake with %v: %w", raw.RemoteAddr(), errTimeout)
	case err = <-done:
	}
	if err != nil {
		raw.Close()
		return nil, err
	}
	return conn, nil
}

// SafeTimerMerged sets the error in the timer's case and closes the connection
// where the two cases meet.
func SafeTimerMerged(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (net.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}

	timer := time.NewTimer(timeout)
	defer timer.Stop()

	conn := tls.Client(raw, cfg)
	done := make(chan error, 1)
	go func() { done <- conn.Handshake() }()

	select {
	case <-timer.C:
		err = errTimeout
	case err = <-done:
	}
	if err != nil {
		raw.Close()
		return nil, err
	}
	return conn, nil
}

// LeakMergedOther closes the connection on the merged path only when the error
// is not the timeout.
func LeakMergedOther(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (net.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	conn := tls.Client(raw, cfg)
	done := make(chan error, 1)
	go func() { done <- conn.Handshake() }() // want "is not stopped"
	select {
	case <-time.After(timeout):
		err = errTimeout
	case err = <-done:
	}
	switch {
	case errors.Is(err, errTimeout):
		return nil, err
	case err != nil:
		raw.Close()
		return nil, err
	}
	return conn, nil
}

// LeakContextDone waits for the caller's context.
func LeakContextDone(ctx context.Context, dial func(context.Context) (net.Conn, error), cfg *tls.Config) (net.Conn, error) {
	raw, err := dial(ctx)
	if err != nil {
		return nil, err
	}
	conn := tls.Client(raw, cfg)
	ch := make(chan error, 1)
	go func() {
		ch <- conn.Handshake() // want "is not stopped"
		close(ch)
	}()
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case err := <-ch:
		if err != nil {
			_ = raw.Close()
			return nil, err
		}
	}
	return conn, nil
}

// SafeContextDone is how grpc does it: the context's case closes the raw connection.
func SafeContextDone(ctx context.Context, dial func(context.Context) (net.Conn, error), cfg *tls.Config) (net.Conn, error) {
	raw, err := dial(ctx)
	if err != nil {
		return nil, err
	}
	conn := tls.Client(raw, cfg)
	ch := make(chan error, 1)
	go func() {
		ch <- conn.Handshake()
		close(ch)
	}()
	select {
	case err := <-ch:
		if err != nil {
			conn.Close()
			return nil, err
		}
	case <-ctx.Done():
		raw.Close()
		return nil, ctx.Err()
	}
	return conn, nil
}

// LeakThirdCase closes the connection when the context is done, but not when
// its own timer fires first.
func LeakThirdCase(ctx context.Context, dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (net.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	conn := tls.Client(raw, cfg)
	result := make(chan error, 1)
	go func() { result <- conn.Handshake() }() // want "is not stopped"

	t := time.NewTimer(timeout)
	defer t.Stop()
	select {
	case err := <-result:
		if err != nil {
			conn.Close()
			return nil, err
		}
		return conn, nil
	case <-ctx.Done():
		conn.Close()
		return nil, ctx.Err()
	case <-t.C:
		return nil, errTimeout
	}
}

// SafeThirdCase closes the connection in both.
func SafeThirdCase(ctx context.Context, dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (net.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	conn := tls.Client(raw, cfg)
	result := make(chan error, 1)
	go func() { result <- conn.Handshake() }()

	t := time.NewTimer(timeout)
	defer t.Stop()
	select {
	case err := <-result:
		if err != nil {
			conn.Close()
			return nil, err
		}
		return conn, nil
	case <-ctx.Done():
		conn.Close()
		return nil, ctx.Err()
	case <-t.C:
		conn.Close()
		return nil, errTimeout
	}
}

// LeakFourCases forgets the connection when it is told to stop.
func LeakFourCases(ctx context.Context, stop <-chan struct{}, dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	result := make(chan error, 1)
	go func() { result <- conn.Handshake() }() // want "is not stopped"

	deadline := time.After(timeout)
	select {
	case <-stop:
		conn.Close()
		return errors.New("shutting down")
	case <-deadline:
		return errTimeout
	case <-ctx.Done():
		conn.Close()
		return ctx.Err()
	case err := <-result:
		conn.Close()
		return err
	}
}

// LeakDefaultLoop asks the result channel again and again, and gives up after
// a while.
func LeakDefaultLoop(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	result := make(chan error, 1)
	go func() { result <- conn.Handshake() }() // want "is not stopped"

	expired := time.After(timeout)
	for {
		select {
		case err := <-result:
			conn.Close()
			return err
		case <-expired:
			return errTimeout
		default:
			time.Sleep(50 * time.Millisecond)
		}
	}
}

// SafeDefaultLoop does the same and closes the connection whichever way it leaves.
func SafeDefaultLoop(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	defer raw.Close()
	conn := tls.Client(raw, cfg)
	result := make(chan error, 1)
	go func() { result <- conn.Handshake() }()

	expired := time.After(timeout)
	for {
		select {
		case err := <-result:
			return err
		case <-expired:
			return errTimeout
		default:
			time.Sleep(50 * time.Millisecond)
		}
	}
}

// LeakNested looks at the timer only in a select inside of the first one.
func LeakNested(stop <-chan struct{}, dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	result := make(chan error, 1)
	go func() { result <- conn.Handshake() }() // want "is not stopped"
	expired := time.After(timeout)
	select {
	case <-stop:
		// Give it the rest of its time.
		select {
		case err := <-result:
			conn.Close()
			return err
		case <-expired:
			return errTimeout
		}
	case err := <-result:
		conn.Close()
		return err
	}
}

// LeakNoBranch has an empty case for the timer and falls out of the select.
func LeakNoBranch(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (state tls.ConnectionState, err error) {
	raw, err := dial()
	if err != nil {
		return state, err
	}
	conn := tls.Client(raw, cfg)
	ready := make(chan bool, 1)
	go func() {
		err := conn.Handshake() // want "is not stopped"
		ready <- err == nil
	}()
	select {
	case ok := <-ready:
		if ok {
			state = conn.ConnectionState()
		}
		conn.Close()
	case <-time.After(timeout):
	}
	return state, nil
}

// SafeSynchronous hands the timeout to the handshake and races nothing.
func SafeSynchronous(ctx context.Context, dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (*tls.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	conn := tls.Client(raw, cfg)
	if err := conn.HandshakeContext(ctx); err != nil {
		raw.Close()
		return nil, err
	}
	return conn, nil
}
