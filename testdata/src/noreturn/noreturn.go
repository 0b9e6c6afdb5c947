// Package noreturn holds paths on which the process, or the test, ends.
package noreturn

import (
	"crypto/tls"
	"errors"
	"log"
	"net"
	"os"
	"testing"
	"time"
)

var errTimeout = errors.New("handshake timed out")

// SafeFatal ends the process when the timer fires: nothing is left behind.
func SafeFatal(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) *tls.Conn {
	raw, err := dial()
	if err != nil {
		log.Fatal(err)
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	select {
	case err := <-errc:
		if err != nil {
			log.Fatalf("handshake: %v", err)
		}
	case <-time.After(timeout):
		log.Fatalf("handshake with %v: timeout", raw.RemoteAddr())
	}
	return conn
}

// SafeExit ends it by os.Exit.
func SafeExit(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) {
	raw, err := dial()
	if err != nil {
		os.Exit(1)
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	select {
	case <-errc:
		conn.Close()
	case <-time.After(timeout):
		os.Stderr.WriteString("no answer\n")
		os.Exit(2)
	}
}

// SafePanic ends it by a panic that nobody recovers.
func SafePanic(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) *tls.Conn {
	raw, err := dial()
	if err != nil {
		panic(err)
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 2)
	timer := time.AfterFunc(timeout, func() { errc <- errTimeout })
	defer timer.Stop()
	go func() { errc <- conn.Handshake() }()
	if err := <-errc; err != nil {
		panic(err)
	}
	return conn
}

func die(msg string) {
	log.Print(msg)
	os.Exit(1)
}

// SafeExitHelper ends it in a helper of the package.
func SafeExitHelper(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) *tls.Conn {
	raw, err := dial()
	if err != nil {
		die(err.Error())
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	select {
	case err := <-errc:
		if err != nil {
			die(err.Error())
		}
	case <-time.After(timeout):
		die("timeout")
	}
	return conn
}

// SafePanicInCallback panics in the timer's callback, which ends the process
// from another goroutine.
func SafePanicInCallback(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 2)
	timer := time.AfterFunc(timeout, func() {
		panic("the server does not answer")
	})
	defer timer.Stop()
	go func() { errc <- conn.Handshake() }()
	err = <-errc
	conn.Close()
	return err
}

// LeakFatalOnError ends the process when the handshake fails, not when it
// takes too long.
func LeakFatalOnError(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) *tls.Conn {
	raw, err := dial()
	if err != nil {
		log.Fatal(err)
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }() // want "is not stopped"
	select {
	case err := <-errc:
		if err != nil {
			log.Fatal(err)
		}
		return conn
	case <-time.After(timeout):
		log.Print("timeout")
		return nil
	}
}

// LeakRecovered panics, and recovers in a deferred closure that closes nothing.
func LeakRecovered(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err, _ = r.(error)
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
		conn.Close()
		return err
	case <-time.After(timeout):
		panic(errTimeout)
	}
}

// SilentTestFails ends the test when the timer fires.
//
// Silent: the test process ends soon after, and what a failed test leaves is of no concern.
func SilentTestFails(t *testing.T, dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) {
	raw, err := dial()
	if err != nil {
		t.Fatal(err)
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	select {
	case err := <-errc:
		if err != nil {
			raw.Close()
			return
		}
	case <-time.After(timeout):
		t.Fatal("handshake timed out")
	}
	conn.Close()
}

// LeakTestError marks the test as failed and goes on.
func LeakTestError(tb testing.TB, dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) {
	raw, err := dial()
	if err != nil {
		tb.Fatal(err)
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }() // want "is not stopped"
	select {
	case <-errc:
		conn.Close()
	case <-time.After(timeout):
		tb.Error("handshake timed out")
	}
}
