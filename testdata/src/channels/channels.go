// Package channels holds races that turn on what channels do exactly: closed,
// nil, full, of known length, handed on.
package channels

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"time"
)

var errTimeout = errors.New("handshake timed out")

// LeakClosedOk tells the end of the wait by a closed channel: ok is false.
func LeakClosedOk(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	inner, outer := make(chan error, 1), make(chan error, 1)
	go func() { inner <- conn.Handshake() }() // want "is not stopped"
	go func() {
		defer close(outer)
		select {
		case err := <-inner:
			outer <- err
		case <-time.After(timeout):
		}
	}()
	err, ok := <-outer
	if !ok {
		return errTimeout
	}
	conn.Close()
	return err
}

// SafeClosedOk closes the connection when ok is false.
func SafeClosedOk(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	inner, outer := make(chan error, 1), make(chan error, 1)
	go func() { inner <- conn.Handshake() }()
	go func() {
		defer close(outer)
		select {
		case err := <-inner:
			outer <- err
		case <-time.After(timeout):
		}
	}()
	err, ok := <-outer
	if !ok {
		raw.Close()
		return errTimeout
	}
	conn.Close()
	return err
}

// SafeNilCase switches the timer's case off when it has fired, closes, and goes
// on waiting for the handshake.
func SafeNilCase(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error)
	go func() { errc <- conn.Handshake() }()
	expired := time.After(timeout)
	for {
		select {
		case err := <-errc:
			conn.Close()
			return err
		case <-expired:
			expired = nil
			conn.Close()
		}
	}
}

// BlockNilCase switches the wrong case off.
func BlockNilCase(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error)
	result := errc
	go func() { result <- conn.Handshake() }() // want "blocks for ever"
	expired := time.After(timeout)
	grace := time.After(2 * timeout)
	for {
		select {
		case err := <-errc:
			conn.Close()
			return err
		case <-expired:
			errc = nil
			conn.Close()
		case <-grace:
			return errTimeout
		}
	}
}

// SafeTwoOfThree waits for two of three senders, with room for the third.
func SafeTwoOfThree(ctx context.Context, dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	stop := context.AfterFunc(ctx, func() { errc <- ctx.Err() })
	defer stop()
	timer := time.AfterFunc(timeout, func() { errc <- errTimeout })
	defer timer.Stop()
	go func() { errc <- conn.Handshake() }()
	if err := <-errc; err != nil {
		conn.Close()
		<-errc
		return err
	}
	return conn.Close()
}

// LeakLen looks how many results there are.
func LeakLen(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }() // want "is not stopped"
	time.Sleep(timeout)
	if len(errc) == 0 {
		return errTimeout
	}
	conn.Close()
	return <-errc
}

// SafeLen closes when there are none.
func SafeLen(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	time.Sleep(timeout)
	if len(errc) < cap(errc) {
		conn.Close()
		return errTimeout
	}
	conn.Close()
	return <-errc
}

// SafeRendezvous has a goroutine that closes the connection when it is told so
// on a channel without room: the send waits until it has been heard.
func SafeRendezvous(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	quit := make(chan struct{})
	go func() {
		<-quit
		raw.Close()
	}()
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	select {
	case err = <-errc:
	case <-time.After(timeout):
		err = errTimeout
	}
	quit <- struct{}{}
	return err
}

// LeakRendezvous tells it only when all went well.
func LeakRendezvous(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	quit := make(chan bool, 1)
	go func() {
		if <-quit {
			raw.Close()
		}
	}()
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }() // want "is not stopped"
	select {
	case err = <-errc:
	case <-time.After(timeout):
		err = errTimeout
	}
	quit <- !errors.Is(err, errTimeout)
	return err
}

// SafeBroadcast closes a channel that several goroutines wait for.
func SafeBroadcast(ctx context.Context, dial func() (net.Conn, error), cfg *tls.Config) error {
	var done = make(chan struct{})
	var errcs []chan error
	for range 3 {
		raw, err := dial()
		if err != nil {
			break
		}
		conn := tls.Client(raw, cfg)
		errc := make(chan error, 1)
		errcs = append(errcs, errc)
		go func() { errc <- conn.Handshake() }()
		go func() {
			<-done
			conn.Close()
		}()
	}
	defer close(done)
	for _, errc := range errcs {
		select {
		case err := <-errc:
			if err != nil {
				return err
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// SafePreferred looks at the result once more before it believes the timer.
func SafePreferred(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (*tls.Conn, error) {
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
		select {
		case err = <-errc:
		default:
			err = errTimeout
		}
	}
	if err != nil {
		conn.Close()
		return nil, err
	}
	return conn, nil
}

// LeakPreferred does so, too, and forgets the connection.
func LeakPreferred(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (*tls.Conn, error) {
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
		select {
		case err = <-errc:
		default:
			return nil, errTimeout
		}
	}
	if err != nil {
		conn.Close()
		return nil, err
	}
	return conn, nil
}

// SafeReceiveOnly has the channel's two ends in two variables.
func SafeReceiveOnly(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	defer raw.Close()
	ch := make(chan error, 1)
	var in chan<- error = ch
	var out <-chan error = ch
	go func() { in <- tls.Client(raw, cfg).Handshake() }()
	select {
	case err := <-out:
		return err
	case <-time.After(timeout):
		return errTimeout
	}
}

// BlockReplaced makes a new channel, with room, when the goroutine has the old one.
func BlockReplaced(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	defer raw.Close()
	errc := make(chan error)
	go func(errc chan<- error) {
		errc <- tls.Client(raw, cfg).Handshake() // want "blocks for ever"
	}(errc)
	select {
	case err := <-errc:
		return err
	case <-time.After(timeout):
		errc = make(chan error, 1)
		errc <- errTimeout
		return <-errc
	}
}

// BlockTwoSends sends twice on a channel with room for one: the result, and
// that it is over.
func BlockTwoSends(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	defer raw.Close()
	ch := make(chan any, 1)
	go func() {
		ch <- tls.Client(raw, cfg).Handshake() // want "blocks for ever"
		ch <- "over"
	}()
	select {
	case v := <-ch:
		<-ch
		err, _ := v.(error)
		return err
	case <-time.After(timeout):
		return errTimeout
	}
}

// BlockNilChannel sends on a channel that nobody made.
func BlockNilChannel(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	defer raw.Close()
	var failures chan error
	ready := make(chan struct{}, 1)
	go func() {
		if err := tls.Client(raw, cfg).Handshake(); err != nil { // want "blocks for ever"
			failures <- err
		}
		ready <- struct{}{}
	}()
	select {
	case <-ready:
		return nil
	case err := <-failures:
		return err
	case <-time.After(timeout):
		return errTimeout
	}
}
