package rig

import "testing"

func TestParseDump(t *testing.T) {
	const text = `goroutine 1 [chan receive]:
testing.(*T).Run(0x323537322488, {0x6c6c97?, 0x0?}, 0x6dcb38)
	/go/src/testing/testing.go:2109 +0x4e5
main.main()
	_testmain.go:46 +0x9b

goroutine 8 [select (durable), 2 minutes, synctest bubble 7]:
net.(*pipe).Read(0x0?, {0x3235373bc000?, 0x7f4b98f504c0?, 0x7f4b98f47108?})
	/go/src/net/pipe.go:142 +0x1c
crypto/tls.(*Conn).handshakeContext(0x323537384008, {0x6e2d48, 0x923180})
	/go/src/crypto/tls/conn.go:1562 +0x329
crypto/tls.(*Conn).Handshake(...)
	/go/src/crypto/tls/conn.go:1500
exp.TestX.func1.1()
	/tmp/exp/a_test.go:15 +0x2f
created by exp.TestX.func1 in goroutine 6
	/tmp/exp/a_test.go:14 +0x1f1

goroutine 9 [chan send (nil chan) (durable), synctest bubble 7]:
created by time.goFunc
	/go/src/time/sleep.go:215 +0x2d
`
	list := parseDump(text)
	if len(list) != 3 {
		t.Fatalf("got %d goroutines, want 3", len(list))
	}
	for i, want := range []struct {
		id, bubble                     int
		state, site                    string
		handshake, send, durable, ours bool
	}{
		{id: 1, state: "chan receive", site: "testing.go:2109", ours: true},
		{id: 8, bubble: 7, state: "select (durable)", site: "a_test.go:15", handshake: true, durable: true},
		{id: 9, bubble: 7, state: "chan send (nil chan) (durable)", site: "sleep.go:215", send: true, durable: true},
	} {
		g := list[i]
		if g.id != want.id || g.bubble != want.bubble || g.state != want.state {
			t.Errorf("goroutine %d: got id %d, bubble %d, state %q", want.id, g.id, g.bubble, g.state)
		}
		if g.inHandshake() != want.handshake || g.inSend() != want.send || g.durable() != want.durable || g.isOurs() != want.ours {
			t.Errorf("goroutine %d: handshake %v, send %v, durable %v, ours %v", want.id,
				g.inHandshake(), g.inSend(), g.durable(), g.isOurs())
		}
		if g.site() != want.site {
			t.Errorf("goroutine %d: site %s, want %s", want.id, g.site(), want.site)
		}
	}
}
