// Package proof runs generated programs and compares what happens with what the
// linter says.
//
// A program is a file of its own. The linter looks at it in memory, as a package
// of one file; its truth is found by package truth, which runs several hundred
// programs as one package. Each of its suggested fixes makes another program,
// which must compile, be gofmt-ed, leave nothing to report, leave nothing behind
// when it is run, succeed against a peer that answers, and return the error that
// the program returned before.
//
// The linter is wrong when it misses what is left behind, reports where nothing
// is, or reports something else or in another place; see [Outcome]. What it is
// known to get wrong is in the list of [Limits].
package proof
