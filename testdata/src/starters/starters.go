// Package starters holds handshakes whose goroutine is started by something
// else than a go statement beside it.
package starters

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

var errTimeout = errors.New("handshake timed out")

// LeakErrgroup has one function that waits for the handshake and one that gives
// up; the group's context is not the handshake's.
func LeakErrgroup(ctx context.Context, dial func() (net.Conn, error), cfg *tls.Config) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	var g errgroup.Group
	done := make(chan struct{})
	g.Go(func() error {
		defer close(done)
		return conn.Handshake() // want "is not stopped"
	})
	select {
	case <-done:
		conn.Close()
		return g.Wait()
	case <-ctx.Done():
		return ctx.Err()
	}
}

// SafeErrgroupClose closes the connection before it waits for the group.
func SafeErrgroupClose(ctx context.Context, dial func() (net.Conn, error), cfg *tls.Config) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	var g errgroup.Group
	done := make(chan struct{})
	g.Go(func() error {
		defer close(done)
		return conn.Handshake()
	})
	select {
	case <-done:
		err = g.Wait()
		conn.Close()
		return err
	case <-ctx.Done():
		conn.Close()
		return errors.Join(ctx.Err(), g.Wait())
	}
}

// SafeErrgroupContext has the timeout as a member of the group, and hands the
// group's context to the handshake.
func SafeErrgroupContext(ctx context.Context, dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	defer raw.Close()
	conn := tls.Client(raw, cfg)
	g, gctx := errgroup.WithContext(ctx)
	over := make(chan struct{})
	g.Go(func() error {
		defer close(over)
		return conn.HandshakeContext(gctx)
	})
	g.Go(func() error {
		select {
		case <-over:
			return nil
		case <-time.After(timeout):
			return errTimeout
		}
	})
	return g.Wait()
}

// LoseErrgroup has the timeout as a member of the group, but Wait waits for the
// handshake, too, whatever the other member returns.
func LoseErrgroup(ctx context.Context, dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	defer raw.Close()
	conn := tls.Client(raw, cfg)
	g, gctx := errgroup.WithContext(ctx)
	over := make(chan struct{})
	g.Go(func() error {
		defer close(over)
		return conn.Handshake() // want "cannot win"
	})
	g.Go(func() error {
		select {
		case <-over:
			return nil
		case <-gctx.Done():
			return gctx.Err()
		case <-time.After(timeout):
			return errTimeout
		}
	})
	return g.Wait()
}

// SafeErrgroupMember closes the connection in the member that gives up.
func SafeErrgroupMember(ctx context.Context, dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	defer raw.Close()
	conn := tls.Client(raw, cfg)
	g, gctx := errgroup.WithContext(ctx)
	over := make(chan struct{})
	g.Go(func() error {
		defer close(over)
		return conn.Handshake()
	})
	g.Go(func() error {
		select {
		case <-over:
			return nil
		case <-gctx.Done():
			raw.Close()
			return gctx.Err()
		case <-time.After(timeout):
			raw.Close()
			return errTimeout
		}
	})
	return g.Wait()
}

// LeakErrgroupMethodValue hands the method itself to the group.
func LeakErrgroupMethodValue(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	var g errgroup.Group
	g.Go(conn.Handshake) // want "is not stopped"
	result := make(chan error, 1)
	go func() { result <- g.Wait() }()
	select {
	case err := <-result:
		conn.Close()
		return err
	case <-time.After(timeout):
		return errTimeout
	}
}

// LeakWaitGroupGo starts the handshake by the Go method of a WaitGroup, and
// turns the WaitGroup into a channel.
func LeakWaitGroupGo(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (err error) {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	var wg sync.WaitGroup
	wg.Go(func() {
		err = conn.Handshake() // want "is not stopped"
	})
	done := make(chan struct{})
	go func() {
		wg.Wait()
		close(done)
	}()
	select {
	case <-done:
		conn.Close()
		return err
	case <-time.After(timeout):
		return errTimeout
	}
}

// SafeWaitGroupGo closes the connection whichever comes first.
func SafeWaitGroupGo(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	defer raw.Close()
	conn := tls.Client(raw, cfg)
	var wg sync.WaitGroup
	var failure error
	wg.Go(func() {
		failure = conn.Handshake()
	})
	done := make(chan struct{})
	go func() {
		wg.Wait()
		close(done)
	}()
	select {
	case <-done:
		return failure
	case <-time.After(timeout):
		return errTimeout
	}
}

// LeakWaitGroupTwo waits for the handshakes of two connections, and closes one.
func LeakWaitGroupTwo(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	var wg sync.WaitGroup
	var conns [2]*tls.Conn
	for i := range conns {
		raw, err := dial()
		if err != nil {
			return err
		}
		conns[i] = tls.Client(raw, cfg)
		wg.Add(1)
		go func() {
			defer wg.Done()
			conns[i].Handshake() // want "is not stopped"
		}()
	}
	done := make(chan struct{})
	go func() { defer close(done); wg.Wait() }()
	select {
	case <-done:
		conns[0].Close()
		conns[1].Close()
		return nil
	case <-time.After(timeout):
		conns[0].Close()
		return errTimeout
	}
}

// SafeWaitGroupTwo closes both.
func SafeWaitGroupTwo(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (err error) {
	var wg sync.WaitGroup
	var conns []*tls.Conn
	for range 2 {
		raw, err := dial()
		if err != nil {
			return err
		}
		conn := tls.Client(raw, cfg)
		conns = append(conns, conn)
		wg.Add(1)
		go func() {
			defer wg.Done()
			conn.Handshake()
		}()
	}
	done := make(chan struct{})
	go func() { defer close(done); wg.Wait() }()
	select {
	case <-done:
	case <-time.After(timeout):
		err = errTimeout
	}
	for _, conn := range conns {
		conn.Close()
	}
	return err
}

// runWithTimeout runs f in a goroutine, and gives up after d.
func runWithTimeout(d time.Duration, f func() error) error {
	errc := make(chan error, 1)
	go func() { errc <- f() }()
	select {
	case err := <-errc:
		return err
	case <-time.After(d):
		return errTimeout
	}
}

// LeakRunWithTimeout hands the method to a helper, and drops the connection.
func LeakRunWithTimeout(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (*tls.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	conn := tls.Client(raw, cfg)
	if err := runWithTimeout(timeout, func() error {
		return conn.Handshake() // want "is not stopped"
	}); err != nil {
		return nil, err
	}
	return conn, nil
}

// SafeRunWithTimeout closes when the helper fails.
func SafeRunWithTimeout(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (*tls.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	conn := tls.Client(raw, cfg)
	if err := runWithTimeout(timeout, conn.Handshake); err != nil {
		conn.Close()
		return nil, err
	}
	return conn, nil
}

// await runs f and returns its result, if that comes in time.
func await[T any](ctx context.Context, f func() (T, error)) (T, error) {
	type outcome struct {
		value T
		err   error
	}
	ch := make(chan outcome, 1)
	go func() {
		v, err := f()
		ch <- outcome{v, err}
	}()
	select {
	case o := <-ch:
		return o.value, o.err
	case <-ctx.Done():
		var zero T
		return zero, ctx.Err()
	}
}

// LeakGeneric hands the handshake to a generic helper.
func LeakGeneric(ctx context.Context, dial func() (net.Conn, error), cfg *tls.Config) (*tls.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	return await(ctx, func() (*tls.Conn, error) {
		conn := tls.Client(raw, cfg)
		if err := conn.Handshake(); err != nil { // want "is not stopped"
			raw.Close()
			return nil, err
		}
		return conn, nil
	})
}

// SafeGeneric closes the raw connection when the helper fails.
func SafeGeneric(ctx context.Context, dial func() (net.Conn, error), cfg *tls.Config) (*tls.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	conn, err := await(ctx, func() (*tls.Conn, error) {
		conn := tls.Client(raw, cfg)
		return conn, conn.Handshake()
	})
	if err != nil {
		raw.Close()
		return nil, err
	}
	return conn, nil
}

// SafeGenericContext has the context in the handshake.
func SafeGenericContext(ctx context.Context, dial func() (net.Conn, error), cfg *tls.Config) (*tls.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	return await(ctx, func() (*tls.Conn, error) {
		conn := tls.Client(raw, cfg)
		return conn, conn.HandshakeContext(ctx)
	})
}

// LeakFuncTable has the steps of a connection in a table.
func LeakFuncTable(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	steps := []struct {
		name string
		run  func() error
	}{
		{"deadline", func() error { return raw.SetDeadline(time.Time{}) }},
		{"handshake", func() error { return conn.Handshake() }}, // want "is not stopped"
		{"close", conn.Close},
	}
	for _, step := range steps {
		if err := runWithTimeout(timeout, step.run); err != nil {
			return err
		}
	}
	return nil
}

// SafeFuncTable closes the connection when a step fails.
func SafeFuncTable(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	steps := map[string]func() error{
		"deadline":  func() error { return raw.SetDeadline(time.Time{}) },
		"handshake": conn.Handshake,
	}
	for _, name := range []string{"deadline", "handshake"} {
		if err = runWithTimeout(timeout, steps[name]); err != nil {
			break
		}
	}
	conn.Close()
	return err
}

// LeakWorker has a worker that takes functions from a channel.
func LeakWorker(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	work := make(chan func(), 1)
	defer close(work)
	go func() {
		for f := range work {
			f()
		}
	}()

	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	work <- func() {
		errc <- conn.Handshake() // want "is not stopped"
	}
	select {
	case err := <-errc:
		conn.Close()
		return err
	case <-time.After(timeout):
		return errTimeout
	}
}

// SafeWorker closes the connection, so that the worker goes on.
func SafeWorker(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	work := make(chan func(), 1)
	defer close(work)
	go func() {
		for f := range work {
			f()
		}
	}()

	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	defer conn.Close()
	errc := make(chan error, 1)
	work <- func() {
		errc <- conn.Handshake()
	}
	select {
	case err := <-errc:
		return err
	case <-time.After(timeout):
		return errTimeout
	}
}

// LeakAfterFuncStarts starts the handshake in the callback of a timer that
// fires at once.
func LeakAfterFuncStarts(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	time.AfterFunc(0, func() {
		errc <- conn.Handshake() // want "is not stopped"
	})
	select {
	case err := <-errc:
		conn.Close()
		return err
	case <-time.After(timeout):
		return errTimeout
	}
}

// LeakOnceFunc wraps the handshake, so that it happens once.
func LeakOnceFunc(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	handshake := sync.OnceValue(func() error {
		return conn.Handshake() // want "is not stopped"
	})
	if err := runWithTimeout(timeout, handshake); err != nil {
		return err
	}
	return errors.Join(handshake(), conn.Close())
}

// async starts f, and returns a function that waits for its result.
func async(f func() error) func(time.Duration) error {
	errc := make(chan error, 1)
	go func() { errc <- f() }()
	return func(d time.Duration) error {
		select {
		case err := <-errc:
			return err
		case <-time.After(d):
			return errTimeout
		}
	}
}

// LeakAsync waits with a function that a helper returned.
func LeakAsync(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	wait := async(func() error {
		return conn.Handshake() // want "is not stopped"
	})
	if err := wait(timeout); err != nil {
		return err
	}
	return conn.Close()
}

// SafeAsync closes the connection in any case.
func SafeAsync(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	err = async(conn.Handshake)(timeout)
	conn.Close()
	return err
}
