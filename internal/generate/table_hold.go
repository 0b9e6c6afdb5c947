package generate

// results are what the function returns. Rows give "named" if the error has a
// name, and "closes" if the function closes the connection when all went well.
//
// zero stands before the error in a return statement, succeed is how the
// function returns when all went well, bind takes the results of the same
// function one level below, and pass returns them.
var results = []value{
	{name: "*tls.Conn", weight: 20, defs: defs{
		"result":  "(*tls.Conn, error)",
		"zero":    "nil, ",
		"succeed": "$keep\nreturn $value, nil",
		"bind":    "secured, err := ",
		"retry":   "secured, err := connect$N($innerArgs)",
		"pass":    "secured, nil",
	}},
	{name: "net.Conn", weight: 20, defs: defs{
		"result":  "(net.Conn, error)",
		"zero":    "nil, ",
		"succeed": "$keep\nreturn $value, nil",
		"bind":    "secured, err := ",
		"retry":   "secured, err := connect$N($innerArgs)",
		"pass":    "secured, nil",
	}},
	{name: "net.Conn, named error", weight: 20, gives: "named", defs: defs{
		"errVar":  "",
		"result":  "(_ net.Conn, err error)",
		"zero":    "nil, ",
		"succeed": "$keep\nreturn $value, nil",
		"bind":    "secured, err := ",
		"retry":   "secured, err := connect$N($innerArgs)",
		"pass":    "secured, nil",
	}},
	{name: "error", weight: 25, gives: "closes", defs: defs{
		"result":  "error",
		"zero":    "",
		"succeed": "$keep\n$tls.Close()\nreturn nil",
		"bind":    "err = ",
		"retry":   "err := connect$N($innerArgs)",
		"pass":    "nil",
	}},
	{name: "named error", weight: 15, gives: "named closes", defs: defs{
		"errVar":  "",
		"result":  "(err error)",
		"zero":    "",
		"succeed": "$keep\n$tls.Close()\nreturn nil",
		"bind":    "err = ",
		"retry":   "err := connect$N($innerArgs)",
		"pass":    "nil",
	}},
	{name: "version", gives: "named closes", defs: defs{
		"errVar":  "",
		"result":  "(version uint16, err error)",
		"zero":    "0, ",
		"succeed": "$keep\nversion = $value.ConnectionState().Version\n$tls.Close()\nreturn version, nil",
		"bind":    "version, err = ",
		"pass":    "version, nil",
	}},
}

// dials are how the function comes by the connection below. Rows give "dialed"
// if the function owns it, "borrowed" if its caller does, and "dialing" if it
// never has it: then there is no $under.
var dials = []value{
	{name: "dial()", weight: 70, gives: "dialed", defs: defs{
		"dialType": "func() (net.Conn, error)",
		"redial":   "$dial()",
		"open":     "$raw, err := $dial()\nif err != nil {\n\treturn ${zero}err\n}",
	}},
	{name: "dial(ctx)", weight: 15, gives: "dialed", defs: defs{
		"dialType": "func(context.Context) (net.Conn, error)",
		"redial":   "$dial($ctx)",
		"open":     "$raw, err := $dial($ctx)\nif err != nil {\n\treturn ${zero}err\n}",
	}},
	{name: "wrapped error", weight: 15, gives: "dialed", defs: defs{
		"dialType": "func() (net.Conn, error)",
		"redial":   "$dial()",
		"open":     "$raw, err := $dial()\nif err != nil {\n\treturn ${zero}fmt.Errorf(\"dial: %w\", err)\n}",
	}},
	{name: "handed in", weight: 4, gives: "borrowed", defs: defs{
		"ownRaw":   "",
		"declare":  "$errVar",
		"redial":   "",
		"dialType": "func() (net.Conn, error)",
		"open":     "",
	}},
	{name: "in the goroutine, with the handshake", weight: 2, gives: "dialing", defs: defs{
		"dialType": "",
		"redial":   "",
		"declare":  "$errVar",
		"open":     "",
	}},
}

// holds are how the connection is held. Rows give
//
//	tls      $tls is the connection, also outside of the goroutine of the handshake
//	full     it has all methods of a *tls.Conn
//	var      it is a variable that can be assigned to
//	owner    $owner has a Close of its own
//	session  $s is a *session$N
//	inside   tls.Client is called in the goroutine of the handshake
//
// $value is the *tls.Conn, $under the connection below, and $holder the
// variable through which to reach both.
var holds = []value{
	{name: "variable", weight: 40, needs: "!dialing", gives: "tls full var", defs: defs{
		"wrap": "$conn := $new($raw, $cfg)",
		"tls":  "$conn", "value": "$conn", "under": "$raw",
		"holder": "$conn", "holderType": "*tls.Conn", "tlsType": "*tls.Conn",
	}},
	{name: "interface variable, reassigned", gives: "tls full", needs: "dialed", defs: defs{
		"wrap": "$conn := $new($raw, $cfg)\n$raw = $conn",
		"tls":  "$conn", "value": "$conn", "under": "$raw",
		"holder": "$conn", "holderType": "*tls.Conn", "tlsType": "*tls.Conn",
	}},
	{name: "interface variable, asserted", gives: "tls full", needs: "dialed", defs: defs{
		"wrap": "$raw = $new($raw, $cfg)",
		"tls":  "$raw.(*tls.Conn)", "value": "$raw.(*tls.Conn)", "under": "$raw",
		"holder": "$raw", "holderType": "net.Conn", "tlsType": "*tls.Conn",
	}},
	{name: "interface of its own", needs: "!dialing", gives: "tls", defs: defs{
		"+decls": "type secured$N interface {\n\tnet.Conn\n\tHandshake() error\n\tHandshakeContext(context.Context) error\n}",
		"wrap":   "var $conn secured$N = $new($raw, $cfg)",
		"tls":    "$conn", "value": "$conn.(*tls.Conn)", "under": "$raw",
		"holder": "$conn", "holderType": "secured$N", "tlsType": "secured$N", "connType": "secured$N",
	}},
	{name: "field", weight: 20, needs: "!dialing", gives: "tls full session", defs: defs{
		"+decls": "type session$N struct {\n\traw    net.Conn\n\tconn   *tls.Conn\n\topened time.Time\n}",
		"wrap":   "$s := &session$N{raw: $raw, opened: time.Now()}\n$s.conn = $new($s.raw, $cfg)",
		"tls":    "$s.conn", "value": "$s.conn", "under": "$s.raw",
		"holder": "$s", "holderType": "*session$N", "tlsType": "*tls.Conn",
	}},
	{name: "embedded", needs: "!dialing", gives: "tls full session", defs: defs{
		"+decls": "type session$N struct {\n\t*tls.Conn\n\tname string\n}",
		"wrap":   "$s := &session$N{Conn: $new($raw, $cfg), name: \"main\"}",
		"tls":    "$s", "value": "$s.Conn", "under": "$raw",
		"holder": "$s", "holderType": "*session$N", "tlsType": "*session$N",
	}},
	{name: "wrapper", weight: 20, needs: "!dialing", gives: "tls full session owner", defs: defs{
		"+decls": "type session$N struct {\n\traw  net.Conn\n\tconn *tls.Conn\n\tonce sync.Once\n}\n\n" +
			"func (s *session$N) Close() (err error) {\n\ts.once.Do(func() { err = s.raw.Close() })\n\treturn err\n}",
		"wrap": "$s := &session$N{raw: $raw, conn: $new($raw, $cfg)}",
		"tls":  "$s.conn", "value": "$s.conn", "under": "$s.raw", "owner": "$s",
		"holder": "$s", "holderType": "*session$N", "tlsType": "*tls.Conn",
	}},
	{name: "wrapper that does not close", weight: 5, needs: "!dialing", gives: "tls full session owner", defs: defs{
		"+decls": "type session$N struct {\n\tconn   *tls.Conn\n\tclosed bool\n}\n\n" +
			"func (s *session$N) Close() error {\n\ts.closed = true\n\treturn nil\n}",
		"wrap": "$s := &session$N{conn: $new($raw, $cfg)}",
		"tls":  "$s.conn", "value": "$s.conn", "under": "$raw", "owner": "$s",
		"holder": "$s", "holderType": "*session$N", "tlsType": "*tls.Conn",
	}},
	{name: "over a counting connection", needs: "!dialing", gives: "tls full", defs: defs{
		"+decls": "type counted$N struct {\n\tnet.Conn\n\tread atomic.Int64\n}\n\n" +
			"func (c *counted$N) Read(b []byte) (int, error) {\n\tn, err := c.Conn.Read(b)\n\tc.read.Add(int64(n))\n\treturn n, err\n}",
		"wrap": "$conn := $new(&counted$N{Conn: $raw}, $cfg)",
		"tls":  "$conn", "value": "$conn", "under": "$raw",
		"holder": "$conn", "holderType": "*tls.Conn", "tlsType": "*tls.Conn",
	}},
	{name: "over one that does not close", weight: 5, needs: "!dialing", gives: "tls full", defs: defs{
		"+decls": "type leased$N struct{ net.Conn }\n\nfunc (leased$N) Close() error { return nil }",
		"wrap":   "$conn := $new(leased$N{$raw}, $cfg)",
		"tls":    "$conn", "value": "$conn", "under": "$raw",
		"holder": "$conn", "holderType": "*tls.Conn", "tlsType": "*tls.Conn",
	}},
	{name: "slice", weight: 5, needs: "!dialing", gives: "tls full inplace", defs: defs{
		"wrap": "conns := []*tls.Conn{$new($raw, $cfg)}",
		"tls":  "conns[0]", "value": "conns[0]", "under": "$raw",
		"holder": "conns", "holderType": "[]*tls.Conn", "tlsType": "*tls.Conn",
	}},
	{name: "map", weight: 5, needs: "!dialing", gives: "tls full inplace", defs: defs{
		"wrap": "conns := map[string]*tls.Conn{\"main\": $new($raw, $cfg)}",
		"tls":  "conns[\"main\"]", "value": "conns[\"main\"]", "under": "$raw",
		"holder": "conns", "holderType": "map[string]*tls.Conn", "tlsType": "*tls.Conn",
	}},
	{name: "made in the goroutine", needs: "!dialing", gives: "inside", defs: defs{
		"wrap":   "var $conn *tls.Conn",
		"inside": "$conn = $new($raw, $cfg)",
		"tls":    "$conn", "value": "$conn", "under": "$raw",
		"holder": "$conn", "holderType": "*tls.Conn", "tlsType": "*tls.Conn",
	}},
	{name: "global variable", weight: 2, needs: "dialed", gives: "tls full kept",
		silent: "another function may close what is stored in a global variable",
		defs: defs{
			"+decls": "var last$N net.Conn",
			"wrap":   "$conn := $new($raw, $cfg)\nlast$N = $conn",
			"tls":    "$conn", "value": "$conn", "under": "$raw",
			"holder": "$conn", "holderType": "*tls.Conn", "tlsType": "*tls.Conn",
		}},
	{name: "variable of the dial", needs: "dialing", gives: "inside", defs: defs{
		"wrap": "var $conn *tls.Conn",
		"tls":  "$conn", "value": "$conn",
		"holder": "$conn", "holderType": "*tls.Conn", "tlsType": "*tls.Conn",
	}},
}

// makes are how the tls connection is made.
var makes = []value{
	{name: "tls.Client", weight: 70, defs: defs{"new": "tls.Client"}},
	{name: "tls.Server", weight: 15, needs: "!dialing", defs: defs{"new": "tls.Server"}},
	{name: "constructor", weight: 15, needs: "!dialing", defs: defs{
		"new": "newClient$N",
		"+decls": "func newClient$N(conn net.Conn, cfg *tls.Config) *tls.Conn {\n" +
			"\tcfg = cfg.Clone()\n\tif cfg.ServerName == \"\" {\n\t\tcfg.ServerName = \"example.com\"\n\t}\n\treturn tls.Client(conn, cfg)\n}",
	}},
}
