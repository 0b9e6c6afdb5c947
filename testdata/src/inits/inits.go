// Package inits has variables that functions called init set, and nothing else.
package inits

import (
	"crypto/tls"
	"errors"
	"flag"
	"net"
	"os"
	"time"
)

var errTimeout = errors.New("handshake timed out")

var (
	shake     func(*tls.Conn) error
	steps     = map[string]func(*tls.Conn) error{}
	ignore    func(net.Conn)
	abandon   func(net.Conn)
	clean     func(net.Conn)
	secure    func(net.Conn, *tls.Config, time.Duration) (net.Conn, error)
	options   struct{ timeout time.Duration }
	wrappers  []func(net.Conn, *tls.Config) *tls.Conn
	replaced  func(net.Conn)
	reclosing func(net.Conn)
	keeps     bool
	keeping   struct{ always bool }
)

func init() {
	shake = func(c *tls.Conn) error { return c.Handshake() }        // want "is not stopped"
	steps["tls"] = func(c *tls.Conn) error { return c.Handshake() } // want "is not stopped"
	ignore = func(net.Conn) {}
	abandon = func(c net.Conn) { c.Close() }
	options.timeout = 10 * time.Second
	wrappers = append(wrappers, tls.Client, tls.Server)
	replaced = func(net.Conn) {}
	reclosing = func(net.Conn) {}
	flag.BoolVar(&keeps, "inits.keep", false, "keep connections")
	flag.BoolVar(&keeping.always, "inits.keep-always", false, "keep all connections")
	keeps = true
	keeping.always = true
}

func init() {
	reclosing = func(c net.Conn) { c.Close() }
	secure = func(raw net.Conn, cfg *tls.Config, d time.Duration) (net.Conn, error) {
		client := tls.Client(raw, cfg)
		errc := make(chan error, 1)
		go func() { errc <- client.Handshake() }() // want "is not stopped"
		return client, expire(errc, d)
	}
}

func init() {
	clean = func(net.Conn) {}
	if os.Getenv("INITS_CLOSE") != "" {
		clean = func(c net.Conn) { c.Close() }
	}
}

func replace(f func(net.Conn)) { replaced = f }

func expire(errc <-chan error, timeout time.Duration) error {
	select {
	case err := <-errc:
		return err
	case <-time.After(timeout):
		return errTimeout
	}
}

// LeakVariable handshakes in a function that init sets.
func LeakVariable(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (net.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	client := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- shake(client) }()
	if err := expire(errc, timeout); err != nil {
		return nil, err
	}
	return client, nil
}

// LeakTable handshakes in a function of a table that init fills.
func LeakTable(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (net.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	client := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- steps["tls"](client) }()
	if err := expire(errc, timeout); err != nil {
		return nil, err
	}
	return client, nil
}

// LeakIgnored calls a function that init sets, and that does nothing.
func LeakIgnored(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (net.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	client := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- client.Handshake() }() // want "is not stopped"
	if err := expire(errc, timeout); err != nil {
		ignore(client)
		return nil, err
	}
	return client, nil
}

// SafeAbandoned calls a function that init sets, and that closes.
func SafeAbandoned(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (net.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	client := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- client.Handshake() }()
	if err := expire(errc, timeout); err != nil {
		abandon(client)
		return nil, err
	}
	return client, nil
}

// SafeReclosing calls a function that one init sets, and a later one again.
func SafeReclosing(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (net.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	client := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- client.Handshake() }()
	if err := expire(errc, timeout); err != nil {
		reclosing(client)
		return nil, err
	}
	return client, nil
}

// LeakSecured calls a function that init sets, and drops what it has left behind.
func LeakSecured(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (net.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	client, err := secure(raw, cfg, timeout)
	if err != nil {
		return nil, err
	}
	return client, nil
}

// LeakWrapped has its connection from the first function of a list that init appends to.
func LeakWrapped(dial func() (net.Conn, error), cfg *tls.Config) (net.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	client := wrappers[0](raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- client.Handshake() }() // want "is not stopped"
	if err := expire(errc, options.timeout); err != nil {
		return nil, err
	}
	return client, nil
}

// SilentChosen calls a function that init sets as the environment says.
//
// Silent: which function it is is not known.
func SilentChosen(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (net.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	client := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- client.Handshake() }()
	if err := expire(errc, timeout); err != nil {
		clean(client)
		return nil, err
	}
	return client, nil
}

// SilentReplaced calls a function that init sets, and that others may replace.
//
// Silent: which function it is is not known.
func SilentReplaced(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (net.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	client := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- client.Handshake() }()
	if err := expire(errc, timeout); err != nil {
		replaced(client)
		return nil, err
	}
	return client, nil
}

// LeakFlag closes the connection unless flags say otherwise, whatever they were set to
// when they were declared.
func LeakFlag(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (net.Conn, error) {
	raw, err := dial()
	if err != nil {
		return nil, err
	}
	client := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	go func() { errc <- client.Handshake() }() // want "is not stopped"
	if err := expire(errc, timeout); err != nil {
		if !keeps || !keeping.always {
			client.Close()
		}
		return nil, err
	}
	return client, nil
}
