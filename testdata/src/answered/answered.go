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
