// Package peeked reads from connections through readers of the library.
package peeked

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"sync"
	"time"
)

var errTimeout = errors.New("handshake timed out")

// peekedConn is what most peeking listeners have.
type peekedConn struct {
	net.Conn
	br *bufio.Reader
}

func (c *peekedConn) Read(b []byte) (int, error) { return c.br.Read(b) }

// LeakPeeked reads through a bufio.Reader.
func LeakPeeked(dial func() (net.Conn, error), cfg *tls.Config, d time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	pc := &peekedConn{raw, bufio.NewReader(raw)}
	c := tls.Client(pc, cfg)
	errc := make(chan error, 1)
	go func() { errc <- c.Handshake() }() // want "is not stopped"
	select {
	case err := <-errc:
		pc.Close()
		return err
	case <-time.After(d):
		return errTimeout
	}
}

// SafePeeked closes the raw connection.
func SafePeeked(dial func() (net.Conn, error), cfg *tls.Config, d time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	defer raw.Close()
	pc := &peekedConn{raw, bufio.NewReader(raw)}
	c := tls.Client(pc, cfg)
	errc := make(chan error, 1)
	go func() { errc <- c.Handshake() }()
	select {
	case err := <-errc:
		return err
	case <-time.After(d):
		return errTimeout
	}
}

// LosePeeked waits for the result, then closes.
func LosePeeked(dial func() (net.Conn, error), cfg *tls.Config, d time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	defer raw.Close()
	pc := &peekedConn{raw, bufio.NewReader(raw)}
	c := tls.Client(pc, cfg)
	errc := make(chan error)
	go func() { errc <- c.Handshake() }() // want "cannot win"
	select {
	case err := <-errc:
		return err
	case <-time.After(d):
		<-errc
		return errTimeout
	}
}

// BlockPeeked leaves its result.
func BlockPeeked(dial func() (net.Conn, error), cfg *tls.Config, d time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	defer raw.Close()
	pc := &peekedConn{raw, bufio.NewReader(raw)}
	c := tls.Client(pc, cfg)
	errc := make(chan error)
	go func() { errc <- c.Handshake() }() // want "blocks for ever"
	select {
	case err := <-errc:
		return err
	case <-time.After(d):
		return errTimeout
	}
}

// prefixConn has a reader that gives back first what was read before.
type prefixConn struct {
	net.Conn
	r io.Reader
}

func (c prefixConn) Read(b []byte) (int, error) { return c.r.Read(b) }

// LeakMultiReader reads through an io.MultiReader.
func LeakMultiReader(dial func() (net.Conn, error), cfg *tls.Config, d time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	var peeked bytes.Buffer
	pc := prefixConn{raw, io.MultiReader(&peeked, raw)}
	c := tls.Client(pc, cfg)
	errc := make(chan error, 1)
	go func() { errc <- c.Handshake() }() // want "is not stopped"
	select {
	case err := <-errc:
		pc.Close()
		return err
	case <-time.After(d):
		return errTimeout
	}
}

// LeakTee reads through an io.TeeReader.
func LeakTee(dial func() (net.Conn, error), cfg *tls.Config, d time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	var seen bytes.Buffer
	pc := prefixConn{raw, io.TeeReader(raw, &seen)}
	c := tls.Client(pc, cfg)
	errc := make(chan error, 1)
	go func() { errc <- c.Handshake() }() // want "is not stopped"
	select {
	case err := <-errc:
		pc.Close()
		return err
	case <-time.After(d):
		return errTimeout
	}
}

// LeakDirectReader has the connection itself as its reader.
func LeakDirectReader(dial func() (net.Conn, error), cfg *tls.Config, d time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	pc := prefixConn{raw, raw}
	c := tls.Client(pc, cfg)
	errc := make(chan error, 1)
	go func() { errc <- c.Handshake() }() // want "is not stopped"
	select {
	case err := <-errc:
		pc.Close()
		return err
	case <-time.After(d):
		return errTimeout
	}
}

// prefixed gives back by hand what was read before.
type prefixed struct {
	net.Conn
	prefix []byte
}

func (c *prefixed) Read(b []byte) (int, error) {
	if len(c.prefix) > 0 {
		n := copy(b, c.prefix)
		c.prefix = c.prefix[n:]
		return n, nil
	}
	return c.Conn.Read(b)
}

// LeakPrefixed has no prefix.
func LeakPrefixed(dial func() (net.Conn, error), cfg *tls.Config, d time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	pc := &prefixed{Conn: raw}
	c := tls.Client(pc, cfg)
	errc := make(chan error, 1)
	go func() { errc <- c.Handshake() }() // want "is not stopped"
	select {
	case err := <-errc:
		pc.Close()
		return err
	case <-time.After(d):
		return errTimeout
	}
}

// countedConn counts under a mutex; its Close waits for its Read.
type countedConn struct {
	net.Conn
	mu sync.Mutex
	n  int
}

func (c *countedConn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	c.mu.Lock()
	c.n += n
	c.mu.Unlock()
	return n, err
}

// SafeCounted does not hold the mutex while it reads.
func SafeCounted(dial func() (net.Conn, error), cfg *tls.Config, d time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	cc := &countedConn{Conn: raw}
	c := tls.Client(cc, cfg)
	errc := make(chan error, 1)
	go func() { errc <- c.Handshake() }()
	select {
	case err := <-errc:
		cc.Close()
		return err
	case <-time.After(d):
		cc.mu.Lock()
		defer cc.mu.Unlock()
		cc.Conn.Close()
		return errTimeout
	}
}

type lockedConn struct {
	net.Conn
	mu sync.Mutex
}

func (c *lockedConn) Read(b []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.Conn.Read(b)
}

func (c *lockedConn) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.Conn.Close()
}

// LoseLocked has a Close that waits for Read's mutex.
func LoseLocked(dial func() (net.Conn, error), cfg *tls.Config, d time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	lc := &lockedConn{Conn: raw}
	c := tls.Client(lc, cfg)
	errc := make(chan error, 1)
	go func() { errc <- c.Handshake() }() // want "cannot win"
	select {
	case err := <-errc:
		lc.Close()
		return err
	case <-time.After(d):
		c.Close()
		return errTimeout
	}
}
