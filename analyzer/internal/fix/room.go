package fix

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/types"

	"golang.org/x/tools/go/analysis"
	"honnef.co/go/tools/analysis/edit"
)

// giveRoom makes the channel large enough for all who send on it:
//
//	errc := make(chan error, 1)
//
// Why it is safe: a receiver gets the same values in the same order as before.
// Only the sender no longer waits for it, and after its send the handshake's
// goroutine has nothing left to do but to end.
func giveRoom(s *Suggester, r *race) []candidate {
	edits, ok := s.room(r)
	if !ok || edits == nil {
		return nil
	}
	return []candidate{{message: "Give the channel room for the handshake's result", edits: edits}}
}

// room returns the edits that give the channel of the finding room. There are
// none where it needs none; where it can't be had, the result is false.
func (s *Suggester) room(r *race) ([]analysis.TextEdit, bool) {
	if !r.finding.Channel.IsValid() {
		return nil, true
	}
	if r.room == nil || s.source(r.room.Pos()) == nil {
		return nil, false // made in a way that we don't know
	}
	if s.measured(r.room) {
		return nil, false
	}
	need := int64(max(1, r.finding.Senders))
	call := r.room
	if len(call.Args) == 1 {
		return []analysis.TextEdit{edit.ReplaceWithString(edit.Range{call.Args[0].End(), call.Args[0].End()}, fmt.Sprintf(", %d", need))}, true
	}
	size := s.in.Info.Types[call.Args[1]].Value
	if size == nil {
		return nil, false // computed: who knows for what
	}
	if have, exact := constant.Int64Val(constant.ToInt(size)); !exact || have >= need {
		return nil, false
	}
	return []analysis.TextEdit{edit.ReplaceWithString(call.Args[1], fmt.Sprint(need))}, true
}

// measured reports whether the code around a make call asks for the length or
// the capacity of a channel of its type: what it does then depends on the room.
func (s *Suggester) measured(call *ast.CallExpr) bool {
	typ := s.in.Info.TypeOf(call)
	cur, _ := s.root.FindNode(call)
	for c := range s.declCursor(cur).Preorder((*ast.CallExpr)(nil)) {
		n := c.Node().(*ast.CallExpr)
		id, ok := ast.Unparen(n.Fun).(*ast.Ident)
		if !ok || len(n.Args) != 1 {
			continue
		}
		b, ok := s.in.Info.Uses[id].(*types.Builtin)
		if ok && (b.Name() == "len" || b.Name() == "cap") && types.Identical(s.in.Info.TypeOf(n.Args[0]), typ) {
			return true
		}
	}
	return false
}
