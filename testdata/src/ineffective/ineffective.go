// Package ineffective holds races that the timer cannot win: the function waits
// for the handshake all the same.
package ineffective

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"
)

var errTimeout = errors.New("handshake timed out")

// LoseOperand has the handshake as the operand of a send, which is evaluated
// before the select waits.
func LoseOperand(ctx context.Context, dial func() (net.Conn, error), cfg *tls.Config) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	defer conn.Close()
	errc := make(chan error, 1)
	select {
	case errc <- conn.Handshake(): // want "cannot win"
		return <-errc
	case <-ctx.Done():
		return ctx.Err()
	}
}

// LoseOperandTimer has the same with a timer.
func LoseOperandTimer(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (err error) {
	raw, err := dial()
	if err != nil {
		return err
	}
	defer raw.Close()
	result := make(chan error, 1)
	timer := time.NewTimer(timeout)
	defer timer.Stop()
	select {
	case <-timer.C:
		return errTimeout
	case result <- tls.Client(raw, cfg).Handshake(): // want "cannot win"
	}
	return <-result
}

// SafeOperandContext has the handshake as an operand, too, but it obeys the context.
func SafeOperandContext(ctx context.Context, dial func() (net.Conn, error), cfg *tls.Config) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	defer conn.Close()
	errc := make(chan error, 1)
	select {
	case errc <- conn.HandshakeContext(ctx):
		return <-errc
	case <-ctx.Done():
		return ctx.Err()
	}
}

// SafeOperandInGoroutine has a goroutine in which the operand waits.
func SafeOperandInGoroutine(ctx context.Context, dial func() (net.Conn, error), cfg *tls.Config) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	defer conn.Close()
	errc := make(chan error)
	go func() {
		select {
		case errc <- conn.Handshake():
		case <-ctx.Done():
		}
	}()
	select {
	case err := <-errc:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// LoseConnectionState asks for the version while the handshake holds the mutex
// that ConnectionState takes.
func LoseConnectionState(ctx context.Context, dial func() (net.Conn, error), cfg *tls.Config) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	defer conn.Close()
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }() // want "cannot win"
	select {
	case err := <-errc:
		return err
	case <-ctx.Done():
		return fmt.Errorf("handshake (version %x): %w", conn.ConnectionState().Version, ctx.Err())
	}
}

// SafeConnectionState closes first and asks then.
func SafeConnectionState(ctx context.Context, dial func() (net.Conn, error), cfg *tls.Config) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	select {
	case err := <-errc:
		conn.Close()
		return err
	case <-ctx.Done():
		conn.Close()
		return fmt.Errorf("handshake (version %x): %w", conn.ConnectionState().Version, ctx.Err())
	}
}

// LoseWrite says goodbye before it closes: Write waits for the handshake.
func LoseWrite(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }() // want "cannot win"
	select {
	case err := <-errc:
		conn.Close()
		return err
	case <-time.After(timeout):
		conn.Write([]byte("QUIT\r\n"))
		conn.Close()
		return errTimeout
	}
}

// SafeWriteRaw says it on the raw connection, which waits for nothing.
func SafeWriteRaw(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	select {
	case err := <-errc:
		conn.Close()
		return err
	case <-time.After(timeout):
		raw.Write([]byte("QUIT\r\n"))
		conn.Close()
		return errTimeout
	}
}

// LoseRead looks whether there is anything to read before it closes.
func LoseRead(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	defer conn.Close()
	errc := make(chan error, 2)
	timer := time.AfterFunc(timeout, func() { errc <- errTimeout })
	defer timer.Stop()
	go func() { errc <- conn.Handshake() }() // want "cannot win"
	if err := <-errc; err != nil {
		n, _ := conn.Read(make([]byte, 64))
		return fmt.Errorf("%w (after %d bytes)", err, n)
	}
	return nil
}

// SafeReadAfterDeadline sets a deadline before it reads, which ends the
// handshake and the read.
func SafeReadAfterDeadline(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	defer conn.Close()
	errc := make(chan error, 2)
	timer := time.AfterFunc(timeout, func() { errc <- errTimeout })
	defer timer.Stop()
	go func() { errc <- conn.Handshake() }()
	if err := <-errc; err != nil {
		conn.SetReadDeadline(time.Now().Add(timeout))
		n, _ := conn.Read(make([]byte, 64))
		return fmt.Errorf("%w (after %d bytes)", err, n)
	}
	return nil
}

// LoseVerifyHostname waits for the same mutex.
func LoseVerifyHostname(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration, host string) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	defer conn.Close()
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }() // want "cannot win"
	select {
	case err := <-errc:
		return err
	case <-time.After(timeout):
		return errors.Join(errTimeout, conn.VerifyHostname(host))
	}
}

// LoseSecondHandshake tries again, on the same connection, in the timer's case.
func LoseSecondHandshake(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	defer conn.Close()
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }() // want "cannot win"
	select {
	case err := <-errc:
		return err
	case <-time.After(timeout):
		return conn.Handshake()
	}
}

// LoseWaitGroup waits for all goroutines before the deferred close.
func LoseWaitGroup(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	defer raw.Close()
	conn := tls.Client(raw, cfg)
	var wg sync.WaitGroup
	defer wg.Wait()
	errc := make(chan error, 1)
	wg.Add(1)
	go func() {
		defer wg.Done()
		errc <- conn.Handshake() // want "cannot win"
	}()
	select {
	case err := <-errc:
		return err
	case <-time.After(timeout):
		return errTimeout
	}
}

// SafeWaitGroup closes before it waits.
func SafeWaitGroup(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	var wg sync.WaitGroup
	defer wg.Wait()
	defer raw.Close()
	errc := make(chan error, 1)
	wg.Add(1)
	go func() {
		defer wg.Done()
		errc <- conn.Handshake()
	}()
	select {
	case err := <-errc:
		return err
	case <-time.After(timeout):
		return errTimeout
	}
}

// LoseMutex needs the mutex that the handshake's goroutine holds.
func LoseMutex(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	var mu sync.Mutex
	done := make(chan struct{})
	var result error
	go func() {
		defer close(done)
		mu.Lock()
		defer mu.Unlock()
		result = conn.Handshake() // want "cannot win"
	}()
	select {
	case <-done:
		conn.Close()
		return result
	case <-time.After(timeout):
		mu.Lock()
		defer mu.Unlock()
		if result == nil {
			result = errTimeout
		}
		conn.Close()
		return result
	}
}

// SafeMutex holds the mutex only while it writes the result.
func SafeMutex(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	var mu sync.Mutex
	done := make(chan struct{})
	var result error
	go func() {
		defer close(done)
		err := conn.Handshake()
		mu.Lock()
		defer mu.Unlock()
		result = err
	}()
	select {
	case <-done:
		conn.Close()
		return result
	case <-time.After(timeout):
		mu.Lock()
		defer mu.Unlock()
		if result == nil {
			result = errTimeout
		}
		conn.Close()
		return result
	}
}

// LoseForwarded lets a goroutine wait for the handshake and for nothing else,
// and waits for that goroutine in the timer's case.
func LoseForwarded(ctx context.Context, dial func() (net.Conn, error), cfg *tls.Config) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	defer raw.Close()
	conn := tls.Client(raw, cfg)
	inner, outer := make(chan error, 1), make(chan error, 1)
	go func() { inner <- conn.Handshake() }() // want "cannot win"
	go func() { outer <- <-inner }()
	select {
	case err := <-outer:
		return err
	case <-ctx.Done():
		return errors.Join(ctx.Err(), <-outer)
	}
}

// SilentSynchronous makes a timer and never waits for it.
//
// Silent: without a goroutine of its own, the handshake is in no race that it could lose.
func SilentSynchronous(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	defer raw.Close()
	timer := time.NewTimer(timeout)
	defer timer.Stop()
	return tls.Client(raw, cfg).Handshake()
}

func shakeHands(conn *tls.Conn) error {
	return conn.Handshake() // want "cannot win"
}

// LoseOperandHelper has a call as the operand that makes the handshake.
func LoseOperandHelper(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	defer conn.Close()
	errc := make(chan error, 1)
	select {
	case errc <- shakeHands(conn):
		return <-errc
	case <-time.After(timeout):
		return errTimeout
	}
}

// SafeOperandHelper sends what a call returns that lets the handshake run in a
// goroutine.
func SafeOperandHelper(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	defer conn.Close()
	begin := func() chan error {
		errc := make(chan error, 1)
		go func() { errc <- conn.Handshake() }()
		return errc
	}
	begun := make(chan chan error, 1)
	select {
	case begun <- begin():
	case <-time.After(timeout):
		return errTimeout
	}
	select {
	case err := <-<-begun:
		return err
	case <-time.After(timeout):
		return errTimeout
	}
}
