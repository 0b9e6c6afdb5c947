package rig

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"reflect"
	"strings"
	"testing"
	"time"
)

// A world is one set of circumstances in which a case is run: how the peer
// behaves, which of the timers that the case was handed fires first, and the
// values of its plain parameters.
type world struct {
	peer       peerKind
	first      string // the parameter that fires early, before any duration; "" if none does
	deadline   bool   // that parameter is a context whose deadline passes (else it is cancelled)
	descending bool   // the durations descend in the order of the parameters
	flag       bool   // the value of all bools
	number     int    // the value of all ints
	live       bool   // run in real time, out of any bubble
}

func (w world) String() string {
	parts := []string{w.peer.String()}
	switch {
	case w.deadline:
		parts = append(parts, "the deadline of "+w.first+" passes first")
	case w.first != "":
		parts = append(parts, w.first+" fires first")
	}
	if w.descending {
		parts = append(parts, "durations descend")
	}
	if w.flag {
		parts = append(parts, "true")
	}
	if w.number != 0 {
		parts = append(parts, fmt.Sprint(w.number))
	}
	if w.live {
		parts = append(parts, "in real time")
	}
	return strings.Join(parts, ", ")
}

// peerKind is how the other end of the connection behaves.
type peerKind int

const (
	silent  peerKind = iota // reads and never answers
	answers                 // completes the handshake
	hangsUp                 // closes the connection at once
)

func (k peerKind) String() string {
	return [...]string{"silent peer", "peer that answers", "peer that hangs up"}[k]
}

// Parameter types that a world can supply.
var (
	typeContext   = reflect.TypeFor[context.Context]()
	typeDuration  = reflect.TypeFor[time.Duration]()
	typeDial      = reflect.TypeFor[func() (net.Conn, error)]()
	typeDialOnly  = reflect.TypeFor[func() net.Conn]()
	typeDialCtx   = reflect.TypeFor[func(context.Context) (net.Conn, error)]()
	typeConn      = reflect.TypeFor[net.Conn]()
	typeTLSConn   = reflect.TypeFor[*tls.Conn]()
	typeConfig    = reflect.TypeFor[*tls.Config]()
	typeUDPAddr   = reflect.TypeFor[*net.UDPAddr]()
	typeTimes     = reflect.TypeFor[<-chan time.Time]()
	typeStop      = reflect.TypeFor[chan struct{}]()
	typeStopRecv  = reflect.TypeFor[<-chan struct{}]()
	typeString    = reflect.TypeFor[string]()
	typeInt       = reflect.TypeFor[int]()
	typeBool      = reflect.TypeFor[bool]()
	typeT         = reflect.TypeFor[*testing.T]()
	typeTB        = reflect.TypeFor[testing.TB]()
	suppliedTypes = []reflect.Type{
		typeContext, typeDuration, typeDial, typeDialOnly, typeDialCtx, typeConn, typeTLSConn, typeConfig,
		typeUDPAddr, typeTimes, typeStop, typeStopRecv, typeString, typeInt, typeBool, typeT, typeTB,
	}
)

// isSource reports whether a parameter of type t is something that fires.
func isSource(t reflect.Type) bool {
	return t == typeContext || t == typeTimes || t == typeStop || t == typeStopRecv
}

// worlds returns the worlds in which c has to be run: all combinations of what
// its parameters leave open.
func worlds(c Case) ([]world, error) {
	t := reflect.TypeOf(c.Func)
	var count = map[reflect.Type]int{}
	for i := range t.NumIn() {
		in := t.In(i)
		if !contains(suppliedTypes, in) {
			return nil, fmt.Errorf("no value can be supplied for parameter %s of type %v", c.Params[i], in)
		}
		count[in]++
	}

	ws := []world{{peer: silent}, {peer: answers}, {peer: hangsUp}}
	if dials(c) {
		ws = ws[:2] // real time is dear
		ws[0].live, ws[1].live = true, true
	}
	if count[typeUDPAddr] > 0 {
		ws = ws[:1] // nobody answers there
	}
	ws = cross(ws, firsts(c))
	if count[typeDuration] > 1 {
		ws = cross(ws, []func(*world){nothing, func(w *world) { w.descending = true }})
	}
	if count[typeBool] > 0 {
		ws = cross(ws, []func(*world){nothing, func(w *world) { w.flag = true }})
	}
	if count[typeInt] > 0 {
		ws = cross(ws, []func(*world){nothing, func(w *world) { w.number = 3 }})
	}
	return ws, nil
}

// firsts returns the choices of the source that fires first. A peer that
// answers, or hangs up, does so before anything fires: no choice is left there.
func firsts(c Case) []func(*world) {
	choices := []func(*world){nothing}
	t := reflect.TypeOf(c.Func)
	for i := range t.NumIn() {
		in := t.In(i)
		if isSource(in) {
			choices = append(choices, func(w *world) { w.first = c.Params[i] })
		}
		if in == typeContext {
			choices = append(choices, func(w *world) { w.first, w.deadline = c.Params[i], true })
		}
	}
	return choices
}

func nothing(*world) {}

// cross returns each of the worlds changed by each of the choices.
func cross(ws []world, choices []func(*world)) []world {
	var product []world
	for _, w := range ws {
		for _, choose := range choices {
			next := w
			choose(&next)
			if next.peer != silent && next.first != "" {
				continue // the peer is faster than anything that fires
			}
			product = append(product, next)
		}
	}
	return product
}

// dials reports whether c is handed the address of a peer, and so has to be
// run in real time.
func dials(c Case) bool {
	for i, name := range c.Params {
		in := reflect.TypeOf(c.Func).In(i)
		if in == typeString && isAddress(name) || in == typeUDPAddr {
			return true
		}
	}
	return false
}

// isAddress reports whether a string parameter of that name is to hold the
// address of the peer.
func isAddress(name string) bool {
	return name == "addr" || name == "address"
}

func contains(list []reflect.Type, t reflect.Type) bool {
	for _, u := range list {
		if u == t {
			return true
		}
	}
	return false
}
