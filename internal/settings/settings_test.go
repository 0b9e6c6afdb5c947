package settings

import (
	"strings"
	"testing"
)

func TestDecode(t *testing.T) {
	settings, err := Decode(map[string]any{"borrowed": true, "handshakes": []any{"example.com/p.Connect"}})
	if err != nil {
		t.Fatal(err)
	}
	if !settings.Borrowed || settings.Handrolled || len(settings.Handshakes) != 1 {
		t.Errorf("settings are %+v", settings)
	}
	if _, err := Decode(nil); err != nil {
		t.Errorf("no settings: %v", err)
	}
	if !Known("borrowed") || Known("borowed") {
		t.Error("the names of the settings are not known")
	}
}

func TestMalformed(t *testing.T) {
	for _, test := range []struct {
		conf any
		want []string // parts of the error
	}{
		{[]any{"borrowed"}, []string{"mapping", `["borrowed"]`}},
		{map[string]any{"borowed": true}, []string{`"borowed"`, "borrowed, generated, handrolled, handshakes"}},
		{map[string]any{"borrowed": "yes"}, []string{`"borrowed"`, "true or false", `"yes"`}},
		{map[string]any{"borrowed": nil}, []string{`"borrowed"`, "true or false", "null"}},
		{map[string]any{"handshakes": "a.B"}, []string{`"handshakes"`, "a list, each a string", `"a.B"`}},
		{map[string]any{"handshakes": []any{1}}, []string{`"handshakes"`, "a list, each a string", "[1]"}},
	} {
		_, err := Decode(test.conf)
		if err == nil {
			t.Errorf("%v: no error", test.conf)
			continue
		}
		for _, part := range test.want {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("%v: error %q does not contain %q", test.conf, err, part)
			}
		}
	}
}
