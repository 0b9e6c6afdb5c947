// Package spawn holds the ways in which a handshake gets into a goroutine.
package spawn

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"time"
)

var errTimeout = errors.New("handshake timed out")

// shake is started with go by several of the cases.
func shake(conn *tls.Conn, errc chan<- error) {
	errc <- conn.Handshake() // want "is not stopped"
}

// LeakNamedFunction starts a function of the package.
func LeakNamedFunction(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go shake(conn, errc)
	select {
	case err := <-errc:
		conn.Close()
		return err
	case <-time.After(timeout):
		return errTimeout
	}
}

// SafeNamedFunction starts the same function and closes.
func SafeNamedFunction(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	defer conn.Close()
	errc := make(chan error, 1)
	go shake(conn, errc)
	select {
	case err := <-errc:
		return err
	case <-time.After(timeout):
		return errTimeout
	}
}

// BlockNamedFunction gives a function of the package a channel without room.
func BlockNamedFunction(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	defer conn.Close()
	errc := make(chan error)
	go shakeInto(errc, conn)
	select {
	case err := <-errc:
		return err
	case <-time.After(timeout):
		return errTimeout
	}
}

func shakeInto(errc chan error, conn *tls.Conn) {
	errc <- conn.Handshake() // want "blocks for ever"
}

type session struct {
	conn   *tls.Conn
	result chan error
}

func (s *session) run() {
	defer close(s.result)
	if err := s.conn.Handshake(); err != nil { // want "is not stopped"
		s.result <- err
	}
}

// LeakMethod starts a method of a struct that holds the connection.
func LeakMethod(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	s := &session{conn: tls.Client(raw, cfg), result: make(chan error, 1)}
	go s.run()
	select {
	case err := <-s.result:
		s.conn.Close()
		return err
	case <-time.After(timeout):
		return errTimeout
	}
}

// SafeMethod closes the connection that the struct holds.
func SafeMethod(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	s := session{conn: tls.Client(raw, cfg), result: make(chan error, 1)}
	go s.run()
	select {
	case err := <-s.result:
		s.conn.Close()
		return err
	case <-time.After(timeout):
		s.conn.Close()
		return errTimeout
	}
}

// LeakMethodValue starts a method value that was bound before.
func LeakMethodValue(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	handshake := tls.Client(raw, cfg).Handshake // want "is not stopped"
	errc := make(chan error, 1)
	go func() { errc <- handshake() }()
	select {
	case err := <-errc:
		raw.Close()
		return err
	case <-time.After(timeout):
		return errTimeout
	}
}

// SafeMethodValue closes the connection under the bound method.
func SafeMethodValue(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	handshake := tls.Client(raw, cfg).Handshake
	errc := make(chan error, 1)
	go func() { errc <- handshake() }()
	select {
	case err := <-errc:
		raw.Close()
		return err
	case <-time.After(timeout):
		raw.Close()
		return errTimeout
	}
}

// LeakGoHandshake starts the handshake itself, and reads the outcome from the
// callback in the configuration.
func LeakGoHandshake(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	verified := make(chan struct{}, 1)
	cfg = cfg.Clone()
	cfg.VerifyConnection = func(tls.ConnectionState) error {
		verified <- struct{}{}
		return nil
	}
	conn := tls.Client(raw, cfg)
	go conn.Handshake() // want "is not stopped"
	select {
	case <-verified:
		conn.Close()
		return nil
	case <-time.After(timeout):
		return errTimeout
	}
}

// LeakHandshakeContext starts HandshakeContext with a context that nobody cancels.
func LeakHandshakeContext(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() {
		errc <- conn.HandshakeContext(context.TODO()) // want "is not stopped"
	}()
	select {
	case err := <-errc:
		conn.Close()
		return err
	case <-time.After(timeout):
		return errTimeout
	}
}

// LeakClosureVariable starts a closure that a variable holds.
func LeakClosureVariable(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	work := func() {
		errc <- conn.Handshake() // want "is not stopped"
	}
	go work()
	select {
	case err := <-errc:
		conn.Close()
		return err
	case <-time.After(timeout):
		return errTimeout
	}
}

// LeakNestedGo starts a goroutine that starts another one.
func LeakNestedGo(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() {
		inner := make(chan error, 1)
		go func() {
			inner <- conn.Handshake() // want "is not stopped"
		}()
		errc <- <-inner
	}()
	select {
	case err := <-errc:
		conn.Close()
		return err
	case <-time.After(timeout):
		return errTimeout
	}
}

// LeakArguments passes all that the literal needs as arguments.
func LeakArguments(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	errc := make(chan error, 1)
	go func(c net.Conn, cfg *tls.Config, out chan<- error) {
		out <- tls.Client(c, cfg).Handshake() // want "is not stopped"
	}(raw, cfg, errc)
	select {
	case err := <-errc:
		raw.Close()
		return err
	case <-time.After(timeout):
		return errTimeout
	}
}

// SafeArguments closes what it passed.
func SafeArguments(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	errc := make(chan error, 1)
	go func(c net.Conn, cfg *tls.Config, out chan<- error) {
		out <- tls.Client(c, cfg).Handshake()
	}(raw, cfg, errc)
	select {
	case err = <-errc:
	case <-time.After(timeout):
		err = errTimeout
	}
	raw.Close()
	return err
}

// LeakWaiterInGoroutine runs the handshake in the function itself, and the
// waiting in a goroutine: the race is the same, the other way round.
func LeakWaiterInGoroutine(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	shaken := make(chan error, 1)
	outcome := make(chan error, 1)
	go func() {
		select {
		case err := <-shaken:
			conn.Close()
			outcome <- err
		case <-time.After(timeout):
			outcome <- errTimeout
		}
	}()
	go func() { shaken <- conn.Handshake() }() // want "is not stopped"
	return <-outcome
}

// LeakServer is a server that gives up on a client that says nothing.
func LeakServer(accept func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (*tls.Conn, error) {
	nc, err := accept()
	if err != nil {
		return nil, err
	}
	srv := tls.Server(nc, cfg)
	errc := make(chan error, 1)
	go func() { errc <- srv.Handshake() }() // want "is not stopped"
	select {
	case err := <-errc:
		if err != nil {
			srv.Close()
			return nil, err
		}
		return srv, nil
	case <-time.After(timeout):
		return nil, errTimeout
	}
}

// SafeServer closes the connection to such a client.
func SafeServer(accept func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (*tls.Conn, error) {
	nc, err := accept()
	if err != nil {
		return nil, err
	}
	srv := tls.Server(nc, cfg)
	errc := make(chan error, 1)
	go func() { errc <- srv.Handshake() }()
	select {
	case err := <-errc:
		if err != nil {
			srv.Close()
			return nil, err
		}
		return srv, nil
	case <-time.After(timeout):
		srv.Close()
		return nil, errTimeout
	}
}
