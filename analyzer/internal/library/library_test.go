package library

import (
	"slices"
	"testing"
)

func TestNames(t *testing.T) {
	further, err := Parse("(*example.com/mytls.Conn).Shake context=ShakeContext")
	if err != nil {
		t.Fatal(err)
	}
	l := New([]Stack{further})
	for _, name := range []string{
		"(*crypto/tls.Conn).Handshake", "(*crypto/tls.Dialer).DialContext", "crypto/tls.Dial",
		"(*github.com/refraction-networking/utls.UConn).HandshakeContext", "github.com/pion/dtls/v2.Client",
		"(*example.com/mytls.Conn).Shake", "(*example.com/mytls.Conn[T]).ShakeContext",
	} {
		if !l.Is(name) || !l.Named(base(name)) || !slices.Contains(l.Handshakes(), plain(name)) {
			t.Errorf("%s is not known as a handshake", name)
		}
	}
	for _, name := range []string{
		"(*crypto/tls.Conn).Close", "crypto/tls.Client", "crypto/tls.DialContext",
		"(*github.com/tjfoc/gmsm/gmtls.Conn).HandshakeContext", "(*github.com/pion/dtls/v2.Conn).Handshake",
	} {
		if l.Is(name) {
			t.Errorf("%s is taken for a handshake", name)
		}
	}
	if !l.NamedMethod("Shake") || l.NamedMethod("ClientWithContext") {
		t.Error("methods are not told from functions")
	}
	if New(nil).Is("(*example.com/mytls.Conn).Shake") {
		t.Error("what one library is told, another one knows")
	}
}

func BenchmarkNew(b *testing.B) {
	further, err := Parse("(*example.com/mytls.Conn).Shake")
	if err != nil {
		b.Fatal(err)
	}
	for name, stacks := range map[string][]Stack{"default": nil, "further": {further}} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				New(stacks)
			}
		})
	}
}
