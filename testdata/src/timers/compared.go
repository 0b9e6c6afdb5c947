package timers

import (
	"crypto/tls"
	"net"
	"time"
)

// SafeCompared closes the connection when time has gone on, as it has.
func SafeCompared(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	start := time.Now()
	errc := make(chan error, 1)
	go func() { errc <- tls.Client(raw, cfg).Handshake() }()
	select {
	case err = <-errc:
	case <-time.After(timeout):
		err = errTimeout
	}
	if time.Now().Compare(start) >= 0 {
		raw.Close()
	}
	return err
}

// LeakCompared closes the connection when time has gone back, as it never does.
func LeakCompared(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	start := time.Now()
	errc := make(chan error, 1)
	go func() { errc <- tls.Client(raw, cfg).Handshake() }() // want "is not stopped"
	select {
	case err = <-errc:
	case <-time.After(timeout):
		err = errTimeout
	}
	if time.Now().Compare(start) < 0 {
		raw.Close()
	}
	return err
}
