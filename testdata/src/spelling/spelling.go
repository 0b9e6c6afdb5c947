// Package spelling holds races that are written in other words: renamed and dot
// imports, aliases, parentheses, constants.
package spelling

import (
	ctxpkg "context"
	secure "crypto/tls"
	"errors"
	"net"
	clock "time"
)

var errTimeout = errors.New("handshake timed out")

// LeakRenamedImport has the packages under other names.
func LeakRenamedImport(ctx ctxpkg.Context, dial func() (net.Conn, error), cfg *secure.Config) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	tls := secure.Client(raw, cfg) // not the package
	errc := make(chan error, 1)
	go func() { errc <- tls.Handshake() }() // want "is not stopped"
	select {
	case err := <-errc:
		tls.Close()
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// SafeRenamedImport closes.
func SafeRenamedImport(dial func() (net.Conn, error), cfg *secure.Config, timeout clock.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	tls := secure.Client(raw, cfg)
	defer tls.Close()
	errc := make(chan error, 1)
	go func() { errc <- tls.Handshake() }()
	select {
	case err := <-errc:
		return err
	case <-clock.After(timeout):
		return errTimeout
	}
}

// A Session is a tls connection by another name.
type Session = secure.Conn

// LeakAlias has the type under another name.
func LeakAlias(dial func() (net.Conn, error), cfg *secure.Config, timeout clock.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	var conn *Session = secure.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- (*Session).Handshake(conn) }() // want "is not stopped"
	select {
	case err := <-errc:
		conn.Close()
		return err
	case <-clock.After(timeout):
		return errTimeout
	}
}

// LeakParentheses has more parentheses than it needs.
func LeakParentheses(dial func() (net.Conn, error), cfg *secure.Config, timeout clock.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := (secure.Client)((raw), (cfg))
	errc := (chan error)(make(chan error, (1)))
	go (func() { (errc) <- ((*conn).Handshake)() })() // want "is not stopped"
	select {
	case err := (<-errc):
		(conn).Close()
		return err
	case <-(clock.After)(timeout):
		return errTimeout
	}
}

// SafeParentheses closes with some, too.
func SafeParentheses(dial func() (net.Conn, error), cfg *secure.Config, timeout clock.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conn := (secure.Client)((raw), (cfg))
	errc := (chan error)(make(chan error, (1)))
	go (func() { (errc) <- ((*conn).Handshake)() })()
	select {
	case err := (<-errc):
		(conn).Close()
		return err
	case <-(clock.After)(timeout):
		((*conn).Close)()
		return errTimeout
	}
}

const room = 2 - 1

// SafeConstantRoom has the capacity in a constant.
func SafeConstantRoom(dial func() (net.Conn, error), cfg *secure.Config, timeout clock.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	defer raw.Close()
	errc := make(chan error, room)
	go func() { errc <- secure.Client(raw, cfg).Handshake() }()
	select {
	case err := <-errc:
		return err
	case <-clock.After(timeout):
		return errTimeout
	}
}

// BlockConstantRoom has a constant that is zero.
func BlockConstantRoom(dial func() (net.Conn, error), cfg *secure.Config, timeout clock.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	defer raw.Close()
	errc := make(chan error, room-1)
	go func() { errc <- secure.Client(raw, cfg).Handshake() }() // want "blocks for ever"
	select {
	case err := <-errc:
		return err
	case <-clock.After(timeout):
		return errTimeout
	}
}

// SafeComputedRoom has as much room as there are senders.
func SafeComputedRoom(dial func() (net.Conn, error), cfg *secure.Config, timeout clock.Duration) error {
	senders := []string{"handshake"}
	raw, err := dial()
	if err != nil {
		return err
	}
	defer raw.Close()
	errc := make(chan error, len(senders))
	for range senders {
		go func() { errc <- secure.Client(raw, cfg).Handshake() }()
	}
	select {
	case err := <-errc:
		return err
	case <-clock.After(timeout):
		return errTimeout
	}
}

// SilentUnknownRoom has as much room as its caller says, which may be none.
//
// Silent: a capacity that is not known is taken to be enough.
func SilentUnknownRoom(n int, dial func() (net.Conn, error), cfg *secure.Config, timeout clock.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	defer raw.Close()
	errc := make(chan error, n)
	go func() { errc <- secure.Client(raw, cfg).Handshake() }()
	select {
	case err := <-errc:
		return err
	case <-clock.After(timeout):
		return errTimeout
	}
}

// LeakOneLine has all of it on a few lines.
func LeakOneLine(dial func() (net.Conn, error), cfg *secure.Config, d clock.Duration) (err error) {
	if raw, e := dial(); e != nil {
		return e
	} else if errc := make(chan error, 1); true {
		go func(c *secure.Conn) { errc <- c.Handshake() }(secure.Client(raw, cfg)) // want "is not stopped"
		select {
		case err = <-errc:
			raw.Close()
		case <-clock.After(d):
			err = errTimeout
		}
	}
	return
}
