package library

import "strings"

// handshaking are the full names of functions that handshake inside.
var handshaking = map[string]bool{
	"crypto/tls.Dial":                  true,
	"crypto/tls.DialWithDialer":        true,
	"(*crypto/tls.Dialer).Dial":        true,
	"(*crypto/tls.Dialer).DialContext": true,
}

// Is reports whether the function with the full name handshakes.
func (l *Library) Is(fullName string) bool {
	if handshaking[fullName] {
		return true
	}
	for _, s := range l.stacks {
		name, ok := strings.CutPrefix(fullName, s.recv())
		if ok && (name == s.Handshake || name == s.WithCtx && s.WithCtx != "") {
			return true
		}
	}
	return false
}

// Named reports whether a handshake has the given name.
func (l *Library) Named(name string) bool {
	for _, n := range l.Names() {
		if n == name {
			return true
		}
	}
	return false
}

// Names returns the names of functions and methods that handshake.
func (l *Library) Names() []string {
	names := []string{"Dial", "DialWithDialer", "DialContext"}
	for _, s := range l.stacks {
		names = append(names, s.Handshake)
		if s.WithCtx != "" {
			names = append(names, s.WithCtx)
		}
	}
	return names
}
