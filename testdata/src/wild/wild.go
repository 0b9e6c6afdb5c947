// Package wild holds the forms that released code has, with the names changed.
package wild

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"sync"
	"time"
)

type tlsHandshakeTimeoutError struct{}

func (tlsHandshakeTimeoutError) Timeout() bool   { return true }
func (tlsHandshakeTimeoutError) Temporary() bool { return true }
func (tlsHandshakeTimeoutError) Error() string   { return "net/http: TLS handshake timeout" }

// A persistConn is a connection with a reader and a writer.
type persistConn struct {
	conn     net.Conn
	tlsState *tls.ConnectionState
	br       *bufio.Reader
	bw       *bufio.Writer
}

// addTLS is the form of net/http: the plain connection is closed on any error,
// and after a timeout the handshake's result is waited for.
func (pc *persistConn) addTLS(ctx context.Context, name string, cfg *tls.Config, timeout time.Duration) error {
	cfg = cfg.Clone()
	if cfg.ServerName == "" {
		cfg.ServerName = name
	}
	plainConn := pc.conn
	tlsConn := tls.Client(plainConn, cfg)
	errc := make(chan error, 2)
	var timer *time.Timer // for canceling TLS handshake
	if d := timeout; d != 0 {
		timer = time.AfterFunc(d, func() {
			errc <- tlsHandshakeTimeoutError{}
		})
	}
	go func() {
		err := tlsConn.HandshakeContext(ctx)
		if timer != nil {
			timer.Stop()
		}
		errc <- err
	}()
	if err := <-errc; err != nil {
		plainConn.Close()
		if err == (tlsHandshakeTimeoutError{}) {
			// Now that we have closed the connection,
			// wait for the call to HandshakeContext to return.
			<-errc
		}
		return err
	}
	cs := tlsConn.ConnectionState()
	pc.tlsState = &cs
	pc.conn = tlsConn
	return nil
}

// SafeTransport dials and secures as net/http does.
func SafeTransport(ctx context.Context, dial func(context.Context) (net.Conn, error), cfg *tls.Config, host string, timeout time.Duration) (io.Closer, error) {
	pconn := &persistConn{}
	conn, err := dial(ctx)
	if err != nil {
		return nil, err
	}
	pconn.conn = conn
	if err := pconn.addTLS(ctx, host, cfg, timeout); err != nil {
		return nil, err
	}
	pconn.br = bufio.NewReader(pconn.conn)
	pconn.bw = bufio.NewWriter(pconn.conn)
	return pconn.conn, nil
}

var errHandshakeTimeout = errors.New("tls handshake timed out")

var timerPool sync.Pool

func acquireTimer(d time.Duration) *time.Timer {
	v := timerPool.Get()
	if v == nil {
		return time.NewTimer(d)
	}
	t := v.(*time.Timer)
	if t.Reset(d) {
		panic("BUG: active timer trapped into acquireTimer")
	}
	return t
}

func releaseTimer(t *time.Timer) {
	if !t.Stop() {
		// The timer has fired: leave it to the collector.
		return
	}
}

// SafeTimerPool is fasthttp's older form: timers come from a pool, and the
// timer's case closes, and waits for the handshake.
func SafeTimerPool(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (net.Conn, error) {
	rawConn, err := dial()
	if err != nil {
		return nil, err
	}
	tc := acquireTimer(timeout)
	defer releaseTimer(tc)

	var ch = make(chan error, 1)
	conn := tls.Client(rawConn, cfg)
	go func() {
		ch <- conn.Handshake()
	}()

	select {
	case <-tc.C:
		rawConn.Close()
		<-ch
		return nil, errHandshakeTimeout
	case err := <-ch:
		if err != nil {
			rawConn.Close()
			return nil, err
		}
		return conn, nil
	}
}

// LeakTimerPool is the same, before it was mended.
func LeakTimerPool(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (net.Conn, error) {
	rawConn, err := dial()
	if err != nil {
		return nil, err
	}
	tc := acquireTimer(timeout)
	defer releaseTimer(tc)

	var ch = make(chan error, 1)
	conn := tls.Client(rawConn, cfg)
	go func() {
		ch <- conn.Handshake() // want "is not stopped"
	}()

	select {
	case <-tc.C:
		return nil, errHandshakeTimeout
	case err := <-ch:
		if err != nil {
			rawConn.Close()
			return nil, err
		}
		return conn, nil
	}
}

// A dialer is kafka-go's, cut down.
type dialer struct {
	Timeout  time.Duration
	Deadline time.Time
	TLS      *tls.Config
	dial     func(context.Context) (net.Conn, error)
}

func (d *dialer) deadline(ctx context.Context, now time.Time) (earliest time.Time) {
	if d.Timeout != 0 {
		earliest = now.Add(d.Timeout)
	}
	if dl, ok := ctx.Deadline(); ok && (earliest.IsZero() || dl.Before(earliest)) {
		earliest = dl
	}
	if !d.Deadline.IsZero() && (earliest.IsZero() || d.Deadline.Before(earliest)) {
		earliest = d.Deadline
	}
	return earliest
}

func (d *dialer) connectTLS(ctx context.Context, conn net.Conn, config *tls.Config) (tlsConn *tls.Conn, err error) {
	tlsConn = tls.Client(conn, config)
	errch := make(chan error)

	go func() {
		defer close(errch)
		errch <- tlsConn.Handshake()
	}()

	select {
	case <-ctx.Done():
		conn.Close()
		tlsConn.Close()
		<-errch // ignore possible error from Handshake
		err = ctx.Err()

	case err = <-errch:
	}

	return
}

func (d *dialer) DialContext(ctx context.Context) (net.Conn, error) {
	if deadline := d.deadline(ctx, time.Now()); !deadline.IsZero() {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, deadline)
		defer cancel()
	}
	conn, err := d.dial(ctx)
	if err != nil {
		return nil, fmt.Errorf("failed to dial: %w", err)
	}
	if d.TLS != nil {
		c := d.TLS
		if c.ServerName == "" {
			c = d.TLS.Clone()
			c.ServerName = "example.com"
		}
		return d.connectTLS(ctx, conn, c)
	}
	return conn, nil
}

// SafeKafka is kafka-go's form: close both, then wait for the goroutine.
func SafeKafka(ctx context.Context, dial func(context.Context) (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	d := &dialer{Timeout: timeout, TLS: cfg, dial: dial}
	conn, err := d.DialContext(ctx)
	if err != nil {
		return err
	}
	return conn.Close()
}

// A pool is mongo-driver's v1.1.3, cut down: the handshake's goroutine and its
// connection are lost when the context is done.
type topologyConn struct {
	id     string
	nc     net.Conn
	dialer func(context.Context) (net.Conn, error)
	cfg    *tls.Config

	connectOnce sync.Once
	connectErr  error
}

func (c *topologyConn) connect(ctx context.Context) error {
	c.connectOnce.Do(func() { c.connectErr = c.doConnect(ctx) })
	return c.connectErr
}

func (c *topologyConn) doConnect(ctx context.Context) error {
	var err error
	c.nc, err = c.dialer(ctx)
	if err != nil {
		return err
	}
	if c.cfg != nil {
		tlsConn, err := configureTLS(ctx, c.nc, c.cfg)
		if err != nil {
			return err
		}
		c.nc = tlsConn
	}
	return nil
}

func configureTLS(ctx context.Context, nc net.Conn, config *tls.Config) (net.Conn, error) {
	client := tls.Client(nc, config)

	errChan := make(chan error, 1)
	go func() {
		errChan <- client.Handshake() // want "is not stopped"
	}()

	select {
	case err := <-errChan:
		if err != nil {
			return nil, err
		}
	case <-ctx.Done():
		return nil, errors.New("server connection cancelled/timeout during TLS handshake")
	}
	return client, nil
}

// LeakTopology connects, and drops the struct when that fails.
func LeakTopology(ctx context.Context, dial func(context.Context) (net.Conn, error), cfg *tls.Config) error {
	c := &topologyConn{id: "1", dialer: dial, cfg: cfg}
	if err := c.connect(ctx); err != nil {
		return fmt.Errorf("connection %s: %w", c.id, err)
	}
	return c.nc.Close()
}

// SafeTopology closes the struct's connection when that fails.
func SafeTopology(ctx context.Context, dial func(context.Context) (net.Conn, error), cfg *tls.Config) error {
	c := &topologyConn{id: "1", dialer: dial, cfg: cfg}
	if err := c.connect(ctx); err != nil {
		if c.nc != nil {
			_ = c.nc.Close()
		}
		return fmt.Errorf("connection %s: %w", c.id, err)
	}
	return c.nc.Close()
}

// A credential is grpc's, cut down.
type credential struct{ config *tls.Config }

// ClientHandshake belongs to its callers, as far as the raw connection goes.
func (c *credential) ClientHandshake(ctx context.Context, authority string, rawConn net.Conn) (_ net.Conn, err error) {
	cfg := c.config.Clone()
	if cfg.ServerName == "" {
		cfg.ServerName = authority
	}
	conn := tls.Client(rawConn, cfg)
	errChannel := make(chan error, 1)
	go func() {
		errChannel <- conn.Handshake()
	}()
	select {
	case err := <-errChannel:
		if err != nil {
			return nil, err
		}
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	return conn, nil
}

// SafeCredential is the caller, which closes the raw connection.
func SafeCredential(ctx context.Context, dial func(context.Context) (net.Conn, error), cfg *tls.Config, authority string) (_ net.Conn, err error) {
	conn, err := dial(ctx)
	if err != nil {
		return nil, err
	}
	defer func(conn net.Conn) {
		if err != nil {
			conn.Close()
		}
	}(conn)
	creds := &credential{cfg}
	conn, err = creds.ClientHandshake(ctx, authority, conn)
	if err != nil {
		return nil, fmt.Errorf("authentication handshake failed: %w", err)
	}
	return conn, nil
}

// LeakSMTP starts TLS on a mail connection, with the timeout of the command.
func LeakSMTP(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	c, err := newMailClient(dial, timeout)
	if err != nil {
		return err
	}
	if err := c.startTLS(cfg); err != nil {
		return fmt.Errorf("STARTTLS: %w", err)
	}
	return c.text.Close()
}

type mailClient struct {
	conn    net.Conn
	text    io.Closer
	timeout time.Duration
}

func newMailClient(dial func() (net.Conn, error), timeout time.Duration) (*mailClient, error) {
	conn, err := dial()
	if err != nil {
		return nil, err
	}
	return &mailClient{conn: conn, text: conn, timeout: timeout}, nil
}

func (c *mailClient) startTLS(config *tls.Config) error {
	tlsConn := tls.Client(c.conn, config)
	done := make(chan error, 1)
	go func() { done <- tlsConn.Handshake() }() // want "is not stopped"
	select {
	case err := <-done:
		if err != nil {
			c.text.Close()
			return err
		}
	case <-time.After(c.timeout):
		return fmt.Errorf("no answer within %v", c.timeout)
	}
	c.conn, c.text = tlsConn, tlsConn
	return nil
}

// LeakServerLoop accepts two connections, and drops those that are slow.
func LeakServerLoop(accept func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	for range 2 {
		nc, err := accept()
		if err != nil {
			return err
		}
		if err := greet(nc, cfg, timeout); err != nil {
			log.Printf("%v: %v", nc.RemoteAddr(), err)
		}
	}
	return nil
}

func greet(nc net.Conn, cfg *tls.Config, timeout time.Duration) error {
	conn := tls.Server(nc, cfg)
	result := make(chan error, 1)
	go func() { result <- conn.Handshake() }() // want "is not stopped"
	select {
	case <-time.After(timeout):
		return errHandshakeTimeout
	case err := <-result:
		conn.Close()
		return err
	}
}

// SafeServerLoop sets a timer that closes, as nats-server does.
func SafeServerLoop(accept func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	var wg sync.WaitGroup
	defer wg.Wait()
	for range 2 {
		nc, err := accept()
		if err != nil {
			return err
		}
		wg.Go(func() {
			conn := tls.Server(nc, cfg)
			ttl := time.AfterFunc(timeout, func() {
				if cs := tlsComplete(conn, nc); !cs {
					log.Print("TLS handshake timeout")
				}
			})
			defer ttl.Stop()
			if err := conn.Handshake(); err != nil {
				log.Printf("TLS handshake error: %v", err)
			}
			conn.Close()
		})
	}
	return nil
}

// tlsComplete closes the connection under a handshake, and reports whether it
// was complete all the same.
func tlsComplete(conn *tls.Conn, nc net.Conn) bool {
	nc.SetReadDeadline(time.Now())
	return conn.ConnectionState().HandshakeComplete
}
