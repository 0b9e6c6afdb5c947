// Package utls holds handshakes of github.com/refraction-networking/utls, whose
// UConn embeds its Conn.
package utls

import (
	"context"
	"errors"
	"net"
	"time"

	tls "github.com/refraction-networking/utls"
)

var errTimeout = errors.New("handshake timed out")

var config = &tls.Config{ServerName: "example.com", InsecureSkipVerify: true}

// LeakUConn returns when the timer fires and leaves the rest alone.
func LeakUConn(dial func() (net.Conn, error), timeout time.Duration) (net.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	conn := tls.UClient(raw, config, tls.HelloChrome_Auto)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }() // want "is not stopped"
	select {
	case err := <-errc:
		return conn, err
	case <-time.After(timeout):
		return nil, errTimeout
	}
}

// LeakConn has a Conn that mimics nobody.
func LeakConn(dial func() (net.Conn, error), timeout time.Duration) (net.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	conn := tls.Client(raw, config)
	errc := make(chan error, 2)
	timer := time.AfterFunc(timeout, func() { errc <- errTimeout })
	defer timer.Stop()
	go func() { errc <- conn.Handshake() }() // want "is not stopped"
	if err := <-errc; err != nil {
		return nil, err
	}
	return conn, nil
}

// LeakPreset prepares the handshake by methods that close nothing.
func LeakPreset(dial func() (net.Conn, error), timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.UClient(raw, config.Clone(), tls.HelloFirefox_Auto)
	conn.SetSNI("example.com")
	if err := conn.BuildHandshakeState(); err != nil {
		return err
	}
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

// BlockClose stops the handshake, whose result then finds no taker.
func BlockClose(dial func() (net.Conn, error), timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.UClient(raw, config, tls.HelloChrome_Auto)
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

// LoseState asks for the state of a connection that is in its handshake.
func LoseState(dial func() (net.Conn, error), timeout time.Duration) (uint16, error) {
	raw, err := dial()
	if err != nil {
		return 0, err
	}
	conn := tls.UClient(raw, config, tls.HelloChrome_Auto)
	defer conn.Close()
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }() // want "cannot win"
	select {
	case err := <-errc:
		return conn.ConnectionState().Version, err
	case <-time.After(timeout):
		return conn.ConnectionState().Version, errTimeout
	}
}

// SafeClose calls the Close that UConn has of the Conn in it.
func SafeClose(dial func() (net.Conn, error), timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.UClient(raw, config, tls.HelloChrome_Auto)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	select {
	case err := <-errc:
		conn.Close()
		return err
	case <-time.After(timeout):
		conn.Close()
		return errTimeout
	}
}

// SafeInner closes the Conn in a UConn.
func SafeInner(dial func() (net.Conn, error), timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.UClient(raw, config, tls.HelloChrome_Auto)
	defer conn.Conn.Close()
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	select {
	case err := <-errc:
		return err
	case <-time.After(timeout):
		return errTimeout
	}
}

// SafeNetConn closes the connection under it, by its method's name of today.
func SafeNetConn(dial func() (net.Conn, error), timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.UClient(raw, config, tls.HelloChrome_Auto)
	defer conn.NetConn().Close()
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	select {
	case err := <-errc:
		return err
	case <-time.After(timeout):
		return errTimeout
	}
}

// SafeUnderlying closes the connection under it, by its method's old name.
func SafeUnderlying(dial func() (net.Conn, error), timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.UClient(raw, config, tls.HelloChrome_Auto)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	select {
	case err := <-errc:
		raw.Close()
		return err
	case <-time.After(timeout):
		conn.GetUnderlyingConn().Close()
		return errTimeout
	}
}

// SafeRawClose closes the connection under it.
func SafeRawClose(dial func() (net.Conn, error), timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	defer raw.Close()
	conn := tls.Client(raw, config)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	select {
	case err := <-errc:
		return err
	case <-time.After(timeout):
		return errTimeout
	}
}

// SafeDeadline sets a deadline before the handshake.
func SafeDeadline(dial func() (net.Conn, error), timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.UClient(raw, config, tls.HelloChrome_Auto)
	conn.SetDeadline(time.Now().Add(2 * timeout))
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	select {
	case err := <-errc:
		raw.Close()
		return err
	case <-time.After(timeout):
		return errTimeout
	}
}

// SafeRawDeadline has the connection under it give up reading.
func SafeRawDeadline(dial func() (net.Conn, error), timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.UClient(raw, config, tls.HelloChrome_Auto)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	select {
	case err := <-errc:
		raw.Close()
		return err
	case <-time.After(timeout):
		raw.SetReadDeadline(time.Now())
		return errTimeout
	}
}

// LeakWriteDeadline has it give up writing, which it does not do.
func LeakWriteDeadline(dial func() (net.Conn, error), timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.UClient(raw, config, tls.HelloChrome_Auto)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }() // want "is not stopped"
	select {
	case err := <-errc:
		raw.Close()
		return err
	case <-time.After(timeout):
		raw.SetWriteDeadline(time.Now())
		return errTimeout
	}
}

// SafeContext hands the context to the handshake, too.
func SafeContext(ctx context.Context, dial func() (net.Conn, error)) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.UClient(raw, config, tls.HelloChrome_Auto)
	errc := make(chan error, 1)
	go func() { errc <- conn.HandshakeContext(ctx) }()
	select {
	case err := <-errc:
		raw.Close()
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// LeakContext hands another context to the handshake.
func LeakContext(ctx context.Context, dial func() (net.Conn, error)) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.UClient(raw, config, tls.HelloChrome_Auto)
	errc := make(chan error, 1)
	go func() { errc <- conn.HandshakeContext(context.Background()) }() // want "is not stopped"
	select {
	case err := <-errc:
		raw.Close()
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// A browser embeds a UConn.
type browser struct {
	*tls.UConn
	name string
}

func newBrowser(raw net.Conn) *browser {
	return &browser{tls.UClient(raw, config, tls.HelloChrome_Auto), "chrome"}
}

// LeakEmbedded handshakes by the method of an embedded UConn.
func LeakEmbedded(dial func() (net.Conn, error), timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	b := newBrowser(raw)
	errc := make(chan error, 1)
	go func() { errc <- b.Handshake() }() // want "is not stopped"
	select {
	case err := <-errc:
		b.Close()
		return err
	case <-time.After(timeout):
		return errTimeout
	}
}

// SafeEmbedded closes by the method of an embedded UConn.
func SafeEmbedded(dial func() (net.Conn, error), timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	b := newBrowser(raw)
	defer b.Close()
	errc := make(chan error, 1)
	go func() { errc <- b.Handshake() }()
	select {
	case err := <-errc:
		return err
	case <-time.After(timeout):
		return errTimeout
	}
}

// A secure is what connections of all stacks have in common.
type secure interface {
	net.Conn
	Handshake() error
}

// LeakInterface has a UConn in an interface.
func LeakInterface(dial func() (net.Conn, error), timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	var conn secure = newBrowser(raw)
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

// SafeInterface closes a UConn in an interface.
func SafeInterface(dial func() (net.Conn, error), timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	var conn secure = tls.UClient(raw, config, tls.HelloChrome_Auto)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	select {
	case err := <-errc:
		conn.Close()
		return err
	case <-time.After(timeout):
		conn.Close()
		return errTimeout
	}
}

// LeakGeneric is raced by a generic function.
func LeakGeneric(dial func() (net.Conn, error), timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	err = race(tls.UClient(raw, config, tls.HelloChrome_Auto), timeout)
	if err == nil {
		raw.Close()
	}
	return err
}

// SafeGeneric is raced by a generic function, and closed whatever comes.
func SafeGeneric(dial func() (net.Conn, error), timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.UClient(raw, config, tls.HelloChrome_Auto)
	defer conn.Close()
	return race(conn, timeout)
}

func race[C interface{ Handshake() error }](conn C, timeout time.Duration) error {
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }() // want "is not stopped"
	select {
	case err := <-errc:
		return err
	case <-time.After(timeout):
		return errTimeout
	}
}

// LeakDial dials in a goroutine and gives up.
func LeakDial(addr string, timeout time.Duration) (net.Conn, error) {
	type dialed struct {
		conn *tls.Conn
		err  error
	}
	ch := make(chan dialed, 1)
	go func() {
		conn, err := tls.Dial("tcp", addr, config) // want "is not stopped"
		ch <- dialed{conn, err}
	}()
	select {
	case d := <-ch:
		return d.conn, d.err
	case <-time.After(timeout):
		return nil, errTimeout
	}
}

// SafeDialer has a dialer that is bounded by its NetDialer.
func SafeDialer(addr string, timeout time.Duration) error {
	dialer := tls.Dialer{NetDialer: &net.Dialer{Timeout: 2 * timeout}, Config: config}
	errc := make(chan error, 1)
	go func() {
		conn, err := dialer.Dial("tcp", addr)
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

// SafeDialContext hands its context to the dial.
func SafeDialContext(ctx context.Context, addr string) error {
	dialer := tls.Dialer{Config: config}
	errc := make(chan error, 1)
	go func() {
		conn, err := dialer.DialContext(ctx, "tcp", addr)
		if err == nil {
			conn.(*tls.Conn).Close()
		}
		errc <- err
	}()
	select {
	case err := <-errc:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}
