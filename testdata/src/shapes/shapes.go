// Package shapes holds races written in ways that the other folders have none of.
package shapes

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
)

var errTimeout = errors.New("handshake timed out")

// within runs f, and gives up on it after a while.
func within[T any](d time.Duration, f func() (T, error)) (T, error) {
	type result struct {
		val T
		err error
	}
	done := make(chan result, 1)
	go func() {
		v, err := f()
		done <- result{v, err}
	}()
	select {
	case r := <-done:
		return r.val, r.err
	case <-time.After(d):
		var zero T
		return zero, errTimeout
	}
}

// LeakGenericMaker makes the connection in what a generic helper gives up on.
func LeakGenericMaker(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (*tls.Conn, error) {
	return within(timeout, func() (*tls.Conn, error) {
		raw, err := dial()
		if err != nil {
			return nil, err
		}
		conn := tls.Client(raw, cfg)
		if err := conn.Handshake(); err != nil { // want "is not stopped"
			conn.Close()
			return nil, err
		}
		return conn, nil
	})
}

// SafeGenericMaker closes the connection that it made before.
func SafeGenericMaker(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (*tls.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	conn, err := within(timeout, func() (*tls.Conn, error) {
		conn := tls.Client(raw, cfg)
		return conn, conn.Handshake()
	})
	if err != nil {
		raw.Close()
	}
	return conn, err
}

// closers closes all of its own when it is closed.
type closers []io.Closer

func (cs closers) Close() (err error) {
	for _, c := range cs {
		err = errors.Join(err, c.Close())
	}
	return err
}

// SafeClosers closes all that it has opened.
func SafeClosers(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	var opened closers
	defer func() { opened.Close() }()
	raw, err := dial()
	if err != nil {
		return err
	}
	opened = append(opened, raw)
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	select {
	case err := <-errc:
		return err
	case <-time.After(timeout):
		return errTimeout
	}
}

// LeakClosersEarly evaluates what is to be closed when there is nothing yet.
func LeakClosersEarly(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	var opened closers
	defer opened.Close()
	raw, err := dial()
	if err != nil {
		return err
	}
	opened = append(opened, raw)
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }() // want "is not stopped"
	select {
	case err := <-errc:
		return err
	case <-time.After(timeout):
		return errTimeout
	}
}

// SafeOnceFunc closes by a function that does so once.
func SafeOnceFunc(ctx context.Context, dial func() (net.Conn, error), cfg *tls.Config) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	hangUp := sync.OnceFunc(func() { raw.Close() })
	defer hangUp()
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	select {
	case err := <-errc:
		return err
	case <-ctx.Done():
		hangUp()
		return ctx.Err()
	}
}

// LeakOnceValue asks for the error of a close that is never made.
func LeakOnceValue(ctx context.Context, dial func() (net.Conn, error), cfg *tls.Config) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	hangUp := sync.OnceValue(raw.Close)
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }() // want "is not stopped"
	select {
	case err := <-errc:
		return errors.Join(err, hangUp())
	case <-ctx.Done():
		return ctx.Err()
	}
}

// LeakNilled has forgotten the connection by the time it wants to close it.
func LeakNilled(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (conn *tls.Conn, err error) {
	defer func() {
		if err != nil && conn != nil {
			conn.Close()
		}
	}()
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	conn = tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func(c *tls.Conn) { errc <- c.Handshake() }(conn) // want "is not stopped"
	select {
	case err := <-errc:
		return conn, err
	case <-time.After(timeout):
		return nil, errTimeout // sets conn
	}
}

// SafeNotNilled remembers it under another name.
func SafeNotNilled(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (_ *tls.Conn, err error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	conn := tls.Client(raw, cfg)
	defer func() {
		if err != nil {
			conn.Close()
		}
	}()
	errc := make(chan error, 1)
	go func(c *tls.Conn) { errc <- c.Handshake() }(conn)
	select {
	case err := <-errc:
		return conn, err
	case <-time.After(timeout):
		return nil, errTimeout
	}
}

// LeakLateClose closes when the handshake is over, which it never is.
func LeakLateClose(ctx context.Context, dial func() (net.Conn, error), cfg *tls.Config) (net.Conn, error) {
	type result struct {
		conn net.Conn
		err  error
	}
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	results := make(chan result, 1)
	go func() {
		conn := tls.Client(raw, cfg)
		err := conn.Handshake() // want "is not stopped"
		results <- result{conn, err}
	}()
	select {
	case r := <-results:
		return r.conn, r.err
	case <-ctx.Done():
		go func() {
			if r := <-results; r.err == nil {
				r.conn.Close()
			}
		}()
		return nil, ctx.Err()
	}
}

// LoseErrgroup waits for both members of a group: the timer is one of them.
func LoseErrgroup(ctx context.Context, dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	g, ctx := errgroup.WithContext(ctx)
	done := make(chan struct{})
	g.Go(func() error {
		defer close(done)
		return conn.Handshake() // want "cannot win"
	})
	g.Go(func() error {
		select {
		case <-done:
			return nil
		case <-time.After(timeout):
			return errTimeout
		case <-ctx.Done():
			return ctx.Err()
		}
	})
	return g.Wait()
}

// SafeErrgroup closes the connection in the member that has the timer.
func SafeErrgroup(ctx context.Context, dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	g, ctx := errgroup.WithContext(ctx)
	done := make(chan struct{})
	g.Go(func() error {
		defer close(done)
		return conn.Handshake()
	})
	g.Go(func() error {
		select {
		case <-done:
			return nil
		case <-time.After(timeout):
			raw.Close()
			return errTimeout
		case <-ctx.Done():
			raw.Close()
			return ctx.Err()
		}
	})
	return g.Wait()
}

// A secured connection bounds its handshake by itself.
type secured struct {
	*tls.Conn
	limit time.Duration
}

func (s secured) Handshake() error {
	s.SetDeadline(time.Now().Add(s.limit))
	defer s.SetDeadline(time.Time{})
	return s.Conn.Handshake()
}

// SafeOwnHandshake calls the method that sets a deadline.
func SafeOwnHandshake(dial func() (net.Conn, error), cfg *tls.Config, timeout, limit time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	s := secured{tls.Client(raw, cfg), limit}
	errc := make(chan error, 1)
	go func() { errc <- s.Handshake() }()
	select {
	case err := <-errc:
		return err
	case <-time.After(timeout):
		return errTimeout
	}
}

// LeakInnerHandshake calls the method under it, which does not.
func LeakInnerHandshake(dial func() (net.Conn, error), cfg *tls.Config, timeout, limit time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	s := secured{tls.Client(raw, cfg), limit}
	errc := make(chan error, 1)
	go func() { errc <- s.Conn.Handshake() }() // want "is not stopped"
	select {
	case err := <-errc:
		return err
	case <-time.After(timeout):
		return errTimeout
	}
}

// An endpoint keeps its timer and its outcome in fields.
type endpoint struct {
	timer *time.Timer
	done  chan struct{}
	err   error
	conn  *tls.Conn
	state atomic.Int32
}

func (e *endpoint) secure() {
	e.err = e.conn.Handshake() // want "is not stopped"
	e.state.Store(1)
	close(e.done)
}

func (e *endpoint) wait() error {
	defer e.timer.Stop()
	select {
	case <-e.done:
		return e.err
	case <-e.timer.C:
		return fmt.Errorf("endpoint: %w", errTimeout)
	}
}

// LeakEndpoint gives up on an endpoint, and drops it.
func LeakEndpoint(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	e := &endpoint{timer: time.NewTimer(timeout), done: make(chan struct{}), conn: tls.Client(raw, cfg)}
	go e.secure()
	if err := e.wait(); err != nil && e.state.Load() == 1 {
		raw.Close()
		return err
	}
	if e.state.Load() == 0 {
		return errTimeout
	}
	return e.conn.Close()
}

// A quietEndpoint is the same, and closes itself.
type quietEndpoint struct {
	endpoint
	raw net.Conn
}

func (e *quietEndpoint) secure() {
	e.err = e.conn.Handshake()
	close(e.done)
}

func (e *quietEndpoint) wait() (err error) {
	defer func() {
		if err != nil {
			e.raw.Close()
		}
	}()
	return e.endpoint.wait()
}

// SafeEndpoint waits by the method that closes.
func SafeEndpoint(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	e := &quietEndpoint{endpoint{timer: time.NewTimer(timeout), done: make(chan struct{}), conn: tls.Client(raw, cfg)}, raw}
	go e.secure()
	return e.wait()
}

// LeakCond waits for a condition that the timer signals.
func LeakCond(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	var mu sync.Mutex
	cond := sync.NewCond(&mu)
	var over, late bool
	var failure error
	go func() {
		err := conn.Handshake() // want "is not stopped"
		mu.Lock()
		defer mu.Unlock()
		over, failure = true, err
		cond.Signal()
	}()
	timer := time.AfterFunc(timeout, func() {
		mu.Lock()
		defer mu.Unlock()
		late = true
		cond.Signal()
	})
	defer timer.Stop()
	mu.Lock()
	defer mu.Unlock()
	for !over && !late {
		cond.Wait()
	}
	if !over {
		return errTimeout
	}
	return failure
}

// SafeCond closes the connection in the timer's function.
func SafeCond(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	var mu sync.Mutex
	cond := sync.NewCond(&mu)
	var over, late bool
	var failure error
	go func() {
		err := conn.Handshake()
		mu.Lock()
		defer mu.Unlock()
		over, failure = true, err
		cond.Broadcast()
	}()
	timer := time.AfterFunc(timeout, func() {
		raw.Close()
		mu.Lock()
		defer mu.Unlock()
		late = true
		cond.Broadcast()
	})
	defer timer.Stop()
	mu.Lock()
	defer mu.Unlock()
	for !over && !late {
		cond.Wait()
	}
	if !over {
		return errTimeout
	}
	return failure
}

// SafeRecovered panics when the timer fires, and closes what is open on the way.
func SafeRecovered(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("handshake: %v", r)
		}
	}()
	raw, err := dial()
	if err != nil {
		return err
	}
	defer raw.Close()
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	select {
	case err := <-errc:
		return err
	case <-time.After(timeout):
		panic("timeout")
	}
}

// LeakRecovered recovers, and closes nothing.
func LeakRecovered(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("handshake: %v", r)
		}
	}()
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }() // want "is not stopped"
	select {
	case err := <-errc:
		raw.Close()
		return err
	case <-time.After(timeout):
		panic("timeout")
	}
}

// LeakRangeFunc yields the outcomes of a race to its caller's loop.
func LeakRangeFunc(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	for conn, err := range attempts(dial, cfg) {
		if err != nil {
			return err
		}
		errc := make(chan error, 1)
		go func() { errc <- conn.Handshake() }() // want "is not stopped"
		select {
		case err := <-errc:
			conn.Close()
			return err
		case <-time.After(timeout):
		}
	}
	return errTimeout
}

func attempts(dial func() (net.Conn, error), cfg *tls.Config) func(func(*tls.Conn, error) bool) {
	return func(yield func(*tls.Conn, error) bool) {
		for range 2 {
			raw, err := dial()
			if err != nil {
				yield(nil, err)
				return
			}
			if !yield(tls.Client(raw, cfg), nil) {
				return
			}
		}
	}
}

// SafeRangeFunc gets connections from an iterator that closes them behind the
// loop's body.
func SafeRangeFunc(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	for conn := range leased(dial, cfg) {
		errc := make(chan error, 1)
		go func() { errc <- conn.Handshake() }()
		select {
		case err := <-errc:
			return err
		case <-time.After(timeout):
		}
	}
	return errTimeout
}

func leased(dial func() (net.Conn, error), cfg *tls.Config) func(func(*tls.Conn) bool) {
	return func(yield func(*tls.Conn) bool) {
		for range 2 {
			raw, err := dial()
			if err != nil {
				return
			}
			more := yield(tls.Client(raw, cfg))
			raw.Close()
			if !more {
				return
			}
		}
	}
}

// LeakTimeoutBehindPointer compares a pointer to find out who won.
func LeakTimeoutBehindPointer(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	late := new(error)
	results := make(chan *error, 2)
	timer := time.AfterFunc(timeout, func() { results <- late })
	defer timer.Stop()
	go func() {
		err := conn.Handshake() // want "is not stopped"
		results <- &err
	}()
	if r := <-results; r != late {
		raw.Close()
		return *r
	}
	return errTimeout
}

// SafeTimeoutBehindPointer closes where the pointer is the timer's.
func SafeTimeoutBehindPointer(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	late := new(error)
	results := make(chan *error, 2)
	timer := time.AfterFunc(timeout, func() { results <- late })
	defer timer.Stop()
	go func() {
		err := conn.Handshake()
		results <- &err
	}()
	if r := <-results; r != late {
		return *r
	}
	raw.Close()
	return errTimeout
}
