// Package generate writes programs that race a TLS handshake against a timer.
//
// A program is one value from each of a list of dimensions: how the handshake
// runs, how its result travels, what races it, what stops it, where that
// stands, how the connection is held, and so on (see [Dimensions]). What the
// values of a dimension are is told by tables, a row for each; a row holds the
// pieces of code that it contributes, by name, and says which other rows it
// goes with:
//
//	{name: "time.NewTimer", gives: "fires stable", defs: defs{
//		"arm":   "$timer := time.NewTimer($timeout)\ndefer $timer.Stop()",
//		"fires": "$timer.C",
//	}},
//
// The pieces name each other ($timer, $timeout), and the layout names the
// outermost ones; that is all there is to composing a program (see expand).
// Programs are gofmt-ed files that compile, made of functions whose names end
// in the number of the program, so that many of them go into one package.
//
// A generator knows nothing of what its programs do when they are run, and so
// nothing of what the linter should say: package proof runs both and compares.
// All it knows is where silence is the policy, whatever the truth: a row tells
// why (see [Program.Silent]).
package generate
