package rig

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"math/big"
	"net"
	"runtime/debug"
	"sync"
	"time"
)

// serve is the other end of a connection. The peer that answers is a server,
// unless the other side says nothing for the given time, and so is one itself.
func serve(kind peerKind, conn net.Conn, patience time.Duration) {
	switch kind {
	case hangsUp:
		conn.Close()
	case answers:
		if err := answer(conn, patience).Handshake(); err != nil {
			return // the other side has gone
		}
	}
	io.Copy(io.Discard, conn)
}

// answer returns the side of TLS that conn's other end waits for.
func answer(conn net.Conn, patience time.Duration) *tls.Conn {
	first := make([]byte, 1)
	conn.SetReadDeadline(time.Now().Add(patience))
	n, _ := conn.Read(first)
	conn.SetReadDeadline(time.Time{})
	if n == 0 {
		return tls.Client(conn, &tls.Config{ServerName: hostname})
	}
	return tls.Server(&prefixedConn{conn, first}, peerConfig())
}

// A prefixedConn is a connection of which a first part was read before.
type prefixedConn struct {
	net.Conn
	prefix []byte
}

func (c *prefixedConn) Read(b []byte) (int, error) {
	if len(c.prefix) == 0 {
		return c.Conn.Read(b)
	}
	n := copy(b, c.prefix)
	c.prefix = c.prefix[n:]
	return n, nil
}

// hostname is the name in the peer's certificate, and what strings other than
// addresses hold.
const hostname = "example.com"

// peerConfig returns the configuration of the peer that answers. Its
// certificate is made once, and trusted by the whole process. Cases get it, too:
// it serves both sides.
var peerConfig = sync.OnceValue(func() *tls.Config {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	template := &x509.Certificate{
		SerialNumber:          big.NewInt(1),
		Subject:               pkix.Name{CommonName: hostname},
		NotBefore:             time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC), // bubbles begin in 2000
		NotAfter:              time.Date(2090, 1, 1, 0, 0, 0, 0, time.UTC),
		DNSNames:              []string{hostname, "localhost"},
		IPAddresses:           []net.IP{net.IPv4(127, 0, 0, 1)},
		IsCA:                  true,
		BasicConstraintsValid: true,
		KeyUsage:              x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		panic(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		panic(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(cert)
	x509.SetFallbackRoots(roots) // with GODEBUG=x509usefallbackroots=1, see startChild
	return &tls.Config{
		ServerName:             hostname,
		Certificates:           []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}},
		SessionTicketsDisabled: true, // nobody may be reading them
	}
})

// A pipeConn is the client's end of a pipe. It notes the handshakes that come by.
type pipeConn struct {
	net.Conn
	seen *sightings
}

func (c *pipeConn) Read(b []byte) (int, error) {
	c.seen.note()
	return c.Conn.Read(b)
}

func (c *pipeConn) Write(b []byte) (int, error) {
	c.seen.note()
	return c.Conn.Write(b)
}

// CloseWrite is there for cases that half-close. As with TCP, it does not
// wake a reader.
func (c *pipeConn) CloseWrite() error { return nil }

// sightings are the handshakes that were seen in a world: where each goroutine
// that ran one had called it.
type sightings struct {
	mu   sync.Mutex
	site map[int]string // by goroutine id
}

// note takes down the calling goroutine if it is in a handshake, or the one in
// a handshake that has started it to read and write.
func (s *sightings) note() {
	g := parseDump(string(debug.Stack()))[0]
	if !handshakeFuncs[g.creator.fn] {
		s.add([]*goroutine{g})
		return
	}
	if _, ok := s.siteOf(g.parent); ok {
		return
	}
	for _, other := range dump() {
		if other.id == g.parent {
			s.add([]*goroutine{other})
		}
	}
}

// add takes down those of the goroutines that are in a handshake.
func (s *sightings) add(goroutines []*goroutine) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, g := range goroutines {
		if g.inHandshake() {
			s.site[g.id] = g.site()
		}
	}
}

// siteOf returns where goroutine id called its handshake.
func (s *sightings) siteOf(id int) (site string, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	site, ok = s.site[id]
	return site, ok
}

// sites returns all of them.
func (s *sightings) sites() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []string
	for _, site := range s.site {
		list = union(list, []string{site})
	}
	return list
}
