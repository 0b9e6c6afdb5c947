// Package onereceive holds races without a select: the handshake and a timer
// send on one channel, and one receive takes what comes first.
package onereceive

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"time"
)

type timeoutError struct{}

func (timeoutError) Error() string   { return "tls: handshake timed out" }
func (timeoutError) Timeout() bool   { return true }
func (timeoutError) Temporary() bool { return true }

var errTimeout = errors.New("TLS handshake timeout")

// LeakAfterFunc takes the error of the AfterFunc and returns it.
func LeakAfterFunc(dial func() (net.Conn, error), cfg *tls.Config, d time.Duration) (net.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 2)
	timer := time.AfterFunc(d, func() { errc <- errTimeout })
	defer timer.Stop()
	go func() { errc <- conn.Handshake() }() // want "is not stopped"
	if err := <-errc; err != nil {
		return nil, err
	}
	return conn, nil
}

// SafeRedigo is redigo's form: whatever the error, the connection is closed, and
// the channel has room for both.
func SafeRedigo(dial func() (net.Conn, error), cfg *tls.Config, d time.Duration) (net.Conn, error) {
	netConn, err := dial()
	if err != nil {
		return nil, err
	}
	tlsConn := tls.Client(netConn, cfg)

	errc := make(chan error, 2) // buffered so we don't block timeout or Handshake
	if d > 0 {
		timer := time.AfterFunc(d, func() {
			errc <- timeoutError{}
		})
		defer timer.Stop()
	}
	go func() {
		errc <- tlsConn.Handshake()
	}()
	if err := <-errc; err != nil {
		// Timeout or Handshake error.
		netConn.Close() // nolint: errcheck
		return nil, err
	}
	return tlsConn, nil
}

// BlockAfterFunc has a channel without room: the handshake is stopped, but its
// result is taken by nobody.
func BlockAfterFunc(dial func() (net.Conn, error), cfg *tls.Config, d time.Duration) (net.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error)
	timer := time.AfterFunc(d, func() { errc <- errTimeout })
	defer timer.Stop()
	go func() { errc <- conn.Handshake() }() // want "blocks for ever"
	if err := <-errc; err != nil {
		conn.Close()
		return nil, err
	}
	return conn, nil
}

// SafeRoomForOne has room for one value, and one is received: that makes two.
func SafeRoomForOne(dial func() (net.Conn, error), cfg *tls.Config, d time.Duration) (net.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	timer := time.AfterFunc(d, func() { errc <- errTimeout })
	defer timer.Stop()
	go func() { errc <- conn.Handshake() }()
	if err := <-errc; err != nil {
		conn.Close()
		return nil, err
	}
	return conn, nil
}

// BlockRoomTaken has room for one value, but three are sent: the context's, the
// timer's, and the handshake's.
func BlockRoomTaken(ctx context.Context, dial func() (net.Conn, error), cfg *tls.Config, d time.Duration) (net.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() {
		<-ctx.Done()
		errc <- ctx.Err()
	}()
	go func() {
		time.Sleep(d)
		errc <- errTimeout
	}()
	go func() {
		errc <- conn.Handshake() // want "blocks for ever"
	}()
	if err := <-errc; err != nil {
		time.Sleep(2 * d) // let the others tell, too
		raw.Close()
		return nil, err
	}
	return conn, nil
}

// LeakForwarder has a goroutine that forwards the end of the context.
func LeakForwarder(ctx context.Context, dial func() (net.Conn, error), cfg *tls.Config) (net.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 2)
	go func() {
		<-ctx.Done()
		errc <- ctx.Err()
	}()
	go func() {
		errc <- conn.Handshake() // want "is not stopped"
	}()
	if err := <-errc; err != nil {
		return nil, err
	}
	return conn, nil
}

// SafeForwarder closes the connection in the goroutine that forwards.
func SafeForwarder(ctx context.Context, dial func() (net.Conn, error), cfg *tls.Config) (net.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 2)
	done := make(chan struct{})
	defer close(done)
	go func() {
		select {
		case <-ctx.Done():
			raw.Close()
			errc <- ctx.Err()
		case <-done:
		}
	}()
	go func() {
		errc <- conn.Handshake()
	}()
	if err := <-errc; err != nil {
		return nil, err
	}
	return conn, nil
}

// LeakSleeper has a goroutine that sleeps and then reports the timeout.
func LeakSleeper(dial func() (net.Conn, error), cfg *tls.Config, d time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 2)
	go func() {
		time.Sleep(d)
		errc <- errTimeout
	}()
	go func() {
		err := conn.Handshake() // want "is not stopped"
		conn.Close()
		errc <- err
	}()
	return <-errc
}

// SafeSleeper closes the connection when it has slept.
func SafeSleeper(dial func() (net.Conn, error), cfg *tls.Config, d time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 2)
	go func() {
		time.Sleep(d)
		conn.Close()
		errc <- errTimeout
	}()
	go func() {
		err := conn.Handshake()
		conn.Close()
		errc <- err
	}()
	return <-errc
}

// LeakTimerGoroutine waits for a Timer's channel in a goroutine of its own.
func LeakTimerGoroutine(dial func() (net.Conn, error), cfg *tls.Config, d time.Duration) (net.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	conn := tls.Client(raw, cfg)
	done := make(chan bool, 2)
	var herr error
	go func() {
		herr = conn.Handshake() // want "is not stopped"
		done <- true
	}()
	go func() {
		t := time.NewTimer(d)
		<-t.C
		done <- false
	}()
	if finished := <-done; !finished {
		return nil, errTimeout
	}
	if herr != nil {
		raw.Close()
		return nil, herr
	}
	return conn, nil
}

// LeakClosedByTimer waits for a channel that either side closes.
func LeakClosedByTimer(dial func() (net.Conn, error), cfg *tls.Config, d time.Duration) (net.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	conn := tls.Client(raw, cfg)
	ctx, cancel := context.WithCancelCause(context.Background())
	timer := time.AfterFunc(d, func() { cancel(errTimeout) })
	defer timer.Stop()
	go func() {
		cancel(conn.Handshake()) // want "is not stopped"
	}()
	<-ctx.Done()
	switch err := context.Cause(ctx); err {
	case context.Canceled: // what a nil cause becomes
		return conn, nil
	default:
		return nil, err
	}
}

// SafeClosedByTimer does the same, and closes the connection unless there is no error.
func SafeClosedByTimer(dial func() (net.Conn, error), cfg *tls.Config, d time.Duration) (net.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	conn := tls.Client(raw, cfg)
	ctx, cancel := context.WithCancelCause(context.Background())
	timer := time.AfterFunc(d, func() { cancel(errTimeout) })
	defer timer.Stop()
	go func() {
		cancel(conn.Handshake())
	}()
	<-ctx.Done()
	switch err := context.Cause(ctx); err {
	case context.Canceled: // what a nil cause becomes
		return conn, nil
	default:
		raw.Close()
		return nil, err
	}
}

// LeakStoppedTimer reports the timeout through a flag that the timer's callback
// sets before it sends.
func LeakStoppedTimer(dial func() (net.Conn, error), cfg *tls.Config, d time.Duration) (_ net.Conn, err error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 2)
	timedOut := false
	timer := time.AfterFunc(d, func() {
		timedOut = true
		errc <- nil
	})
	go func() { errc <- conn.Handshake() }() // want "is not stopped"
	err = <-errc
	timer.Stop()
	if timedOut {
		return nil, errTimeout
	}
	if err != nil {
		raw.Close()
		return nil, err
	}
	return conn, nil
}

// SafeCallbackCloses closes the connection in the callback; the handshake's
// error is the only one that is sent.
func SafeCallbackCloses(dial func() (net.Conn, error), cfg *tls.Config, d time.Duration) (net.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error)
	timer := time.AfterFunc(d, func() { raw.Close() })
	defer timer.Stop()
	go func() { errc <- conn.Handshake() }()
	if err := <-errc; err != nil {
		raw.Close()
		return nil, err
	}
	return conn, nil
}

// SafeCallbackClosesAndSends closes first and sends then.
func SafeCallbackClosesAndSends(dial func() (net.Conn, error), cfg *tls.Config, d time.Duration) (net.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 2)
	timer := time.AfterFunc(d, func() {
		conn.Close()
		errc <- errTimeout
	})
	defer timer.Stop()
	go func() { errc <- conn.Handshake() }()
	if err := <-errc; err != nil {
		return nil, err
	}
	return conn, nil
}

// LeakRangeOver ranges over the channel and leaves at the first value.
func LeakRangeOver(dial func() (net.Conn, error), cfg *tls.Config, d time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 2)
	time.AfterFunc(d, func() { errc <- errTimeout })
	go func() { errc <- conn.Handshake() }() // want "is not stopped"
	for err := range errc {
		if err == nil {
			conn.Close()
		}
		return err
	}
	return nil
}
