package ineffective

import (
	"context"
	"crypto/tls"
	"log"
	"net"
	"time"
)

// LoseAsked has a goroutine that asks for the state of the connection before it
// tells that the context is done: the state is not there before the handshake is over.
func LoseAsked(ctx context.Context, dial func() (net.Conn, error), cfg *tls.Config) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }() // want "cannot win"
	giveUp := make(chan struct{})
	go func() {
		<-ctx.Done()
		log.Printf("complete: %v", conn.ConnectionState().HandshakeComplete)
		conn.Close()
		close(giveUp)
	}()
	select {
	case err := <-errc:
		conn.Close()
		return err
	case <-giveUp:
		return errTimeout
	}
}

// SafeAsked tells it first.
func SafeAsked(ctx context.Context, dial func() (net.Conn, error), cfg *tls.Config) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	giveUp := make(chan struct{})
	go func() {
		<-ctx.Done()
		close(giveUp)
		raw.Close()
		log.Printf("complete: %v", conn.ConnectionState().HandshakeComplete)
	}()
	select {
	case err := <-errc:
		conn.Close()
		return err
	case <-giveUp:
		return errTimeout
	}
}

// LoseWritten wakes a goroutine by a timer, which writes before it tells.
func LoseWritten(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	result := make(chan error, 2)
	go func() { result <- conn.Handshake() }() // want "cannot win"
	go func() {
		time.Sleep(timeout)
		if _, err := conn.Write([]byte("bye")); err != nil {
			log.Print(err)
		}
		result <- errTimeout
	}()
	err = <-result
	conn.Close()
	return err
}

// SafeWritten closes before it writes.
func SafeWritten(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	result := make(chan error, 2)
	go func() { result <- conn.Handshake() }()
	go func() {
		time.Sleep(timeout)
		raw.Close()
		conn.Write([]byte("bye"))
		result <- errTimeout
	}()
	err = <-result
	conn.Close()
	return err
}

// SafeStopped waits for the handshake when it is told to stop, by a channel that is
// no timer, for all that is known.
//
// It is left to the deadline of the connection to end that.
func SafeStopped(dial func() (net.Conn, error), cfg *tls.Config, quit <-chan struct{}) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	raw.SetDeadline(time.Now().Add(time.Minute))
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	select {
	case err = <-errc:
	case <-quit:
		<-errc
		err = errTimeout
	}
	conn.Close()
	return err
}

// SilentStopped has no deadline.
//
// Silent: a channel of unknown purpose is not taken for a timer.
func SilentStopped(dial func() (net.Conn, error), cfg *tls.Config, quit <-chan struct{}) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	select {
	case err = <-errc:
	case <-quit:
		<-errc
		err = errTimeout
	}
	conn.Close()
	return err
}
