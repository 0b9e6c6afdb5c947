// Package variables holds connections in variables that change their value,
// and closures that see them change.
package variables

import (
	"crypto/tls"
	"errors"
	"net"
	"time"
)

var errTimeout = errors.New("handshake timed out")

func expire(errc <-chan error, timeout time.Duration) error {
	select {
	case err := <-errc:
		return err
	case <-time.After(timeout):
		return errTimeout
	}
}

// SafeReassigned has the raw and the tls connection in one variable; closing
// either is enough.
func SafeReassigned(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (net.Conn, error) {
	conn, err := dial()
	if err != nil {
		return nil, err
	}
	if cfg != nil {
		client := tls.Client(conn, cfg)
		errc := make(chan error, 1)
		go func() { errc <- client.Handshake() }()
		conn, err = client, expire(errc, timeout)
	}
	if err != nil {
		conn.Close()
		return nil, err
	}
	return conn, nil
}

// LeakReassignedNil sets the variable to nil before it asks it for something to close.
func LeakReassignedNil(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (conn net.Conn, err error) {
	conn, err = dial()
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil && conn != nil {
			conn.Close()
		}
	}()
	client := tls.Client(conn, cfg)
	errc := make(chan error, 1)
	go func() { errc <- client.Handshake() }() // want "is not stopped"
	if err := expire(errc, timeout); err != nil {
		return nil, err
	}
	return client, nil
}

// SafeNotReassigned has the result without a name, so that the closure's
// variable keeps its value.
func SafeNotReassigned(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (_ net.Conn, err error) {
	conn, err := dial()
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil && conn != nil {
			conn.Close()
		}
	}()
	client := tls.Client(conn, cfg)
	errc := make(chan error, 1)
	go func() { errc <- client.Handshake() }()
	if err := expire(errc, timeout); err != nil {
		return nil, err
	}
	return client, nil
}

// LeakShadowed closes a connection of the same name in an inner scope.
func LeakShadowed(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	conn, err := dial()
	if err != nil {
		return err
	}
	secure := tls.Client(conn, cfg)
	errc := make(chan error, 1)
	go func() { errc <- secure.Handshake() }() // want "is not stopped"
	if err := expire(errc, timeout); err != nil {
		if conn, err := dial(); err == nil {
			conn.Close() // a new one, to see whether the server is there
		}
		return err
	}
	return conn.Close()
}

// LeakSecondClosed dials twice, and closes the second connection only.
func LeakSecondClosed(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	conn, err := dial()
	if err != nil {
		return err
	}
	secure := tls.Client(conn, cfg)
	errc := make(chan error, 1)
	go func() { errc <- secure.Handshake() }() // want "is not stopped"
	if err := expire(errc, timeout); err == nil {
		return conn.Close()
	}
	conn, err = dial()
	if err != nil {
		return err
	}
	return conn.Close()
}

// SafeClosureSeesLatest has one closure for both attempts; it closes the
// connection that the variable holds when it is called.
func SafeClosureSeesLatest(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (err error) {
	var conn net.Conn
	drop := func() {
		if conn != nil {
			conn.Close()
			conn = nil
		}
	}
	for range 2 {
		if conn, err = dial(); err != nil {
			return err
		}
		secure := tls.Client(conn, cfg)
		errc := make(chan error, 1)
		go func() { errc <- secure.Handshake() }()
		err = expire(errc, timeout)
		drop()
		if err == nil {
			return nil
		}
	}
	return err
}

// SafeSwapped exchanges two variables, and closes what is in the other one now.
func SafeSwapped(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	a, err := dial()
	if err != nil {
		return err
	}
	b, err := dial()
	if err != nil {
		a.Close()
		return err
	}
	errc := make(chan error, 1)
	secure := tls.Client(a, cfg)
	go func() { errc <- secure.Handshake() }()
	a, b = b, a
	err = expire(errc, timeout)
	b.Close()
	if err != nil {
		return err
	}
	return a.Close()
}

// LeakSwapped closes by the name that the connection had before.
func LeakSwapped(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	a, err := dial()
	if err != nil {
		return err
	}
	b, err := dial()
	if err != nil {
		a.Close()
		return err
	}
	errc := make(chan error, 1)
	secure := tls.Client(a, cfg)
	go func() { errc <- secure.Handshake() }() // want "is not stopped"
	a, b = b, a
	err = expire(errc, timeout)
	a.Close()
	if err != nil {
		return err
	}
	return b.Close()
}

// LeakNilCheck closes only if there is no connection, by a slip of the pen.
func LeakNilCheck(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	var conn *tls.Conn = tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }() // want "is not stopped"
	if err := expire(errc, timeout); err != nil {
		if conn == nil {
			raw.Close()
		}
		return err
	}
	return conn.Close()
}

// SafePointer closes through a pointer to the variable.
func SafePointer(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	var conn net.Conn
	p := &conn
	raw, err := dial()
	if err != nil {
		return err
	}
	*p = raw
	secure := tls.Client(conn, cfg)
	errc := make(chan error, 1)
	go func() { errc <- secure.Handshake() }()
	if err := expire(errc, timeout); err != nil {
		(*p).Close()
		return err
	}
	return conn.Close()
}

// SafeErrorVariable compares the error with the one that means the timer.
func SafeErrorVariable(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (net.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	switch err := expire(errc, timeout); err {
	case nil:
		return conn, nil
	case errTimeout:
		raw.Close()
		return nil, err
	default:
		return nil, err // the handshake is over
	}
}

// LeakErrorVariable closes in the default case only.
func LeakErrorVariable(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (net.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }() // want "is not stopped"
	switch err := expire(errc, timeout); err {
	case nil:
		return conn, nil
	case errTimeout:
		return nil, err
	default:
		raw.Close()
		return nil, err
	}
}

// LeakLostError forgets the error of the race, and returns the connection as
// if all was well... to nobody.
func LeakLostError(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (state tls.ConnectionState, err error) {
	raw, err := dial()
	if err != nil {
		return state, err
	}
	conn := tls.Client(raw, cfg)
	over := make(chan struct{})
	go func() {
		defer close(over)
		if conn.Handshake() == nil { // want "is not stopped"
			state = conn.ConnectionState()
			conn.Close()
		}
	}()
	select {
	case <-over:
	case <-time.After(timeout):
	}
	return state, nil
}
