// Package polling holds races without a channel between the handshake and the
// function that waits: flags, mutexes, condition variables, sleeping.
package polling

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

var errTimeout = errors.New("handshake timed out")

// LeakSleepThenFlag sleeps for a fixed time, and looks at a flag then.
func LeakSleepThenFlag(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	var done atomic.Bool
	go func() {
		if conn.Handshake() == nil { // want "is not stopped"
			done.Store(true)
		}
	}()
	time.Sleep(timeout)
	if !done.Load() {
		return errTimeout
	}
	return conn.Close()
}

// SafeSleepThenFlag closes when the flag is not set.
func SafeSleepThenFlag(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	var done atomic.Bool
	go func() {
		if conn.Handshake() == nil {
			done.Store(true)
		}
	}()
	time.Sleep(timeout)
	if !done.Load() {
		conn.Close()
		return errTimeout
	}
	return conn.Close()
}

// LeakPollFlag looks at a flag again and again.
func LeakPollFlag(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	var state atomic.Int32
	go func() {
		if err := conn.Handshake(); err != nil { // want "is not stopped"
			state.Store(-1)
		} else {
			state.Store(1)
		}
	}()
	for deadline := time.Now().Add(timeout); time.Now().Before(deadline); {
		switch state.Load() {
		case 1:
			return conn.Close()
		case -1:
			conn.Close()
			return errors.New("handshake failed")
		}
		time.Sleep(20 * time.Millisecond)
	}
	return errTimeout
}

// SafePollFlag closes whichever way the loop ends.
func SafePollFlag(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	defer conn.Close()
	var state atomic.Int32
	go func() {
		if err := conn.Handshake(); err != nil {
			state.Store(-1)
		} else {
			state.Store(1)
		}
	}()
	for deadline := time.Now().Add(timeout); time.Now().Before(deadline); {
		switch state.Load() {
		case 1:
			return nil
		case -1:
			return errors.New("handshake failed")
		}
		time.Sleep(20 * time.Millisecond)
	}
	return errTimeout
}

// LeakPollMutex has the result under a mutex, and tries a number of times.
func LeakPollMutex(dial func() (net.Conn, error), cfg *tls.Config) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	var mu sync.Mutex
	var over bool
	var result error
	go func() {
		err := conn.Handshake() // want "is not stopped"
		mu.Lock()
		over, result = true, err
		mu.Unlock()
	}()
	for range 10 {
		mu.Lock()
		if over {
			mu.Unlock()
			conn.Close()
			return result
		}
		mu.Unlock()
		time.Sleep(100 * time.Millisecond)
	}
	return errTimeout
}

// LeakPollTicker looks at each tick, until the context is done.
func LeakPollTicker(ctx context.Context, dial func() (net.Conn, error), cfg *tls.Config) error {
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
	ticker := time.NewTicker(50 * time.Millisecond)
	defer ticker.Stop()
	for range ticker.C {
		if over.Load() {
			return conn.Close()
		}
		if ctx.Err() != nil {
			break
		}
	}
	return ctx.Err()
}

// SafePollTicker closes behind the loop.
func SafePollTicker(ctx context.Context, dial func() (net.Conn, error), cfg *tls.Config) error {
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
	ticker := time.NewTicker(50 * time.Millisecond)
	defer ticker.Stop()
	for range ticker.C {
		if over.Load() || ctx.Err() != nil {
			break
		}
	}
	conn.Close()
	return ctx.Err()
}

// LeakCond waits for a condition that the handshake or the timer brings about.
func LeakCond(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	var mu sync.Mutex
	cond := sync.NewCond(&mu)
	var done, expired bool
	go func() {
		conn.Handshake() // want "is not stopped"
		mu.Lock()
		done = true
		mu.Unlock()
		cond.Broadcast()
	}()
	timer := time.AfterFunc(timeout, func() {
		mu.Lock()
		expired = true
		mu.Unlock()
		cond.Broadcast()
	})
	defer timer.Stop()
	mu.Lock()
	defer mu.Unlock()
	for !done && !expired {
		cond.Wait()
	}
	if !done {
		return errTimeout
	}
	return conn.Close()
}

// SafeCond closes in the callback of the timer.
func SafeCond(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	var mu sync.Mutex
	cond := sync.NewCond(&mu)
	done := false
	go func() {
		conn.Handshake()
		mu.Lock()
		done = true
		mu.Unlock()
		cond.Signal()
	}()
	timer := time.AfterFunc(timeout, func() { raw.Close() })
	defer timer.Stop()
	mu.Lock()
	for !done {
		cond.Wait()
	}
	mu.Unlock()
	conn.Close()
	return nil
}

// A future is a result that is there at some time.
type future struct {
	mu   sync.Mutex
	done bool
	err  error
	wake chan struct{}
}

func (f *future) complete(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.done {
		return
	}
	f.done, f.err = true, err
	close(f.wake)
}

func (f *future) get() error {
	<-f.wake
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.err
}

// LeakFuture has a future that the handshake or the timer completes.
func LeakFuture(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	f := &future{wake: make(chan struct{})}
	timer := time.AfterFunc(timeout, func() { f.complete(errTimeout) })
	defer timer.Stop()
	go func() { f.complete(conn.Handshake()) }() // want "is not stopped"
	if err := f.get(); err != nil {
		return err
	}
	return conn.Close()
}

// SafeFuture closes when the future has an error.
func SafeFuture(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	f := &future{wake: make(chan struct{})}
	timer := time.AfterFunc(timeout, func() { f.complete(errTimeout) })
	defer timer.Stop()
	go func() { f.complete(conn.Handshake()) }()
	if err := f.get(); err != nil {
		conn.Close()
		return err
	}
	return conn.Close()
}

// LeakOnce has whoever comes first decide the outcome by a sync.Once.
func LeakOnce(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (outcome error) {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	var once sync.Once
	decided := make(chan struct{})
	decide := func(err error) {
		once.Do(func() {
			outcome = err
			close(decided)
		})
	}
	go func() { decide(conn.Handshake()) }() // want "is not stopped"
	timer := time.AfterFunc(timeout, func() { decide(errTimeout) })
	defer timer.Stop()
	<-decided
	if outcome == nil {
		outcome = conn.Close()
	}
	return outcome
}

// SafeCompareAndSwap has whoever comes first close the connection, if it is the timer.
func SafeCompareAndSwap(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	var decided atomic.Bool
	errc := make(chan error, 2)
	go func() {
		err := conn.Handshake()
		if decided.CompareAndSwap(false, true) {
			errc <- err
		}
	}()
	timer := time.AfterFunc(timeout, func() {
		if decided.CompareAndSwap(false, true) {
			conn.Close()
			errc <- errTimeout
		}
	})
	defer timer.Stop()
	return <-errc
}

// LeakCompareAndSwap has the loser of the race, which is the handshake, close.
func LeakCompareAndSwap(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	var decided atomic.Bool
	errc := make(chan error, 2)
	go func() {
		err := conn.Handshake() // want "is not stopped"
		if decided.CompareAndSwap(false, true) {
			errc <- err
			return
		}
		conn.Close()
	}()
	timer := time.AfterFunc(timeout, func() {
		if decided.CompareAndSwap(false, true) {
			errc <- errTimeout
		}
	})
	defer timer.Stop()
	return <-errc
}

// LeakTimedOutFlag sets a flag in the timer's case, which the handshake's
// goroutine asks when it is too late.
func LeakTimedOutFlag(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	var gaveUp atomic.Bool
	errc := make(chan error, 1)
	go func() {
		err := conn.Handshake() // want "is not stopped"
		if gaveUp.Load() {
			conn.Close()
			return
		}
		errc <- err
	}()
	select {
	case err := <-errc:
		conn.Close()
		return err
	case <-time.After(timeout):
		gaveUp.Store(true)
		return errTimeout
	}
}
