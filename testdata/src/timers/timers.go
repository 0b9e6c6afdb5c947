// Package timers holds the less common sources of a timeout: timers that are
// reset or handed in, tickers, causes, contexts of one's own.
package timers

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"time"
)

var errTimeout = errors.New("handshake timed out")

// LeakReset makes a stopped timer, and resets it for the handshake.
func LeakReset(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	timer := time.NewTimer(time.Minute)
	timer.Stop()
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }() // want "is not stopped"
	timer.Reset(timeout)
	defer timer.Stop()
	select {
	case err := <-errc:
		conn.Close()
		return err
	case <-timer.C:
		return errTimeout
	}
}

// SafeReset has a timer whose callback closes, and that is reset once.
func SafeReset(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	killer := time.AfterFunc(timeout, func() { raw.Close() })
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	select {
	case err := <-errc:
		conn.Close()
		return err
	case <-time.After(timeout / 2):
		killer.Reset(timeout)
		return errTimeout
	}
}

// LeakStoppedKiller stops the timer that would have closed the connection.
func LeakStoppedKiller(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	killer := time.AfterFunc(timeout, func() { raw.Close() })
	defer killer.Stop()
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }() // want "is not stopped"
	select {
	case err := <-errc:
		conn.Close()
		return err
	case <-time.After(timeout / 2):
		return errTimeout
	}
}

// SilentStoppedTimer stops its timer before it waits for it, and so waits for ever.
//
// Silent: a timer that never fires races with nothing.
func SilentStoppedTimer(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	timer := time.NewTimer(timeout)
	timer.Stop()
	select {
	case err := <-errc:
		conn.Close()
		return err
	case <-timer.C:
		conn.Close()
		return errTimeout
	}
}

// LeakHandedIn waits for a timer channel that its caller made.
func LeakHandedIn(expired <-chan time.Time, dial func() (net.Conn, error), cfg *tls.Config) error {
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
	case <-expired:
		return errTimeout
	}
}

// SafeHandedIn closes when that channel fires.
func SafeHandedIn(expired <-chan time.Time, dial func() (net.Conn, error), cfg *tls.Config) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	defer conn.Close()
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	select {
	case err := <-errc:
		return err
	case <-expired:
		return errTimeout
	}
}

// waitUntil has the timer channel as a parameter of a helper.
func waitUntil(errc <-chan error, expired <-chan time.Time) error {
	select {
	case err := <-errc:
		return err
	case <-expired:
		return errTimeout
	}
}

// LeakHandedToHelper hands time.After to a helper.
func LeakHandedToHelper(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }() // want "is not stopped"
	if err := waitUntil(errc, time.After(timeout)); err != nil {
		return err
	}
	return conn.Close()
}

// SafeNilTimer has a timer channel that is nil, and so never fires, if there is
// no timeout; if there is one, the connection is closed.
func SafeNilTimer(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	var expired <-chan time.Time
	if timeout > 0 {
		timer := time.NewTimer(timeout)
		defer timer.Stop()
		expired = timer.C
	}
	err = waitUntil(errc, expired)
	conn.Close()
	return err
}

// LeakNilTimer has the same channel, and does not close.
func LeakNilTimer(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }() // want "is not stopped"
	var expired <-chan time.Time
	if timeout > 0 {
		expired = time.After(timeout)
	}
	if err := waitUntil(errc, expired); err != nil {
		return err
	}
	return conn.Close()
}

// LeakTick waits for the first tick of time.Tick.
func LeakTick(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
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
	case <-time.Tick(timeout):
		return errTimeout
	}
}

// SilentStopChannel waits for a channel that somebody closes to stop it.
//
// Silent: a channel of whose sender nothing is known is no timer.
func SilentStopChannel(stop chan struct{}, dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	timer := time.NewTimer(timeout)
	defer timer.Stop()
	for {
		select {
		case err := <-errc:
			conn.Close()
			return err
		case <-timer.C:
			conn.Close()
			return errTimeout
		case <-stop:
			return nil
		}
	}
}

// LeakCause has a timeout with a cause.
func LeakCause(ctx context.Context, dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	ctx, cancel := context.WithTimeoutCause(ctx, timeout, errTimeout)
	defer cancel()
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
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// SafeCause closes when the cause is the timeout, and otherwise, too.
func SafeCause(ctx context.Context, dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	ctx, cancel := context.WithTimeoutCause(ctx, timeout, errTimeout)
	defer cancel()
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
	case <-ctx.Done():
		raw.Close()
		if err := context.Cause(ctx); err != errTimeout {
			return ctx.Err()
		}
		return errTimeout
	}
}

// LeakCauseCompared closes only when the cause is its own timeout, not when the
// caller's context ended.
func LeakCauseCompared(ctx context.Context, dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	ctx, cancel := context.WithTimeoutCause(ctx, timeout, errTimeout)
	defer cancel()
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
	case <-ctx.Done():
		if context.Cause(ctx) == errTimeout {
			raw.Close()
			return errTimeout
		}
		return ctx.Err()
	}
}

// LeakWithDeadline has a context with a point in time, which only the wait obeys.
func LeakWithDeadline(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	deadline := time.Now().Add(timeout)
	ctx, cancel := context.WithDeadline(context.Background(), deadline)
	defer cancel()
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
	case <-ctx.Done():
		return ctx.Err()
	}
}

// SafeDeadlineShared gives the same point in time to the connection.
func SafeDeadlineShared(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	deadline := time.Now().Add(timeout)
	ctx, cancel := context.WithDeadline(context.Background(), deadline)
	defer cancel()
	raw, err := dial()
	if err != nil {
		return err
	}
	raw.SetReadDeadline(deadline)
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	select {
	case err := <-errc:
		conn.Close()
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// LeakUntil computes what is left of a deadline.
func LeakUntil(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	deadline := time.Now().Add(timeout)
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
	case <-time.After(time.Until(deadline)):
		return errTimeout
	}
}

// LeakShorter closes after the longer of two timeouts, and gives up after the
// shorter one, unless the longer one is shorter.
func LeakShorter(dial func() (net.Conn, error), cfg *tls.Config, soft, hard time.Duration) error {
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
	case <-time.After(soft):
		return errTimeout
	case <-time.After(hard):
		conn.Close()
		return errTimeout
	}
}

// SafeShorter closes after the longer one by a timer of its own, which fires
// whatever the function does.
func SafeShorter(dial func() (net.Conn, error), cfg *tls.Config, soft, hard time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	time.AfterFunc(hard, func() { conn.Close() })
	select {
	case err := <-errc:
		return err
	case <-time.After(soft):
		return errTimeout
	}
}

// SafeEither has a watcher that closes when either of two timers fires, and
// that ends with the function.
func SafeEither(ctx context.Context, dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	watched, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	go func() {
		<-watched.Done()
		raw.Close()
	}()
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	select {
	case err := <-errc:
		return err
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(2 * timeout):
		return errTimeout
	}
}

// A forever is a context that a program made itself: it is cancelled by
// closing its channel.
type forever struct {
	context.Context
	done chan struct{}
}

func (f forever) Done() <-chan struct{} { return f.done }

func (f forever) Err() error {
	select {
	case <-f.done:
		return context.Canceled
	default:
		return nil
	}
}

// SilentRaceOwnContext races with a context of a type of its own.
//
// Silent: what a context of a type of one's own does is not taken for a timer.
func SilentRaceOwnContext(stop chan struct{}, dial func() (net.Conn, error), cfg *tls.Config) error {
	ctx := forever{context.Background(), stop}
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
	case <-ctx.Done():
		return ctx.Err()
	}
}

// SafeOwnContext hands that context to the handshake.
func SafeOwnContext(stop chan struct{}, dial func() (net.Conn, error), cfg *tls.Config) error {
	ctx := forever{context.Background(), stop}
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.HandshakeContext(ctx) }()
	select {
	case err := <-errc:
		conn.Close()
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// SilentOwnContext hands the handshake a context of a type of its own whose
// Done never fires, and races with the context inside of it.
//
// Silent: what a context of an unknown kind does is not followed.
func SilentOwnContext(ctx context.Context, dial func() (net.Conn, error), cfg *tls.Config) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.HandshakeContext(forever{ctx, make(chan struct{})}) }()
	select {
	case err := <-errc:
		conn.Close()
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}
