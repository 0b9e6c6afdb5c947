package rig

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"reflect"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// A clock sets the lengths of a play. Sources that fire first do so at early;
// the durations are step, 2*step and so on. After the first rest, all is quiet
// that a duration ends; after the second, all that another source ends.
type clock struct {
	early, step time.Duration
	first, last time.Duration // rests
	patience    time.Duration // of a peer that waits for the client to begin
	hasty       bool          // the first rest ends as soon as the case has returned
}

// A virtual hour costs nothing, unless a case polls.
var virtual = clock{
	early:    10 * time.Millisecond,
	step:     time.Second,
	first:    time.Hour,
	last:     time.Hour,
	patience: 5 * time.Millisecond,
}

// Real time has to be short, and long enough for a busy machine.
var realTime = clock{
	early:    150 * time.Millisecond,
	step:     600 * time.Millisecond,
	first:    2500 * time.Millisecond,
	last:     700 * time.Millisecond,
	patience: 200 * time.Millisecond,
}

// With a peer that answers, nothing fires before it has; but a case may sleep.
var realTimeAnswer = clock{
	step:     2 * time.Second,
	first:    8 * time.Second,
	last:     100 * time.Millisecond,
	patience: 200 * time.Millisecond,
	hasty:    true,
}

// A stage is where a case is played in one world.
type stage struct {
	c     Case
	w     world
	clock clock
	seen  *sightings

	sources   []func()    // make the sources fire that do not fire first
	owned     []io.Closer // connections that the case was handed, ours to close
	durations int         // that were supplied so far

	mu   sync.Mutex
	ends []io.Closer // both ends of all connections

	returned  atomic.Bool            // by the case
	panicked  atomic.Pointer[string] // what the case panicked with, and where
	complaint atomic.Pointer[string] // what is wrong, if the peer answers
}

func newStage(c Case, w world, k clock) *stage {
	return &stage{c: c, w: w, clock: k, seen: &sightings{site: map[int]string{}}}
}

// perform calls the case and closes what it owns as its caller: connections
// that it was handed, and those that it returned.
func (s *stage) perform(args []reflect.Value) {
	defer s.returned.Store(true)
	defer func() {
		if r := recover(); r != nil {
			text := fmt.Sprintf("panic: %v\n%s", r, debug.Stack())
			s.panicked.Store(&text)
		}
	}()
	defer func() {
		for _, c := range s.owned {
			c.Close()
		}
	}()
	for _, result := range reflect.ValueOf(s.c.Func).Call(args) {
		s.receive(result)
	}
}

// receive takes a result of the case.
func (s *stage) receive(result reflect.Value) {
	if result.Kind() == reflect.Interface {
		result = result.Elem()
	}
	if !result.IsValid() || isNil(result) {
		return
	}
	switch r := result.Interface().(type) {
	case error:
		s.complain("fails: %v", r)
	case *tls.Conn:
		if s.w.peer == answers {
			s.try(r)
		}
		r.Close()
	case io.Closer:
		r.Close()
	}
}

// try uses a connection that the case returned as secured.
func (s *stage) try(conn *tls.Conn) {
	if !conn.ConnectionState().HandshakeComplete {
		s.complain("returns a connection without a handshake")
	} else if _, err := conn.Write([]byte("ping")); err != nil {
		s.complain("returns a connection that is of no use: %v", err)
	}
}

// complain takes down what is wrong with a case, if the peer answers.
func (s *stage) complain(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	s.complaint.CompareAndSwap(nil, &text)
}

func isNil(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Chan, reflect.Func, reflect.Interface, reflect.Map, reflect.Pointer, reflect.Slice:
		return v.IsNil()
	}
	return false
}

// arguments returns what the case is called with.
func (s *stage) arguments(t *testing.T) []reflect.Value {
	f := reflect.TypeOf(s.c.Func)
	args := make([]reflect.Value, f.NumIn())
	for i := range args {
		args[i] = s.supply(t, i, f.In(i))
	}
	return args
}

// supply returns the argument for the i-th parameter.
func (s *stage) supply(t *testing.T, i int, in reflect.Type) reflect.Value {
	v := reflect.New(in).Elem() // of the exact type, also for interfaces
	set := func(x any) reflect.Value {
		v.Set(reflect.ValueOf(x))
		return v
	}
	switch in {
	case typeContext:
		return set(s.context(i))
	case typeDuration:
		return set(s.duration())
	case typeDial:
		return set(func() (net.Conn, error) { return s.dial(), nil })
	case typeDialOnly:
		return set(s.dial)
	case typeDialCtx:
		return set(func(context.Context) (net.Conn, error) { return s.dial(), nil })
	case typeConn:
		conn := s.dial()
		s.owned = append(s.owned, conn)
		return set(conn)
	case typeTLSConn:
		conn := tls.Client(s.dial(), peerConfig().Clone())
		s.owned = append(s.owned, conn)
		return set(conn)
	case typeConfig:
		return set(peerConfig().Clone())
	case typeUDPAddr:
		return set(s.listenUDP())
	case typeTimes:
		ch := make(chan time.Time, 1)
		s.source(i, func() { ch <- time.Now() })
		return set((<-chan time.Time)(ch))
	case typeStop, typeStopRecv:
		ch := make(chan struct{})
		s.source(i, func() {
			defer func() { recover() }() // the case may have closed it
			close(ch)
		})
		if in == typeStop {
			return set(ch)
		}
		return set((<-chan struct{})(ch))
	case typeString:
		if isAddress(s.c.Params[i]) {
			return set(s.listen())
		}
		return set(hostname)
	case typeInt:
		return set(s.w.number)
	case typeBool:
		return set(s.w.flag)
	case typeT, typeTB:
		return set(t)
	}
	panic(fmt.Sprintf("type %v has passed worlds", in))
}

// context returns the context for parameter i.
func (s *stage) context(i int) context.Context {
	if s.w.first == s.c.Params[i] && s.w.deadline {
		ctx, cancel := context.WithTimeout(context.Background(), s.clock.early)
		s.sources = append(s.sources, cancel)
		return ctx
	}
	ctx, cancel := context.WithCancel(context.Background())
	s.source(i, cancel)
	return ctx
}

// source arranges for the source in parameter i to fire by calling fire.
func (s *stage) source(i int, fire func()) {
	if s.w.first == s.c.Params[i] {
		time.AfterFunc(s.clock.early, fire)
	} else {
		s.sources = append(s.sources, fire)
	}
}

// duration returns the next duration.
func (s *stage) duration() time.Duration {
	s.durations++
	if s.w.descending {
		return s.clock.step * time.Duration(4-min(s.durations, 3))
	}
	return s.clock.step * time.Duration(s.durations)
}

// dial returns the client's end of a connection to the world's peer.
func (s *stage) dial() net.Conn {
	client, server := net.Pipe()
	s.hold(client, server)
	go serve(s.w.peer, server, s.clock.patience)
	return &pipeConn{client, s.seen}
}

// listen returns the address of a listener that passes each connection to the
// world's peer, as a server.
func (s *stage) listen() string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			s.hold(conn)
			go serve(s.w.peer, conn, s.clock.first)
		}
	}()
	return l.Addr().String()
}

// listenUDP returns the address of a peer that stays silent.
func (s *stage) listenUDP() *net.UDPAddr {
	conn, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		panic(err)
	}
	s.hold(conn)
	return conn.LocalAddr().(*net.UDPAddr)
}

// hold keeps ends of connections open, and remembers to close them.
func (s *stage) hold(ends ...io.Closer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ends = append(s.ends, ends...)
}

// closeEnds closes all connections.
func (s *stage) closeEnds() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, end := range s.ends {
		end.Close()
	}
}
