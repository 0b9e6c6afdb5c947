// Package finding holds what the judge found out about one mistake, as plain
// positions in the source, for those who tell it (report) and mend it (fix).
package finding

import "go/token"

// A Category is a kind of mistake. Its text is the diagnostic's category.
type Category string

const (
	Unstopped   Category = "unstopped"   // the timer wins and nothing stops the handshake
	BlockedSend Category = "blockedsend" // stopped, but its goroutine blocks for ever in its send
	Ineffective Category = "ineffective" // the timer cannot win
	Borrowed    Category = "borrowed"    // as Unstopped, for a connection that a caller owns
	Handrolled  Category = "handrolled"  // safe, but HandshakeContext would do
)

// A Finding is one mistake: a handshake, the race that it was in, and the way
// on which nothing stopped it. Positions that do not apply are token.NoPos.
type Finding struct {
	Category Category

	// Handshake is the position of the handshake: of the left parenthesis of
	// the call (as in ssa.CallCommon.Pos), of the go keyword in
	// "go conn.Handshake()", or of the selector in a method value.
	Handshake token.Pos

	// Spawn is the position of the go keyword (or of the parenthesis of the
	// call, such as errgroup's Go) that started the handshake's goroutine.
	Spawn token.Pos

	// Timer is where the timer that won was made: the call of time.After,
	// context.WithTimeout and so on, or the Done call of a context that came
	// from elsewhere.
	Timer token.Pos

	// TimerIsContext reports whether the timer is a context's Done channel.
	TimerIsContext bool

	// Race is where the other side of the race waited: the select keyword or
	// the receive's arrow.
	Race token.Pos

	// Exit is the return statement that was reached with the handshake
	// unstopped (or with the send blocked).
	Exit token.Pos

	// Channel is the position of the make call of the channel in which the
	// handshake's goroutine blocks for ever once the handshake is stopped.
	// Set for BlockedSend, and for Unstopped and Borrowed where closing the
	// connection alone would leave the goroutine in its send.
	Channel token.Pos

	// Senders is how many values that channel has to take without a receiver.
	Senders int
}
