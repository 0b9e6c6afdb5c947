package verify

import "strings"

// maxCells bounds the table that lineSpans fills.
const maxCells = 4 << 20

// lineSpans returns the spans of lines that turn one text into another: the
// fewest changed lines, by the longest common subsequence. It reports false
// where the texts differ too widely for its table.
func lineSpans(from, to string) ([]span, bool) {
	a, b := strings.SplitAfter(from, "\n"), strings.SplitAfter(to, "\n")
	start := 0 // offset in from
	for len(a) > 0 && len(b) > 0 && a[0] == b[0] {
		start += len(a[0])
		a, b = a[1:], b[1:]
	}
	for len(a) > 0 && len(b) > 0 && a[len(a)-1] == b[len(b)-1] {
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	if len(a)*len(b) > maxCells {
		return nil, false
	}
	// common[i][j] is the length of the longest common subsequence of a[i:], b[j:].
	common := make([][]int32, len(a)+1)
	for i := range common {
		common[i] = make([]int32, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				common[i][j] = common[i+1][j+1] + 1
			} else {
				common[i][j] = max(common[i+1][j], common[i][j+1])
			}
		}
	}
	return spansOf(a, b, common, start), true
}

// moveLines returns spans of whole lines of one text as those of the same lines
// of another. It reports false where that has not as many lines.
func moveLines(spans []span, from, to string) ([]span, bool) {
	if strings.Count(from, "\n") != strings.Count(to, "\n") {
		return nil, false
	}
	starts := []int{0} // of the lines of to
	for i := range to {
		if to[i] == '\n' {
			starts = append(starts, i+1)
		}
	}
	starts = append(starts, len(to)) // of the end
	at := func(off int) int {
		if off == len(from) {
			return len(to)
		}
		return starts[strings.Count(from[:off], "\n")]
	}
	var moved []span
	for _, s := range spans {
		moved = append(moved, span{at(s.start), at(s.end), s.text})
	}
	return moved, true
}

// spansOf reads the spans from the table. Lines that differ next to each other
// make one span.
func spansOf(a, b []string, common [][]int32, off int) []span {
	var spans []span
	open := false
	for i, j := 0, 0; i < len(a) || j < len(b); {
		if i < len(a) && j < len(b) && a[i] == b[j] {
			off += len(a[i])
			i, j, open = i+1, j+1, false
			continue
		}
		if !open {
			spans = append(spans, span{start: off, end: off})
			open = true
		}
		s := &spans[len(spans)-1]
		if j == len(b) || i < len(a) && common[i+1][j] >= common[i][j+1] {
			off += len(a[i])
			s.end = off
			i++
			continue
		}
		s.text += b[j]
		j++
	}
	return spans
}
