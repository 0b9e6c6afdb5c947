package generate

// stops are what ends the handshake, or seems to. $x is what they act on.
// Rows give
//
//	nothing  there is nothing to place
//	placed   it has its place already
//	close    it is one call of Close
//	call     it is one call
//	cancels  it cancels the context of the handshake
//	outer    it needs nothing but the connection below
//	redials  it needs the dial function
var stops = []value{
	{name: "nothing", weight: 110, gives: "nothing", defs: defs{"stop": ""}},
	{name: "Close", weight: 40, needs: "tls", gives: "close call", defs: defs{
		"x": "$tls", "xType": "$tlsType", "stop": "$x.Close()",
	}},
	{name: "Close, error ignored", needs: "tls", gives: "close", defs: defs{
		"x": "$tls", "xType": "$tlsType", "stop": "_ = $x.Close()",
	}},
	{name: "Close, error logged", needs: "tls", gives: "close", defs: defs{
		"x": "$tls", "xType": "$tlsType",
		"stop": "if err := $x.Close(); err != nil {\n\tlog.Printf(\"close: %v\", err)\n}",
	}},
	{name: "Close of the raw connection", weight: 40, needs: "!dialing", gives: "close call outer", defs: defs{
		"x": "$under", "xType": "net.Conn", "stop": "$x.Close()",
	}},
	{name: "Close in a goroutine", weight: 8, needs: "!dialing", gives: "outer", defs: defs{
		"x": "$under", "xType": "net.Conn", "stop": "go $x.Close()",
	}},
	{name: "NetConn().Close", needs: "tls full", gives: "call", defs: defs{
		"x": "$tls", "xType": "$tlsType", "stop": "$x.NetConn().Close()",
	}},
	{name: "Close of the wrapper", weight: 40, needs: "owner", gives: "close call", defs: defs{
		"x": "$owner", "xType": "*session$N", "stop": "$x.Close()",
	}},
	{name: "Close of another connection", weight: 6, needs: "dialed", gives: "redials", defs: defs{
		"xType": "",
		"stop":  "if other, err := $redial; err == nil {\n\tother.Close() // the server is there\n}",
	}},
	{name: "deadline that is over", weight: 12, needs: "tls", gives: "call", defs: defs{
		"x": "$tls", "xType": "$tlsType", "stop": "$x.SetDeadline(time.Now())",
	}},
	{name: "deadline that is long over", weight: 6, needs: "!dialing", gives: "call outer", defs: defs{
		"x": "$under", "xType": "net.Conn", "stop": "$x.SetDeadline(time.Unix(1, 0))",
	}},
	{name: "read deadline to come", weight: 10, needs: "!dialing", gives: "call outer", defs: defs{
		"x": "$under", "xType": "net.Conn", "stop": "$x.SetReadDeadline(time.Now().Add(500 * time.Millisecond))",
	}},
	{name: "write deadline", weight: 10, needs: "!dialing", gives: "call outer", defs: defs{
		"x": "$under", "xType": "net.Conn", "stop": "$x.SetWriteDeadline(time.Now())",
	}},
	{name: "deadline undone at once", weight: 4, needs: "!dialing", gives: "outer", defs: defs{
		"x": "$under", "xType": "net.Conn",
		"stop": "$x.SetDeadline(time.Now().Add(time.Second))\n$x.SetDeadline(time.Time{})",
	}},
	{name: "CloseWrite", weight: 6, needs: "tls full", gives: "call", defs: defs{
		"x": "$tls", "xType": "$tlsType", "stop": "$x.CloseWrite()",
	}},
	{name: "variable set to nil", weight: 6, needs: "tls var", gives: "drops", defs: defs{
		"x": "$conn", "xType": "*tls.Conn", "stop": "$x = nil",
	}},
	{name: "a word in the log", weight: 8, needs: "!dialing", gives: "outer", defs: defs{
		"x": "$under", "xType": "net.Conn", "stop": "log.Printf(\"giving up on %v\", $x.RemoteAddr())",
	}},
	{name: "ConnectionState, then Close", weight: 1, needs: "tls full", defs: defs{
		"x": "$tls", "xType": "$tlsType",
		"stop": "log.Printf(\"handshake complete: %v\", $x.ConnectionState().HandshakeComplete)\n$x.Close()",
	}},
	{name: "cancel of the handshake's context", weight: 40, gives: "cancels call", defs: defs{
		"x": "stopHandshake", "xType": "context.CancelFunc", "stop": "$x()",
	}},
	{name: "deadline before", weight: 10, needs: "!dialing", gives: "placed", defs: defs{
		"stop": "", "+early": "$under.SetDeadline(time.Now().Add(2 * $timeout))",
	}},
	{name: "read deadline before, checked", weight: 8, needs: "!dialing", gives: "placed", defs: defs{
		"stop":   "",
		"+early": "if err := $under.SetReadDeadline(time.Now().Add(3 * $timeout)); err != nil {\n\t$under.Close()\n\treturn ${zero}err\n}",
	}},
	{name: "deadline before, undone in the branch", weight: 8, needs: "!dialing branch", gives: "placed", defs: defs{
		"stop": "", "+early": "$under.SetDeadline(time.Now().Add(2 * $timeout))",
		"atTimer": "$under.SetDeadline(time.Time{})",
	}},
	{name: "deadline before, undone by a deferred call", weight: 8, needs: "!dialing", gives: "placed", defs: defs{
		"stop": "", "+early": "$under.SetDeadline(time.Now().Add(2 * $timeout))\ndefer $under.SetDeadline(time.Time{})",
	}},
	{name: "write deadline before", weight: 6, needs: "!dialing !sleep !clock", gives: "placed", defs: defs{
		"stop": "", "+early": "$under.SetWriteDeadline(time.Now().Add($timeout))",
	}},
}

// places are where it is stopped. Rows give
//
//	early     it uses a variable that is declared before the race
//	ownplace  in the goroutine of the handshake
//	caller    in the caller of the function that races
var places = []value{
	{name: "nowhere", needs: "nothing"},
	{name: "before the race", needs: "placed"},
	{name: "in the branch", weight: 40, needs: "!nothing !placed branch", defs: defs{
		"atTimer": "$stop",
	}},
	{name: "where the cases meet", weight: 40, needs: "!nothing !placed merged", defs: defs{
		"onError": "$stop",
	}},
	{name: "where they meet, if it was the timer", weight: 10, needs: "!nothing !placed merged sentinel", defs: defs{
		"onError": "if errors.Is(err, $expiry) {\n\t$stop\n}",
	}},
	{name: "where they meet, unless it was the timer", weight: 6, needs: "!nothing !placed merged sentinel", defs: defs{
		"onError": "if !errors.Is(err, $expiry) {\n\t$stop\n}",
	}},
	{name: "where they meet, if it is a timeout", weight: 10, needs: "!nothing !placed merged", defs: defs{
		"onError": "var ne net.Error\nif errors.As(err, &ne) && ne.Timeout() {\n\t$stop\n}",
	}},
	{name: "switch on the error", weight: 10, needs: "!nothing !placed merged", defs: defs{
		"onError": "switch {\ncase errors.Is(err, context.Canceled):\n\tlog.Print(\"cancelled\")\n\t$stop\ndefault:\n\t$stop\n}",
	}},
	{name: "switch on the error, one case forgotten", weight: 6, needs: "!nothing !placed merged", defs: defs{
		"onError": "switch {\ncase errors.Is(err, net.ErrClosed), errors.Is(err, context.DeadlineExceeded):\n\tlog.Print(\"nothing to close\")\ndefault:\n\t$stop\n}",
	}},
	{name: "deferred", weight: 25, needs: "!nothing !placed closes call !cancels", defs: defs{
		"+early": "defer $stop",
	}},
	{name: "deferred cancel", weight: 25, needs: "cancels", defs: defs{
		"ready": "defer $stop",
	}},
	{name: "deferred in a closure", weight: 10, needs: "!nothing !placed closes !cancels", defs: defs{
		"+early": "defer func() {\n\t$stop\n}()",
	}},
	{name: "deferred, guarded by the error", weight: 25, needs: "!nothing !placed named !cancels", defs: defs{
		"+early": "defer func() {\n\tif err != nil {\n\t\t$stop\n\t}\n}()",
	}},
	{name: "deferred, guarded by a flag", weight: 12, needs: "!nothing !placed !cancels", gives: "early", defs: defs{
		"+early": "keep := false\ndefer func() {\n\tif !keep {\n\t\t$stop\n\t}\n}()",
		"keep":   "keep = true",
	}},
	{name: "helper", weight: 20, needs: "!nothing !placed !drops !redials branch", defs: defs{
		"+decls":  "func abort$N(c $xType) {\n\t${stop:c}\n}",
		"atTimer": "abort$N($x)",
	}},
	{name: "two helpers", weight: 10, needs: "!nothing !placed !drops !redials branch", defs: defs{
		"+decls":  "func giveUp$N(c $xType) {\n\tlog.Print(\"giving up\")\n\tshut$N(c)\n}\n\nfunc shut$N(c $xType) {\n\t${stop:c}\n}",
		"atTimer": "giveUp$N($x)",
	}},
	{name: "helper with an io.Closer", weight: 15, needs: "close merged", defs: defs{
		"+decls":  "func closeQuietly$N(c io.Closer) {\n\tif err := c.Close(); err != nil {\n\t\tlog.Printf(\"close: %v\", err)\n\t}\n}",
		"onError": "closeQuietly$N($x)",
	}},
	{name: "closure", weight: 8, needs: "!nothing !placed !cancels branch", gives: "early", defs: defs{
		"+early":  "abandon := func() {\n\t$stop\n}",
		"atTimer": "abandon()",
	}},
	{name: "caller", weight: 20, needs: "outer dialed", gives: "caller", defs: defs{
		"onCaller": "${stop:$raw}",
	}},
	{name: "callback", weight: 30, needs: "!nothing !placed !drops hook", defs: defs{
		"callback": "$stop",
	}},
	{name: "goroutine", weight: 8, needs: "!nothing !placed branch", defs: defs{
		"atTimer": "go func() {\n\t$stop\n}()",
	}},
	{name: "later, by a timer", weight: 6, needs: "!nothing !placed branch", defs: defs{
		"atTimer": "time.AfterFunc(time.Second, func() {\n\t$stop\n})",
	}},
	{name: "goroutine that watches the context", weight: 12, needs: "!nothing !placed ctx !third", defs: defs{
		"watch": "settled := make(chan struct{})\ndefer close(settled)\ngo func() {\n\tselect {\n\tcase <-$limited.Done():\n\t\t$stop\n\tcase <-settled:\n\t}\n}()",
	}},
	{name: "context.AfterFunc beside", weight: 12, needs: "!nothing !placed given closes", defs: defs{
		"watch": "context.AfterFunc($ctx, func() {\n\t$stop\n})",
	}},
	{name: "goroutine of the handshake", weight: 8, needs: "!nothing !placed call closes", gives: "ownplace", defs: defs{
		"own": "defer $stop",
	}},
	{name: "if a parameter says so", weight: 6, needs: "!nothing !placed branch", defs: defs{
		"atTimer": "if $force {\n\t$stop\n}",
	}},
}

// drains are whether the result is waited for when the timer has won.
var drains = []value{
	{name: "not", weight: 80},
	{name: "behind the stop", weight: 12, needs: "branch chan !forgets", defs: defs{"drainAfter": "<-$chan"}},
	{name: "before the stop", weight: 2, needs: "branch chan !forgets", defs: defs{"drainBefore": "<-$chan"}},
	{name: "in a goroutine", weight: 10, needs: "branch chan !forgets", defs: defs{"drainAfter": "go func() { <-$chan }()"}},
}

// tidies are what is done about a handshake that has failed by itself.
var tidies = []value{
	{name: "nothing", weight: 20},
	{name: "Close", weight: 10, needs: "tls", defs: defs{"onFail": "$tls.Close()"}},
	{name: "Close of the raw connection", weight: 20, needs: "!dialing", defs: defs{"onFail": "$under.Close()"}},
	{name: "a word in the log", weight: 10, needs: "!dialing", defs: defs{"onFail": "log.Printf(\"handshake: %v\", $failure)\n$under.Close()"}},
}
