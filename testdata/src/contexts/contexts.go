// Package contexts holds handshakes with a context: derived, detached,
// cancelled, or another one than the race is on.
package contexts

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"time"
)

var errTimeout = errors.New("handshake timed out")

// SafeSameContext races the handshake with the context that stops it.
func SafeSameContext(ctx context.Context, dial func() (net.Conn, error), cfg *tls.Config) (net.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.HandshakeContext(ctx) }()
	select {
	case err := <-errc:
		if err != nil {
			raw.Close()
			return nil, err
		}
		return conn, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// BlockSameContext has no room for the result.
func BlockSameContext(ctx context.Context, dial func() (net.Conn, error), cfg *tls.Config) (net.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error)
	go func() { errc <- conn.HandshakeContext(ctx) }() // want "blocks for ever"
	select {
	case err := <-errc:
		if err != nil {
			raw.Close()
			return nil, err
		}
		return conn, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// LeakBackground hands the background context to the handshake.
func LeakBackground(ctx context.Context, dial func() (net.Conn, error), cfg *tls.Config) (net.Conn, error) {
	raw, err := dial()
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
	}
}

// LeakOtherTimer hands the caller's context to the handshake, but races it with
// a timer of its own that cancels nothing.
func LeakOtherTimer(ctx context.Context, dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (net.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.HandshakeContext(ctx) }() // want "is not stopped"
	select {
	case err := <-errc:
		if err != nil {
			raw.Close()
			return nil, err
		}
		return conn, nil
	case <-time.After(timeout):
		return nil, errTimeout
	}
}

// LeakParent races with a derived context; the handshake got its parent.
func LeakParent(ctx context.Context, dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (net.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	limited, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.HandshakeContext(ctx) }() // want "is not stopped"
	select {
	case err := <-errc:
		if err != nil {
			raw.Close()
			return nil, err
		}
		return conn, nil
	case <-limited.Done():
		return nil, limited.Err()
	}
}

// SafeChild races with the parent of the handshake's context.
func SafeChild(ctx context.Context, dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (net.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	limited, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.HandshakeContext(limited) }()
	select {
	case err := <-errc:
		if err != nil {
			raw.Close()
			return nil, err
		}
		return conn, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// SafeChildAlive races with the parent, and does not cancel the child: its
// parent does.
func SafeChildAlive(ctx context.Context, dial func() (net.Conn, error), cfg *tls.Config) (net.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	type key struct{}
	inner := context.WithValue(ctx, key{}, "handshake")
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.HandshakeContext(inner) }()
	select {
	case err := <-errc:
		if err != nil {
			raw.Close()
			return nil, err
		}
		return conn, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// SafeDeferredCancel cancels the handshake's context whenever it returns.
func SafeDeferredCancel(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (net.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.HandshakeContext(ctx) }()
	select {
	case err := <-errc:
		if err != nil {
			raw.Close()
			return nil, err
		}
		return conn, nil
	case <-time.After(timeout):
		return nil, errTimeout
	}
}

// LeakCancelForgotten cancels the context only when the handshake is over.
func LeakCancelForgotten(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (net.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.HandshakeContext(ctx) }() // want "is not stopped"
	select {
	case err := <-errc:
		cancel()
		if err != nil {
			raw.Close()
			return nil, err
		}
		return conn, nil
	case <-time.After(timeout):
		return nil, errTimeout
	}
}

// SafeOwnTimeout has a context with a timeout that passes a while after the race.
func SafeOwnTimeout(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (net.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 3*timeout)
	_ = cancel // the timeout does it
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.HandshakeContext(ctx) }()
	select {
	case err := <-errc:
		if err != nil {
			raw.Close()
			return nil, err
		}
		return conn, nil
	case <-time.After(timeout):
		return nil, errTimeout
	}
}

// LeakWithoutCancel detaches the handshake from the context that it races with.
func LeakWithoutCancel(ctx context.Context, dial func() (net.Conn, error), cfg *tls.Config) (net.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() {
		errc <- conn.HandshakeContext(context.WithoutCancel(ctx)) // want "is not stopped"
	}()
	select {
	case err := <-errc:
		if err != nil {
			raw.Close()
			return nil, err
		}
		return conn, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// SafeWithoutCancelLimited detaches the handshake and gives it a limit of its own.
func SafeWithoutCancelLimited(ctx context.Context, dial func() (net.Conn, error), cfg *tls.Config) (net.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
		defer cancel()
		errc <- conn.HandshakeContext(ctx)
	}()
	select {
	case err := <-errc:
		if err != nil {
			raw.Close()
			return nil, err
		}
		return conn, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// LeakTimeoutUnused makes a context with a timeout, races with it, and calls
// the handshake that knows of no context.
func LeakTimeoutUnused(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (net.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }() // want "is not stopped"
	select {
	case err := <-errc:
		if err != nil {
			raw.Close()
			return nil, err
		}
		return conn, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// SafeCancelInBranch cancels in the timer's case.
func SafeCancelInBranch(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (net.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.HandshakeContext(ctx) }()
	select {
	case err = <-errc:
	case <-time.After(timeout):
		cancel()
		err = <-errc
	}
	cancel()
	if err != nil {
		raw.Close()
		return nil, err
	}
	return conn, nil
}

// LeakCancelOther cancels a context, but not the one that the handshake got.
func LeakCancelOther(ctx context.Context, dial func(context.Context) (net.Conn, error), cfg *tls.Config, timeout time.Duration) (net.Conn, error) {
	dialCtx, cancel := context.WithCancel(ctx)
	defer cancel()
	raw, err := dial(dialCtx)
	if err != nil {
		return nil, err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.HandshakeContext(ctx) }() // want "is not stopped"
	select {
	case err := <-errc:
		if err != nil {
			raw.Close()
			return nil, err
		}
		return conn, nil
	case <-time.After(timeout):
		cancel()
		return nil, errTimeout
	}
}

// LeakShadowed shadows the context in a block: the handshake gets the outer one.
func LeakShadowed(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (net.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	ctx := context.Background()
	if timeout > 0 {
		ctx, cancel := context.WithTimeout(ctx, timeout)
		defer cancel()
		_ = ctx
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.HandshakeContext(ctx) }() // want "is not stopped"
	select {
	case err := <-errc:
		if err != nil {
			raw.Close()
			return nil, err
		}
		return conn, nil
	case <-time.After(2 * timeout):
		return nil, errTimeout
	}
}

// SafeReassigned gives the outer variable the limited context.
func SafeReassigned(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (net.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	ctx := context.Background()
	if timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, timeout)
		defer cancel()
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.HandshakeContext(ctx) }()
	select {
	case err := <-errc:
		if err != nil {
			raw.Close()
			return nil, err
		}
		return conn, nil
	case <-ctx.Done():
		return nil, errTimeout
	}
}

// SafeAfterFunc closes the connection in a callback of the context.
func SafeAfterFunc(ctx context.Context, dial func() (net.Conn, error), cfg *tls.Config) (net.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	stop := context.AfterFunc(ctx, func() { raw.Close() })
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	select {
	case err := <-errc:
		if !stop() {
			return nil, ctx.Err()
		}
		if err != nil {
			raw.Close()
			return nil, err
		}
		return conn, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// LeakAfterFuncStopped takes the callback back when the timer fires, so that
// it never closes anything.
func LeakAfterFuncStopped(ctx context.Context, dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (net.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	stop := context.AfterFunc(ctx, func() { raw.Close() })
	defer stop()
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }() // want "is not stopped"
	select {
	case err := <-errc:
		if err != nil {
			raw.Close()
			return nil, err
		}
		return conn, nil
	case <-time.After(timeout):
		return nil, errTimeout
	}
}

// LeakAfterFuncSends has a callback that sends the context's error, and
// nothing that closes.
func LeakAfterFuncSends(ctx context.Context, dial func() (net.Conn, error), cfg *tls.Config) (net.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 2)
	stop := context.AfterFunc(ctx, func() { errc <- context.Cause(ctx) })
	defer stop()
	go func() { errc <- conn.Handshake() }() // want "is not stopped"
	if err := <-errc; err != nil {
		return nil, err
	}
	return conn, nil
}

// SafeDeadlineContext has a context with a point in time.
func SafeDeadlineContext(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (net.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithDeadline(context.Background(), time.Now().Add(timeout))
	defer cancel()
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.HandshakeContext(ctx) }()
	select {
	case err := <-errc:
		if err != nil {
			raw.Close()
			return nil, err
		}
		return conn, nil
	case <-ctx.Done():
		raw.Close()
		return nil, ctx.Err()
	}
}

// LeakDoneChannel takes the channel of the context early, in a variable.
func LeakDoneChannel(ctx context.Context, dial func() (net.Conn, error), cfg *tls.Config) (net.Conn, error) {
	done := ctx.Done()
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }() // want "is not stopped"
	select {
	case err := <-errc:
		if err != nil {
			raw.Close()
			return nil, err
		}
		return conn, nil
	case <-done:
		return nil, ctx.Err()
	}
}

// LeakWhenCancelled closes the connection when the deadline of the context has
// passed, but not when it was cancelled.
func LeakWhenCancelled(ctx context.Context, dial func() (net.Conn, error), cfg *tls.Config) (net.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }() // want "is not stopped"
	select {
	case err := <-errc:
		if err != nil {
			raw.Close()
			return nil, err
		}
		return conn, nil
	case <-ctx.Done():
		if errors.Is(ctx.Err(), context.DeadlineExceeded) {
			raw.Close()
			return nil, errTimeout
		}
		return nil, ctx.Err()
	}
}

// SafeEitherReason closes it for both reasons.
func SafeEitherReason(ctx context.Context, dial func() (net.Conn, error), cfg *tls.Config) (net.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	select {
	case err := <-errc:
		if err != nil {
			raw.Close()
			return nil, err
		}
		return conn, nil
	case <-ctx.Done():
		switch err := ctx.Err(); err {
		case context.DeadlineExceeded:
			raw.Close()
			return nil, errTimeout
		default:
			raw.Close()
			return nil, err
		}
	}
}

// LeakWatched waits for the context in two places: the race is lost in one of
// them.
func LeakWatched(ctx context.Context, dial func() (net.Conn, error), cfg *tls.Config) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	closed := make(chan struct{})
	defer close(closed)
	go func() {
		select {
		case <-ctx.Done():
		case <-closed:
		}
	}()
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }() // want `is not stopped when the context on line 601 is done`
	select {
	case err := <-errc:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}
