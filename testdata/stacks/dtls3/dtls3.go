// Package dtls3 holds handshakes of github.com/pion/dtls/v3. Its connections
// have deadlines of their own, which no handshake heeds, and send again what
// the peer does not answer.
package dtls3

import (
	"context"
	"net"
	"time"

	"github.com/pion/dtls/v3"
	dtlsnet "github.com/pion/dtls/v3/pkg/net"
)

var config = &dtls.Config{
	PSK:             func([]byte) ([]byte, error) { return []byte{1}, nil },
	PSKIdentityHint: []byte("hint"),
	CipherSuites:    []dtls.CipherSuiteID{dtls.TLS_PSK_WITH_AES_128_CCM_8},
}

// LeakHandshake returns when the timer fires and leaves the rest alone.
func LeakHandshake(dial func() (net.Conn, error), timeout time.Duration) {
	raw, _ := dial()
	conn, err := dtls.Client(dtlsnet.PacketConnFromConn(raw), raw.RemoteAddr(), config)
	if err != nil {
		return
	}
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }() // want "is not stopped"
	select {
	case <-errc:
		conn.Close()
	case <-time.After(timeout):
	}
}

// LeakServer is the side that waits for the other one.
func LeakServer(dial func() (net.Conn, error), timeout time.Duration) {
	raw, _ := dial()
	conn, err := dtls.Server(dtlsnet.PacketConnFromConn(raw), raw.RemoteAddr(), config)
	if err != nil {
		return
	}
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }() // want "is not stopped"
	select {
	case <-errc:
		conn.Close()
	case <-time.After(timeout):
	}
}

// LeakOptions makes its connection by the function of today.
func LeakOptions(dial func() (net.Conn, error), timeout time.Duration) {
	raw, _ := dial()
	conn, err := dtls.ClientWithOptions(dtlsnet.PacketConnFromConn(raw), raw.RemoteAddr(),
		dtls.WithPSK(config.PSK), dtls.WithPSKIdentityHint(config.PSKIdentityHint), dtls.WithCipherSuites(config.CipherSuites...))
	if err != nil {
		return
	}
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }() // want "is not stopped"
	select {
	case <-errc:
		conn.Close()
	case <-time.After(timeout):
	}
}

// LeakDeadline sets a deadline on the connection, which is not one of the handshake.
func LeakDeadline(dial func() (net.Conn, error), timeout time.Duration) {
	raw, _ := dial()
	conn, err := dtls.Client(dtlsnet.PacketConnFromConn(raw), raw.RemoteAddr(), config)
	if err != nil {
		return
	}
	conn.SetDeadline(time.Now().Add(timeout))
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }() // want "is not stopped"
	select {
	case <-errc:
		conn.Close()
	case <-time.After(timeout):
		conn.SetReadDeadline(time.Now())
	}
}

// SafeRawDeadline sets one on the connection under it.
func SafeRawDeadline(dial func() (net.Conn, error), timeout time.Duration) {
	raw, _ := dial()
	conn, err := dtls.Client(dtlsnet.PacketConnFromConn(raw), raw.RemoteAddr(), config)
	if err != nil {
		return
	}
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	select {
	case <-errc:
		conn.Close()
	case <-time.After(timeout):
		raw.SetReadDeadline(time.Now())
	}
}

// SafeWriteDeadline ends with the next flight that can't be sent.
func SafeWriteDeadline(dial func() (net.Conn, error), timeout time.Duration) {
	raw, _ := dial()
	conn, err := dtls.Client(dtlsnet.PacketConnFromConn(raw), raw.RemoteAddr(), config)
	if err != nil {
		return
	}
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	select {
	case <-errc:
		conn.Close()
	case <-time.After(timeout):
		raw.SetWriteDeadline(time.Now())
	}
}

// SilentServerWriteDeadline does so on the side that has nothing to send.
//
// Silent: which side a connection is on is not followed, and the write deadline
// stops the other one.
func SilentServerWriteDeadline(dial func() (net.Conn, error), timeout time.Duration) {
	raw, _ := dial()
	conn, err := dtls.Server(dtlsnet.PacketConnFromConn(raw), raw.RemoteAddr(), config)
	if err != nil {
		return
	}
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	select {
	case <-errc:
		conn.Close()
	case <-time.After(timeout):
		raw.SetWriteDeadline(time.Now())
	}
}

// SafeClose closes the connection, which ends the handshake and waits for that.
func SafeClose(dial func() (net.Conn, error), timeout time.Duration) {
	raw, _ := dial()
	conn, err := dtls.Client(dtlsnet.PacketConnFromConn(raw), raw.RemoteAddr(), config)
	if err != nil {
		return
	}
	defer conn.Close()
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	select {
	case <-errc:
	case <-time.After(timeout):
	}
}

// BlockClose closes it, too, and the result finds no taker.
func BlockClose(dial func() (net.Conn, error), timeout time.Duration) {
	raw, _ := dial()
	conn, err := dtls.Client(dtlsnet.PacketConnFromConn(raw), raw.RemoteAddr(), config)
	if err != nil {
		return
	}
	defer conn.Close()
	errc := make(chan error)
	go func() { errc <- conn.Handshake() }() // want "blocks for ever"
	select {
	case <-errc:
	case <-time.After(timeout):
	}
}

// LoseRead reads before it closes.
func LoseRead(dial func() (net.Conn, error), timeout time.Duration) {
	raw, _ := dial()
	conn, err := dtls.Client(dtlsnet.PacketConnFromConn(raw), raw.RemoteAddr(), config)
	if err != nil {
		return
	}
	defer conn.Close()
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }() // want "cannot win"
	select {
	case <-errc:
	case <-time.After(timeout):
		conn.Read(make([]byte, 1))
	}
}

// SafeState asks for the state, for which it need not wait, before it closes.
func SafeState(dial func() (net.Conn, error), timeout time.Duration) {
	raw, _ := dial()
	conn, err := dtls.Client(dtlsnet.PacketConnFromConn(raw), raw.RemoteAddr(), config)
	if err != nil {
		return
	}
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	select {
	case <-errc:
	case <-time.After(timeout):
		conn.ConnectionState()
	}
	conn.Close()
}

// SafeRawClose closes the connection under it.
func SafeRawClose(dial func() (net.Conn, error), timeout time.Duration) {
	raw, _ := dial()
	defer raw.Close()
	conn, err := dtls.Client(dtlsnet.PacketConnFromConn(raw), raw.RemoteAddr(), config)
	if err != nil {
		return
	}
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	select {
	case <-errc:
	case <-time.After(timeout):
	}
}

// SafePacketConnClose closes it in its other form.
func SafePacketConnClose(dial func() (net.Conn, error), timeout time.Duration) {
	raw, _ := dial()
	packets := dtlsnet.PacketConnFromConn(raw)
	defer packets.Close()
	conn, err := dtls.Client(packets, raw.RemoteAddr(), config)
	if err != nil {
		return
	}
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	select {
	case <-errc:
	case <-time.After(timeout):
	}
}

// SafeContext hands the context to the handshake, too.
func SafeContext(ctx context.Context, dial func() (net.Conn, error)) {
	raw, _ := dial()
	conn, err := dtls.Client(dtlsnet.PacketConnFromConn(raw), raw.RemoteAddr(), config)
	if err != nil {
		return
	}
	errc := make(chan error, 1)
	go func() { errc <- conn.HandshakeContext(ctx) }()
	select {
	case <-errc:
		conn.Close()
	case <-ctx.Done():
	}
}

// LeakContext hands another one to the handshake.
func LeakContext(ctx context.Context, dial func() (net.Conn, error)) {
	raw, _ := dial()
	conn, err := dtls.Client(dtlsnet.PacketConnFromConn(raw), raw.RemoteAddr(), config)
	if err != nil {
		return
	}
	errc := make(chan error, 1)
	go func() { errc <- conn.HandshakeContext(context.WithoutCancel(ctx)) }() // want "is not stopped"
	select {
	case <-errc:
		conn.Close()
	case <-ctx.Done():
	}
}

// An impatient connection sets a deadline in each read.
type impatient struct {
	net.PacketConn
	patience time.Duration
}

func (c *impatient) ReadFrom(b []byte) (int, net.Addr, error) {
	c.SetReadDeadline(time.Now().Add(c.patience))
	return c.PacketConn.ReadFrom(b)
}

// SafeImpatient ends with the deadline of a read.
func SafeImpatient(dial func() (net.Conn, error), timeout time.Duration) {
	raw, _ := dial()
	conn, err := dtls.Client(&impatient{dtlsnet.PacketConnFromConn(raw), 2 * timeout}, raw.RemoteAddr(), config)
	if err != nil {
		return
	}
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	select {
	case <-errc:
		conn.Close()
	case <-time.After(timeout):
	}
}

// A counter counts what it reads.
type counter struct {
	net.PacketConn
	n int
}

func (c *counter) ReadFrom(b []byte) (int, net.Addr, error) {
	n, addr, err := c.PacketConn.ReadFrom(b)
	c.n += n
	return n, addr, err
}

// LeakCounter counts for ever.
func LeakCounter(dial func() (net.Conn, error), timeout time.Duration) {
	raw, _ := dial()
	conn, err := dtls.Client(&counter{PacketConn: dtlsnet.PacketConnFromConn(raw)}, raw.RemoteAddr(), config)
	if err != nil {
		return
	}
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }() // want "is not stopped"
	select {
	case <-errc:
		conn.Close()
	case <-time.After(timeout):
	}
}

// LeakUDP has a real connection.
func LeakUDP(to *net.UDPAddr, timeout time.Duration) {
	raw, err := net.ListenUDP("udp", nil)
	if err != nil {
		return
	}
	conn, err := dtls.Client(raw, to, config)
	if err != nil {
		return
	}
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }() // want "is not stopped"
	select {
	case <-errc:
		conn.Close()
	case <-time.After(timeout):
	}
}

// LeakDial has the module make the real connection.
func LeakDial(to *net.UDPAddr, timeout time.Duration) {
	conn, err := dtls.Dial("udp", to, config)
	if err != nil {
		return
	}
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }() // want "is not stopped"
	select {
	case <-errc:
		conn.Close()
	case <-time.After(timeout):
	}
}

// SafeUDP closes a real connection.
func SafeUDP(to *net.UDPAddr, timeout time.Duration) {
	raw, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		return
	}
	defer raw.Close()
	conn, err := dtls.Client(raw, to, config)
	if err != nil {
		return
	}
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	select {
	case <-errc:
	case <-time.After(timeout):
	}
}

// SafeUDPDeadline has reads of a real connection end, before the handshake begins.
func SafeUDPDeadline(to *net.UDPAddr, timeout time.Duration) {
	raw, err := net.ListenUDP("udp", nil)
	if err != nil {
		return
	}
	raw.SetReadDeadline(time.Now().Add(timeout))
	conn, err := dtls.Client(raw, to, config)
	if err != nil {
		return
	}
	errc := make(chan error, 1)
	go func() { errc <- conn.Handshake() }()
	select {
	case <-errc:
		conn.Close()
	case <-time.After(timeout):
	}
}
