// Package escape holds connections that leave the sight of the linter: somebody
// may close them there.
package escape

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"reflect"
	"sync"
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

// lastConn is whatever was dialed last.
var lastConn net.Conn

// SilentGlobal keeps the connection in a variable of the package.
//
// Silent: another function may close what is stored in a global variable.
func SilentGlobal(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	lastConn = raw
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	return expire(errc, timeout)
}

var registry sync.Map

// LeakGlobalRetries tries twice: the second connection takes the place of the
// first, which nobody can close any more.
func LeakGlobalRetries(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (err error) {
	for range 2 {
		raw, dialErr := dial()
		if dialErr != nil {
			return dialErr
		}
		lastConn = raw
		conn := tls.Client(raw, cfg)
		errc := make(chan error, 1)
		go func() { errc <- conn.Handshake() }() // want "is not stopped"
		if err = expire(errc, timeout); err == nil {
			return nil
		}
	}
	return err
}

// SilentRegistry keeps the connection in a map of the package.
//
// Silent: another function may close what is stored in a global map.
func SilentRegistry(name string, dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	registry.Store(name, conn)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	return expire(errc, timeout)
}

// OnDial is called for each new connection.
var OnDial = func(net.Conn) {}

// SilentHook hands the connection to a function that is set from outside.
//
// Silent: code that is out of sight may close what it is handed.
func SilentHook(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	OnDial(raw)
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	return expire(errc, timeout)
}

// SilentReflect hands the connection to reflection.
//
// Silent: code that is out of sight may close what it is handed.
func SilentReflect(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	if !reflect.ValueOf(raw).IsValid() {
		return errors.New("no connection")
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	return expire(errc, timeout)
}

// SafeReturned returns the connection together with the error: the caller may
// close it, and here does.
func SafeReturned(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (*tls.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	select {
	case err := <-errc:
		return conn, err
	case <-time.After(timeout):
		return conn, errTimeout
	}
}

// SafeRawReturned returns the raw connection, through a named result that
// nothing sets to nil.
func SafeRawReturned(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (raw net.Conn, err error) {
	raw, err = dial()
	if err != nil {
		return
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	select {
	case err = <-errc:
	case <-time.After(timeout):
		err = errTimeout
	}
	return
}

// BlockReturned returns the connection, too; whoever closes it, the goroutine
// stays in its send.
func BlockReturned(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (*tls.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error)
	go func() { errc <- conn.Handshake() }() // want "blocks for ever"
	select {
	case err := <-errc:
		return conn, err
	case <-time.After(timeout):
		return conn, errTimeout
	}
}

// A Pending is a connection whose handshake may still be under way.
type Pending struct {
	conn *tls.Conn
	Err  error
}

// Close closes the connection.
func (p *Pending) Close() error { return p.conn.Close() }

// SafeReturnedOwner returns a struct that holds the connection.
func SafeReturnedOwner(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (*Pending, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	p := &Pending{conn: tls.Client(raw, cfg)}
	errc := make(chan error, 1)
	go func() { errc <- p.conn.Handshake() }()
	p.Err = expire(errc, timeout)
	return p, nil
}

// SilentReturnedFunc returns a function that would close the connection.
//
// Silent: the caller may call the function that it gets.
func SilentReturnedFunc(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (func() error, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	if err := expire(errc, timeout); err != nil {
		return raw.Close, nil
	}
	return conn.Close, nil
}

// SilentSent sends the connection to somebody who collects them.
//
// Silent: the receiver of a channel that was handed in may close what it gets.
func SilentSent(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	select {
	case discarded <- raw:
	default:
		return errors.New("too many connections")
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	return expire(errc, timeout)
}

// discarded are connections that are of no use any more.
var discarded = make(chan net.Conn, 64)

// A Pool keeps connections.
type Pool struct {
	mu    sync.Mutex
	conns []net.Conn
}

func (p *Pool) add(c net.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.conns = append(p.conns, c)
}

var pool Pool

// SilentPool adds the connection to a pool, from which others take it.
//
// Silent: another function may close what a global pool holds.
func SilentPool(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	pool.add(raw)
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	return expire(errc, timeout)
}

// LeakOwnPool has a pool of its own, which is gone with the function.
func LeakOwnPool(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	var own Pool
	raw, err := dial()
	if err != nil {
		return err
	}
	own.add(raw)
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }() // want "is not stopped"
	return expire(errc, timeout)
}

// SafeJanitor has a goroutine that closes what it is sent.
func SafeJanitor(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	garbage := make(chan net.Conn, 1)
	defer close(garbage)
	go func() {
		for c := range garbage {
			c.Close()
		}
	}()
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	err = expire(errc, timeout)
	garbage <- raw
	return err
}

// LeakLazyJanitor has one that only takes what it is sent.
func LeakLazyJanitor(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	garbage := make(chan net.Conn, 1)
	defer close(garbage)
	go func() {
		n := 0
		for range garbage {
			n++
		}
	}()
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }() // want "is not stopped"
	err = expire(errc, timeout)
	garbage <- raw
	return err
}

// SilentContextValue puts the connection into a context that it hands out.
//
// Silent: code that is out of sight may close what it finds in its context.
func SilentContextValue(ctx context.Context, dial func() (net.Conn, error), cfg *tls.Config) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	type key struct{}
	Trace(context.WithValue(ctx, key{}, raw))
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	select {
	case err := <-errc:
		raw.Close()
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Trace is set by whoever wants to know.
var Trace = func(context.Context) {}
