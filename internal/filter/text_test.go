package filter

import "testing"

func TestSearch(t *testing.T) {
	s := NewSearch([]string{"(*crypto/tls.Conn).Handshake", "crypto/tls.Dial"}, []string{"time.AfterFunc"})
	for _, test := range []struct {
		src             string
		handshake, race bool
	}{
		{"package p; func f() { c.Handshake() }", true, false},
		{"package p; func f() { go g(); print(`Handshake`) }", false, true},
		{"package p; func f() { time.AfterFunc(d, g) }", false, true},
		{"package tls; func f() { Dial() }", true, false}, // it may be the function's own package
		{`package p; import "net"; func f() { net.Dial() }`, false, false},
		{"package p; func f() { c.Handshake(", true, true},
		{"Handshake\x00", true, true},
		{"", false, true},
	} {
		if got := s.Handshake([]byte(test.src)); got != test.handshake {
			t.Errorf("%q: handshake %t", test.src, got)
		}
		if got := s.Race([]byte(test.src)); got != test.race {
			t.Errorf("%q: race %t", test.src, got)
		}
	}
}
