// Package values holds races whose outcome depends on plain values: numbers,
// strings, states, lengths, arithmetic on durations.
package values

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"strings"
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

type state int

const (
	idle state = iota
	dialing
	shaking
	open
	failed
)

// A machine goes from state to state.
type machine struct {
	state state
	raw   net.Conn
	conn  *tls.Conn
	err   error
}

func (m *machine) step(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) {
	switch m.state {
	case idle:
		m.state = dialing
	case dialing:
		if m.raw, m.err = dial(); m.err != nil {
			m.state = failed
			return
		}
		m.conn = tls.Client(m.raw, cfg)
		m.state = shaking
	case shaking:
		errc := make(chan error, 1)
		go func() { errc <- m.conn.Handshake() }() // want "is not stopped"
		if m.err = expire(errc, timeout); m.err != nil {
			m.state = failed
			return
		}
		m.state = open
	}
}

// SafeMachine runs it, and closes in the state that says that it failed.
func SafeMachine(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	m := &machine{}
	for m.state != open && m.state != failed {
		m.step(dial, cfg, timeout)
	}
	if m.state == failed && m.raw != nil {
		m.raw.Close()
		return m.err
	}
	return m.conn.Close()
}

// LeakMachine closes in another state.
func LeakMachine(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	m := &machine{}
	for m.state != open && m.state != failed {
		m.step(dial, cfg, timeout)
	}
	switch m.state {
	case dialing, shaking:
		m.raw.Close()
		fallthrough
	case failed:
		return m.err
	default:
		return m.conn.Close()
	}
}

// SafeAllFive closes five connections in a loop.
func SafeAllFive(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	var conns [5]*tls.Conn
	errc := make(chan error, len(conns))
	for i := range conns {
		raw, err := dial()
		if err != nil {
			return err
		}
		conns[i] = tls.Client(raw, cfg)
		go func() { errc <- conns[i].Handshake() }()
	}
	err := expire(errc, timeout)
	for i := 0; i < len(conns); i++ {
		conns[i].Close()
	}
	return err
}

// LeakFifth closes four of them.
func LeakFifth(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	var conns [5]*tls.Conn
	errc := make(chan error, len(conns))
	for i := range conns {
		raw, err := dial()
		if err != nil {
			return err
		}
		conns[i] = tls.Client(raw, cfg)
		go func() { errc <- conns[i].Handshake() }() // want "is not stopped"
	}
	err := expire(errc, timeout)
	if err == nil {
		conns[4].Close()
	}
	for _, conn := range conns[:4] {
		conn.Close()
	}
	return err
}

// SafeCounted gives up after the fourth tick, and closes then.
func SafeCounted(dial func() (net.Conn, error), cfg *tls.Config, interval time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	ticks := 0
	for {
		select {
		case err := <-errc:
			conn.Close()
			return err
		case <-time.After(interval):
			ticks++
		}
		switch {
		case ticks < 4:
			continue
		case ticks == 4:
			conn.Close()
		case ticks > 4:
			return errTimeout
		}
	}
}

// LeakOffByOne closes after a tick that it does not see.
func LeakOffByOne(dial func() (net.Conn, error), cfg *tls.Config, interval time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }() // want "is not stopped"
	for ticks := 0; ticks < 4; ticks++ {
		select {
		case err := <-errc:
			conn.Close()
			return err
		case <-time.After(interval):
		}
		if ticks == 4 {
			conn.Close()
		}
	}
	return errTimeout
}

// SafeArithmetic has a deadline that passes one step behind the timer.
func SafeArithmetic(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	start := time.Now()
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	err = expire(errc, timeout)
	if time.Since(start) >= timeout {
		raw.Close()
	}
	return err
}

// LeakArithmetic closes only if more than twice the time has passed, which it
// never has.
func LeakArithmetic(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	start := time.Now()
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }() // want "is not stopped"
	err = expire(errc, timeout)
	if time.Since(start) > 2*timeout {
		raw.Close()
	}
	return err
}

// SafeText knows the timeout by the text of its error.
func SafeText(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	err = expire(errc, timeout)
	if err != nil && strings.Contains(err.Error(), "timed out") {
		raw.Close()
	}
	return err
}

// SafeSameCondition asks the same question twice.
func SafeSameCondition(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration, plain bool) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	var conn *tls.Conn
	errc := make(chan error, 1)
	if !plain {
		conn = tls.Client(raw, cfg)
		go func() { errc <- conn.Handshake() }()
	} else {
		errc <- nil
	}
	err = expire(errc, timeout)
	if !plain {
		conn.Close()
	}
	return err
}

// LeakOtherCondition asks another one.
func LeakOtherCondition(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration, plain, verbose bool) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }() // want "is not stopped"
	err = expire(errc, timeout)
	if err == nil || !plain && !verbose {
		conn.Close()
	}
	return err
}

// SafeEitherCondition closes in both branches of a condition that is not known.
func SafeEitherCondition(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration, gently bool) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	err = expire(errc, timeout)
	if gently {
		conn.Close()
	} else {
		raw.Close()
	}
	return err
}

// SafeTable has what is to be done in a map, by the kind of the error.
func SafeTable(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	actions := map[error]func() error{
		nil:        conn.Close,
		errTimeout: raw.Close,
	}
	err = expire(errc, timeout)
	if act, ok := actions[err]; ok {
		act()
	}
	return err
}

// LeakTable has no entry for the timeout.
func LeakTable(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }() // want "is not stopped"
	actions := map[error]func() error{
		nil:              conn.Close,
		context.Canceled: raw.Close,
	}
	err = expire(errc, timeout)
	if act, ok := actions[err]; ok {
		act()
	}
	return err
}

// SafeJoined joins errors, and looks into the join.
func SafeJoined(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	var errs []error
	for _, check := range []func() error{
		func() error { return expire(errc, timeout) },
		func() error { return nil },
	} {
		if err := check(); err != nil {
			errs = append(errs, fmt.Errorf("check: %w", err))
		}
	}
	if len(errs) > 0 {
		raw.Close()
		return errors.Join(errs...)
	}
	return conn.Close()
}

// SafeEmptyTimeout has no timeout if the duration is not positive; then it
// hands the handshake to its caller's context.
func SafeEmptyTimeout(ctx context.Context, dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (_ *tls.Conn, err error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			raw.Close()
		}
	}()
	conn := tls.Client(raw, cfg)
	if timeout <= 0 {
		return conn, conn.HandshakeContext(ctx)
	}
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	return conn, expire(errc, timeout)
}

// LeakZeroValue compares a struct with its zero value.
func LeakZeroValue(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	type outcome struct {
		ok  bool
		why string
	}
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	ch := make(chan outcome, 1)
	go func() {
		if err := conn.Handshake(); err != nil { // want "is not stopped"
			ch <- outcome{why: err.Error()}
			return
		}
		ch <- outcome{ok: true}
	}()
	var got outcome
	select {
	case got = <-ch:
	case <-time.After(timeout):
	}
	if got == (outcome{}) {
		return errTimeout
	}
	conn.Close()
	if !got.ok {
		return errors.New(got.why)
	}
	return nil
}

// SafeZeroValue closes then.
func SafeZeroValue(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (err error) {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	var result *error
	ch := make(chan *error, 1)
	go func() {
		err := conn.Handshake()
		ch <- &err
	}()
	select {
	case result = <-ch:
	case <-time.After(timeout):
	}
	if result == nil {
		conn.Close()
		return errTimeout
	}
	conn.Close()
	return *result
}
