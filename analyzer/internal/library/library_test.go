package library

import (
	"go/token"
	"go/types"
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
	for _, m := range []struct {
		name   string
		params []types.Type
		want   bool
	}{
		{"Shake", nil, true},
		{"Shake", []types.Type{types.Typ[types.Int]}, true}, // nothing is known of its parameters
		{"ClientWithContext", nil, false},                   // a function
		{"Handshake", nil, true},
		{"Handshake", []types.Type{types.Typ[types.Int]}, false},
		{"Dial", []types.Type{types.Typ[types.String], types.Typ[types.String]}, true},
		{"HandshakeContext", []types.Type{types.Typ[types.String]}, false},
	} {
		var params []*types.Var
		for _, t := range m.params {
			params = append(params, types.NewParam(token.NoPos, nil, "", t))
		}
		sig := types.NewSignatureType(nil, nil, nil, types.NewTuple(params...), nil, false)
		if got := l.MayBe(types.NewFunc(token.NoPos, nil, m.name, sig)); got != m.want {
			t.Errorf("MayBe(%s%v) = %t, want %t", m.name, sig, got, m.want)
		}
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
