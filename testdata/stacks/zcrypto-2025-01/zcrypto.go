// Package zcrypto holds handshakes of github.com/zmap/zcrypto/tls as it was
// until March 2025: Close takes the mutex of the handshake.
package zcrypto

import (
	"errors"
	"net"
	"time"

	"github.com/zmap/zcrypto/tls"
)

var errTimeout = errors.New("handshake timed out")

var config = &tls.Config{ServerName: "example.com", InsecureSkipVerify: true}

// LoseClose waits in Close for the handshake that it wants to stop.
func LoseClose(dial func() (net.Conn, error), timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, config)
	defer conn.Close()
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }() // want "cannot win"
	select {
	case err := <-errc:
		return err
	case <-time.After(timeout):
		return errTimeout
	}
}

// LoseInterface does so with a connection whose type is hidden.
func LoseInterface(dial func() (net.Conn, error), timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	var conn interface {
		net.Conn
		Handshake() error
	} = tls.Client(raw, config)
	defer conn.Close()
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }() // want "cannot win"
	select {
	case err := <-errc:
		return err
	case <-time.After(timeout):
		return errTimeout
	}
}

// LeakGoClose leaves the waiting to another goroutine.
func LeakGoClose(dial func() (net.Conn, error), timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, config)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }() // want "is not stopped"
	select {
	case err := <-errc:
		conn.Close()
		return err
	case <-time.After(timeout):
		go conn.Close()
		return errTimeout
	}
}

// LeakHandshake returns when the timer fires and leaves the rest alone.
func LeakHandshake(dial func() (net.Conn, error), timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, config)
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

// SafeRawClose closes the connection under it.
func SafeRawClose(dial func() (net.Conn, error), timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, config)
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

// SafeBoth closes the connection under it before it closes it.
func SafeBoth(dial func() (net.Conn, error), timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, config)
	defer conn.Close()
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	select {
	case err := <-errc:
		return err
	case <-time.After(timeout):
		raw.Close()
		return errTimeout
	}
}

// SafeDeadline has Close wait no longer than the deadline says.
func SafeDeadline(dial func() (net.Conn, error), timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, config)
	defer conn.Close()
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	select {
	case err := <-errc:
		return err
	case <-time.After(timeout):
		conn.SetDeadline(time.Now())
		return errTimeout
	}
}
