package generate

import "math/rand/v2"

// names are the variables that people call by different names. No two of them
// share one.
var names = []struct {
	piece   string
	options []string
}{
	{"raw", []string{"raw", "nc", "netConn", "rawConn"}},
	{"conn", []string{"conn", "tlsConn", "client", "secure"}},
	{"s", []string{"s", "sess", "p"}},
	{"errc", []string{"errc", "errCh", "result", "ch"}},
	{"done", []string{"done", "ready", "over"}},
	{"herr", []string{"herr", "hsErr", "handshakeErr"}},
	{"flag", []string{"finished", "complete"}},
	{"timeoutParam", []string{"timeout", "d", "limit"}},
	{"timer", []string{"timer", "t"}},
	{"ticker", []string{"ticker", "tick"}},
	{"expired", []string{"expired", "deadline", "giveUp"}},
	{"limited", []string{"limited", "tctx", "raceCtx"}},
}

// setNames calls each variable by one of its names, the first one if r is nil.
func (d defs) setNames(r *rand.Rand) {
	for _, n := range names {
		d[n.piece] = n.options[0]
		if r != nil {
			d[n.piece] = n.options[r.IntN(len(n.options))]
		}
	}
}

// A param is a variable that a function gets as a parameter if it names the
// piece and does not declare it itself.
type param struct {
	piece string
	typ   string
}

// parameters are in the order in which functions have them.
var parameters = []param{
	{"ctx", "context.Context"},
	{"dialParam", "$dialType"},
	{"addr", "string"},
	{"raw", "net.Conn"},
	{"conn", "$connType"},
	{"s", "*session$N"},
	{"cfgParam", "*tls.Config"},
	{"timeoutParam", "time.Duration"},
	{"alarm", "<-chan time.Time"},
	{"quit", "<-chan struct{}"},
	{"force", "bool"},
}

// common are the pieces that all programs have, unless a row replaces them.
var common = defs{
	"ctx":       "ctx",
	"cfgParam":  "cfg",
	"dialParam": "dial",
	"addr":      "addr",
	"alarm":     "alarm",
	"quit":      "quit",
	"force":     "force",
	"cfg":       "$cfgParam",
	"dial":      "$dialParam",
	"timeout":   "$timeoutParam",
	"connType":  "*tls.Conn",
	"onTimer":   "$drainBefore\n$atTimer\n$drainAfter",

	// $work is what happens in the goroutine of the handshake.
	"work": "$own\n$inside\n$prep\n$carry",

	// Where rows put code; "" for nothing.
	"errVar": "var err error",
	"x":      "", "keep": "", "decls": "", "intro": "", "config": "", "early": "", "noise": "", "declare": "",
	"armFirst": "", "armBefore": "", "armAfter": "", "watch": "", "forward": "", "setup": "", "callback": "", "own": "",
	"inside": "", "prep": "", "atTimer": "", "drainBefore": "", "drainAfter": "", "onError": "", "onFail": "",
	"onCaller": "", "settle": "", "await": "", "arm": "", "signal": "", "ready": "", "flagDecl": "",
	"ownRaw": "raw", "ctxArg": "", "ctxParam": "", "inner": "", "innerHead": "", "innerLocals": "",
}
