package fix

import (
	"go/ast"
	"go/types"

	"golang.org/x/tools/go/ast/inspector"
	"honnef.co/go/tools/go/types/typeutil"
	"honnef.co/go/tools/pattern"
)

// A closedRace is a race that is closed in itself: a run of statements that do
// nothing but start a handshake and a timer, and wait for either of them.
//
//	errc := make(chan error, 2)       // made: may stand further up
//	if d := timeout; d != 0 {         // clock.guard
//		timer := time.AfterFunc(d, func() {
//			errc <- errTimeout        // clock.sent
//		})
//		defer timer.Stop()
//	}
//	go func() {                       // the race's anchor
//		errc <- conn.Handshake()
//	}()
//	if err := <-errc; err != nil {    // wait
//
// Nothing else uses the channel or the timer.
type closedRace struct {
	run   []ast.Stmt // the statements in a row, up to and without wait
	made  ast.Stmt   // where the channel is made
	clock clock
	wait  ast.Stmt
}

// A clock is what the handshake is raced against.
type clock struct {
	duration ast.Expr    // after which it fires; nil for a context
	ctx      ast.Expr    // the context that it is, or nil
	sent     ast.Expr    // what it sends on the channel of the result, or nil
	guard    *ast.IfStmt // without which there is no clock, or nil
}

// Patterns of the statements that a closed race consists of.
var (
	makesChannel = pattern.MustParse(`(AssignStmt ch@(Ident _) ":=" (CallExpr (Builtin "make") (ChanType _ _):_))`)
	sendsResult  = pattern.MustParse(`(GoStmt (CallExpr (FuncLit (FuncType [] nil) [(SendStmt ch@(Ident _) call@(CallExpr _ _))]) []))`)
	makesTimer   = pattern.MustParse(`(AssignStmt timer@(Ident _) ":=" (CallExpr (Symbol "time.NewTimer") [duration]))`)
	makesChan    = pattern.MustParse(`(AssignStmt timer@(Ident _) ":=" (CallExpr (Symbol "time.After") [duration]))`)
	startsFunc   = pattern.MustParse(`(AssignStmt timer@(Ident _) ":=" (CallExpr (Symbol "time.AfterFunc") [duration (FuncLit _ [(SendStmt ch@(Ident _) sent)])]))`)
	startsBare   = pattern.MustParse(`(CallExpr (Symbol "time.AfterFunc") [duration (FuncLit _ [(SendStmt ch@(Ident _) sent)])])`)
	stopsTimer   = pattern.MustParse(`(DeferStmt (CallExpr (SelectorExpr timer@(Ident _) (Ident "Stop")) []))`)
	forwards     = pattern.MustParse(`(GoStmt (CallExpr (FuncLit (FuncType [] nil) [(UnaryExpr "<-" from) (SendStmt ch@(Ident _) sent)]) []))`)
	sleeps       = pattern.MustParse(`(GoStmt (CallExpr (FuncLit (FuncType [] nil) [(CallExpr (Symbol "time.Sleep") [duration]) (SendStmt ch@(Ident _) sent)]) []))`)
	afterCall    = pattern.MustParse(`(CallExpr (Symbol "time.After") [duration])`)
)

// A closing collects a closed race. It counts the uses that it has seen of each
// variable, so that it can tell whether there are others.
type closing struct {
	s     *Suggester
	r     *race
	race  closedRace
	ch    *types.Var // of the result
	timer *types.Var // or nil
	seen  map[*types.Var]int
}

// closed returns the race as a closed one, or nil if it is none.
func (s *Suggester) closed(r *race) *closedRace {
	if !r.host.Valid() || len(r.hops) > 0 || r.site.call == nil {
		return nil // the handshake is not in the host itself
	}
	wait, ok := statement(r.wait, r.host)
	if !ok || wait.Parent() != r.anchor.Parent() {
		return nil // not side by side
	}
	c := &closing{s: s, r: r, seen: make(map[*types.Var]int)}
	c.race.wait, _ = wait.Node().(ast.Stmt)
	if !c.spawns() || !c.collect(wait) || !c.waits() || !c.complete() {
		return nil
	}
	return &c.race
}

// match matches a pattern, and returns the expressions that it binds.
func (c *closing) match(q pattern.Pattern, n ast.Node) (map[string]ast.Expr, bool) {
	m := pattern.Matcher{TypesInfo: c.s.in.Info}
	if !m.Match(q, n) {
		return nil, false
	}
	bound := make(map[string]ast.Expr)
	for name, x := range m.State {
		if x, ok := x.(ast.Expr); ok {
			bound[name] = x
		}
	}
	return bound, true
}

// varOf returns the variable that an expression names, or nil.
func (c *closing) varOf(x ast.Expr) *types.Var {
	id, ok := x.(*ast.Ident)
	if !ok {
		return nil
	}
	v, _ := c.s.in.Info.ObjectOf(id).(*types.Var)
	return v
}

// spawns establishes that the anchor starts the handshake, and only sends its
// result.
func (c *closing) spawns() bool {
	bound, ok := c.match(sendsResult, c.r.anchor.Node())
	if !ok || bound["call"] != c.r.site.call {
		return false
	}
	c.ch = c.varOf(bound["ch"])
	c.seen[c.ch]++
	return c.ch != nil
}

// collect goes back from the statement that waits, over all that belongs to the
// race, and then on to where its channel is made.
func (c *closing) collect(wait inspector.Cursor) bool {
	spawned, inRow := false, true
	for cur, ok := wait.PrevSibling(); ok; cur, ok = cur.PrevSibling() {
		stmt, ok := cur.Node().(ast.Stmt)
		if !ok {
			break // the expressions of a case
		}
		bound, makes := c.match(makesChannel, stmt)
		switch {
		case makes && c.varOf(bound["ch"]) == c.ch:
			c.race.made = stmt
		case !inRow:
			continue // of no concern
		case cur == c.r.anchor:
			spawned = true
		case !c.ticks(stmt):
			inRow = false
		}
		if inRow {
			c.race.run = append([]ast.Stmt{stmt}, c.race.run...)
		}
	}
	return spawned && c.race.made != nil
}

// ticks reports whether a statement belongs to the clock, and takes down what
// it says about it.
func (c *closing) ticks(stmt ast.Stmt) bool {
	clock := &c.race.clock
	if bound, ok := c.match(stopsTimer, stmt); ok {
		timer := c.varOf(bound["timer"])
		c.seen[timer]++
		return timer != nil && typeutil.IsPointerToTypeWithName(timer.Type(), "time.Timer")
	}
	for _, q := range []pattern.Pattern{makesTimer, makesChan} {
		if bound, ok := c.match(q, stmt); ok && clock.duration == nil {
			clock.duration, c.timer = bound["duration"], c.varOf(bound["timer"])
			return true
		}
	}
	for _, q := range []pattern.Pattern{startsFunc, startsBare, sleeps} {
		if bound, ok := c.match(q, stmt); ok && c.fires(bound) {
			clock.duration, c.timer = bound["duration"], c.varOf(bound["timer"])
			return true
		}
	}
	if bound, ok := c.match(forwards, stmt); ok && c.fires(bound) {
		return c.source(bound["from"])
	}
	if n, ok := stmt.(*ast.IfStmt); ok && clock.guard == nil && n.Else == nil && n.Body != nil {
		return c.guarded(n)
	}
	return false
}

// fires takes down what the clock sends, if it is the first to do so, and on
// the channel of the result.
func (c *closing) fires(bound map[string]ast.Expr) bool {
	if c.race.clock.sent != nil || c.race.clock.duration != nil || c.varOf(bound["ch"]) != c.ch {
		return false
	}
	c.race.clock.sent = bound["sent"]
	c.seen[c.ch]++
	return true
}

// guarded takes down a clock that there is only on a condition.
func (c *closing) guarded(n *ast.IfStmt) bool {
	for i := len(n.Body.List) - 1; i >= 0; i-- {
		if !c.ticks(n.Body.List[i]) {
			return false
		}
	}
	c.race.clock.guard = n
	return c.race.clock.duration != nil
}

// source takes down the channel by which the clock fires.
func (c *closing) source(ch ast.Expr) bool {
	clock := &c.race.clock
	if ctx := c.s.doneOf(ch); ctx != nil && clock.duration == nil {
		clock.ctx = ctx
		return true
	}
	if bound, ok := c.match(afterCall, ch); ok && clock.duration == nil {
		clock.duration = bound["duration"]
		return true
	}
	// Else it is the one that was made before, or that of the timer.
	x := ast.Unparen(ch)
	if sel, ok := x.(*ast.SelectorExpr); ok && sel.Sel.Name == "C" {
		x = ast.Unparen(sel.X)
	}
	c.seen[c.timer]++
	return clock.duration != nil && c.timer != nil && c.varOf(x) == c.timer
}

// waits establishes that the statement that waits takes the result or the
// clock's signal, and nothing else.
func (c *closing) waits() bool {
	recv, ok := c.r.wait.Node().(*ast.UnaryExpr)
	if ok {
		// The clock sends where the result comes from.
		c.seen[c.ch]++
		return c.varOf(ast.Unparen(recv.X)) == c.ch && c.race.clock.sent != nil
	}
	sel, ok := c.race.wait.(*ast.SelectStmt)
	if !ok || len(sel.Body.List) != 2 || c.race.clock.sent != nil || c.race.clock.guard != nil {
		return false
	}
	result, timer := c.s.clauses(sel, c.ch)
	if result == nil || timer == nil {
		return false
	}
	c.seen[c.ch]++
	return c.source(received(timer))
}

// complete reports whether all is there, and nothing else uses it.
func (c *closing) complete() bool {
	clock := c.race.clock
	if (clock.duration == nil) == (clock.ctx == nil) {
		return false
	}
	for v, n := range c.seen {
		if v == nil || v != c.ch && v != c.timer || len(c.s.uses[v]) != n {
			return false
		}
	}
	return true
}

// clauses returns the clause of a select that receives from a channel, and the
// other one.
func (s *Suggester) clauses(sel *ast.SelectStmt, ch *types.Var) (result, other *ast.CommClause) {
	for _, stmt := range sel.Body.List {
		clause := stmt.(*ast.CommClause)
		x := received(clause)
		if x == nil {
			return nil, nil
		}
		if id, ok := ast.Unparen(x).(*ast.Ident); ok && s.in.Info.Uses[id] == ch {
			result = clause
			continue
		}
		other = clause
	}
	return result, other
}
