// Package answered begins a handshake only as the library's answer says.
package answered

import (
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"
)

var errTimeout = errors.New("handshake timed out")

func lossy(c *tls.Conn, d time.Duration) error {
	errc := make(chan error, 1)
	go func() { errc <- c.Handshake() }() // want "is not stopped"
	select {
	case err := <-errc:
		return err
	case <-time.After(d):
		return errTimeout
	}
}

func connect(dial func() (net.Conn, error), answer io.Reader, data []byte, cfg *tls.Config, d time.Duration) error {
	var b [1]byte
	if _, err := io.ReadFull(answer, b[:]); err != nil {
		return err
	}
	if b[0] != 'S' {
		return errors.New("refused")
	}
	var o struct{ TLS bool }
	if err := json.Unmarshal(data, &o); err != nil {
		return err
	}
	if !o.TLS {
		return errors.New("no TLS")
	}
	var n int
	if _, err := fmt.Sscanf(string(data[len(data)-1:]), "}%d", &n); n != 0 {
		return err
	}
	raw, err := dial()
	if err != nil {
		return err
	}
	return lossy(tls.Client(raw, cfg), d)
}

// LeakAnswered has an answer of S, and a configuration.
func LeakAnswered(dial func() (net.Conn, error), cfg *tls.Config, d time.Duration) error {
	return connect(dial, strings.NewReader("S"), []byte(`{"TLS": true}`), cfg, d)
}

// LeakReadFull reads the answer from the connection.
func LeakReadFull(dial func() (net.Conn, error), cfg *tls.Config, d time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	b := []byte("S")
	if len(cfg.NextProtos) > 0 {
		if _, err := io.ReadFull(raw, b); err != nil {
			return err
		}
	}
	if b[0] != 'S' {
		return errors.New("refused")
	}
	client := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- client.Handshake() }() // want "is not stopped"
	select {
	case err := <-errc:
		return err
	case <-time.After(d):
		return errTimeout
	}
}

// logged is a connection that counts what is written.
type logged struct {
	net.Conn
	written int
}

func (l *logged) Write(b []byte) (int, error) {
	n, err := l.Conn.Write(b)
	l.written += n
	return n, err
}

// LeakGreeted greets by way of the library, and a connection of its own.
func LeakGreeted(dial func() (net.Conn, error), cfg *tls.Config, d time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	l := &logged{Conn: raw}
	if len(cfg.NextProtos) > 0 {
		if _, err := io.WriteString(l, "STARTTLS\r\n"); err != nil {
			return err
		}
	}
	client := tls.Client(l, cfg)
	errc := make(chan error, 1)
	go func() { errc <- client.Handshake() }() // want "is not stopped"
	select {
	case err := <-errc:
		return err
	case <-time.After(d):
		return errTimeout
	}
}

// closing is a connection that is closed by the first word.
type closing struct{ net.Conn }

func (c closing) Write(b []byte) (int, error) {
	c.Close()
	return len(b), nil
}

// SafeLastWords closes the connection by way of the library.
func SafeLastWords(dial func() (net.Conn, error), cfg *tls.Config, d time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	client := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- client.Handshake() }()
	select {
	case err := <-errc:
		return err
	case <-time.After(d):
		fmt.Fprintln(closing{raw}, "timeout")
		return errTimeout
	}
}
