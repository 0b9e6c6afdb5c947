// Package seams has variables that its tests change. What they change there says
// nothing of the package when it is used.
package seams

import (
	"crypto/tls"
	"errors"
	"net"
	"time"
)

var errTimeout = errors.New("handshake timed out")

// The tests set all of these, and replacePick sets the last.
var (
	wrap      = tls.Client
	giveUp    = func(net.Conn) {}
	abandon   = func(c net.Conn) { c.Close() }
	keepAlive = true
	options   = struct{ closes bool }{closes: false}
	pick      = tls.Client
)

func replacePick(f func(net.Conn, *tls.Config) *tls.Conn) { pick = f }

// LeakWrapped has its connection from a function that the tests replace.
func LeakWrapped(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (net.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	client := wrap(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- client.Handshake() }() // want "is not stopped"
	select {
	case err := <-errc:
		return client, err
	case <-time.After(timeout):
		return nil, errTimeout
	}
}

// LeakGivenUp calls a function that closes the connection in the tests alone.
func LeakGivenUp(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (net.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	client := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- client.Handshake() }() // want "is not stopped"
	select {
	case err := <-errc:
		return client, err
	case <-time.After(timeout):
		giveUp(client)
		return nil, errTimeout
	}
}

// SafeAbandoned calls a function that closes the connection but in the tests.
func SafeAbandoned(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (net.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	client := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- client.Handshake() }()
	select {
	case err := <-errc:
		return client, err
	case <-time.After(timeout):
		abandon(client)
		return nil, errTimeout
	}
}

// SafeKeptAlive closes the connection where a variable says what it says but in the
// tests.
func SafeKeptAlive(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (net.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	client := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- client.Handshake() }()
	select {
	case err := <-errc:
		return client, err
	case <-time.After(timeout):
		if keepAlive {
			client.Close()
		}
		return nil, errTimeout
	}
}

// LeakOption does not close the connection, since a field says so that the tests set.
func LeakOption(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (net.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	client := tls.Client(raw, cfg)
	defer func() {
		if options.closes {
			client.Close()
		}
	}()
	errc := make(chan error, 1)
	go func() { errc <- client.Handshake() }() // want "is not stopped"
	select {
	case err := <-errc:
		return client, err
	case <-time.After(timeout):
		return nil, errTimeout
	}
}

// SilentPicked has its connection from a function that the package may replace.
//
// Silent: what the other function returns is its own to close.
func SilentPicked(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (net.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	client := pick(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- client.Handshake() }()
	select {
	case err := <-errc:
		return client, err
	case <-time.After(timeout):
		return nil, errTimeout
	}
}

// leakProbe is called by the tests alone, which close all that they know of.
func leakProbe(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (net.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	client := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- client.Handshake() }() // want "is not stopped"
	select {
	case err := <-errc:
		return client, err
	case <-time.After(timeout):
		return nil, errTimeout
	}
}

// SafeRaw closes the connection that it has dialed, which one of the tests does not
// take seriously.
func SafeRaw(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (net.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	client := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- client.Handshake() }()
	select {
	case err := <-errc:
		return client, err
	case <-time.After(timeout):
		raw.Close()
		return nil, errTimeout
	}
}
