package spelling

import (
	. "crypto/tls"
	"net"
	. "time"
)

// LeakDotImport has the packages without names.
func LeakDotImport(dial func() (net.Conn, error), cfg *Config, timeout Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }() // want "is not stopped"
	select {
	case err := <-errc:
		conn.Close()
		return err
	case <-After(timeout):
		return errTimeout
	}
}

// SafeDotImport closes.
func SafeDotImport(dial func() (net.Conn, error), cfg *Config, timeout Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	select {
	case err = <-errc:
	case <-After(timeout):
		err = errTimeout
	}
	conn.Close()
	return err
}

// A looksLike is no tls connection, although its methods have the same names.
type looksLike struct{ done chan struct{} }

func (l looksLike) Handshake() error { <-l.done; return nil }
func (l looksLike) Close() error     { return nil }

// SilentLooksLike races with something that is called Handshake.
//
// Silent: only the handshakes of the table count, whatever others are called.
func SilentLooksLike(dial func() (net.Conn, error), cfg *Config, timeout Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	real := Client(raw, cfg)
	if raw.SetDeadline(Now().Add(timeout)) == nil {
		if err := real.Handshake(); err != nil {
			raw.Close()
			return err
		}
	}
	real.Close()
	conn := looksLike{make(chan struct{})}
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	select {
	case err := <-errc:
		return err
	case <-After(timeout):
		return nil
	}
}
