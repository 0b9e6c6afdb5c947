// Package interfaces holds handshakes and connections behind interfaces, method
// expressions and type parameters.
package interfaces

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"time"
)

var errTimeout = errors.New("handshake timed out")

type handshaker interface {
	Handshake() error
}

type secureConn interface {
	net.Conn
	handshaker
	ConnectionState() tls.ConnectionState
}

func expire(errc <-chan error, timeout time.Duration) error {
	select {
	case err := <-errc:
		return err
	case <-time.After(timeout):
		return errTimeout
	}
}

// LeakInterface has the tls connection in an interface of the package.
func LeakInterface(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	var conn secureConn = tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }() // want "is not stopped"
	if err := expire(errc, timeout); err != nil {
		return err
	}
	return conn.Close()
}

// SafeInterface closes it through the same interface.
func SafeInterface(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	var conn secureConn = tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	if err := expire(errc, timeout); err != nil {
		conn.Close()
		return err
	}
	return conn.Close()
}

func shake(h handshaker, errc chan<- error) {
	errc <- h.Handshake() // want "is not stopped"
}

// LeakNarrowInterface passes the connection as something that can only shake hands.
func LeakNarrowInterface(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go shake(conn, errc)
	if err := expire(errc, timeout); err != nil {
		return err
	}
	return conn.Close()
}

// SafeNarrowInterface closes what it passed.
func SafeNarrowInterface(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go shake(conn, errc)
	if err := expire(errc, timeout); err != nil {
		raw.Close()
		return err
	}
	return conn.Close()
}

// LeakAsserted finds out whether the connection can shake hands at all.
func LeakAsserted(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	conn, err := dial()
	if err != nil {
		return err
	}
	conn = tls.Client(conn, cfg)
	if h, ok := conn.(handshaker); ok {
		errc := make(chan error, 1)
		go func() { errc <- h.Handshake() }() // want "is not stopped"
		if err := expire(errc, timeout); err != nil {
			return err
		}
	}
	return conn.Close()
}

// SafeAssertedCloser closes what turns out to be an io.Closer.
func SafeAssertedCloser(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	var h handshaker = tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- h.Handshake() }()
	err = expire(errc, timeout)
	if c, ok := h.(io.Closer); ok {
		c.Close()
	}
	return err
}

// LeakAssertedNot closes in the branch for connections that are not TLS.
func LeakAssertedNot(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	var conn net.Conn = tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.(*tls.Conn).Handshake() }() // want "is not stopped"
	err = expire(errc, timeout)
	if err == nil {
		return conn.Close()
	}
	if _, ok := conn.(*tls.Conn); !ok {
		conn.Close()
	}
	return err
}

// SafeTypeSwitch closes in the case for tls connections.
func SafeTypeSwitch(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	var conn net.Conn = tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.(*tls.Conn).Handshake() }()
	err = expire(errc, timeout)
	switch c := conn.(type) {
	case *net.TCPConn:
		c.SetLinger(0)
	case *tls.Conn:
		c.Close()
	}
	return err
}

// LeakMethodExpression calls the handshake as a function of its receiver.
func LeakMethodExpression(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	handshake := (*tls.Conn).Handshake
	errc := make(chan error, 1)
	go func() { errc <- handshake(conn) }() // want "is not stopped"
	if err := expire(errc, timeout); err != nil {
		return err
	}
	return conn.Close()
}

// SafeMethodExpression closes as a function of its receiver, too.
func SafeMethodExpression(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- (*tls.Conn).HandshakeContext(conn, context.Background()) }()
	err = expire(errc, timeout)
	return errors.Join(err, net.Conn.Close(raw))
}

// secured is a connection of some kind that has a handshake.
type secured interface {
	handshaker
	io.Closer
}

func raceHandshake[C secured](conn C, timeout time.Duration, abandon bool) error {
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }() // want "is not stopped"
	err := expire(errc, timeout)
	if err != nil && !abandon {
		conn.Close()
	}
	return err
}

// LeakTypeParameter has the connection as a type parameter's value.
func LeakTypeParameter(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	if err := raceHandshake(conn, timeout, true); err != nil {
		return err
	}
	return conn.Close()
}

// SafeTypeParameter asks the same function to close.
func SafeTypeParameter(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	if err := raceHandshake(conn, timeout, false); err != nil {
		return err
	}
	return conn.Close()
}

// timeoutError is an error that knows that it is a timeout.
type timeoutError struct{ after time.Duration }

func (e *timeoutError) Error() string { return fmt.Sprintf("no answer after %v", e.after) }
func (e *timeoutError) Timeout() bool { return true }
func (e *timeoutError) Is(target error) bool {
	return target == os.ErrDeadlineExceeded
}

func race(conn handshaker, d time.Duration) error {
	errc := make(chan error, 2)
	timer := time.AfterFunc(d, func() { errc <- &timeoutError{d} })
	defer timer.Stop()
	go func() { errc <- conn.Handshake() }() // want "is not stopped"
	return <-errc
}

// LeakErrorsAs closes the connection unless the error is a timeout.
func LeakErrorsAs(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (*tls.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	conn := tls.Client(raw, cfg)
	err = race(conn, timeout)
	var te *timeoutError
	if errors.As(err, &te) {
		return nil, fmt.Errorf("handshake: %w", te)
	}
	if err != nil {
		raw.Close()
		return nil, err
	}
	return conn, nil
}

// SafeErrorsAs closes it if the error is a timeout.
func SafeErrorsAs(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (*tls.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	conn := tls.Client(raw, cfg)
	err = race(conn, timeout)
	var te *timeoutError
	if errors.As(err, &te) {
		raw.Close()
		return nil, fmt.Errorf("handshake: %w", te)
	}
	if err != nil {
		return nil, err // the handshake is over
	}
	return conn, nil
}

// LeakErrorsIs compares by errors.Is, which asks the error itself.
func LeakErrorsIs(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (*tls.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	conn := tls.Client(raw, cfg)
	switch err := race(conn, timeout); {
	case err == nil:
		return conn, nil
	case errors.Is(err, os.ErrDeadlineExceeded):
		return nil, err
	default:
		raw.Close()
		return nil, err
	}
}

// SafeErrorsIs closes after the same comparison.
func SafeErrorsIs(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (*tls.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	conn := tls.Client(raw, cfg)
	switch err := race(conn, timeout); {
	case err == nil:
		return conn, nil
	case errors.Is(err, os.ErrDeadlineExceeded):
		raw.Close()
		return nil, err
	default:
		return nil, err
	}
}

// SafeTimeoutMethod asks the error whether it is a timeout.
func SafeTimeoutMethod(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (*tls.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	conn := tls.Client(raw, cfg)
	err = race(conn, timeout)
	if te, ok := err.(interface{ Timeout() bool }); ok && te.Timeout() {
		raw.Close()
	}
	if err != nil {
		return nil, err
	}
	return conn, nil
}

// LeakNetError asks for a net.Error, which the timeout is not: it has no Temporary.
func LeakNetError(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (*tls.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	conn := tls.Client(raw, cfg)
	err = race(conn, timeout)
	if ne, ok := err.(net.Error); ok && ne.Timeout() {
		raw.Close()
	}
	if err != nil {
		return nil, err
	}
	return conn, nil
}

// SafeWrapped wraps the error before it compares.
func SafeWrapped(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (*tls.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	if err := expire(errc, timeout); err != nil {
		err = fmt.Errorf("secure %v: %w", raw.RemoteAddr(), err)
		if errors.Is(err, errTimeout) {
			raw.Close()
		}
		return nil, err
	}
	return conn, nil
}

// LeakFlattened wraps the error in a way that errors.Is does not see through.
func LeakFlattened(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (*tls.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }() // want "is not stopped"
	if err := expire(errc, timeout); err != nil {
		err = fmt.Errorf("secure %v: %v", raw.RemoteAddr(), err)
		if errors.Is(err, errTimeout) {
			raw.Close()
		}
		return nil, err
	}
	return conn, nil
}

// LeakTypedNil compares an interface with nil that holds a nil pointer: it is
// not nil, and the close panics, which is recovered.
func LeakTypedNil(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (err error) {
	defer func() {
		if recover() != nil {
			err = errTimeout
		}
	}()
	raw, err := dial()
	if err != nil {
		return err
	}
	var conn net.Conn
	conn, err = upgrade(raw, cfg, timeout)
	if conn != nil {
		conn.Close()
	}
	return err
}

func upgrade(raw net.Conn, cfg *tls.Config, timeout time.Duration) (*tls.Conn, error) {
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }() // want "is not stopped"
	if err := expire(errc, timeout); err != nil {
		return nil, err
	}
	return conn, nil
}
