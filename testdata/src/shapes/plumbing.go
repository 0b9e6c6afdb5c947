package shapes

import (
	"container/list"
	"context"
	"crypto/tls"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// aLongTimeAgo is a deadline that is over; noDeadline is none.
var (
	aLongTimeAgo = time.Unix(1, 0)
	noDeadline   = time.Time{}
	timeNow      = time.Now
)

// SafeLongTimeAgo sets a deadline that a variable of the package holds.
func SafeLongTimeAgo(ctx context.Context, dial func() (net.Conn, error), cfg *tls.Config) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	select {
	case err := <-errc:
		return err
	case <-ctx.Done():
		raw.SetReadDeadline(aLongTimeAgo)
		return ctx.Err()
	}
}

// LeakNoDeadline sets the other one.
func LeakNoDeadline(ctx context.Context, dial func() (net.Conn, error), cfg *tls.Config) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }() // want "is not stopped"
	select {
	case err := <-errc:
		return err
	case <-ctx.Done():
		raw.SetReadDeadline(noDeadline)
		return ctx.Err()
	}
}

// SafeHookedClock asks a function in a variable what time it is.
func SafeHookedClock(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	raw.SetDeadline(timeNow().Add(timeout))
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	select {
	case err := <-errc:
		return err
	case <-time.After(timeout / 2):
		return errTimeout
	}
}

// SafeAtomicHolder closes what an atomic value holds.
func SafeAtomicHolder(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	var current atomic.Value
	var pointer atomic.Pointer[tls.Conn]
	raw, err := dial()
	if err != nil {
		return err
	}
	current.Store(raw)
	conn := tls.Client(raw, cfg)
	pointer.Store(conn)
	errc := make(chan error, 1)
	go func() { errc <- pointer.Load().Handshake() }()
	select {
	case err := <-errc:
		return err
	case <-time.After(timeout):
		current.Load().(net.Conn).Close()
		return errTimeout
	}
}

// SafeList closes what is in a list.
func SafeList(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	open := list.New()
	defer func() {
		for e := open.Front(); e != nil; e = e.Next() {
			e.Value.(io.Closer).Close()
		}
	}()
	raw, err := dial()
	if err != nil {
		return err
	}
	open.PushBack(raw)
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

// handshakeTimeout is longer than writeTimeout.
const (
	writeTimeout     = time.Second
	handshakeTimeout = 10 * writeTimeout
)

// SafeConstants sets a deadline that comes after the timer, and comes.
func SafeConstants(dial func() (net.Conn, error), cfg *tls.Config, limit time.Duration) error {
	if limit == 0 {
		limit = handshakeTimeout
	}
	raw, err := dial()
	if err != nil {
		return err
	}
	raw.SetReadDeadline(time.Now().Add(max(limit, writeTimeout)))
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	select {
	case err := <-errc:
		return err
	case <-time.After(min(limit, writeTimeout)):
		return errTimeout
	}
}

// A builder collects what a connection is made from.
type builder struct {
	raw   net.Conn
	cfg   *tls.Config
	limit time.Duration
	after func(net.Conn)
}

func over(raw net.Conn) *builder { return &builder{raw: raw, after: func(net.Conn) {}} }

func (b *builder) with(cfg *tls.Config) *builder         { b.cfg = cfg; return b }
func (b *builder) within(d time.Duration) *builder       { b.limit = d; return b }
func (b *builder) otherwise(f func(c net.Conn)) *builder { b.after = f; return b }
func (b *builder) handshake() (conn *tls.Conn, err error) {
	conn = tls.Client(b.raw, b.cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }() // want "is not stopped"
	select {
	case err = <-errc:
	case <-time.After(b.limit):
		err = errTimeout
	}
	if err != nil {
		b.after(b.raw)
		return nil, err
	}
	return conn, nil
}

// LeakBuilder does nothing after a timeout.
func LeakBuilder(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (*tls.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	return over(raw).with(cfg).within(timeout).handshake()
}

// SafeBuilder closes the connection.
func SafeBuilder(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (*tls.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	return over(raw).with(cfg).within(timeout).otherwise(func(c net.Conn) { c.Close() }).handshake()
}

// An expirer is what is needed to set a deadline.
type expirer interface{ SetDeadline(time.Time) error }

func expireSoon(e expirer, d time.Duration) error { return e.SetDeadline(time.Now().Add(d)) }

// SafeExpirer sets a deadline through an interface, in a helper.
func SafeExpirer(dial func() (net.Conn, error), cfg *tls.Config, timeout, grace time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	select {
	case err := <-errc:
		return err
	case <-time.After(timeout):
		if err := expireSoon(conn, grace); err != nil {
			return err
		}
		return errTimeout
	}
}

// A gate lets one pass at a time, and counts who is inside.
type gate struct {
	mu     sync.RWMutex
	inside map[net.Conn]context.CancelFunc
}

func (g *gate) enter(c net.Conn, cancel context.CancelFunc) (leave func()) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.inside == nil {
		g.inside = make(map[net.Conn]context.CancelFunc)
	}
	g.inside[c] = cancel
	return func() {
		g.mu.Lock()
		cancel, ok := g.inside[c]
		delete(g.inside, c)
		g.mu.Unlock()
		if ok {
			cancel()
		}
	}
}

// SafeGate cancels the handshake's context on the way out of a gate.
func SafeGate(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	var g gate
	raw, err := dial()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer g.enter(raw, cancel)()
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.HandshakeContext(ctx) }()
	select {
	case err := <-errc:
		return err
	case <-time.After(timeout):
		return errTimeout
	}
}

// LeakGate enters when it means to leave.
func LeakGate(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	var g gate
	raw, err := dial()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer g.enter(raw, cancel)
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.HandshakeContext(ctx) }() // want "is not stopped"
	select {
	case err := <-errc:
		return err
	case <-time.After(timeout):
		return errTimeout
	}
}

// SafeTLSListener asserts what a TLS listener's connections are.
func SafeTLSListener(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	var accepted net.Conn = tls.Server(raw, cfg)
	conn, ok := accepted.(*tls.Conn)
	if !ok {
		return accepted.Close()
	}
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	select {
	case err := <-errc:
		return err
	case <-time.After(timeout):
		return accepted.Close()
	}
}

// LeakBothContexts obeys one context and is raced by both.
func LeakBothContexts(ctx, stop context.Context, dial func() (net.Conn, error), cfg *tls.Config) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.HandshakeContext(ctx) }() // want "is not stopped"
	select {
	case err := <-errc:
		return err
	case <-ctx.Done():
		return ctx.Err()
	case <-stop.Done():
		return stop.Err()
	}
}

// SafeBothContexts merges them.
func SafeBothContexts(ctx, stop context.Context, dial func() (net.Conn, error), cfg *tls.Config) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(stop, cancel)()
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.HandshakeContext(ctx) }()
	select {
	case err := <-errc:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// LeakPollsOften looks at a flag a thousand times before it gives up.
func LeakPollsOften(dial func() (net.Conn, error), cfg *tls.Config) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	var over atomic.Bool
	go func() {
		conn.Handshake() // want "is not stopped"
		over.Store(true)
	}()
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if over.Load() {
			return conn.Close()
		}
	}
	return errTimeout
}

// SafePollsOften closes the connection then.
func SafePollsOften(dial func() (net.Conn, error), cfg *tls.Config) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	var over atomic.Bool
	go func() {
		conn.Handshake()
		over.Store(true)
	}()
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if over.Load() {
			return conn.Close()
		}
	}
	raw.Close()
	return errTimeout
}

// LeakPollsAfterFunc has the handshake started by a timer that fires at once.
func LeakPollsAfterFunc(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	var over atomic.Bool
	time.AfterFunc(0, func() {
		conn.Handshake() // want "is not stopped"
		over.Store(true)
	})
	until := time.Now().Add(timeout)
	for !over.Load() {
		if time.Now().After(until) {
			return errTimeout
		}
		time.Sleep(20 * time.Millisecond)
	}
	return conn.Close()
}

// SilentQuit tells how long it takes, and gives up when it is told to.
//
// Silent: a channel of which nothing is known is no timer, and the ticker decides
// nothing.
func SilentQuit(dial func() (net.Conn, error), cfg *tls.Config, quit <-chan struct{}) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	progress := time.NewTicker(time.Second)
	defer progress.Stop()
	for {
		select {
		case err := <-errc:
			return err
		case <-quit:
			return errTimeout
		case <-progress.C:
		}
	}
}
