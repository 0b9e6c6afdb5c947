package seams

import (
	"crypto/tls"
	"net"
	"testing"
	"time"
)

// dialed are the connections to close after a test.
var dialed []net.Conn

func dialRecorded() (net.Conn, error) {
	ours, _ := net.Pipe()
	dialed = append(dialed, ours)
	return ours, nil
}

func closeAll(t *testing.T) {
	t.Cleanup(func() {
		for _, c := range dialed {
			c.Close()
		}
	})
}

func TestSeams(t *testing.T) {
	closeAll(t)
	wrap = func(c net.Conn, cfg *tls.Config) *tls.Conn { return tls.Server(c, cfg) }
	giveUp = func(c net.Conn) { c.Close() }
	abandon = func(net.Conn) {}
	keepAlive = false
	options.closes = true
	replacePick(tls.Server)
	cfg := &tls.Config{InsecureSkipVerify: true}
	LeakWrapped(dialRecorded, cfg, time.Second)
	LeakGivenUp(dialRecorded, cfg, time.Second)
	SafeAbandoned(dialRecorded, cfg, time.Second)
	SafeKeptAlive(dialRecorded, cfg, time.Second)
	LeakOption(dialRecorded, cfg, time.Second)
	SilentPicked(dialRecorded, cfg, time.Second)
	leakProbe(dialRecorded, cfg, time.Second)
}

// A recorder is a connection that only notes that it was closed.
type recorder struct {
	net.Conn
	closed bool
}

func (r *recorder) Close() error {
	r.closed = true
	return nil
}

func TestCloses(t *testing.T) {
	ours, _ := net.Pipe()
	r := &recorder{Conn: ours}
	dial := func() (net.Conn, error) { return r, nil }
	if _, err := SafeRaw(dial, &tls.Config{InsecureSkipVerify: true}, time.Millisecond); err != errTimeout || !r.closed {
		t.Error(err, r.closed)
	}
}

// TestServer has its peer in itself, which ends it in the end.
func TestServer(t *testing.T) {
	l, err := net.Listen("tcp", "localhost:0")
	if err != nil {
		t.Skip(err)
	}
	defer l.Close()
	raw, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	conn := tls.Client(raw, &tls.Config{InsecureSkipVerify: true})
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	select {
	case err := <-errc:
		t.Error(err)
	case <-time.After(time.Millisecond):
	}
}
