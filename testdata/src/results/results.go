// Package results holds the ways in which the handshake's result reaches the
// function that waits.
package results

import (
	"crypto/tls"
	"errors"
	"net"
	"sync/atomic"
	"time"
)

var errTimeout = errors.New("handshake timeout")

// LeakClosedChannel closes a channel when the handshake is over, and leaves the
// error in a captured variable.
func LeakClosedChannel(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (net.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	conn := tls.Client(raw, cfg)
	done := make(chan struct{})
	var hsErr error
	go func() {
		defer close(done)
		hsErr = conn.Handshake() // want "is not stopped"
	}()
	select {
	case <-done:
		if hsErr != nil {
			raw.Close()
			return nil, hsErr
		}
		return conn, nil
	case <-time.After(timeout):
		return nil, errTimeout
	}
}

// SafeClosedChannel closes the connection; a close blocks nobody.
func SafeClosedChannel(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (net.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	conn := tls.Client(raw, cfg)
	done := make(chan struct{})
	var hsErr error
	go func() {
		defer close(done)
		hsErr = conn.Handshake()
	}()
	select {
	case <-done:
		if hsErr == nil {
			return conn, nil
		}
		err = hsErr
	case <-time.After(timeout):
		err = errTimeout
	}
	conn.Close()
	return nil, err
}

// LeakClosesResult closes the result channel when the timer fires, which ends
// no handshake (and would panic if it ever ended).
func LeakClosesResult(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() {
		err := conn.Handshake() // want "is not stopped"
		defer func() { _ = recover() }()
		errc <- err
	}()
	select {
	case err := <-errc:
		conn.Close()
		return err
	case <-time.After(timeout):
		close(errc)
		return errTimeout
	}
}

type handshakeResult struct {
	conn *tls.Conn
	err  error
}

// LeakStruct sends the connection and its error in a struct; the timer's case
// knows neither.
func LeakStruct(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (*tls.Conn, error) {
	ch := make(chan handshakeResult, 1)
	go func() {
		raw, err := dial()
		if err != nil {
			ch <- handshakeResult{nil, err}
			return
		}
		conn := tls.Client(raw, cfg)
		if err := conn.Handshake(); err != nil { // want "is not stopped"
			raw.Close()
			ch <- handshakeResult{nil, err}
			return
		}
		ch <- handshakeResult{conn, nil}
	}()
	select {
	case r := <-ch:
		return r.conn, r.err
	case <-time.After(timeout):
		return nil, errTimeout
	}
}

// SafeStruct dials before it starts the goroutine, and so can close.
func SafeStruct(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (*tls.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	ch := make(chan handshakeResult, 1)
	go func() {
		conn := tls.Client(raw, cfg)
		if err := conn.Handshake(); err != nil {
			raw.Close()
			ch <- handshakeResult{nil, err}
			return
		}
		ch <- handshakeResult{conn, nil}
	}()
	select {
	case r := <-ch:
		return r.conn, r.err
	case <-time.After(timeout):
		raw.Close()
		return nil, errTimeout
	}
}

// BlockStruct closes, but the struct finds no taker.
func BlockStruct(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (*tls.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	ch := make(chan *handshakeResult)
	go func() {
		conn := tls.Client(raw, cfg)
		err := conn.Handshake() // want "blocks for ever"
		ch <- &handshakeResult{conn, err}
	}()
	timer := time.NewTimer(timeout)
	defer timer.Stop()
	select {
	case r := <-ch:
		return r.conn, r.err
	case <-timer.C:
		raw.Close()
		return nil, errTimeout
	}
}

// BlockSignal sends an empty struct on a channel without room.
func BlockSignal(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (err error) {
	raw, err := dial()
	if err != nil {
		return err
	}
	defer raw.Close()
	conn := tls.Client(raw, cfg)
	finished := make(chan struct{})
	go func() {
		err = conn.Handshake() // want "blocks for ever"
		finished <- struct{}{}
	}()
	select {
	case <-finished:
		return err
	case <-time.After(timeout):
		return errTimeout
	}
}

// SafeSignalRoom has room for the empty struct.
func SafeSignalRoom(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	defer raw.Close()
	conn := tls.Client(raw, cfg)
	finished := make(chan struct{}, 1)
	var failure error
	go func() {
		failure = conn.Handshake()
		finished <- struct{}{}
	}()
	select {
	case <-finished:
		return failure
	case <-time.After(timeout):
		return errTimeout
	}
}

// SafeSendOrGiveUp sends only while somebody waits.
func SafeSendOrGiveUp(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	defer raw.Close()
	conn := tls.Client(raw, cfg)
	errc := make(chan error)
	gone := make(chan struct{})
	defer close(gone)
	go func() {
		err := conn.Handshake()
		select {
		case errc <- err:
		case <-gone:
		}
	}()
	select {
	case err := <-errc:
		return err
	case <-time.After(timeout):
		return errTimeout
	}
}

// SafeTrySend drops the result when nobody waits at that moment.
func SafeTrySend(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	defer raw.Close()
	conn := tls.Client(raw, cfg)
	errc := make(chan error)
	go func() {
		select {
		case errc <- conn.Handshake():
		default:
		}
	}()
	select {
	case err := <-errc:
		return err
	case <-time.After(timeout):
		return errTimeout
	}
}

// LeakTwoChannels has a channel for success and one for failure.
func LeakTwoChannels(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (*tls.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	okc, errc := make(chan *tls.Conn, 1), make(chan error, 1)
	go func() {
		c := tls.Client(raw, cfg)
		if err := c.Handshake(); err != nil { // want "is not stopped"
			errc <- err
		} else {
			okc <- c
		}
	}()
	select {
	case c := <-okc:
		return c, nil
	case err := <-errc:
		raw.Close()
		return nil, err
	case <-time.After(timeout):
		return nil, errTimeout
	}
}

// BlockTwoChannels has room for the success, but what comes after the close is
// a failure.
func BlockTwoChannels(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (*tls.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	okc, errc := make(chan *tls.Conn, 1), make(chan error)
	go func() {
		c := tls.Client(raw, cfg)
		if err := c.Handshake(); err != nil { // want "blocks for ever"
			errc <- err
		} else {
			okc <- c
		}
	}()
	select {
	case c := <-okc:
		return c, nil
	case err := <-errc:
		raw.Close()
		return nil, err
	case <-time.After(timeout):
		raw.Close()
		return nil, errTimeout
	}
}

// SafeTwoChannels has no room for the success, which never comes once the
// connection is closed.
func SafeTwoChannels(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (*tls.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	okc, errc := make(chan *tls.Conn), make(chan error, 1)
	go func() {
		c := tls.Client(raw, cfg)
		if err := c.Handshake(); err != nil {
			errc <- err
		} else {
			okc <- c
		}
	}()
	select {
	case c := <-okc:
		return c, nil
	case err := <-errc:
		raw.Close()
		return nil, err
	case <-time.After(timeout):
		raw.Close()
		return nil, errTimeout
	}
}

// LeakAtomicFlag passes the error beside the channel, in an atomic value.
func LeakAtomicFlag(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	var failed atomic.Bool
	over := make(chan struct{}, 1)
	go func() {
		failed.Store(conn.Handshake() != nil) // want "is not stopped"
		over <- struct{}{}
	}()
	select {
	case <-over:
		conn.Close()
		if failed.Load() {
			return errors.New("handshake failed")
		}
		return nil
	case <-time.After(timeout):
		return errTimeout
	}
}

// LeakChannelOfChannel sends the result on a channel that it sends before.
func LeakChannelOfChannel(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	replies := make(chan chan error, 1)
	go func() {
		reply := make(chan error, 1)
		replies <- reply
		reply <- conn.Handshake() // want "is not stopped"
	}()
	select {
	case err := <-<-replies:
		conn.Close()
		return err
	case <-time.After(timeout):
		return errTimeout
	}
}

// SafeChannelOfFunc sends a closure that closes the connection, which the
// timer's case calls.
func SafeChannelOfFunc(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	aborts := make(chan func() error, 1)
	errc := make(chan error, 1)
	go func() {
		conn := tls.Client(raw, cfg)
		aborts <- conn.Close
		errc <- conn.Handshake()
	}()
	abort := <-aborts
	defer abort()
	select {
	case err := <-errc:
		return err
	case <-time.After(timeout):
		return errTimeout
	}
}
