package protocol

import "testing"

func TestURI(t *testing.T) {
	for _, name := range []string{"/a/b.go", "/a b/ü%41#?.go", "/世界/😀.go"} {
		uri := FileURI(name)
		if got, ok := uri.File(); !ok || got != name {
			t.Errorf("%q: %s is %q", name, uri, got)
		}
	}
	for uri, want := range map[URI]string{
		"file:///a/b%20c.go":         "/a/b c.go",
		"file://localhost/a/../b.go": "/b.go",
		"file://elsewhere/a.go":      "",
		"untitled:Untitled-1":        "",
		"git:/a/b.go?ref=HEAD":       "",
		"":                           "",
		"file://":                    "",
		"file:///a%00.go":            "",
		"%":                          "",
	} {
		if got, ok := uri.File(); got != want || ok != (want != "") {
			t.Errorf("%q is file %q", uri, got)
		}
	}
}
