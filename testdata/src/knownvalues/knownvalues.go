// Package knownvalues decides by values that follow from others: errors in trees, what was
// recovered, elements of slices.
package knownvalues

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"io/fs"
	"net"
	"os"
	"reflect"
	"slices"
	"sync"
	"time"
	"unique"
)

var errTimeout = errors.New("handshake timed out")

func expire(errc <-chan error, d time.Duration) error {
	select {
	case err := <-errc:
		return err
	case <-time.After(d):
		return errTimeout
	}
}

type unwraps struct{ err error }

func (unwraps) Error() string   { return "unwraps" }
func (u unwraps) Unwrap() error { return u.err }

type is struct{}

func (is) Error() string        { return "is" }
func (is) Is(target error) bool { return target == os.ErrDeadlineExceeded }

type as struct{ err error }

func (as) Error() string { return "as" }
func (a as) As(target any) bool {
	p, ok := target.(*unwraps)
	if ok {
		*p = unwraps{a.err}
	}
	return ok
}

type late struct{}

func (late) Error() string   { return "late" }
func (late) Timeout() bool   { return true }
func (late) Temporary() bool { return true }

// SafeRecoverError asks for the type of what was recovered.
func SafeRecoverError(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (err error) {
	raw, err := dial()
	if err != nil {
		return err
	}
	defer func() {
		if e, ok := recover().(error); ok {
			raw.Close()
			err = e
		}
	}()
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	if err := expire(errc, timeout); err != nil {
		panic(err)
	}
	return nil
}

// SafeIsMethod has an error with a method Is.
func SafeIsMethod(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (err error) {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	err = expire(errc, timeout)
	if err != nil {
		err = is{}
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		conn.Close()
	}
	return err
}

// SafeUnwrapMethod has an error with a method Unwrap.
func SafeUnwrapMethod(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (err error) {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	err = expire(errc, timeout)
	if err != nil {
		err = unwraps{err}
	}
	if errors.Is(err, errTimeout) {
		conn.Close()
	}
	return err
}

// SafeAsMethod has an error with a method As.
func SafeAsMethod(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (err error) {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	err = expire(errc, timeout)
	if err != nil {
		err = as{err}
	}
	if errors.As(err, new(unwraps)) {
		conn.Close()
	}
	return err
}

// SafePathErrorLiteral has an error of another package, which wraps.
func SafePathErrorLiteral(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (err error) {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	err = expire(errc, timeout)
	if err != nil {
		err = &fs.PathError{Op: "dial", Path: "x", Err: err}
	}
	if errors.Is(err, errTimeout) {
		conn.Close()
	}
	return err
}

// SafeOpErrorTimeout has an error of another package, which is a timeout.
func SafeOpErrorTimeout(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (err error) {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	err = expire(errc, timeout)
	if err != nil {
		err = &net.OpError{Op: "dial", Err: late{}}
	}
	if err != nil && err.(net.Error).Timeout() {
		conn.Close()
	}
	return err
}

// SafeIsTimeout asks os.IsTimeout of an error of the program.
func SafeIsTimeout(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (err error) {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	err = expire(errc, timeout)
	if err != nil {
		err = late{}
	}
	if os.IsTimeout(err) {
		conn.Close()
	}
	return err
}

// SafeTryRLock tries to lock for reading.
func SafeTryRLock(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (err error) {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	err = expire(errc, timeout)
	var mu sync.RWMutex
	if mu.TryRLock() {
		conn.Close()
	}
	return err
}

// SafeTypeOf compares types.
func SafeTypeOf(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (err error) {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	err = expire(errc, timeout)
	if reflect.TypeOf(err) == reflect.TypeOf(errTimeout) {
		conn.Close()
	}
	return err
}

// SafeDeepEqual compares deeply.
func SafeDeepEqual(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (err error) {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	err = expire(errc, timeout)
	if reflect.DeepEqual(err, errTimeout) {
		conn.Close()
	}
	return err
}

// SafeUnique compares handles.
func SafeUnique(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (err error) {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	err = expire(errc, timeout)
	state := "ok"
	if err != nil {
		state = "late"
	}
	if unique.Make(state) == unique.Make("late") {
		conn.Close()
	}
	return err
}

// SafeContains looks for a connection in a slice.
func SafeContains(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (err error) {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	open := []io.Closer{raw}
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	err = expire(errc, timeout)
	if slices.Contains(open, io.Closer(raw)) {
		conn.Close()
	}
	return err
}

// SafeBackwardFuncs calls the functions in a slice, backward.
func SafeBackwardFuncs(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (err error) {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	called := 0
	fs := []func(){func() { called++ }}
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	err = expire(errc, timeout)
	for _, f := range slices.Backward(fs) {
		f()
	}
	if called == 1 {
		conn.Close()
	}
	return err
}

// SafeValuesFuncs calls the functions in a slice, by its values.
func SafeValuesFuncs(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (err error) {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	called := 0
	fs := []func(){func() { called++ }}
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	err = expire(errc, timeout)
	for f := range slices.Values(fs) {
		f()
	}
	if called == 1 {
		conn.Close()
	}
	return err
}

// SafeValuesInts adds up the numbers in a slice.
func SafeValuesInts(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (err error) {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	sum := 0
	for i := range slices.Values([]int{1, 2}) {
		sum += i
	}
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	err = expire(errc, timeout)
	if sum == 3 {
		conn.Close()
	}
	return err
}

// SafeValuesRoom makes room for as many as there are.
func SafeValuesRoom(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	defer conn.Close()
	n := 0
	for c := range slices.Values([]io.Closer{conn}) {
		if c != nil {
			n++
		}
	}
	errc := make(chan error, n)
	go func() { errc <- conn.Handshake() }()
	return expire(errc, timeout)
}

// SafePositive sets a deadline if there is a timeout.
func SafePositive(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	if timeout > 0 {
		raw.SetDeadline(time.Now().Add(2 * timeout))
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	return expire(errc, timeout)
}

type nop struct{}

func (nop) Close() error { return nil }

// LeakAppend overwrites what another slice of the same array holds.
func LeakAppend(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	base := make([]io.Closer, 0, 1)
	mine := append(base, conn)
	_ = append(base, nop{})
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }() // want "is not stopped"
	err = expire(errc, timeout)
	mine[0].Close()
	return err
}

// SafeAppend is overwritten with the connection.
func SafeAppend(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	base := make([]io.Closer, 0, 1)
	mine := append(base, nop{})
	_ = append(base, conn)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	err = expire(errc, timeout)
	mine[0].Close()
	return err
}

type key struct{}

// LeakWithValue passes a context with a value, which a callback needs.
func LeakWithValue(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	cfg = cfg.Clone()
	cfg.GetConfigForClient = func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
		if hello.Context().Value(key{}) == nil {
			return nil, errors.New("the value is lost")
		}
		return nil, nil
	}
	conn := tls.Server(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.HandshakeContext(context.WithValue(context.Background(), key{}, "x")) }() // want "is not stopped"
	err = expire(errc, timeout)
	if err == nil {
		conn.Close()
	}
	return err
}
