package analyzer_test

import (
	"flag"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer"
)

func TestHandshakes(t *testing.T) {
	settings := analyzer.Settings{Handshakes: []string{"p.Connect"}}
	flags := flag.NewFlagSet("", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	settings.AddFlags(flags)
	if got := flags.Lookup("handshakes").Value.String(); got != "p.Connect" {
		t.Errorf("the flag is %q before it is given", got)
	}
	err := flags.Parse([]string{"-handshakes", "(*p.Conn).Shake context=ShakeContext, p.Dial", "-handshakes=(q.Conn).Handshake close=waits"})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"(*p.Conn).Shake context=ShakeContext", "p.Dial", "(q.Conn).Handshake close=waits"}
	if !slices.Equal(settings.Handshakes, want) {
		t.Errorf("the setting is %q, want %q", settings.Handshakes, want)
	}
	handshakes, _ := settings.Functions()
	for _, name := range []string{
		"(*p.Conn).Shake", "(*p.Conn).ShakeContext", "p.Dial", "(q.Conn).Handshake",
		"(*crypto/tls.Conn).HandshakeContext", "crypto/tls.Dial", "github.com/pion/dtls/v2.ServerWithContext",
	} {
		if !slices.Contains(handshakes, name) {
			t.Errorf("%s is none of the functions %q", name, handshakes)
		}
	}
	if slices.Contains(handshakes, "p.Connect") {
		t.Error("the flag has not taken the place of what was there before")
	}
}

func TestMalformedHandshakes(t *testing.T) {
	_, err := analyzer.New(analyzer.Settings{Handshakes: []string{"p.Dial", "p.Conn.Handshake"}})
	for _, part := range []string{`setting "handshakes"`, `"p.Conn.Handshake"`, "(*pkg/path.Type).Method"} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("the error is %v, and should contain %q", err, part)
		}
	}
	a, err := analyzer.New(analyzer.Settings{})
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Flags.Set("handshakes", "p.Dial,,q.Dial"); err == nil {
		t.Error("the flag takes an empty part")
	}
}
