// Package custom holds handshakes of a package that the setting describes.
package custom

import (
	"context"
	"errors"
	"net"
	"time"

	"example.com/stacks/custom/mytls"
)

var errTimeout = errors.New("handshake timed out")

// LeakHandshake returns when the timer fires and leaves the rest alone.
func LeakHandshake(dial func() (net.Conn, error), timeout time.Duration) (*mytls.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	conn := mytls.Client(raw)
	errc := make(chan error, 1)
	go func() { errc <- conn.Shake() }() // want "is not stopped"
	select {
	case err := <-errc:
		return conn, err
	case <-time.After(timeout):
		return nil, errTimeout
	}
}

// LoseClose waits in Close for the handshake that it is to stop.
func LoseClose(dial func() (net.Conn, error), timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := mytls.Client(raw)
	defer conn.Close()
	errc := make(chan error, 1)
	go func() { errc <- conn.Shake() }() // want "cannot win"
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
	defer raw.Close()
	conn := mytls.Client(raw)
	errc := make(chan error, 1)
	go func() { errc <- conn.Shake() }()
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
	conn := mytls.Client(raw)
	conn.SetDeadline(time.Now().Add(2 * timeout))
	defer conn.Close()
	errc := make(chan error, 1)
	go func() { errc <- conn.Shake() }()
	select {
	case err := <-errc:
		return err
	case <-time.After(timeout):
		return errTimeout
	}
}

// SafeAbort calls a method that may stop the handshake, as far as one can tell.
func SafeAbort(dial func() (net.Conn, error), timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := mytls.Client(raw)
	errc := make(chan error, 1)
	go func() { errc <- conn.Shake() }()
	select {
	case err := <-errc:
		raw.Close()
		return err
	case <-time.After(timeout):
		conn.Abort()
		return errTimeout
	}
}

// SilentName calls one that does not.
//
// Silent: what a method does that the setting does not name is not known.
func SilentName(dial func() (net.Conn, error), timeout time.Duration) (string, error) {
	raw, err := dial()
	if err != nil {
		return "", err
	}
	conn := mytls.Client(raw)
	errc := make(chan error, 1)
	go func() { errc <- conn.Shake() }()
	select {
	case err := <-errc:
		raw.Close()
		return "", err
	case <-time.After(timeout):
		return conn.Name(), errTimeout
	}
}

// SafeContext hands the context to the handshake, too.
func SafeContext(ctx context.Context, dial func() (net.Conn, error)) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := mytls.Client(raw)
	errc := make(chan error, 1)
	go func() { errc <- conn.ShakeContext(ctx) }()
	select {
	case err := <-errc:
		raw.Close()
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// LeakContext hands another one to the handshake.
func LeakContext(ctx context.Context, dial func() (net.Conn, error)) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := mytls.Client(raw)
	errc := make(chan error, 1)
	go func() { errc <- conn.ShakeContext(context.Background()) }() // want "is not stopped"
	select {
	case err := <-errc:
		raw.Close()
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// LeakSession has what is not quite a connection.
func LeakSession(dial func() (net.Conn, error), timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	session, err := mytls.NewSession(raw)
	if err != nil {
		return err
	}
	errc := make(chan error, 1)
	go func() {
		_, err := session.Open() // want "is not stopped"
		errc <- err
	}()
	select {
	case err := <-errc:
		session.Close()
		return err
	case <-time.After(timeout):
		return errTimeout
	}
}

// SafeSession closes it.
func SafeSession(dial func() (net.Conn, error), timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	session, err := mytls.NewSession(raw)
	if err != nil {
		return err
	}
	defer session.Close()
	errc := make(chan error, 1)
	go func() {
		_, err := session.Open()
		errc <- err
	}()
	select {
	case err := <-errc:
		return err
	case <-time.After(timeout):
		return errTimeout
	}
}

// LeakTyped has a connection of a generic type.
func LeakTyped(dial func() (net.Conn, error), timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := mytls.NewTyped(raw, 7)
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

// SafeTyped closes it.
func SafeTyped(dial func() (net.Conn, error), timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := mytls.NewTyped(raw, "seven")
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

// LeakOuter has one that embeds another.
func LeakOuter(dial func() (net.Conn, error), timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := mytls.Wrap(raw)
	errc := make(chan error, 1)
	go func() { errc <- conn.Negotiate() }() // want "is not stopped"
	select {
	case err := <-errc:
		conn.Close()
		return err
	case <-time.After(timeout):
		return errTimeout
	}
}

// SafeOuter closes the embedded one.
func SafeOuter(dial func() (net.Conn, error), timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := mytls.Wrap(raw)
	errc := make(chan error, 1)
	go func() { errc <- conn.Negotiate() }()
	select {
	case err := <-errc:
		conn.Close()
		return err
	case <-time.After(timeout):
		conn.Close()
		return errTimeout
	}
}

// LoseOuter asks the embedded one for its state.
func LoseOuter(dial func() (net.Conn, error), timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := mytls.Wrap(raw)
	defer conn.Close()
	errc := make(chan error, 1)
	go func() { errc <- conn.Negotiate() }() // want "cannot win"
	select {
	case err := <-errc:
		return err
	case <-time.After(timeout):
		conn.ConnectionState()
		return errTimeout
	}
}

// LeakHandle has a connection in a struct that has no pointer.
func LeakHandle(dial func() (net.Conn, error), timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	h := mytls.NewHandle(raw)
	errc := make(chan error, 1)
	go func() { errc <- h.Handshake() }() // want "is not stopped"
	select {
	case err := <-errc:
		h.Close()
		return err
	case <-time.After(timeout):
		return errTimeout
	}
}

// SafeHandle closes it.
func SafeHandle(dial func() (net.Conn, error), timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	h := mytls.NewHandle(raw)
	errc := make(chan error, 1)
	go func() { errc <- h.Handshake() }()
	select {
	case err := <-errc:
		h.Close()
		return err
	case <-time.After(timeout):
		h.Close()
		return errTimeout
	}
}

// SafeHandleConn closes what it holds.
func SafeHandleConn(dial func() (net.Conn, error), timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	h := mytls.NewHandle(raw)
	errc := make(chan error, 1)
	go func() { errc <- h.Handshake() }()
	select {
	case err := <-errc:
		h.Close()
		return err
	case <-time.After(timeout):
		h.Conn.Close()
		return errTimeout
	}
}

// LeakLink makes a connection by a literal.
func LeakLink(dial func() (net.Conn, error), timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	link := &mytls.Link{Raw: raw}
	errc := make(chan error, 1)
	go func() { errc <- link.Secure() }() // want "is not stopped"
	select {
	case err := <-errc:
		link.Close()
		return err
	case <-time.After(timeout):
		return errTimeout
	}
}

// SafeLink closes the field of the literal.
func SafeLink(dial func() (net.Conn, error), timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	link := &mytls.Link{Raw: raw}
	errc := make(chan error, 1)
	go func() { errc <- link.Secure() }()
	select {
	case err := <-errc:
		link.Close()
		return err
	case <-time.After(timeout):
		link.Raw.Close()
		return errTimeout
	}
}

// LeakShaker has a connection of which only an interface is seen.
func LeakShaker(dial func() (net.Conn, error), timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := mytls.NewShaker(raw)
	errc := make(chan error, 1)
	go func() { errc <- conn.Shake() }() // want "is not stopped"
	select {
	case err := <-errc:
		conn.Close()
		return err
	case <-time.After(timeout):
		return errTimeout
	}
}

// SafeShaker closes it.
func SafeShaker(dial func() (net.Conn, error), timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := mytls.NewShaker(raw)
	defer conn.Close()
	errc := make(chan error, 1)
	go func() { errc <- conn.Shake() }()
	select {
	case err := <-errc:
		return err
	case <-time.After(timeout):
		return errTimeout
	}
}

// SafeShakerRaw closes what it was made over.
func SafeShakerRaw(dial func() (net.Conn, error), timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	defer raw.Close()
	conn := mytls.NewShaker(raw)
	errc := make(chan error, 1)
	go func() { errc <- conn.Shake() }()
	select {
	case err := <-errc:
		return err
	case <-time.After(timeout):
		return errTimeout
	}
}

// LeakSecure calls a function that returns when the handshake is over.
func LeakSecure(dial func() (net.Conn, error), timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	errc := make(chan error, 1)
	go func() {
		_, err := mytls.Secure(raw) // want "is not stopped"
		errc <- err
	}()
	select {
	case err := <-errc:
		raw.Close()
		return err
	case <-time.After(timeout):
		return errTimeout
	}
}

// SafeSecure closes the connection that it has handed over.
func SafeSecure(dial func() (net.Conn, error), timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	errc := make(chan error, 1)
	go func() {
		_, err := mytls.Secure(raw)
		errc <- err
	}()
	select {
	case err := <-errc:
		raw.Close()
		return err
	case <-time.After(timeout):
		raw.Close()
		return errTimeout
	}
}

// SafeSecureContext hands over the context, too.
func SafeSecureContext(ctx context.Context, dial func() (net.Conn, error)) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	errc := make(chan error, 1)
	go func() {
		_, err := mytls.SecureContext(ctx, raw)
		errc <- err
	}()
	select {
	case err := <-errc:
		raw.Close()
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// LeakConnect dials in a goroutine and gives up.
func LeakConnect(addr string, timeout time.Duration) error {
	dialer := mytls.Dialer{}
	errc := make(chan error, 1)
	go func() {
		conn, err := dialer.Connect(addr) // want "is not stopped"
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

// SafeConnect has a dialer with a timeout.
func SafeConnect(addr string, timeout time.Duration) error {
	dialer := mytls.Dialer{NetDialer: &net.Dialer{Timeout: 2 * timeout}}
	errc := make(chan error, 1)
	go func() {
		conn, err := dialer.Connect(addr)
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
