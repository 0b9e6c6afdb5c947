package generate

// timers are what races the handshake. Rows give
//
//	fires     $fires is a channel to receive from
//	stable    it is the same channel each time
//	duration  it fires after $timeout
//	ctx       $limited is the context whose Done channel it is
//	broadcast any number of receives succeed when it has fired
//	parent    $ctx is an ancestor of $limited, which the timer does not cancel
//	given     $ctx itself brings it about
//	ends      it fires when the function returns, too
//	shadow    $ctx is a variable that the function has derived
//	hook      $callback is run when it fires
//	once      its channel yields one value
//	expires   it is a callback or goroutine, which runs $expire
//	unknown   nobody knows what it is for
//	sleep     the function sleeps instead of waiting for a channel
//	clock     the function looks at the clock instead
//
// arm is what sets the timer; $signal in it makes the channel.
var timers = []value{
	{name: "time.After", weight: 20, gives: "fires duration", defs: defs{
		"fires": "time.After($timeout)",
	}},
	{name: "time.After in a variable", gives: "fires stable duration", defs: defs{
		"arm":   "$expired := time.After($timeout)",
		"fires": "$expired",
	}},
	{name: "time.NewTimer", weight: 20, gives: "fires stable duration", defs: defs{
		"arm":   "$timer := time.NewTimer($timeout)\ndefer $timer.Stop()",
		"fires": "$timer.C",
	}},
	{name: "time.Timer.Reset", weight: 5, gives: "fires stable duration", defs: defs{
		"arm":   "$timer := time.NewTimer(time.Hour)\ndefer $timer.Stop()\n$timer.Reset($timeout)",
		"fires": "$timer.C",
	}},
	{name: "timer if wanted", weight: 5, gives: "fires stable duration", defs: defs{
		"arm": "var $expired <-chan time.Time\nif $timeout > 0 {\n\t$timer := time.NewTimer($timeout)\n" +
			"\tdefer $timer.Stop()\n\t$expired = $timer.C\n}",
		"fires": "$expired",
	}},
	{name: "time.NewTicker", gives: "fires stable duration", defs: defs{
		"arm":   "$ticker := time.NewTicker($timeout)\ndefer $ticker.Stop()",
		"fires": "$ticker.C",
	}},
	{name: "time.Tick", weight: 5, gives: "fires stable duration", defs: defs{
		"arm":   "$expired := time.Tick($timeout)",
		"fires": "$expired",
	}},
	{name: "context of a parameter", weight: 25, gives: "fires stable ctx broadcast given", defs: defs{
		"limited": "$ctx",
		"fires":   "$ctx.Done()",
	}},
	{name: "context.WithTimeout", weight: 15, gives: "fires stable ctx broadcast parent ends", defs: defs{
		"arm":   "$limited, cancel := context.WithTimeout($ctx, $timeout)\ndefer cancel()",
		"fires": "$limited.Done()",
	}},
	{name: "context.WithTimeout, same variable", gives: "fires stable ctx broadcast shadow ends", defs: defs{
		"arm":     "$ctx, cancel := context.WithTimeout($ctx, $timeout)\ndefer cancel()",
		"limited": "$ctx",
		"fires":   "$ctx.Done()",
	}},
	{name: "context.WithTimeout of Background", gives: "fires stable ctx broadcast ends", defs: defs{
		"arm":   "$limited, cancel := context.WithTimeout(context.Background(), $timeout)\ndefer cancel()",
		"fires": "$limited.Done()",
	}},
	{name: "context.WithDeadline", gives: "fires stable ctx broadcast parent ends", defs: defs{
		"arm":   "$limited, cancel := context.WithDeadline($ctx, time.Now().Add($timeout))\ndefer cancel()",
		"fires": "$limited.Done()",
	}},
	{name: "context.WithTimeoutCause", weight: 5, gives: "fires stable ctx broadcast parent ends", defs: defs{
		"arm":   "$limited, cancel := context.WithTimeoutCause($ctx, $timeout, errors.New(\"handshake took too long\"))\ndefer cancel()",
		"fires": "$limited.Done()",
	}},
	{name: "context cancelled by time.AfterFunc", weight: 8, gives: "fires stable ctx broadcast parent hook", defs: defs{
		"arm": "$limited, cancel := context.WithCancel($ctx)\ndefer cancel()\n" +
			"$timer := time.AfterFunc($timeout, func() {\n\t$callback\n\tcancel()\n})\ndefer $timer.Stop()",
		"fires": "$limited.Done()",
	}},
	{name: "time.AfterFunc that closes", weight: 15, gives: "fires stable broadcast expires hook", defs: defs{
		"arm":    "$signal\n$timer := time.AfterFunc($timeout, func() {\n\t$callback\n\t$expire\n})\ndefer $timer.Stop()",
		"signal": "$expired := make(chan struct{})",
		"expire": "close($expired)",
		"fires":  "$expired",
	}},
	{name: "time.AfterFunc that sends", weight: 15, gives: "fires stable expires hook", defs: defs{
		"arm":    "$signal\n$timer := time.AfterFunc($timeout, func() {\n\t$callback\n\t$expire\n})\ndefer $timer.Stop()",
		"signal": "$expired := make(chan bool, 1)",
		"expire": "$expired <- true",
		"fires":  "$expired",
	}},
	{name: "goroutine that sleeps", gives: "fires stable broadcast expires hook", defs: defs{
		"arm":    "$signal\ngo func() {\n\ttime.Sleep($timeout)\n\t$callback\n\t$expire\n}()",
		"signal": "$expired := make(chan struct{})",
		"expire": "close($expired)",
		"fires":  "$expired",
	}},
	{name: "goroutine that forwards the context", gives: "fires stable broadcast expires hook given", defs: defs{
		"arm":    "$signal\ngo func() {\n\t<-$ctx.Done()\n\t$callback\n\t$expire\n}()",
		"signal": "$expired := make(chan struct{})",
		"expire": "close($expired)",
		"fires":  "$expired",
	}},
	{name: "context.AfterFunc", gives: "fires stable broadcast expires hook given", defs: defs{
		"arm":    "$signal\nstop := context.AfterFunc($ctx, func() {\n\t$callback\n\t$expire\n})\ndefer stop()",
		"signal": "$expired := make(chan struct{})",
		"expire": "close($expired)",
		"fires":  "$expired",
	}},
	{name: "timer channel, handed in", gives: "fires stable once", defs: defs{
		"fires": "$alarm",
	}},
	{name: "channel of unknown purpose", weight: 1, gives: "fires stable broadcast unknown",
		silent: "a channel of whose sender nothing is known is no timer",
		defs:   defs{"fires": "$quit"}},
	{name: "time.Sleep", weight: 5, gives: "sleep duration", defs: defs{}},
	{name: "the clock", weight: 5, gives: "clock duration", defs: defs{}},
}

// forms are how the function waits for the first of the two. Rows give
//
//	branch   $atTimer stands where the timer has won
//	merged   $onError stands where the cases have met again
//	settles  it takes the result into err by $caseInto and $settle
//	shared   the timer sends where the result is sent
//	helper   another function waits; it knows $limited or $timeout alone
//	third    it waits for $ctx, too
//	forgets  it has a branch in which nothing is stopped
//	polls    it looks at $isOver, and waits for no channel
var forms = []value{
	{name: "select", weight: 30, needs: "fires", gives: "branch", defs: defs{
		"race": `
select {
case $case:
	if $failed {
		$onFail
		return ${zero}$failure
	}
	$succeed
case <-$fires:
	$onTimer
	return ${zero}$expiry
}`}},
	{name: "select, timer first", weight: 10, needs: "fires", gives: "branch", defs: defs{
		"race": `
select {
case <-$fires:
	$onTimer
	return ${zero}$expiry
case $case:
	if $failed {
		$onFail
		return ${zero}$failure
	}
}
$succeed`}},
	{name: "select, merged", weight: 30, needs: "fires", gives: "branch merged settles", defs: defs{
		"race": `
$declare
select {
case $caseInto:
	$settle
case <-$fires:
	$onTimer
	err = $expiry
}
if err != nil {
	$onError
	return ${zero}err
}
$succeed`}},
	{name: "select with a third case", needs: "!dialing fires !given !shadow", gives: "branch third", defs: defs{
		"race": `
select {
case <-$ctx.Done():
	$under.Close()
	return ${zero}$ctx.Err()
case <-$fires:
	$onTimer
	return ${zero}$expiry
case $case:
	if $failed {
		$onFail
		return ${zero}$failure
	}
	$succeed
}`}},
	{name: "select with a forgotten third case", weight: 5, needs: "fires !given !shadow !unknown", gives: "branch forgets third", defs: defs{
		"race": `
select {
case $case:
	if $failed {
		$onFail
		return ${zero}$failure
	}
	$succeed
case <-$fires:
	$onTimer
	return ${zero}$expiry
case <-$ctx.Done():
	return ${zero}$ctx.Err()
}`}},
	{name: "select, asked once more", needs: "fires", gives: "branch", defs: defs{
		"race": `
select {
case $case:
	if $failed {
		$onFail
		return ${zero}$failure
	}
	$succeed
case <-$fires:
	select {
	case $case:
		if $failed {
			$onFail
			return ${zero}$failure
		}
		$succeed
	default: // not at the last moment, either
	}
	$onTimer
	return ${zero}$expiry
}`}},
	{name: "loop with a labelled break", weight: 6, needs: "!dialing fires stable", gives: "branch merged settles", defs: defs{
		"race": `
$declare
progress := time.NewTicker(100 * time.Millisecond)
defer progress.Stop()
wait:
for {
	select {
	case $caseInto:
		$settle
		break wait
	case <-$fires:
		$onTimer
		err = $expiry
		break wait
	case <-progress.C:
		log.Printf("still waiting for %v", $under.RemoteAddr())
	}
}
if err != nil {
	$onError
	return ${zero}err
}
$succeed`}},
	{name: "loop that returns", weight: 5, needs: "fires stable", gives: "branch", defs: defs{
		"race": `
progress := time.NewTicker(200 * time.Millisecond)
defer progress.Stop()
for attempts := 1; ; attempts++ {
	select {
	case $case:
		if $failed {
			$onFail
			return ${zero}$failure
		}
		$succeed
	case <-$fires:
		$onTimer
		return ${zero}$expiry
	case <-progress.C:
		if attempts%10 == 0 {
			log.Print("still waiting")
		}
	}
}`}},
	{name: "loop with a default", weight: 5, needs: "fires stable", gives: "branch merged settles", defs: defs{
		"race": `
$declare
poll:
for {
	select {
	case $caseInto:
		$settle
		break poll
	case <-$fires:
		$onTimer
		err = $expiry
		break poll
	default:
		time.Sleep(25 * time.Millisecond)
	}
}
if err != nil {
	$onError
	return ${zero}err
}
$succeed`}},
	{name: "one receive", weight: 50, needs: "expires", gives: "merged shared settles", defs: defs{
		"signal": "",
		"expire": "$give",
		"race": `
$declare
$caseInto
$settle
if err != nil {
	$onError
	return ${zero}err
}
$succeed`}},
	{name: "one receive, timer forwarded", weight: 15, needs: "fires !expires !hook !ends", gives: "merged shared settles hook", defs: defs{
		"forward": "go func() {\n\t<-$fires\n\t$callback\n\t$give\n}()",
		"race": `
$declare
$caseInto
$settle
if err != nil {
	$onError
	return ${zero}err
}
$succeed`}},
	{name: "one receive, end of a context forwarded", weight: 10, needs: "fires !hook ends", gives: "merged shared settles", defs: defs{
		"forward": "go func() {\n\t<-$fires\n\t$give\n}()",
		"race": `
$declare
$caseInto
$settle
if err != nil {
	$onError
	return ${zero}err
}
$succeed`}},
	{name: "receive in a helper with a timeout", weight: 15, needs: "fires duration", gives: "merged settles helper", defs: defs{
		"arm": "",
		"+decls": `
func await$N(ch $chanType, timeout time.Duration) error {
	timer := time.NewTimer(timeout)
	defer timer.Stop()
	select {
	case $awaitCase
	case <-timer.C:
		return $expiry
	}
}`,
		"race": `
$declare
err = await$N($chan, $timeout)
$awaited
if err != nil {
	$onError
	return ${zero}err
}
$succeed`}},
	{name: "receive in a helper with a context", weight: 15, needs: "fires ctx", gives: "merged settles helper", defs: defs{
		"+decls": `
func await$N($limited context.Context, ch $chanType) error {
	select {
	case $awaitCase
	case <-$limited.Done():
		return $expiry
	}
}`,
		"race": `
$declare
err = await$N($limited, $chan)
$awaited
if err != nil {
	$onError
	return ${zero}err
}
$succeed`}},
	{name: "receive in a generic helper", weight: 10, needs: "fires stable !ctx", gives: "merged settles helper", defs: defs{
		"+decls": `
func first$N[T any](ch $chanType, expired <-chan T) error {
	select {
	case $awaitCase
	case <-expired:
		return $expiry
	}
}`,
		"race": `
$declare
err = first$N($chan, $fires)
$awaited
if err != nil {
	$onError
	return ${zero}err
}
$succeed`}},
	{name: "sleep, then look into the channel", needs: "sleep", gives: "branch", defs: defs{
		"race": `
time.Sleep($timeout)
select {
case $case:
	if $failed {
		$onFail
		return ${zero}$failure
	}
	$succeed
default:
	$onTimer
	return ${zero}$expiry
}`}},
	{name: "sleep, then look at the flag", needs: "sleep", gives: "branch polls", defs: defs{
		"race": `
time.Sleep($timeout)
if !$isOver {
	$onTimer
	return ${zero}$expiry
}
if $failed {
	$onFail
	return ${zero}$failure
}
$succeed`}},
	{name: "polling until a deadline", needs: "clock", gives: "branch polls", defs: defs{
		"race": `
until := time.Now().Add($timeout)
for !$isOver {
	if time.Now().After(until) {
		$onTimer
		return ${zero}$expiry
	}
	time.Sleep(20 * time.Millisecond)
}
if $failed {
	$onFail
	return ${zero}$failure
}
$succeed`}},
	{name: "polling at each tick", needs: "clock", gives: "branch merged settles polls", defs: defs{
		"race": `
$declare
ticks := time.NewTicker(50 * time.Millisecond)
defer ticks.Stop()
began := time.Now()
for range ticks.C {
	if $isOver {
		err = $failure
		break
	}
	if time.Since(began) > $timeout {
		$onTimer
		err = $expiry
		break
	}
}
if err != nil {
	$onError
	return ${zero}err
}
$succeed`}},
	{name: "polling while the context lasts", weight: 4, needs: "ctx", gives: "branch polls", defs: defs{
		"race": `
for !$isOver {
	if $limited.Err() != nil {
		$onTimer
		return ${zero}$expiry
	}
	time.Sleep(20 * time.Millisecond)
}
if $failed {
	$onFail
	return ${zero}$failure
}
$succeed`}},
}

// expiries are the error that the caller sees when the timer has won. Rows give
// "sentinel" if it can be compared, and "timeout" if it is a net.Error that is one.
var expiries = []value{
	{name: "sentinel", weight: 30, gives: "sentinel", defs: defs{
		"+decls": "var errTimeout$N = errors.New(\"tls: handshake timed out\")",
		"expiry": "errTimeout$N",
	}},
	{name: "type with Timeout", weight: 10, gives: "sentinel timeout", defs: defs{
		"+decls": "type timeoutError$N struct{}\n\nfunc (timeoutError$N) Error() string   { return \"tls: handshake timeout\" }\n" +
			"func (timeoutError$N) Timeout() bool   { return true }\nfunc (timeoutError$N) Temporary() bool { return true }",
		"expiry": "timeoutError$N{}",
	}},
	{name: "fmt.Errorf", weight: 10, defs: defs{
		"expiry": "fmt.Errorf(\"handshake: %w\", context.DeadlineExceeded)",
	}},
	{name: "errors.New", weight: 10, defs: defs{
		"expiry": "errors.New(\"handshake timed out\")",
	}},
	{name: "os.ErrDeadlineExceeded", weight: 5, gives: "sentinel timeout", defs: defs{
		"expiry": "os.ErrDeadlineExceeded",
	}},
	{name: "error of the context", weight: 60, needs: "ctx", gives: "sentinel", defs: defs{
		"expiry": "$limited.Err()",
	}},
	{name: "cause of the context", weight: 10, needs: "ctx", gives: "sentinel", defs: defs{
		"expiry": "context.Cause($limited)",
	}},
	{name: "wrapped error of the context", weight: 15, needs: "ctx", defs: defs{
		"expiry": "fmt.Errorf(\"tls handshake: %w\", $limited.Err())",
	}},
}

// orders are where the timer is set.
var orders = []value{
	{name: "before the handshake", weight: 20, defs: defs{
		"armBefore": "$arm\n$forward",
	}},
	{name: "behind the start of the handshake", weight: 10, needs: "!ctxcall", defs: defs{
		"armAfter": "$arm\n$forward",
	}},
	{name: "before the dial", weight: 5, needs: "dialed !hook !shared !split", defs: defs{
		"armFirst": "$arm",
	}},
}
