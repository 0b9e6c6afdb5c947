// Package pipes handshakes over connections that are each other's peer.
package pipes

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

// LeakAlone has a peer that nobody knows.
func LeakAlone(cfg *tls.Config, timeout time.Duration) {
	ours, _ := net.Pipe()
	conn := tls.Client(ours, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }() // want "is not stopped"
	expire(errc, timeout)
}

// SafePeerClosed closes the other end.
func SafePeerClosed(cfg *tls.Config, timeout time.Duration) {
	ours, theirs := net.Pipe()
	defer theirs.Close()
	conn := tls.Client(ours, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	expire(errc, timeout)
}

// LeakPeerClosedEarly closes the other end of another pipe.
func LeakPeerClosedEarly(cfg *tls.Config, timeout time.Duration) {
	_, theirs := net.Pipe()
	defer theirs.Close()
	ours, _ := net.Pipe()
	conn := tls.Client(ours, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }() // want "is not stopped"
	expire(errc, timeout)
}

// SafeBoth has both ends shake hands.
func SafeBoth(cfg *tls.Config, timeout time.Duration) {
	ours, theirs := net.Pipe()
	client, server := tls.Client(ours, cfg), tls.Server(theirs, cfg)
	errc := make(chan error, 2)
	go func() { errc <- client.Handshake() }()
	go func() { errc <- server.Handshake() }()
	for range 2 {
		if expire(errc, timeout) != nil {
			return
		}
	}
	client.Close()
}
