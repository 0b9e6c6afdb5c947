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
