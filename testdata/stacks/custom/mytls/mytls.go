// Package mytls is an implementation of TLS that nobody knows of before they
// are told. It has the shapes that such packages have.
package mytls

import (
	"context"
	"crypto/tls"
	"net"
	"sync"
	"time"
)

var config = &tls.Config{ServerName: "example.com", InsecureSkipVerify: true}

// A Conn is a connection whose Close waits for its handshake.
type Conn struct {
	mu  sync.Mutex
	tls *tls.Conn
}

// Client returns a connection over another one.
func Client(raw net.Conn) *Conn { return &Conn{tls: tls.Client(raw, config)} }

// Shake does the handshake.
func (c *Conn) Shake() error { return c.ShakeContext(context.Background()) }

// ShakeContext does so until the context is done.
func (c *Conn) ShakeContext(ctx context.Context) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.tls.HandshakeContext(ctx)
}

// Close closes the connection.
func (c *Conn) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.tls.Close()
}

// Abort closes it at once.
func (c *Conn) Abort() { c.tls.Close() }

// SetDeadline sets the deadlines of the connection.
func (c *Conn) SetDeadline(t time.Time) error { return c.tls.SetDeadline(t) }

// SetReadDeadline sets the deadline of its reads.
func (c *Conn) SetReadDeadline(t time.Time) error { return c.tls.SetReadDeadline(t) }

// Name returns a name.
func (c *Conn) Name() string { return "mytls" }

// A Session has no deadlines.
type Session struct{ tls *tls.Conn }

// NewSession returns a session over a connection.
func NewSession(raw net.Conn) (*Session, error) { return &Session{tls.Client(raw, config)}, nil }

// Open does the handshake.
func (s *Session) Open() (version uint16, err error) {
	err = s.tls.Handshake()
	if err == nil {
		version = s.tls.ConnectionState().Version
	}
	return version, err
}

// Close closes the session.
func (s *Session) Close() error { return s.tls.Close() }

// A Typed carries a value.
type Typed[T any] struct {
	tls *tls.Conn
	Tag T
}

// NewTyped returns a connection over another one.
func NewTyped[T any](raw net.Conn, tag T) *Typed[T] {
	return &Typed[T]{tls.Client(raw, config), tag}
}

// Handshake does the handshake.
func (t *Typed[T]) Handshake() error { return t.tls.Handshake() }

// Close closes the connection.
func (t *Typed[T]) Close() error { return t.tls.Close() }

// SetReadDeadline sets the deadline of its reads.
func (t *Typed[T]) SetReadDeadline(d time.Time) error { return t.tls.SetReadDeadline(d) }

// An Outer embeds a connection of crypto/tls, and shows it.
type Outer struct {
	*tls.Conn
	Name string
}

// Wrap returns a connection over another one.
func Wrap(raw net.Conn) *Outer { return &Outer{tls.Client(raw, config), "outer"} }

// Negotiate does the handshake.
func (o *Outer) Negotiate() error { return o.Conn.Handshake() }

// A Handle is handed around by value.
type Handle struct{ Conn *tls.Conn }

// NewHandle returns one for a connection.
func NewHandle(raw net.Conn) Handle { return Handle{tls.Client(raw, config)} }

// Handshake does the handshake.
func (h Handle) Handshake() error { return h.Conn.Handshake() }

// Close closes the connection.
func (h Handle) Close() error { return h.Conn.Close() }

// A Link shows the connection under it.
type Link struct {
	Raw  net.Conn
	once sync.Once
}

// Secure does the handshake.
func (l *Link) Secure() error { return tls.Client(l.Raw, config).Handshake() }

// Close closes the link.
func (l *Link) Close() error { return l.Raw.Close() }

// A Shaker is all that some show of their connections.
type Shaker interface {
	Shake() error
	Close() error
}

type shaker struct{ *tls.Conn }

func (s shaker) Shake() error { return s.Handshake() }

// NewShaker returns one over a connection.
func NewShaker(raw net.Conn) Shaker { return shaker{tls.Client(raw, config)} }

// Secure does the handshake before it returns.
func Secure(raw net.Conn) (net.Conn, error) {
	return SecureContext(context.Background(), raw)
}

// SecureContext does so until the context is done.
func SecureContext(ctx context.Context, raw net.Conn) (net.Conn, error) {
	conn := tls.Client(raw, config)
	if err := conn.HandshakeContext(ctx); err != nil {
		return nil, err
	}
	return conn, nil
}

// A Dialer connects.
type Dialer struct{ NetDialer *net.Dialer }

// Connect connects, and does the handshake before it returns.
func (d *Dialer) Connect(addr string) (net.Conn, error) {
	return (&tls.Dialer{NetDialer: d.NetDialer, Config: config}).Dial("tcp", addr)
}
