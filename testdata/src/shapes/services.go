package shapes

import (
	"context"
	"crypto/tls"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"
)

// A transport holds connections in a field of a field.
type transport struct {
	link struct {
		raw  net.Conn
		conn *tls.Conn
	}
	limits limits
}

type limits struct{ handshake time.Duration }

func (t *transport) secure(cfg *tls.Config) error {
	t.link.conn = tls.Client(t.link.raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- t.link.conn.Handshake() }() // want "is not stopped"
	timer := time.NewTimer(t.limits.handshake)
	defer timer.Stop()
	select {
	case err := <-errc:
		return err
	case <-timer.C:
		return errTimeout
	}
}

func (t *transport) open(dial func() (net.Conn, error), cfg *tls.Config) (err error) {
	if t.link.raw, err = dial(); err != nil {
		return err
	}
	return t.secure(cfg)
}

// SafeTwoCallersUp closes it two callers up.
func SafeTwoCallersUp(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	t := &transport{limits: limits{timeout}}
	err := t.open(dial, cfg)
	if err != nil && t.link.raw != nil {
		t.link.raw.Close()
	}
	return err
}

// LeakTwoCallersUp closes it only if all went well.
func LeakTwoCallersUp(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	t := &transport{limits: limits{timeout}}
	if err := t.open(dial, cfg); err != nil {
		return err
	}
	return t.link.raw.Close()
}

// A race waits for a value or the end of a time, whatever the value is.
type race[T any] struct {
	values chan T
	limit  time.Duration
}

func (r *race[T]) start(f func() T) { go func() { r.values <- f() }() }

func (r *race[T]) wait() (v T, won bool) {
	select {
	case v = <-r.values:
		return v, true
	case <-time.After(r.limit):
		return v, false
	}
}

// LeakGenericRace uses a generic type with methods.
func LeakGenericRace(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	r := &race[error]{make(chan error, 1), timeout}
	r.start(tls.Client(raw, cfg).Handshake) // want "is not stopped"
	err, won := r.wait()
	if !won {
		return errTimeout
	}
	raw.Close()
	return err
}

// SafeGenericRace closes where the race is lost.
func SafeGenericRace(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	r := &race[error]{make(chan error, 1), timeout}
	r.start(tls.Client(raw, cfg).Handshake)
	err, won := r.wait()
	if !won {
		err = errTimeout
	}
	if err != nil {
		raw.Close()
	}
	return err
}

// SafeUndertaker has a goroutine that closes what it is told of.
func SafeUndertaker(ctx context.Context, dial func() (net.Conn, error), cfg *tls.Config) error {
	dead := make(chan io.Closer, 1)
	go func() {
		for c := range dead {
			c.Close()
		}
	}()
	defer close(dead)
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
		dead <- conn
		return ctx.Err()
	}
}

// LeakUndertaker does not tell it.
func LeakUndertaker(ctx context.Context, dial func() (net.Conn, error), cfg *tls.Config) error {
	dead := make(chan io.Closer, 1)
	go func() {
		for c := range dead {
			c.Close()
		}
	}()
	defer close(dead)
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }() // want "is not stopped"
	select {
	case err := <-errc:
		dead <- conn
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// LeakPatience logs when it takes long, and gives up when it takes longer.
func LeakPatience(dial func() (net.Conn, error), cfg *tls.Config, soft, hard time.Duration) error {
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
	case <-time.After(soft):
		log.Print("the peer is slow")
	}
	select {
	case err := <-errc:
		return err
	case <-time.After(hard):
		return errTimeout
	}
}

// SafePatience has no more patience than a deadline.
func SafePatience(dial func() (net.Conn, error), cfg *tls.Config, soft, hard time.Duration) error {
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
	case <-time.After(soft):
		conn.SetDeadline(time.Now().Add(hard))
	}
	return <-errc
}

// LeakCounted turns a WaitGroup into a channel.
func LeakCounted(ctx context.Context, dial func() (net.Conn, error), cfg *tls.Config) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	var failure error
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		failure = conn.Handshake() // want "is not stopped"
	}()
	all := make(chan struct{})
	go func() {
		wg.Wait()
		close(all)
	}()
	select {
	case <-all:
		return failure
	case <-ctx.Done():
		return ctx.Err()
	}
}

// A listener is what is needed of a net.Listener.
type listener struct{ dial func() (net.Conn, error) }

func (l listener) Accept() (net.Conn, error) { return l.dial() }

// LeakAccepted secures what a listener accepts, each in a goroutine.
func LeakAccepted(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	l := listener{dial}
	var wg sync.WaitGroup
	for range 2 {
		raw, err := l.Accept()
		if err != nil {
			return err
		}
		wg.Go(func() { serve(raw, cfg, timeout) })
	}
	wg.Wait()
	return nil
}

func serve(raw net.Conn, cfg *tls.Config, timeout time.Duration) {
	conn := tls.Server(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }() // want "is not stopped"
	select {
	case err := <-errc:
		if err != nil {
			log.Print(err)
		}
		conn.Close()
	case <-time.After(timeout):
		log.Print("gave up on a client")
	}
}

// SafeAccepted closes each when its goroutine is done.
func SafeAccepted(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	l := listener{dial}
	var wg sync.WaitGroup
	for range 2 {
		raw, err := l.Accept()
		if err != nil {
			return err
		}
		wg.Go(func() {
			defer raw.Close()
			conn := tls.Server(raw, cfg)
			errc := make(chan error, 1)
			go func() { errc <- conn.Handshake() }()
			select {
			case err := <-errc:
				if err != nil {
					log.Print(err)
				}
			case <-time.After(timeout):
				log.Print("gave up on a client")
			}
		})
	}
	wg.Wait()
	return nil
}

// LeakHook has the race in a hook of a client.
func LeakHook(ctx context.Context, dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	client := &http.Transport{
		DialTLSContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
			raw, err := dial()
			if err != nil {
				return nil, err
			}
			conn := tls.Client(raw, cfg)
			errc := make(chan error, 1)
			go func() { errc <- conn.Handshake() }() // want "is not stopped"
			select {
			case err := <-errc:
				return conn, err
			case <-time.After(timeout):
				return nil, errTimeout
			}
		},
	}
	_, err := client.DialTLSContext(ctx, "tcp", "example.com:443")
	return err
}

// SafeCause cancels the handshake's context with a cause.
func SafeCause(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	errc := make(chan error, 1)
	go func() { errc <- conn.HandshakeContext(ctx) }()
	timer := time.AfterFunc(timeout, func() { cancel(errTimeout) })
	defer timer.Stop()
	select {
	case err := <-errc:
		return err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// LeakCause cancels another one.
func LeakCause(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	ctx, cancel := context.WithCancelCause(context.Background())
	errc := make(chan error, 1)
	go func() { errc <- conn.HandshakeContext(context.WithoutCancel(ctx)) }() // want "is not stopped"
	timer := time.AfterFunc(timeout, func() { cancel(errTimeout) })
	defer timer.Stop()
	select {
	case err := <-errc:
		cancel(nil)
		raw.Close()
		return err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// SilentCleanup leaves the close to the end of the test.
//
// Silent: what is registered by Cleanup runs then, when the case is long over.
func SilentCleanup(t *testing.T, dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) {
	raw, err := dial()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { raw.Close() })
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	select {
	case err := <-errc:
		t.Log(err)
	case <-time.After(timeout):
		t.Log("late")
	}
}

// LeakLaterDeadline sets the deadline back before it is over.
func LeakLaterDeadline(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	raw.SetDeadline(time.Now().Add(2 * timeout))
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }() // want "is not stopped"
	select {
	case err := <-errc:
		raw.SetDeadline(time.Time{})
		return err
	case <-time.After(timeout):
		raw.SetDeadline(time.Time{})
		return errTimeout
	}
}

// SafeLaterDeadline puts it off, and that is all.
func SafeLaterDeadline(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	raw.SetDeadline(time.Now().Add(2 * timeout))
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	select {
	case err := <-errc:
		raw.SetDeadline(time.Time{})
		return err
	case <-time.After(timeout):
		raw.SetDeadline(time.Now().Add(4 * timeout))
		return errTimeout
	}
}

// LeakChannelOfChannels hands the result channel over a channel.
func LeakChannelOfChannels(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	requests := make(chan chan error)
	defer close(requests)
	go func() {
		for errc := range requests {
			go func() { errc <- conn.Handshake() }() // want "is not stopped"
		}
	}()
	errc := make(chan error, 1)
	requests <- errc
	select {
	case err := <-errc:
		raw.Close()
		return err
	case <-time.After(timeout):
		return errTimeout
	}
}

// LeakOnceInGoroutine shakes hands once, for all who wait.
func LeakOnceInGoroutine(ctx context.Context, dial func() (net.Conn, error), cfg *tls.Config) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	var once sync.Once
	shaken := make(chan struct{})
	var failure error
	go once.Do(func() {
		defer close(shaken)
		failure = conn.Handshake() // want "is not stopped"
	})
	select {
	case <-shaken:
		raw.Close()
		return failure
	case <-ctx.Done():
		return ctx.Err()
	}
}
