package filter

// A Search looks at the text of single files, for those who have it in hand,
// such as an editor's unsaved buffers.
type Search struct{ names *names }

// NewSearch returns a search for the functions of a [Config].
func NewSearch(handshakes, spawners []string) *Search {
	return &Search{newNames(Config{Handshakes: handshakes, Spawners: spawners})}
}

// Handshake reports whether the source may call a handshake. It does not know
// the source's package, so it takes it for that of each handshake function.
func (s *Search) Handshake(src []byte) bool {
	if !s.names.inText(src, "") {
		return false
	}
	file, err := parse(src)
	if err != nil || s.names.handshakeInSyntax(file, "") {
		return true
	}
	alone := namesAlone(file)
	for name := range s.names.functions {
		if alone[name] {
			return true
		}
	}
	return false
}

// Race reports whether the source may race something.
func (s *Search) Race(src []byte) bool {
	file, err := parse(src)
	return err != nil || s.names.raceInSyntax(file)
}
