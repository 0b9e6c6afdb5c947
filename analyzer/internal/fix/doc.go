// Package fix suggests how to mend what the judge has found, as text edits.
//
// It is the one place that looks at the shape of source code. Where the search
// asks what a program does, a fix has to know how it is written: it first
// digests the code around a finding into a struct of facts (a [race]), then
// decides by them which forms of fix apply, and renders those.
//
// # The forms
//
// Cancel the handshake when the function returns (cancel.go):
//
//	handshakeCtx, cancel := context.WithCancel(ctx)
//	defer cancel()
//	go func() { errc <- conn.HandshakeContext(handshakeCtx) }()
//
// Replace the race with HandshakeContext (replace.go):
//
//	handshakeCtx, cancel := context.WithTimeout(ctx, d)
//	defer cancel()
//	err := conn.HandshakeContext(handshakeCtx)
//
// Close the connection when the timer fires (close.go):
//
//	case <-time.After(d):
//		conn.Close()
//		return errTimeout
//
// Give the result channel room (room.go), alone or joined to the first and the
// third:
//
//	errc := make(chan error, 1)
//
// # What makes a fix
//
// A form renders candidates. A candidate becomes a suggested fix only when the
// edited package has been type-checked, gofmt would leave it alone, and the
// judge has nothing more to say about the handshake. So the forms need not
// prove what the compiler or the judge will see: they answer for what neither
// does, which is that a handshake that is answered in time still succeeds, and
// that the caller sees the same error as before when it is not.
package fix
