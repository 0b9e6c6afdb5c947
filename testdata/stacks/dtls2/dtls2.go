// Package dtls2 holds handshakes of github.com/pion/dtls/v2, whose functions
// return when the handshake is over: nobody has a connection to close before.
package dtls2

import (
	"context"
	"net"
	"time"

	"github.com/pion/dtls/v2"
)

func config() *dtls.Config {
	return &dtls.Config{
		PSK:             func([]byte) ([]byte, error) { return []byte{1}, nil },
		PSKIdentityHint: []byte("hint"),
		CipherSuites:    []dtls.CipherSuiteID{dtls.TLS_PSK_WITH_AES_128_CCM_8},
	}
}

type secured struct {
	conn *dtls.Conn
	err  error
}

// LeakClient has a context that nothing ends.
func LeakClient(dial func() (net.Conn, error), timeout time.Duration) {
	raw, _ := dial()
	ch := make(chan secured, 1)
	go func() {
		conn, err := dtls.ClientWithContext(context.Background(), raw, config()) // want "is not stopped"
		ch <- secured{conn, err}
	}()
	select {
	case s := <-ch:
		if s.err == nil {
			s.conn.Close()
		}
	case <-time.After(timeout):
	}
}

// LeakServer has a context that something else ends.
func LeakServer(ctx context.Context, dial func() (net.Conn, error)) {
	raw, _ := dial()
	ch := make(chan secured, 1)
	go func() {
		conn, err := dtls.ServerWithContext(context.WithoutCancel(ctx), raw, config()) // want "is not stopped"
		ch <- secured{conn, err}
	}()
	select {
	case s := <-ch:
		if s.err == nil {
			s.conn.Close()
		}
	case <-ctx.Done():
	}
}

// SafeRawClose closes the connection that it has handed over.
func SafeRawClose(dial func() (net.Conn, error), timeout time.Duration) {
	raw, _ := dial()
	defer raw.Close()
	ch := make(chan secured, 1)
	go func() {
		conn, err := dtls.ClientWithContext(context.Background(), raw, config())
		ch <- secured{conn, err}
	}()
	select {
	case <-ch:
	case <-time.After(timeout):
	}
}

// SafeRawDeadline sets a deadline on it.
func SafeRawDeadline(dial func() (net.Conn, error), timeout time.Duration) {
	raw, _ := dial()
	ch := make(chan secured, 1)
	go func() {
		conn, err := dtls.ServerWithContext(context.Background(), raw, config())
		ch <- secured{conn, err}
	}()
	select {
	case <-ch:
		raw.Close()
	case <-time.After(timeout):
		raw.SetReadDeadline(time.Now())
	}
}

// SafeWriteDeadline ends with the next flight that can't be sent.
func SafeWriteDeadline(dial func() (net.Conn, error), timeout time.Duration) {
	raw, _ := dial()
	ch := make(chan secured, 1)
	go func() {
		conn, err := dtls.ClientWithContext(context.Background(), raw, config())
		ch <- secured{conn, err}
	}()
	select {
	case <-ch:
		raw.Close()
	case <-time.After(timeout):
		raw.SetWriteDeadline(time.Now())
	}
}

// SafeContext hands the context to the handshake, too.
func SafeContext(ctx context.Context, dial func() (net.Conn, error)) {
	raw, _ := dial()
	ch := make(chan secured, 1)
	go func() {
		conn, err := dtls.ClientWithContext(ctx, raw, config())
		ch <- secured{conn, err}
	}()
	select {
	case s := <-ch:
		if s.err == nil {
			s.conn.Close()
		}
	case <-ctx.Done():
	}
}

// SafeLimit gives up after 30 seconds by itself.
func SafeLimit(dial func() (net.Conn, error), timeout time.Duration) {
	raw, _ := dial()
	ch := make(chan secured, 1)
	go func() {
		conn, err := dtls.Client(raw, config())
		ch <- secured{conn, err}
	}()
	select {
	case s := <-ch:
		if s.err == nil {
			s.conn.Close()
		}
	case <-time.After(timeout):
	}
}

// BlockLimit does so, and the result finds no taker.
func BlockLimit(dial func() (net.Conn, error), timeout time.Duration) {
	raw, _ := dial()
	ch := make(chan secured)
	go func() {
		conn, err := dtls.Client(raw, config()) // want "blocks for ever"
		ch <- secured{conn, err}
	}()
	select {
	case s := <-ch:
		if s.err == nil {
			s.conn.Close()
		}
	case <-time.After(timeout):
	}
}

// LeakMaker has a configuration that takes the limit away.
func LeakMaker(dial func() (net.Conn, error), timeout time.Duration) {
	raw, _ := dial()
	cfg := config()
	cfg.ConnectContextMaker = func() (context.Context, func()) {
		return context.Background(), func() {}
	}
	ch := make(chan secured, 1)
	go func() {
		conn, err := dtls.Client(raw, cfg) // want "is not stopped"
		ch <- secured{conn, err}
	}()
	select {
	case s := <-ch:
		if s.err == nil {
			s.conn.Close()
		}
	case <-time.After(timeout):
	}
}

// SafeMaker has one that sets another limit.
func SafeMaker(dial func() (net.Conn, error), timeout time.Duration) {
	raw, _ := dial()
	cfg := config()
	cfg.ConnectContextMaker = func() (context.Context, func()) {
		return context.WithTimeout(context.Background(), 2*timeout)
	}
	ch := make(chan secured, 1)
	go func() {
		conn, err := dtls.Server(raw, cfg)
		ch <- secured{conn, err}
	}()
	select {
	case s := <-ch:
		if s.err == nil {
			s.conn.Close()
		}
	case <-time.After(timeout):
	}
}

// LeakDial has the module make the connection.
func LeakDial(to *net.UDPAddr, timeout time.Duration) {
	ch := make(chan secured, 1)
	go func() {
		conn, err := dtls.DialWithContext(context.Background(), "udp", to, config()) // want "is not stopped"
		ch <- secured{conn, err}
	}()
	select {
	case s := <-ch:
		if s.err == nil {
			s.conn.Close()
		}
	case <-time.After(timeout):
	}
}

// SafeDial hands its context to the dial.
func SafeDial(ctx context.Context, to *net.UDPAddr) {
	ch := make(chan secured, 1)
	go func() {
		conn, err := dtls.DialWithContext(ctx, "udp", to, config())
		ch <- secured{conn, err}
	}()
	select {
	case s := <-ch:
		if s.err == nil {
			s.conn.Close()
		}
	case <-ctx.Done():
	}
}
