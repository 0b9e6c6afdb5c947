package analyzer

// Settings says what the analyzer reports beyond its defaults. The zero value
// is the default. The same names serve as command line flags and as settings
// of the golangci-lint plugin.
type Settings struct {
	// Borrowed also reports the category "borrowed": the handshake of a
	// connection that belongs to the caller of an exported function, and that
	// the function itself leaves running when the timer wins.
	Borrowed bool `json:"borrowed"`

	// Handrolled also reports the category "handrolled": a handshake that is
	// raced by hand and stopped, where HandshakeContext would do.
	Handrolled bool `json:"handrolled"`

	// Generated also reports in generated files.
	Generated bool `json:"generated"`

	// Handshakes names further handshake functions; see the README for the
	// notation.
	Handshakes []string `json:"handshakes"`
}
