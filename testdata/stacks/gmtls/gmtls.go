// Package gmtls holds handshakes of github.com/tjfoc/gmsm/gmtls, which takes no
// context.
package gmtls

import (
	"errors"
	"net"
	"time"

	"github.com/tjfoc/gmsm/gmtls"
)

var errTimeout = errors.New("handshake timed out")

var config = &gmtls.Config{ServerName: "example.com", InsecureSkipVerify: true}

// LeakHandshake returns when the timer fires and leaves the rest alone.
func LeakHandshake(dial func() (net.Conn, error), timeout time.Duration) (net.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	conn := gmtls.Client(raw, config)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }() // want "is not stopped"
	select {
	case err := <-errc:
		return conn, err
	case <-time.After(timeout):
		return nil, errTimeout
	}
}

// LeakMethodValue has a method value on its way.
func LeakMethodValue(dial func() (net.Conn, error), timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := gmtls.Client(raw, config)
	shake := conn.Handshake // want "is not stopped"
	errc := make(chan error, 1)
	go func() { errc <- shake() }()
	select {
	case err := <-errc:
		conn.Close()
		return err
	case <-time.After(timeout):
		return errTimeout
	}
}

// LeakWriteDeadline has the connection give up writing, which it does not do.
func LeakWriteDeadline(dial func() (net.Conn, error), timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := gmtls.Client(raw, config)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }() // want "is not stopped"
	select {
	case err := <-errc:
		conn.Close()
		return err
	case <-time.After(timeout):
		conn.SetWriteDeadline(time.Now())
		return errTimeout
	}
}

// BlockClose stops the handshake, whose result then finds no taker.
func BlockClose(dial func() (net.Conn, error), timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := gmtls.Client(raw, config)
	defer conn.Close()
	errc := make(chan error)
	go func() { errc <- conn.Handshake() }() // want "blocks for ever"
	select {
	case err := <-errc:
		return err
	case <-time.After(timeout):
		return errTimeout
	}
}

// LoseRead reads before it closes.
func LoseRead(dial func() (net.Conn, error), timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := gmtls.Client(raw, config)
	defer conn.Close()
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }() // want "cannot win"
	select {
	case err := <-errc:
		return err
	case <-time.After(timeout):
		conn.Read(make([]byte, 1))
		return errTimeout
	}
}

// SafeClose closes the connection on all paths.
func SafeClose(dial func() (net.Conn, error), timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := gmtls.Client(raw, config)
	defer conn.Close()
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	select {
	case err := <-errc:
		return err
	case <-time.After(timeout):
		return errTimeout
	}
}

// SafeRawClose closes the connection under it.
func SafeRawClose(dial func() (net.Conn, error), timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := gmtls.Client(raw, config)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	select {
	case err := <-errc:
		conn.Close()
		return err
	case <-time.After(timeout):
		raw.Close()
		return errTimeout
	}
}

// SafeDeadline sets a deadline before the handshake.
func SafeDeadline(dial func() (net.Conn, error), timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := gmtls.Client(raw, config)
	conn.SetReadDeadline(time.Now().Add(2 * timeout))
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

// LeakDial dials in a goroutine and gives up.
func LeakDial(addr string, timeout time.Duration) error {
	errc := make(chan error, 1)
	go func() {
		conn, err := gmtls.Dial("tcp", addr, config) // want "is not stopped"
		if err == nil {
			conn.Close()
		}
		errc <- err
	}()
	select {
	case err := <-errc:
		return err
	case <-time.After(timeout):
		return errTimeout
	}
}

// SafeDialWithDialer has a dialer with a timeout, which bounds the handshake, too.
func SafeDialWithDialer(addr string, timeout time.Duration) error {
	errc := make(chan error, 1)
	go func() {
		conn, err := gmtls.DialWithDialer(&net.Dialer{Timeout: 2 * timeout}, "tcp", addr, config)
		if err == nil {
			conn.Close()
		}
		errc <- err
	}()
	select {
	case err := <-errc:
		return err
	case <-time.After(timeout):
		return errTimeout
	}
}
