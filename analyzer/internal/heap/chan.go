package heap

import (
	"go/token"
	"go/types"
)

// A Chan is a channel.
type Chan struct {
	Elem   types.Type
	Cap    int // UnknownCap where it is not known
	Buf    []Value
	Closed bool
	Made   token.Pos // the position of the make call, or of the call that returned it

	// Clock is the timer or the context that sends on or closes the channel,
	// nil for a plain channel.
	Clock any

	// Outside says that code that is not executed sends, receives or closes.
	Outside bool
}

// UnknownCap is the capacity of a channel whose size is not known: its senders
// are taken not to block.
const UnknownCap = 1 << 30

// Full reports whether a send needs a receiver.
func (c *Chan) Full() bool { return len(c.Buf) >= c.Cap }
