package rig

import (
	"fmt"
	"path/filepath"
	"reflect"
	"regexp"
	"runtime"
	"strconv"
	"strings"
)

// handshakeFuncs has the functions of which one is on the stack of each
// goroutine that is in a handshake, or waits for the mutex of one.
var handshakeFuncs = map[string]bool{
	"crypto/tls.(*Conn).handshakeContext":                             true,
	"github.com/pion/dtls/v2.(*Conn).handshake":                       true,
	"github.com/pion/dtls/v3.(*Conn).HandshakeContext":                true,
	"github.com/pion/dtls/v3.(*Conn).handshake":                       true,
	"github.com/refraction-networking/utls.(*Conn).handshakeContext":  true,
	"github.com/refraction-networking/utls.(*UConn).handshakeContext": true,
	"github.com/tjfoc/gmsm/gmtls.(*Conn).Handshake":                   true,
	"github.com/zmap/zcrypto/tls.(*Conn).Handshake":                   true,
	"github.com/zmap/zcrypto/tls.(*Conn).handshake":                   true,
}

// isTLS reports whether the function belongs to a package that has one of
// handshakeFuncs.
func isTLS(fn string) bool {
	for f := range handshakeFuncs {
		if pkg, _, _ := strings.Cut(f, "("); strings.HasPrefix(fn, pkg) {
			return true
		}
	}
	return false
}

// A goroutine is one paragraph of a goroutine dump.
type goroutine struct {
	id      int
	state   string // for example "chan send (durable)"
	bubble  int    // 0 for none
	frames  []frame
	creator frame // zero for the main goroutine
	parent  int   // the id of the goroutine that started it
	text    string
}

// A frame is one call on a stack.
type frame struct {
	fn   string // for example "crypto/tls.(*Conn).Handshake"
	file string
	line int
}

// dump returns all goroutines of the process.
func dump() []*goroutine {
	for size := 1 << 16; ; size *= 2 {
		buf := make([]byte, size)
		if n := runtime.Stack(buf, true); n < size {
			return parseDump(string(buf[:n]))
		}
	}
}

// header begins a paragraph: the id, and the state with remarks behind it.
var header = regexp.MustCompile(`^goroutine (\d+)[^\[]* \[(.*)\]:$`)

// parseDump parses what runtime.Stack wrote.
func parseDump(text string) []*goroutine {
	var list []*goroutine
	for _, block := range strings.Split(strings.TrimSpace(text), "\n\n") {
		lines := strings.Split(block, "\n")
		m := header.FindStringSubmatch(lines[0])
		if m == nil {
			continue // cut off at the end
		}
		g := &goroutine{text: block}
		g.id, _ = strconv.Atoi(m[1])
		g.state, _, _ = strings.Cut(m[2], ", ")
		if _, bubble, ok := strings.Cut(m[2], "synctest bubble "); ok {
			g.bubble, _ = strconv.Atoi(bubble)
		}
		for i := 1; i+1 < len(lines); i += 2 {
			// Have: a line with the function and one with its position.
			g.addFrame(lines[i], lines[i+1])
		}
		list = append(list, g)
	}
	return list
}

func (g *goroutine) addFrame(call, position string) {
	var f frame
	position, _, _ = strings.Cut(strings.TrimSpace(position), " ")
	if i := strings.LastIndex(position, ":"); i >= 0 {
		f.file = position[:i]
		f.line, _ = strconv.Atoi(position[i+1:])
	}
	if by, ok := strings.CutPrefix(call, "created by "); ok {
		var id string
		f.fn, id, _ = strings.Cut(by, " in goroutine ")
		g.creator = f
		g.parent, _ = strconv.Atoi(id)
		return
	}
	f.fn = call
	if i := strings.LastIndex(call, "("); i >= 0 {
		f.fn = call[:i]
	}
	g.frames = append(g.frames, f)
}

// inHandshake reports whether g is in a handshake, or waits for one.
func (g *goroutine) inHandshake() bool {
	for _, f := range g.frames {
		if handshakeFuncs[f.fn] {
			return true
		}
	}
	return false
}

// inSend reports whether g is blocked in a send.
func (g *goroutine) inSend() bool {
	return strings.HasPrefix(g.state, "chan send")
}

// durable reports whether g is blocked in a way that only its own bubble can
// end. Virtual time stands still while another kind of wait is under way.
func (g *goroutine) durable() bool {
	return strings.HasSuffix(g.state, "(durable)")
}

// running reports whether g is not blocked at all.
func (g *goroutine) running() bool {
	return strings.HasPrefix(g.state, "running") || strings.HasPrefix(g.state, "runnable")
}

// site returns the file and line of the call that led g into TLS, or of
// the go statement where there is no such call.
func (g *goroutine) site() string {
	last := -1
	for i, f := range g.frames {
		if isTLS(f.fn) {
			last = i
		}
	}
	at := g.creator
	if last+1 < len(g.frames) {
		at = g.frames[last+1]
	}
	return fmt.Sprintf("%s:%d", filepath.Base(at.file), at.line)
}

// ours is the prefix of the names of this package's functions.
var ours = reflect.TypeFor[goroutine]().PkgPath() + "."

// isOurs reports whether g belongs to the rig or to package testing, not to
// the case that is being run.
func (g *goroutine) isOurs() bool {
	by := g.creator.fn
	return by == "" || strings.HasPrefix(by, ours) || strings.HasPrefix(by, "testing.") || strings.HasPrefix(by, "testing/")
}

// texts joins the paragraphs of the goroutines.
func texts(list []*goroutine) string {
	var parts []string
	for _, g := range list {
		parts = append(parts, g.text)
	}
	return strings.Join(parts, "\n\n")
}
