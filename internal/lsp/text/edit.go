package text

// An Edit replaces the bytes between two offsets.
type Edit struct {
	Start, End int
	New        string
}

// Between returns the one edit that turns a text into another and touches the
// fewest bytes.
func Between(from, to string) Edit {
	start := 0
	for start < len(from) && start < len(to) && from[start] == to[start] {
		start++
	}
	end, newEnd := len(from), len(to)
	for end > start && newEnd > start && from[end-1] == to[newEnd-1] {
		end--
		newEnd--
	}
	return Edit{start, end, to[start:newEnd]}
}

// Move returns where the bytes between two offsets are after the edit. It
// reports false if the edit touches them.
func (e Edit) Move(start, end int) (newStart, newEnd int, ok bool) {
	shift := len(e.New) - (e.End - e.Start)
	switch {
	case end <= e.Start:
		return start, end, true
	case e.End <= start:
		return start + shift, end + shift, true
	}
	return 0, 0, false
}

// Merge returns the edits, by file, of all groups that do not conflict with one
// before them, each group as a whole or not at all. What several groups want
// alike, such as an import, is done once.
func Merge(groups []map[string][]Edit) map[string][]Edit {
	merged := make(map[string][]Edit)
	for _, group := range groups {
		added := make(map[string][]Edit)
		conflict := false
		for file, edits := range group {
			for _, e := range edits {
				switch relate(e, merged[file]) {
				case apart:
					added[file] = append(added[file], e)
				case overlapping:
					conflict = true
				}
			}
		}
		if conflict {
			continue
		}
		for file, edits := range added {
			merged[file] = append(merged[file], edits...)
		}
	}
	return merged
}

type relation int

const (
	apart relation = iota
	alike
	overlapping
)

// relate says how an edit relates to others.
func relate(e Edit, others []Edit) relation {
	for _, o := range others {
		if e == o {
			return alike
		}
		samePlace := e.Start == o.Start && (e.Start == e.End || o.Start == o.End)
		if samePlace || e.Start < o.End && o.Start < e.End {
			return overlapping
		}
	}
	return apart
}
