package library

import (
	"slices"
	"strings"
)

// dials are the full names of functions that connect and handshake.
var dials = []string{
	"crypto/tls.Dial",
	"crypto/tls.DialWithDialer",
	"(*crypto/tls.Dialer).Dial",
	"(*crypto/tls.Dialer).DialContext",
}

// spawners are the full names of functions that start a goroutine.
var spawners = []string{
	"time.AfterFunc",
	"context.AfterFunc",
	"(*sync.WaitGroup).Go",
	"(*golang.org/x/sync/errgroup.Group).Go",
	"(*golang.org/x/sync/errgroup.Group).TryGo",
}

// Spawners returns the full names of functions that start a goroutine.
func (l *Library) Spawners() []string { return spawners }

// Handshakes returns the full names of functions that handshake.
func (l *Library) Handshakes() []string {
	names := slices.Clone(dials)
	for _, s := range l.stacks {
		names = append(names, s.recv()+s.Handshake)
		if s.WithCtx != "" {
			names = append(names, s.recv()+s.WithCtx)
		}
	}
	return names
}

// Is reports whether the function with the full name handshakes.
func (l *Library) Is(fullName string) bool { return l.handshakes[fullName] }

// Named reports whether a handshake has the given name.
func (l *Library) Named(name string) bool { return l.named[name] }

// Spawns reports whether a function that starts a goroutine has the given
// name.
func (l *Library) Spawns(name string) bool {
	return slices.ContainsFunc(spawners, func(full string) bool { return base(full) == name })
}

// base returns the last part of a full name.
func base(fullName string) string { return fullName[strings.LastIndexByte(fullName, '.')+1:] }
