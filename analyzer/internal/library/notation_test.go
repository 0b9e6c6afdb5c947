package library

import (
	"reflect"
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	for _, test := range []struct {
		text string
		want Stack
	}{
		{"example.com/mytls.Dial", Stack{
			Path:       "example.com/mytls",
			Handshakes: []Handshake{{Name: "Dial"}},
		}},
		{"mytls.Dial context=DialContext", Stack{
			Path:       "mytls",
			Handshakes: []Handshake{{Name: "Dial", Context: "DialContext"}},
		}},
		{"(*example.com/my-tls/v2.Conn).Handshake", Stack{
			Path:       "example.com/my-tls/v2",
			Handshakes: []Handshake{{Recv: "*Conn", Name: "Handshake"}},
		}},
		{"(example.com/mytls.Session).shake", Stack{
			Path:       "example.com/mytls",
			Handshakes: []Handshake{{Recv: "Session", Name: "shake"}},
		}},
		{" (*gopkg.in/tls.v3.Conn).Handshake\tclose=waits  context=HandshakeContext ", Stack{
			Path:       "gopkg.in/tls.v3",
			Handshakes: []Handshake{{Recv: "*Conn", Name: "Handshake", Context: "HandshakeContext"}},
			CloseWaits: true,
		}},
		{"gopkg.in/tls.v3.Dial", Stack{
			Path:       "gopkg.in/tls.v3",
			Handshakes: []Handshake{{Name: "Dial"}},
		}},
	} {
		if got, err := Parse(test.text); err != nil || !reflect.DeepEqual(got, test.want) {
			t.Errorf("Parse(%q) = %+v, %v; want %+v", test.text, got, err, test.want)
		}
	}
}

func TestParseMalformed(t *testing.T) {
	for _, test := range []struct{ text, reason string }{
		{"", "it is empty"},
		{"  ", "it is empty"},
		{"Handshake", "no name is set off"},
		{"example.com/mytls", "no name is set off"},
		{"example.com/mytls.", `"" is no name of a function`},
		{".Dial", `"" is no path`},
		{"example.com//mytls.Dial", `"example.com//mytls" is no path`},
		{"./mytls.Dial", `"./mytls" is no path`},
		{"/mytls.Dial", `"/mytls" is no path`},
		{"example.com/my tls.Dial", "no name is set off"},
		{"example.com/mytls.Conn.Handshake", "stands in parentheses"},
		{"*example.com/mytls.Conn.Handshake", `"*example.com/mytls.Conn" is no path`},
		{"(*example.com/mytls.Conn)", "no method is named"},
		{"(*example.com/mytls.Conn)Handshake", "no method is named"},
		{"(*example.com/mytls.Conn).", `"" is no name of a function`},
		{"(*example.com/mytls.Conn).Hand-shake", `"Hand-shake" is no name of a function`},
		{"(*Conn).Handshake", "no name is set off"},
		{"(**example.com/mytls.Conn).Handshake", `"*example.com/mytls" is no path`},
		{"(*example.com/mytls.Conn[T]).Handshake", "type parameters are left out"},
		{"(*example.com/mytls.func).Handshake", `"func" is no name of a type`},
		{"example.com/mytls.Dial()", `"Dial()" is no name of a function`},
		{"example.com/mytls.Dial DialContext", "DialContext is no option"},
		{"example.com/mytls.Dial context", "context is no option"},
		{"example.com/mytls.Dial context=", `"" is no name of a variant`},
		{"example.com/mytls.Dial context=mytls.DialContext", `"mytls.DialContext" is no name of a variant`},
		{"example.com/mytls.Dial context=A context=B", "context is given twice"},
		{"example.com/mytls.Dial context=Dial", "its own variant"},
		{"example.com/mytls.Dial Context=DialContext", "there is no option Context"},
		{"example.com/mytls.Dial close=waits", "of methods only"},
		{"(*example.com/mytls.Conn).Handshake close=stops", `close can't be "stops"`},
		{"(*example.com/mytls.Conn).Handshake close=", `close can't be ""`},
	} {
		_, err := Parse(test.text)
		if err == nil {
			t.Errorf("Parse(%q): no error", test.text)
		} else if !strings.Contains(err.Error(), test.reason) || !strings.Contains(err.Error(), Form) {
			t.Errorf("Parse(%q): %v; want %q", test.text, err, test.reason)
		}
	}
}
