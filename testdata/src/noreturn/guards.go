package noreturn

import (
	"crypto/tls"
	"fmt"
	"log"
	"net"
	"os"
	"testing"
	"time"
)

// LeakFatalIfStrict ends the process when the timer fires, but only if it is told
// to.
func LeakFatalIfStrict(dial func() (net.Conn, error), cfg *tls.Config, strict bool, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		log.Fatal(err)
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }() // want "is not stopped"
	select {
	case err := <-errc:
		conn.Close()
		return err
	case <-time.After(timeout):
		if strict {
			log.Fatal("no answer")
		}
		return errTimeout
	}
}

// SafeFatalIfStrict closes the connection where it goes on.
func SafeFatalIfStrict(dial func() (net.Conn, error), cfg *tls.Config, strict bool, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		log.Fatal(err)
	}
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	select {
	case err := <-errc:
		conn.Close()
		return err
	case <-time.After(timeout):
		if !strict {
			conn.Close()
			return errTimeout
		}
		fmt.Fprintln(os.Stderr, "no answer")
		os.Exit(1)
	}
	return nil
}

// must ends a test that has failed.
func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("failed: %v", err)
	}
}

// LeakAfterMust has checks that end a test before the race.
func LeakAfterMust(t *testing.T, dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) {
	raw, err := dial()
	must(t, err)
	conn := tls.Client(raw, cfg)
	errc := make(chan error)
	go func() { errc <- conn.Handshake() }() // want "is not stopped"
	select {
	case err := <-errc:
		must(t, err)
		must(t, conn.Close())
	case <-time.After(timeout):
		t.Log("no answer")
	}
}

// SafeAfterMust closes the connection before it looks at the error.
func SafeAfterMust(t *testing.T, dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) {
	raw, err := dial()
	must(t, err)
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	select {
	case err = <-errc:
	case <-time.After(timeout):
		err = errTimeout
	}
	must(t, conn.Close())
	if err != nil {
		t.Log(err)
	}
}

// LeakRetriesFatal gives up for good after three attempts, but a timeout is none.
func LeakRetriesFatal(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) *tls.Conn {
	for attempt := 0; ; attempt++ {
		if attempt == 3 {
			log.Fatal("too many attempts")
		}
		raw, err := dial()
		if err != nil {
			continue
		}
		conn := tls.Client(raw, cfg)
		errc := make(chan error, 1)
		go func() { errc <- conn.Handshake() }() // want "is not stopped"
		select {
		case err := <-errc:
			if err == nil {
				return conn
			}
			conn.Close()
		case <-time.After(timeout):
			return nil
		}
	}
}
