package library

import (
	"go/types"
	"maps"
	"slices"
	"strings"
)

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
func (l *Library) Handshakes() []string { return slices.Sorted(maps.Keys(l.handshakes)) }

// Args returns how many arguments the handshakes take that are methods, by their
// names, as far as that is known.
func (l *Library) Args() map[string]int {
	args := map[string]int{}
	for name, params := range l.params {
		args[name] = len(params)
	}
	return args
}

// Beneath returns packages that those of the handshakes import, so that their
// types can have no handshake among their methods.
func (l *Library) Beneath() []string {
	if l.packages["net"] {
		return nil // a setting says so
	}
	return []string{"net"}
}

// Is reports whether the function with the full name handshakes.
func (l *Library) Is(fullName string) bool { return l.handshakes[plain(fullName)] != nil }

// Named reports whether a handshake has the given name.
func (l *Library) Named(name string) bool {
	_, ok := l.named[name]
	return ok
}

// MayBe reports whether a method of an interface may be one that handshakes, by its
// name and, as far as they are known, its parameters.
func (l *Library) MayBe(method *types.Func) bool {
	if !l.named[method.Name()] {
		return false
	}
	params, known := l.params[method.Name()]
	return !known || slices.Equal(params, paramTypes(method.Signature()))
}

func paramTypes(sig *types.Signature) (names []string) {
	for p := range sig.Params().Variables() {
		names = append(names, types.TypeString(p.Type(), nil))
	}
	return names
}

// Spawns reports whether a function that starts a goroutine has the given
// name.
func (l *Library) Spawns(name string) bool {
	return slices.ContainsFunc(spawners, func(full string) bool { return base(full) == name })
}

// base returns the last part of a full name.
func base(fullName string) string { return fullName[strings.LastIndexByte(fullName, '.')+1:] }

// plain returns the name without type parameters.
func plain(name string) string {
	i, j := strings.IndexByte(name, '['), strings.LastIndexByte(name, ']')
	if i < 0 || j < i {
		return name
	}
	return name[:i] + name[j+1:]
}
