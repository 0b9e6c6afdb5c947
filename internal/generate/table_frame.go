package generate

// The parts of the function that races, in their order: how it comes by the
// connection, and the race.
const (
	beginning = "$config\n$armFirst\n$open\n$wrap\n$early\n"
	race      = "$noise\n$make\n$setup\n$armBefore\n$spawn\n$await\n$armAfter\n$watch\n$race"
)

// layouts are how the function is cut into pieces. A row that has "inner" is
// cut in two: inner is the body of the second function, innerHead its head, and
// the locals are the variables that each declares. Rows give "split" if what
// the first one declares is out of sight of the second.
var layouts = []value{
	{name: "one function", weight: 60, needs: "!caller", defs: defs{
		"main": "$intro\n" + beginning + race, "mainLocals": "$ownRaw conn s",
	}},
	{name: "helper with the raw connection", weight: 15, needs: "!caller dialed", gives: "split", defs: defs{
		"main": "$intro\n$open\nreturn connect$N($innerArgs)", "mainLocals": "raw",
		"innerHead": "func connect$N($innerParams) $result", "innerLocals": "conn s",
		"inner":   "$config\n$wrap\n$early\n" + race,
		"declare": "$errVar",
	}},
	{name: "helper with the raw connection, checked", weight: 15, needs: "dialed", gives: "split", defs: defs{
		"main": "$intro\n$open\n${bind}connect$N($innerArgs)\nif err != nil {\n\t$onCaller\n\treturn ${zero}err\n}\nreturn $pass", "mainLocals": "raw",
		"innerHead": "func connect$N($innerParams) $result", "innerLocals": "conn s",
		"inner":   "$config\n$wrap\n$early\n" + race,
		"declare": "$errVar",
	}},
	{name: "helper with the tls connection", weight: 15, needs: "!caller dialed !inside !inplace !early", gives: "split", defs: defs{
		"main": "$intro\n" + beginning + "return race$N($innerArgs)", "mainLocals": "raw conn s",
		"innerHead": "func race$N($innerParams) $result", "innerLocals": "",
		"inner":   race,
		"declare": "$errVar",
	}},
	{name: "method", weight: 15, needs: "!caller !dialing", gives: "split", defs: defs{
		"+decls": "type connector$N struct {\n\tdial    $dialType\n\tcfg     *tls.Config\n\ttimeout time.Duration\n}",
		"main":   "$intro\ncn := &connector$N{dial: $dialParam, cfg: $cfgParam, timeout: $timeoutParam}\nreturn cn.connect($innerArgs)", "mainLocals": "",
		"innerHead": "func (cn *connector$N) connect($innerParams) $result", "innerLocals": "$ownRaw conn s",
		"inner": beginning + race,
		"cfg":   "cn.cfg", "dial": "cn.dial", "timeout": "cn.timeout",
	}},
	{name: "function options", weight: 8, needs: "!caller dialed", gives: "split", defs: defs{
		"+decls": "type options$N struct{ timeout time.Duration }\n\ntype option$N func(*options$N)\n\n" +
			"func within$N(d time.Duration) option$N {\n\treturn func(o *options$N) { o.timeout = d }\n}",
		"main": "$intro\nreturn connect$N($innerArgs, within$N($timeoutParam))", "mainLocals": "",
		"innerHead": "func connect$N($innerParams, opts ...option$N) $result", "innerLocals": "raw conn s",
		"inner":   "o := options$N{timeout: time.Minute}\nfor _, opt := range opts {\n\topt(&o)\n}\n" + beginning + race,
		"timeout": "o.timeout",
	}},
	{name: "closure", weight: 8, needs: "!caller", defs: defs{
		"main": "$intro\nconnect := func() $result {\n\t" + beginning + race + "\n}\nreturn connect()", "mainLocals": "$ownRaw conn s",
	}},
	{name: "retries", weight: 8, needs: "!caller dialed !named !kept !once", gives: "split", defs: defs{
		"main": "$intro\nvar failure error\nfor attempt := range 3 {\n\t$retry\n\tif err == nil {\n\t\treturn $pass\n\t}\n" +
			"\tlog.Printf(\"attempt %d: %v\", attempt+1, err)\n\tfailure = err\n}\nreturn ${zero}failure", "mainLocals": "",
		"innerHead": "func connect$N($innerParams) $result", "innerLocals": "raw conn s",
		"inner": beginning + race,
	}},
}

// noises have nothing to do with the race.
var noises = []value{
	{name: "log", needs: "!dialing", defs: defs{
		"+noise": "log.Printf(\"handshake with %v\", $under.RemoteAddr())",
	}},
	{name: "metrics", defs: defs{
		"+intro": "start := time.Now()\ndefer func() { log.Printf(\"took %v\", time.Since(start)) }()",
	}},
	{name: "counter", defs: defs{
		"+decls": "var attempts$N atomic.Int64",
		"+intro": "attempts$N.Add(1)",
	}},
	{name: "server name", defs: defs{
		"+config": "if $cfg.ServerName == \"\" {\n\t$cfg = $cfg.Clone()\n\t$cfg.ServerName = \"example.com\"\n}",
	}},
	{name: "no timeout", needs: "!split", defs: defs{
		"+intro": "if $timeout <= 0 {\n\treturn ${zero}errors.New(\"no timeout\")\n}",
	}},
	{name: "no configuration", defs: defs{
		"+intro": "if $cfgParam == nil {\n\treturn ${zero}errors.New(\"tls is not configured\")\n}",
	}},
	{name: "context is done", defs: defs{
		"+intro": "if err := $ctx.Err(); err != nil {\n\treturn ${zero}err\n}",
	}},
	{name: "keep-alive ticker", weight: 2, defs: defs{
		"+noise": "idle := make(chan struct{})\ndefer close(idle)\ngo func() {\n\tbeat := time.NewTicker(300 * time.Millisecond)\n\tdefer beat.Stop()\n" +
			"\tfor {\n\t\tselect {\n\t\tcase <-beat.C:\n\t\t\tlog.Print(\"alive\")\n\t\tcase <-idle:\n\t\t\treturn\n\t\t}\n\t}\n}()",
	}},
	{name: "another goroutine", defs: defs{
		"+noise": "warm := make(chan struct{})\ngo func() {\n\tdefer close(warm)\n\tlog.Print(\"warming up\")\n}()\n<-warm",
	}},
	{name: "slow warning", defs: defs{
		"+noise": "slow := time.AfterFunc(400*time.Millisecond, func() { log.Print(\"handshake is slow\") })\ndefer slow.Stop()",
	}},
	{name: "recover", needs: "named", defs: defs{
		"+intro": "defer func() {\n\tif r := recover(); r != nil {\n\t\terr = fmt.Errorf(\"panic: %v\", r)\n\t}\n}()",
	}},
	{name: "protocol by switch", defs: defs{
		"+noise": "var proto string\nswitch len($cfg.NextProtos) {\ncase 0:\n\tproto = \"http/1.1\"\ndefault:\n\tproto = $cfg.NextProtos[0]\n}\nlog.Printf(\"offering %s\", proto)",
	}},
	{name: "state under a mutex", defs: defs{
		"+decls": "var pending$N struct {\n\tsync.Mutex\n\tn int\n}",
		"+intro": "pending$N.Lock()\npending$N.n++\npending$N.Unlock()\ndefer func() {\n\tpending$N.Lock()\n\tpending$N.n--\n\tpending$N.Unlock()\n}()",
	}},
}
