// Package analyzer finds TLS handshakes that are raced by hand against a timer
// and are not stopped when the timer wins.
//
// # The rule
//
// A handshake blocks for as long as the peer stays silent. One that runs in a
// goroutine of its own, while other code goes on when either it has finished or
// a timer has fired, must be stopped on every path on which the timer wins: by
// closing the connection or the one under it, by a read deadline, or by
// cancelling the context that HandshakeContext got.
//
// # Categories
//
// Category unstopped: the timer wins and nothing stops the handshake; its
// goroutine and its connection leak.
//
//	// WRONG
//	errc := make(chan error, 1)
//	go func() { errc <- conn.Handshake() }()
//	select {
//	case err := <-errc:
//		return err
//	case <-time.After(timeout):
//		return errTimeout
//	}
//
//	// RIGHT
//	ctx, cancel := context.WithTimeout(ctx, timeout)
//	defer cancel()
//	return conn.HandshakeContext(ctx)
//
// Category blockedsend: the handshake is stopped, but its goroutine then blocks
// for ever sending its result.
//
//	// WRONG
//	errc := make(chan error)
//	go func() { errc <- conn.HandshakeContext(ctx) }()
//	select {
//	case err := <-errc:
//		return err
//	case <-ctx.Done():
//		return ctx.Err()
//	}
//
//	// RIGHT
//	errc := make(chan error, 1)
//
// Category ineffective: the timer cannot win, because the handshake is waited
// for all the same.
//
//	// WRONG
//	select {
//	case errc <- conn.Handshake(): // evaluated before the select waits
//	case <-ctx.Done():
//	}
//
//	// RIGHT
//	return conn.HandshakeContext(ctx)
//
// Category borrowed (off by default) is unstopped for a connection that an
// exported function got from its caller, who may close it. Category handrolled
// (off by default) is a race that is well, where HandshakeContext with a timeout
// would do.
//
// # What stays silent
//
// A connection that code outside of the package can reach may be closed there:
// one that is returned, stored in a variable of the package, handed to a
// function whose code is not in the package, or that came as a parameter from
// callers outside. A path that ends in a call that does not return, such as
// log.Fatal, ends there. Code whose executions are too many is not judged on
// those that were not tried.
//
// # How it works
//
// The analyzer executes the package's code in its head, as a testing/synctest
// bubble would, against a peer that stays silent: all goroutines, with virtual
// time and with symbols for what nobody can know. It tries all ways that
// conditions and timers leave open, those with the fewest unlikely turns first.
// When nothing moves any more, a goroutine that is left in a handshake is a
// finding, if nobody can reach its connection, and if it had been in a race:
// that is asked by making the same choices again and letting the handshake
// finish where the timer fired.
//
// The rooms, in the order in which a package goes through them: find looks for
// code that can race a handshake and builds its SSA form; judge executes it,
// with the help of search (which ways to try), execute (the language), schedule
// (goroutines and time), heap (memory) and library (what the functions of
// others do); report tells what was found; fix mends it, and verify sees to it
// that a fix compiles.
//
// # Budgets
//
// An execution ends after 20,000 instructions; all executions of a package end
// after 750,000 (about a second). A search ends when 150 executions in a row
// have taken no new branch and come to no new state of rest. What is left is not
// reported.
package analyzer
