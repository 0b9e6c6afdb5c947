// Package truth says what case functions do when they are run.
//
// A case is a top-level function whose name begins with one of the prefixes
// below, in either case of its first letter. The prefix is what its author
// expects:
//
//	Leak    a handshake goes on for ever           verdict unstopped
//	Block   its goroutine blocks in its send       verdict blockedsend
//	Lose    the function itself does not return    verdict ineffective
//	Safe    nothing is left behind                 verdict quiet
//	Silent  something is left behind, but the linter keeps silent; the doc
//	        comment tells why in a line that begins with "Silent: "
//
// Other functions, and all methods, are helpers. A case that ends the process
// in some world has Fatal, Exit or Panic in its name.
//
// A case is handed what its parameters ask for:
//
//	net.Conn, *tls.Conn                 a connection to a peer; closed by the harness,
//	                                    its owner, when the function has returned
//	func() (net.Conn, error)            a dialer; also without the error, or with a
//	                                    context as its parameter
//	context.Context, <-chan time.Time,  fires before all durations, after them, or,
//	chan struct{}, <-chan struct{}      if another one fires, not at all
//	time.Duration                       a second, two seconds, ...; or descending
//	*tls.Config                         one that trusts the peer, for both sides of TLS
//	bool, int                           false and true; 0 and 3
//	string                              a host name; if called addr or address, the address
//	                                    of a real listener, and the case runs in real time
//	*net.UDPAddr                        the address of a real peer that always stays silent;
//	                                    the case runs in real time, with no other peer
//	*testing.T, testing.TB              a test
//
// Connections, and other closers, that it returns are closed at once.
//
// Each case is run in all worlds that follow from its parameters, with a peer
// that stays silent, one that answers, and one that hangs up; its verdict is
// the worst of them. With the peer that answers it must return without an error.
//
// Cases run in bubbles of testing/synctest. Constants in them stay between
// 20 milliseconds and 30 minutes, and what polls does so every 10 milliseconds at
// most. Where a case ends up waiting for a mutex of crypto/tls, which no bubble
// can see through, its worlds are run again in real time: there, constant
// durations would take too long.
//
// The test of this package runs all cases of testdata/src, and compares what
// happens with their names and with their want comments:
//
//	go test ./internal/truth
//
// The go command caches the runs of the cases, too; GOFLAGS=-count=1 runs all anew.
package truth
