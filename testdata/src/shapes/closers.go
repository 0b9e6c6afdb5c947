package shapes

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"maps"
	"net"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// SafeCleanups runs all cleanups that were collected.
func SafeCleanups(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	var cleanups []func() error
	defer func() {
		for _, clean := range slices.Backward(cleanups) {
			clean()
		}
	}()
	raw, err := dial()
	if err != nil {
		return err
	}
	cleanups = append(cleanups, raw.Close)
	conn := tls.Client(raw, cfg)
	cleanups = append(cleanups, conn.CloseWrite)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	select {
	case err := <-errc:
		return err
	case <-time.After(timeout):
		return errTimeout
	}
}

// SafeErrorText looks at the text of the error.
func SafeErrorText(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 2)
	timer := time.AfterFunc(timeout, func() { errc <- errTimeout })
	defer timer.Stop()
	go func() { errc <- conn.Handshake() }()
	if err = <-errc; err != nil && strings.Contains(err.Error(), "timed out") {
		raw.Close()
	}
	return err
}

// SafeClockLooked compares times to find out who won.
func SafeClockLooked(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	start := time.Now()
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	select {
	case err = <-errc:
	case <-time.After(timeout):
		err = errTimeout
	}
	if time.Since(start) >= timeout {
		raw.Close()
	}
	return err
}

// Outcomes of an attempt, as flags.
const (
	shaken = 1 << iota
	late
	refused
)

// SafeFlags keeps the outcome in flags.
func SafeFlags(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	state := 0
	select {
	case err := <-errc:
		if state |= shaken; err != nil {
			state |= refused
		}
	case <-time.After(timeout):
		state |= late
	}
	if state&(late|refused) != 0 {
		raw.Close()
		return errTimeout
	}
	return nil
}

// LeakFlags tests the wrong one.
func LeakFlags(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }() // want "is not stopped"
	state := 0
	select {
	case err := <-errc:
		if state |= shaken; err != nil {
			state |= refused
		}
	case <-time.After(timeout):
		state |= late
	}
	if state&refused != 0 {
		raw.Close()
	}
	if state&late != 0 {
		return errTimeout
	}
	return nil
}

// SafeTable looks up what to do in a map.
func SafeTable(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	outcome := "shaken"
	select {
	case <-errc:
	case <-time.After(timeout):
		outcome = "late"
	}
	return map[string]func() error{
		"shaken": func() error { return nil },
		"late":   raw.Close,
	}[outcome]()
}

// SafeCloseIfCloser closes what can be closed.
func SafeCloseIfCloser(ctx context.Context, dial func() (net.Conn, error), cfg *tls.Config) error {
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
		closeAll(raw, ctx, nil, conn)
		return ctx.Err()
	}
}

func closeAll(values ...any) {
	for _, v := range values {
		if c, ok := v.(io.Closer); ok {
			c.Close()
		}
	}
}

// SafeExpression calls the method by an expression.
func SafeExpression(ctx context.Context, dial func() (net.Conn, error), cfg *tls.Config) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	hangUp := (*tls.Conn).Close
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	select {
	case err := <-errc:
		return err
	case <-ctx.Done():
		hangUp(conn)
		return ctx.Err()
	}
}

// SafeStopFalse closes where the timer can't be stopped any more.
func SafeStopFalse(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 2)
	timer := time.AfterFunc(timeout, func() { errc <- errTimeout })
	go func() { errc <- conn.Handshake() }()
	err = <-errc
	if !timer.Stop() {
		raw.Close()
	}
	return err
}

// SafeSwap closes in the timer's function unless the handshake was first.
func SafeSwap(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	var over atomic.Bool
	errc := make(chan error, 1)
	timer := time.AfterFunc(timeout, func() {
		if !over.Swap(true) {
			raw.Close()
			errc <- errTimeout
		}
	})
	defer timer.Stop()
	go func() {
		if err := conn.Handshake(); over.CompareAndSwap(false, true) {
			errc <- err
		}
	}()
	return <-errc
}

// LeakSwap does nothing with the connection.
func LeakSwap(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	var over atomic.Bool
	errc := make(chan error, 1)
	timer := time.AfterFunc(timeout, func() {
		if !over.Swap(true) {
			errc <- errTimeout
		}
	})
	defer timer.Stop()
	go func() {
		if err := conn.Handshake(); over.CompareAndSwap(false, true) { // want "is not stopped"
			errc <- err
		}
	}()
	return <-errc
}

// SafeMapValues closes all connections of a map.
func SafeMapValues(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	open := map[int]net.Conn{}
	defer func() {
		for c := range maps.Values(open) {
			c.Close()
		}
	}()
	raw, err := dial()
	if err != nil {
		return err
	}
	open[1] = raw
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	select {
	case err := <-errc:
		delete(open, 1)
		return err
	case <-time.After(timeout):
		return errTimeout
	}
}

// SafeSyncMap closes all that is in a sync.Map.
func SafeSyncMap(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	var open sync.Map
	defer open.Range(func(_, c any) bool {
		c.(net.Conn).Close()
		return true
	})
	raw, err := dial()
	if err != nil {
		return err
	}
	open.Store(raw.LocalAddr(), raw)
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

// SafeManager asks a goroutine that owns the connections to close one.
func SafeManager(ctx context.Context, dial func() (net.Conn, error), cfg *tls.Config) error {
	type request struct {
		id   int
		conn net.Conn
	}
	requests := make(chan request)
	done := make(chan struct{})
	go func() {
		defer close(done)
		owned := map[int]net.Conn{}
		for r := range requests {
			if r.conn != nil {
				owned[r.id] = r.conn
			} else if c, ok := owned[r.id]; ok {
				c.Close()
				delete(owned, r.id)
			}
		}
	}()
	defer func() {
		close(requests)
		<-done
	}()
	raw, err := dial()
	if err != nil {
		return err
	}
	requests <- request{7, raw}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	select {
	case err := <-errc:
		return err
	case <-ctx.Done():
		requests <- request{id: 7}
		return ctx.Err()
	}
}

// A chain is a list of connections.
type chain struct {
	conn net.Conn
	next *chain
}

func (c *chain) close() {
	if c == nil {
		return
	}
	c.conn.Close()
	c.next.close()
}

// SafeChain closes a list by recursion.
func SafeChain(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	var head *chain
	defer func() { head.close() }()
	var failure error
	for range 2 {
		raw, err := dial()
		if err != nil {
			return err
		}
		head = &chain{raw, head}
		conn := tls.Client(raw, cfg)
		errc := make(chan error, 1)
		go func() { errc <- conn.Handshake() }()
		select {
		case failure = <-errc:
		case <-time.After(timeout):
			failure = errTimeout
		}
	}
	return failure
}

// SafeTypeSwitch closes for errors of some types.
func SafeTypeSwitch(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 2)
	timer := time.AfterFunc(timeout, func() { errc <- os.ErrDeadlineExceeded })
	defer timer.Stop()
	go func() { errc <- conn.Handshake() }()
	err = <-errc
	switch e := err.(type) {
	case nil:
	case net.Error:
		if e.Timeout() {
			raw.Close()
		}
	default:
		raw.Close()
	}
	return err
}

// SafeJoined keeps errors in a slice.
func SafeJoined(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	var errs []error
	select {
	case err := <-errc:
		if err != nil {
			errs = append(errs, err)
		}
	case <-time.After(timeout):
		errs = append(errs, errTimeout)
	}
	if len(errs) > 0 {
		errs = append(errs, raw.Close())
	}
	return errors.Join(errs...)
}

// LeakJoined waits for two errors before it closes.
func LeakJoined(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }() // want "is not stopped"
	var errs []error
	select {
	case err := <-errc:
		if err != nil {
			errs = append(errs, err)
		}
	case <-time.After(timeout):
		errs = append(errs, errTimeout)
	}
	if len(errs) > 1 {
		errs = append(errs, raw.Close())
	}
	return errors.Join(errs...)
}

// SafeCauseCompared compares the cause of a context.
func SafeCauseCompared(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	ctx, cancel := context.WithTimeoutCause(context.Background(), timeout, errTimeout)
	defer cancel()
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	select {
	case err = <-errc:
	case <-ctx.Done():
		err = context.Cause(ctx)
	}
	if err == errTimeout {
		raw.Close()
	}
	return err
}

// An array of connections, by role.
type pair [2]net.Conn

func (p pair) Close() error { return errors.Join(p[0].Close(), p[1].Close()) }

// SafePair copies an array that it closes.
func SafePair(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	p := pair{conn, raw}
	q := p
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	select {
	case err := <-errc:
		return err
	case <-time.After(timeout):
		p = pair{}
		return errors.Join(errTimeout, q.Close())
	}
}

// SafeTries gives up after some ticks.
func SafeTries(dial func() (net.Conn, error), cfg *tls.Config, interval time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for tries := 0; ; tries++ {
		select {
		case err := <-errc:
			return err
		case <-ticker.C:
			if tries >= 3 {
				raw.Close()
				return errTimeout
			}
		}
	}
}

// SafeReset puts the timer off for as long as something comes.
func SafeReset(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration, signs chan struct{}) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	timer := time.NewTimer(timeout)
	defer timer.Stop()
	for {
		select {
		case err := <-errc:
			return err
		case _, ok := <-signs:
			if !ok {
				signs = nil
			}
			if !timer.Stop() {
				<-timer.C
			}
			timer.Reset(timeout)
		case <-timer.C:
			raw.Close()
			return errTimeout
		}
	}
}

// SafeClone closes what is in a copy of a slice.
func SafeClone(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	open := slices.Clone([]net.Conn{conn})
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	select {
	case err := <-errc:
		return err
	case <-time.After(timeout):
		for _, c := range open {
			c.Close()
		}
		return errTimeout
	}
}

// SafeDeleteFunc closes while it deletes.
func SafeDeleteFunc(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	open := []net.Conn{conn}
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	select {
	case err := <-errc:
		return err
	case <-time.After(timeout):
		_ = slices.DeleteFunc(open, closes)
		return errTimeout
	}
}

func closes(c net.Conn) bool { return c.Close() == nil }
