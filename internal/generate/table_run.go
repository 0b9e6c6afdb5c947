package generate

// carries are how the result of the handshake travels. Rows give
//
//	chan     $chan is the channel that tells of it
//	room     that channel takes $room values
//	link     all that the goroutine needs are $linkArgs
//	once     the channel is closed, or has one sender only
//	spawned  the row starts the goroutine itself, by $spawn
//
// carry is what the goroutine does; case receives, with $failed and $failure
// behind it; caseInto and settle receive into err; give is what a timer sends
// on the same channel; awaitCase and awaited are for a function that waits.
var carries = []value{
	{name: "chan error", weight: 50, needs: "!polls", gives: "chan room link", defs: defs{
		"make":  "$errc := make(chan error$room)",
		"carry": "$errc <- $handshake",
		"case":  "err := <-$errc", "failed": "err != nil", "failure": "err",
		"caseInto": "err = <-$errc",
		"give":     "$errc <- $expiry",
		"chan":     "$errc", "chanType": "<-chan error", "awaitCase": "err := <-ch:\n\t\treturn err", "awaited": "",
		"linkArgs": "$errc", "linkParams": "$errc chan<- error",
	}},
	{name: "chan error, closed behind", needs: "!polls !shared", gives: "chan room link", defs: defs{
		"make":  "$errc := make(chan error$room)",
		"carry": "defer close($errc)\n$errc <- $handshake",
		"case":  "err := <-$errc", "failed": "err != nil", "failure": "err",
		"caseInto": "err = <-$errc",
		"chan":     "$errc", "chanType": "<-chan error", "awaitCase": "err := <-ch:\n\t\treturn err", "awaited": "",
		"linkArgs": "$errc", "linkParams": "$errc chan<- error",
	}},
	{name: "chan of a struct", weight: 20, needs: "!polls !helper", gives: "chan room link", defs: defs{
		"+decls": "type outcome$N struct {\n\tconn *tls.Conn\n\terr  error\n}",
		"make":   "$errc := make(chan outcome$N$room)",
		"carry":  "err := $handshake\n$errc <- outcome$N{conn: $value, err: err}",
		"case":   "res := <-$errc", "failed": "res.err != nil", "failure": "res.err",
		"caseInto": "res := <-$errc", "settle": "err = res.err",
		"give":     "$errc <- outcome$N{err: $expiry}",
		"chan":     "$errc",
		"linkArgs": "$errc", "linkParams": "$errc chan<- outcome$N",
	}},
	{name: "chan bool", needs: "!polls !helper", gives: "chan room link", defs: defs{
		"+decls": "var errFailed$N = errors.New(\"tls handshake failed\")",
		"make":   "$done := make(chan bool$room)",
		"carry":  "$done <- $handshake == nil",
		"case":   "ok := <-$done", "failed": "!ok", "failure": "errFailed$N",
		"caseInto": "ok := <-$done", "settle": "if !ok {\n\terr = errFailed$N\n}",
		"give":     "$done <- false",
		"chan":     "$done",
		"linkArgs": "$done", "linkParams": "$done chan<- bool",
	}},
	{name: "variable and chan struct{}", weight: 20, needs: "!polls !shared", gives: "chan room", defs: defs{
		"make":  "var $herr error\n$done := make(chan struct{}$room)",
		"carry": "$herr = $handshake\n$done <- struct{}{}",
		"case":  "<-$done", "failed": "$herr != nil", "failure": "$herr",
		"caseInto": "<-$done", "settle": "err = $herr",
		"chan": "$done", "chanType": "<-chan struct{}", "awaitCase": "<-ch:\n\t\treturn nil", "awaited": "if err == nil {\n\terr = $herr\n}",
	}},
	{name: "variable, flag and chan struct{}", weight: 20, needs: "shared", gives: "chan room", defs: defs{
		"make":     "var timedOut bool\nvar $herr error\n$done := make(chan struct{}$room)",
		"carry":    "$herr = $handshake\n$done <- struct{}{}",
		"caseInto": "<-$done", "settle": "err = $herr\nif timedOut {\n\terr = $expiry\n}",
		"give": "timedOut = true\n$done <- struct{}{}",
		"chan": "$done",
	}},
	{name: "variable and closed channel", weight: 20, needs: "!polls !shared", gives: "chan once", defs: defs{
		"make":  "var $herr error\n$done := make(chan struct{})",
		"carry": "defer close($done)\n$herr = $handshake",
		"case":  "<-$done", "failed": "$herr != nil", "failure": "$herr",
		"caseInto": "<-$done", "settle": "err = $herr",
		"chan": "$done", "chanType": "<-chan struct{}", "awaitCase": "<-ch:\n\t\treturn nil", "awaited": "if err == nil {\n\terr = $herr\n}",
	}},
	{name: "sync.Once and closed channel", weight: 15, needs: "shared", gives: "chan once", defs: defs{
		"make": "var once sync.Once\nvar outcome error\n$done := make(chan struct{})\n" +
			"settle := func(err error) {\n\tonce.Do(func() {\n\t\toutcome = err\n\t\tclose($done)\n\t})\n}",
		"carry":    "settle($handshake)",
		"caseInto": "<-$done", "settle": "err = outcome",
		"give": "settle($expiry)",
		"chan": "$done",
	}},
	{name: "cause of a context", weight: 8, needs: "!polls !helper", gives: "chan once", defs: defs{
		"make":  "outcome, finish := context.WithCancelCause(context.Background())",
		"carry": "finish($handshake)",
		"case":  "<-outcome.Done()", "failed": "context.Cause(outcome) != context.Canceled", "failure": "context.Cause(outcome)",
		"caseInto": "<-outcome.Done()", "settle": "if cause := context.Cause(outcome); cause != context.Canceled {\n\terr = cause\n}",
		"give": "finish($expiry)",
		"chan": "outcome.Done()",
	}},
	{name: "sync.WaitGroup and closed channel", needs: "!polls !shared", gives: "chan once waits", defs: defs{
		"make":  "var $herr error\nvar wg sync.WaitGroup\nwg.Add(1)",
		"carry": "defer wg.Done()\n$herr = $handshake",
		"await": "$done := make(chan struct{})\ngo func() {\n\twg.Wait()\n\tclose($done)\n}()",
		"case":  "<-$done", "failed": "$herr != nil", "failure": "$herr",
		"caseInto": "<-$done", "settle": "err = $herr",
		"chan": "$done", "chanType": "<-chan struct{}", "awaitCase": "<-ch:\n\t\treturn nil", "awaited": "if err == nil {\n\terr = $herr\n}",
	}},
	{name: "sync.WaitGroup.Go and closed channel", needs: "!polls !shared", gives: "chan once spawned", defs: defs{
		"make":  "var $herr error\nvar wg sync.WaitGroup",
		"carry": "$herr = $handshake",
		"spawn": "wg.Go(func() {\n\t$work\n})",
		"await": "$done := make(chan struct{})\ngo func() {\n\tdefer close($done)\n\twg.Wait()\n}()",
		"case":  "<-$done", "failed": "$herr != nil", "failure": "$herr",
		"caseInto": "<-$done", "settle": "err = $herr",
		"chan": "$done", "chanType": "<-chan struct{}", "awaitCase": "<-ch:\n\t\treturn nil", "awaited": "if err == nil {\n\terr = $herr\n}",
	}},
	{name: "errgroup.Group.Wait", needs: "!polls !shared", gives: "chan room spawned", defs: defs{
		"make":  "var g errgroup.Group\n$errc := make(chan error$room)",
		"carry": "return $handshake",
		"spawn": "g.Go(func() error {\n\t$work\n})",
		"await": "go func() { $errc <- g.Wait() }()",
		"case":  "err := <-$errc", "failed": "err != nil", "failure": "err",
		"caseInto": "err = <-$errc",
		"chan":     "$errc", "chanType": "<-chan error", "awaitCase": "err := <-ch:\n\t\treturn err", "awaited": "",
	}},
	{name: "channel of a helper", weight: 20, needs: "!polls !shared", gives: "chan room spawned", defs: defs{
		"+decls": "func async$N(f func() error) <-chan error {\n\terrc := make(chan error$room)\n\tgo func() { errc <- f() }()\n\treturn errc\n}",
		"make":   "",
		"carry":  "return $handshake",
		"spawn":  "$errc := async$N(func() error {\n\t$work\n})",
		"case":   "err := <-$errc", "failed": "err != nil", "failure": "err",
		"caseInto": "err = <-$errc",
		"chan":     "$errc", "chanType": "<-chan error", "awaitCase": "err := <-ch:\n\t\treturn err", "awaited": "",
	}},
	{name: "channel of a helper that gets the method", weight: 15, needs: "!polls !shared tls !cancels !ownplace", gives: "chan room spawned bare", defs: defs{
		"+decls": "func async$N(f func() error) <-chan error {\n\terrc := make(chan error$room)\n\tgo func() { errc <- f() }()\n\treturn errc\n}",
		"make":   "",
		"spawn":  "$errc := async$N($tls.Handshake)",
		"case":   "err := <-$errc", "failed": "err != nil", "failure": "err",
		"caseInto": "err = <-$errc",
		"chan":     "$errc", "chanType": "<-chan error", "awaitCase": "err := <-ch:\n\t\treturn err", "awaited": "",
	}},
	{name: "channel of a generic helper", weight: 15, needs: "!polls !shared !helper", gives: "chan room spawned", defs: defs{
		"+decls": "type future$N[T any] struct {\n\tvalue T\n\terr   error\n}\n\n" +
			"func start$N[T any](f func() (T, error)) <-chan future$N[T] {\n\tch := make(chan future$N[T]$room)\n" +
			"\tgo func() {\n\t\tv, err := f()\n\t\tch <- future$N[T]{v, err}\n\t}()\n\treturn ch\n}",
		"make":  "",
		"carry": "err := $handshake\nreturn $value, err",
		"spawn": "$errc := start$N(func() (*tls.Conn, error) {\n\t$work\n})",
		"case":  "res := <-$errc", "failed": "res.err != nil", "failure": "res.err",
		"caseInto": "res := <-$errc", "settle": "err = res.err",
		"chan": "$errc",
	}},
	{name: "atomic flag", weight: 20, needs: "polls", defs: defs{
		"make":   "var $flag atomic.Bool\nvar $herr error",
		"carry":  "$herr = $handshake\n$flag.Store(true)",
		"isOver": "$flag.Load()", "failed": "$herr != nil", "failure": "$herr",
	}},
	{name: "atomic pointer", weight: 10, needs: "polls", defs: defs{
		"make":   "var $flag atomic.Pointer[error]",
		"carry":  "err := $handshake\n$flag.Store(&err)",
		"isOver": "($flag.Load() != nil)", "failed": "*$flag.Load() != nil", "failure": "*$flag.Load()",
	}},
	{name: "flag under a mutex", weight: 10, needs: "polls", defs: defs{
		"make": "var mu sync.Mutex\nvar $flag bool\nvar $herr error\n" +
			"isOver := func() bool {\n\tmu.Lock()\n\tdefer mu.Unlock()\n\treturn $flag\n}",
		"carry":  "err := $handshake\nmu.Lock()\n$flag, $herr = true, err\nmu.Unlock()",
		"isOver": "isOver()", "failed": "$herr != nil", "failure": "$herr",
	}},
}

// rooms are the capacities of the channel that carries the result.
var rooms = []value{
	{name: "none to choose", needs: "!room", defs: defs{"room": ""}},
	{name: "0", weight: 10, needs: "room", defs: defs{"room": ""}},
	{name: "1", weight: 30, needs: "room", defs: defs{"room": ", 1"}},
	{name: "2", weight: 10, needs: "room", defs: defs{"room": ", 2"}},
}

// calls are how the handshake is called, or the dial that it is part of. Rows give "ctxcall" if the call needs
// the context that the timer makes, and "named" where a function of its own
// can call it too.
var calls = []value{
	{name: "method", weight: 80, needs: "!dialing !cancels", gives: "plain", defs: defs{
		"handshake": "$tls.Handshake()",
	}},
	{name: "method value in a variable", needs: "!dialing !cancels !bare tls", defs: defs{
		"setup":     "shake := $tls.Handshake",
		"handshake": "shake()",
	}},
	{name: "method expression", weight: 5, needs: "!dialing !cancels !bare", gives: "plain", defs: defs{
		"handshake": "(*tls.Conn).Handshake($value)",
	}},
	{name: "interface", needs: "!dialing !cancels !bare tls", defs: defs{
		"setup":     "var shaker interface{ Handshake() error } = $tls",
		"handshake": "shaker.Handshake()",
	}},
	{name: "function", needs: "!dialing !cancels !bare", gives: "plain", defs: defs{
		"+decls":    "func secure$N(conn *tls.Conn) error {\n\tif err := conn.Handshake(); err != nil {\n\t\treturn fmt.Errorf(\"secure: %w\", err)\n\t}\n\treturn nil\n}",
		"handshake": "secure$N($value)",
	}},
	{name: "sync.OnceValue", weight: 5, needs: "!dialing !cancels !bare tls", defs: defs{
		"setup":     "shake := sync.OnceValue($tls.Handshake)",
		"handshake": "shake()",
	}},
	{name: "HandshakeContext with Background", needs: "!dialing !cancels !bare", gives: "plain", defs: defs{
		"handshake": "$tls.HandshakeContext(context.Background())",
	}},
	{name: "HandshakeContext with the timer's", weight: 20, needs: "!dialing !cancels !bare ctx", gives: "plain ctxcall", defs: defs{
		"handshake": "$tls.HandshakeContext($limited)",
		"ctxArg":    "$limited, ", "ctxParam": "$limited context.Context, ",
	}},
	{name: "HandshakeContext with the parent of the timer's", weight: 20, needs: "!dialing !cancels !bare parent", gives: "plain", defs: defs{
		"handshake": "$tls.HandshakeContext($ctx)",
		"ctxArg":    "$ctx, ", "ctxParam": "$ctx context.Context, ",
	}},
	{name: "HandshakeContext without cancel", weight: 8, needs: "!dialing !cancels !bare ctx", gives: "plain ctxcall", defs: defs{
		"handshake": "$tls.HandshakeContext(context.WithoutCancel($limited))",
		"ctxArg":    "$limited, ", "ctxParam": "$limited context.Context, ",
	}},
	{name: "HandshakeContext with a child of the timer's", weight: 8, needs: "!dialing !cancels !bare ctx", gives: "ctxcall", defs: defs{
		"prep":      "child, cancelChild := context.WithCancel($limited)\ndefer cancelChild()",
		"handshake": "$tls.HandshakeContext(child)",
	}},
	{name: "HandshakeContext with a timeout of its own", weight: 6, needs: "!dialing !cancels !bare", defs: defs{
		"prep":      "bounded, cancelBounded := context.WithTimeout(context.Background(), 2*$timeout)\ndefer cancelBounded()",
		"handshake": "$tls.HandshakeContext(bounded)",
	}},
	{name: "HandshakeContext with a context to cancel", weight: 20, needs: "!dialing cancels", defs: defs{
		"setup":     "handshakeCtx, stopHandshake := context.WithCancel(context.Background())\n$ready",
		"handshake": "$tls.HandshakeContext(handshakeCtx)",
	}},
	{name: "HandshakeContext with a child to cancel", weight: 10, needs: "!dialing cancels given", defs: defs{
		"setup":     "handshakeCtx, stopHandshake := context.WithCancel(context.WithoutCancel($ctx))\n$ready",
		"handshake": "$tls.HandshakeContext(handshakeCtx)",
	}},
	{name: "tls.Dial", weight: 20, needs: "dialing !cancels", defs: defs{
		"inside":    "var dialErr error\n$conn, dialErr = tls.Dial(\"tcp\", $addr, $cfg)",
		"handshake": "dialErr",
	}},
	{name: "tls.DialWithDialer", needs: "dialing !cancels", defs: defs{
		"inside":    "var dialErr error\n$conn, dialErr = tls.DialWithDialer(&net.Dialer{KeepAlive: time.Minute}, \"tcp\", $addr, $cfg)",
		"handshake": "dialErr",
	}},
	{name: "tls.DialWithDialer with a timeout", needs: "dialing !cancels", defs: defs{
		"inside":    "var dialErr error\n$conn, dialErr = tls.DialWithDialer(&net.Dialer{Timeout: 2 * $timeout}, \"tcp\", $addr, $cfg)",
		"handshake": "dialErr",
	}},
	{name: "tls.Dialer.Dial", needs: "dialing !cancels", defs: defs{
		"inside":    "dialer := tls.Dialer{Config: $cfg}\nc, dialErr := dialer.Dial(\"tcp\", $addr)\nif dialErr == nil {\n\t$conn = c.(*tls.Conn)\n}",
		"handshake": "dialErr",
	}},
	{name: "tls.Dialer.DialContext with the timer's", weight: 30, needs: "dialing !cancels ctx", gives: "ctxcall", defs: defs{
		"inside":    "dialer := tls.Dialer{Config: $cfg}\nc, dialErr := dialer.DialContext($limited, \"tcp\", $addr)\nif dialErr == nil {\n\t$conn = c.(*tls.Conn)\n}",
		"handshake": "dialErr",
	}},
	{name: "tls.Dialer.DialContext with the parent of the timer's", weight: 30, needs: "dialing !cancels parent", defs: defs{
		"inside":    "dialer := tls.Dialer{Config: $cfg}\nc, dialErr := dialer.DialContext($ctx, \"tcp\", $addr)\nif dialErr == nil {\n\t$conn = c.(*tls.Conn)\n}",
		"handshake": "dialErr",
	}},
	{name: "tls.Dialer.DialContext with a context to cancel", needs: "dialing cancels", defs: defs{
		"setup":     "handshakeCtx, stopHandshake := context.WithCancel(context.Background())\n$ready",
		"inside":    "dialer := tls.Dialer{Config: $cfg}\nc, dialErr := dialer.DialContext(handshakeCtx, \"tcp\", $addr)\nif dialErr == nil {\n\t$conn = c.(*tls.Conn)\n}",
		"handshake": "dialErr",
	}},
}

// runs are how the goroutine of the handshake is started. $work is all that
// happens in it.
var runs = []value{
	{name: "as its result travels", needs: "spawned", defs: defs{}},
	{name: "go func literal", weight: 60, needs: "!spawned", defs: defs{
		"spawn": "go func() {\n\t$work\n}()",
	}},
	{name: "go func literal with a parameter", needs: "!spawned !inside", defs: defs{
		"spawn": "go func($holder $holderType) {\n\t$work\n}($holder)",
	}},
	{name: "go named function", weight: 25, needs: "!spawned !inside link plain !ownplace", defs: defs{
		"+decls": "func shake$N($ctxParam$holder $holderType, $linkParams) {\n\t$work\n}",
		"spawn":  "go shake$N($ctxArg$holder, $linkArgs)",
	}},
	{name: "go method", weight: 40, needs: "!spawned !inside link plain session !ownplace", defs: defs{
		"+decls": "func ($s *session$N) shake($ctxParam$linkParams) {\n\t$work\n}",
		"spawn":  "go $s.shake($ctxArg$linkArgs)",
	}},
	{name: "go closure in a variable", needs: "!spawned", defs: defs{
		"spawn": "work := func() {\n\t$work\n}\ngo work()",
	}},
	{name: "goroutine in a goroutine", weight: 5, needs: "!spawned", defs: defs{
		"spawn": "go func() {\n\tlog.Print(\"handshake begins\")\n\tgo func() {\n\t\t$work\n\t}()\n}()",
	}},
	{name: "helper that starts its argument", weight: 15, needs: "!spawned", defs: defs{
		"+decls": "func background$N(f func()) {\n\tgo func() {\n\t\tdefer log.Print(\"background: done\")\n\t\tf()\n\t}()\n}",
		"spawn":  "background$N(func() {\n\t$work\n})",
	}},
	{name: "generic helper that starts its argument", needs: "!spawned !inside", defs: defs{
		"+decls": "func spawn$N[T any](f func(T), v T) {\n\tgo f(v)\n}",
		"spawn":  "spawn$N(func($holder $holderType) {\n\t$work\n}, $holder)",
	}},
	{name: "errgroup.Group.Go", weight: 15, needs: "!spawned", defs: defs{
		"spawn": "var g errgroup.Group\ng.Go(func() error {\n\t$work\n\treturn nil\n})",
	}},
	{name: "sync.WaitGroup.Go", weight: 15, needs: "!spawned !waits", defs: defs{
		"spawn": "var wg sync.WaitGroup\nwg.Go(func() {\n\t$work\n})",
	}},
	{name: "sync.WaitGroup.Go, waited for at the end", weight: 3, needs: "!spawned !waits", defs: defs{
		"spawn": "var wg sync.WaitGroup\ndefer wg.Wait()\nwg.Go(func() {\n\t$work\n})",
	}},
	{name: "worker that takes functions", needs: "!spawned", defs: defs{
		"spawn": "jobs := make(chan func(), 1)\ndefer close(jobs)\ngo func() {\n\tfor job := range jobs {\n\t\tjob()\n\t}\n}()\njobs <- func() {\n\t$work\n}",
	}},
	{name: "time.AfterFunc at once", weight: 4, needs: "!spawned", defs: defs{
		"spawn": "time.AfterFunc(0, func() {\n\t$work\n})",
	}},
}
