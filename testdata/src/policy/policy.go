// Package policy holds what the rule has to decide one way or the other.
package policy

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
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

// SilentNobodyWaits starts a handshake in the background, and waits for nothing.
//
// Silent: where nobody waits for the handshake, there is no race that it could lose.
func SilentNobodyWaits(dial func() (net.Conn, error), cfg *tls.Config) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	go func() {
		conn := tls.Client(raw, cfg)
		if conn.Handshake() == nil {
			conn.Close()
		}
	}()
	return nil
}

// SilentOtherTimer has a timer, but for something else than the handshake.
//
// Silent: a timer that goes off whether the handshake is over or not is in no race with it.
func SilentOtherTimer(dial func() (net.Conn, error), cfg *tls.Config, pause time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	go func() {
		conn := tls.Client(raw, cfg)
		if conn.Handshake() == nil {
			conn.Close()
		}
	}()
	time.Sleep(pause) // a moment for the logs
	return nil
}

// SilentOtherRace races something else with the timer, while a handshake goes
// on in the background.
//
// Silent: the handshake is no part of the race beside it.
func SilentOtherRace(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	go func() {
		conn := tls.Client(raw, cfg)
		if conn.Handshake() == nil {
			conn.Close()
		}
	}()
	other, err := dial()
	if err != nil {
		return err
	}
	defer other.Close()
	read := make(chan error, 1)
	go func() {
		_, err := bufio.NewReader(other).ReadByte()
		read <- err
	}()
	select {
	case <-read:
		return nil
	case <-time.After(timeout):
		return nil
	}
}

// SilentServeLoop accepts connections and serves each in a goroutine, where a
// silent client keeps it for ever.
//
// Silent: where nobody waits for the handshake, there is no race that it could lose.
func SilentServeLoop(stop <-chan struct{}, accept func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	ticker := time.NewTicker(timeout)
	defer ticker.Stop()
	for range 3 {
		nc, err := accept()
		if err != nil {
			return err
		}
		go func() {
			conn := tls.Server(nc, cfg)
			defer conn.Close()
			conn.Handshake()
		}()
		select {
		case <-stop:
			return nil
		case <-ticker.C:
		}
	}
	return nil
}

// SilentWrite writes, which is a handshake first, in a goroutine.
//
// Silent: a handshake inside of a Read or Write is not in the table of handshakes.
func SilentWrite(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() {
		_, err := io.WriteString(conn, "HELO\r\n")
		errc <- err
	}()
	err = expire(errc, timeout)
	if err == nil {
		conn.Close()
	}
	return err
}

// SilentNopCloser closes something that does not close what it was made of.
//
// Silent: a wrapper whose code is out of sight is trusted to close what it wraps.
func SilentNopCloser(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	body := io.NopCloser(raw)
	defer body.Close()
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	return expire(errc, timeout)
}

// Hooks are functions that a user of the package may set.
type Hooks struct {
	Handshake func(*tls.Conn) error
}

// DefaultHooks are the ones in use.
var DefaultHooks = Hooks{Handshake: (*tls.Conn).Handshake}

// SilentHook calls a handshake that may be another one by now.
//
// Silent: a function that was stored where others can change it is not known.
func SilentHook(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- DefaultHooks.Handshake(conn) }()
	err = expire(errc, timeout)
	if err == nil {
		conn.Close()
	}
	return err
}

// LeakDetached hands the race to a goroutine; when that is over, nobody has
// the connection.
func LeakDetached(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	done := make(chan error, 1)
	go func() {
		conn := tls.Client(raw, cfg)
		errc := make(chan error, 1)
		go func() { errc <- conn.Handshake() }() // want "is not stopped"
		err := expire(errc, timeout)
		if err == nil {
			conn.Close()
		}
		done <- err
	}()
	return <-done
}

// LeakBackgroundRace does the same, and nobody waits for the race itself.
func LeakBackgroundRace(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	go func() {
		conn := tls.Client(raw, cfg)
		errc := make(chan error, 1)
		go func() { errc <- conn.Handshake() }() // want "is not stopped"
		if expire(errc, timeout) == nil {
			conn.Close()
		}
	}()
	return nil
}

// SafeGivenTime sleeps, and closes the connection, whether the handshake is over or not.
func SafeGivenTime(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	go conn.Handshake()
	time.Sleep(timeout)
	return conn.Close()
}

// leakUnexported has no caller in the package: it is as good as exported, but
// the connection is its own.
func leakUnexported(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }() // want "is not stopped"
	return expire(errc, timeout)
}

// safeUnexported has no caller either, and the connection belongs to whoever
// may call it.
func safeUnexported(conn *tls.Conn, timeout time.Duration) error {
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	return expire(errc, timeout)
}

// LeakGivenCallback closes nothing, and tells a callback of which nobody knows
// what it does; but the callback does not get the connection.
func LeakGivenCallback(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }() // want "is not stopped"
	if err := expire(errc, timeout); err != nil {
		onTimeout(raw.RemoteAddr().String())
		return err
	}
	return conn.Close()
}

// onTimeout is set by whoever wants to know.
var onTimeout = func(addr string) {}

// SilentConfigured has a configuration that others may use to reach the connection.
//
// Silent: a callback that holds the connection is in sight of whoever holds the configuration.
func SilentConfigured(ctx context.Context, dial func() (net.Conn, error), cfg *tls.Config) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	cfg.VerifyConnection = func(tls.ConnectionState) error {
		if ctx.Err() != nil {
			return raw.Close()
		}
		return nil
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	select {
	case err := <-errc:
		conn.Close()
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// SilentDoneBefore tries again and again, also with a context that is done.
//
// Silent: a select that need not wait is no race, and which of its two channels the watcher sees is chance.
func SilentDoneBefore(ctx context.Context, dial func() (net.Conn, error), cfg *tls.Config) error {
	var failure error
	for range 30 {
		if failure = watched(ctx, dial, cfg); failure == nil {
			return nil
		}
	}
	return failure
}

// watched has a goroutine that closes the connection when the context is done.
func watched(ctx context.Context, dial func() (net.Conn, error), cfg *tls.Config) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	settled := make(chan struct{})
	defer close(settled)
	go func() {
		select {
		case <-ctx.Done():
			conn.Close()
		case <-settled:
		}
	}()
	select {
	case err := <-errc:
		conn.Close()
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}
