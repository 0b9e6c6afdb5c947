package library

import (
	"go/constant"
	"strings"

	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/execute"
	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/heap"
)

// stringsTable has questions about strings, such as the text of an error.
var stringsTable = table{
	"strings.Contains":  ask(strings.Contains),
	"strings.HasPrefix": ask(strings.HasPrefix),
	"strings.HasSuffix": ask(strings.HasSuffix),
	"strings.EqualFold": ask(strings.EqualFold),
}

// ask is the model of a question about two strings: it is answered where both
// are known.
func ask(question func(s, t string) bool) execute.Model {
	return func(c *execute.Call) execute.Action {
		s, ok := textOf(c.Args[0])
		t, ok2 := textOf(c.Args[1])
		if !ok || !ok2 {
			answer := c.FreshResults(c.Sig, c.Name)
			if heap.Doubtful(c.Args[0]) || heap.Doubtful(c.Args[1]) {
				execute.Doubt(answer)
			}
			return execute.Return(answer)
		}
		return execute.Return(heap.Bool(question(s, t)))
	}
}

// textOf returns the string that v is, where it is known.
func textOf(v heap.Value) (text string, ok bool) {
	if c, ok := v.(heap.Const); ok && c.Val.Kind() == constant.String {
		return constant.StringVal(c.Val), true
	}
	return "", false
}
