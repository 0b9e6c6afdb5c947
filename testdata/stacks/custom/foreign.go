package custom

import (
	"net"
	"time"

	"example.com/stacks/custom/foreign"
)

// SafeForeign closes what was handed to the maker of the connection.
func SafeForeign(dial func() (net.Conn, error), timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	defer raw.Close()
	conn := foreign.Wrap(raw)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	select {
	case err := <-errc:
		return err
	case <-time.After(timeout):
		return errTimeout
	}
}

// SafeForeignDeadline sets a deadline on it.
func SafeForeignDeadline(dial func() (net.Conn, error), timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	raw.SetDeadline(time.Now().Add(2 * timeout))
	conn := foreign.Wrap(raw)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	select {
	case err := <-errc:
		raw.Close()
		return err
	case <-time.After(timeout):
		return errTimeout
	}
}

// SafeForeignMaker closes the maker.
func SafeForeignMaker(dial func() (net.Conn, error), timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	maker := &foreign.Maker{Raw: raw}
	conn := maker.Make()
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	select {
	case err := <-errc:
		conn.Close()
		return err
	case <-time.After(timeout):
		maker.Close()
		return errTimeout
	}
}

// SilentForeign closes nothing.
//
// Silent: who makes a connection over another one may stop it, or have it
// stopped by a deadline.
func SilentForeign(dial func() (net.Conn, error), timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := foreign.Wrap(raw)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	select {
	case err := <-errc:
		conn.Close()
		return err
	case <-time.After(timeout):
		return errTimeout
	}
}

// LeakForeign has a connection that was made over nothing that could be closed.
func LeakForeign(addr string, timeout time.Duration) error {
	conn, err := foreign.Connect(addr)
	if err != nil {
		return err
	}
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }() // want "is not stopped"
	select {
	case err := <-errc:
		conn.Close()
		return err
	case <-time.After(timeout):
		return errTimeout
	}
}
