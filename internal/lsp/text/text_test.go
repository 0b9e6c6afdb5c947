package text

import (
	"maps"
	"slices"
	"testing"
	"unicode/utf16"
)

func TestPositions(t *testing.T) {
	for _, test := range []struct {
		name     string
		content  string
		offset   int
		position Position
	}{
		{"start", "package p\n", 0, Position{0, 0}},
		{"end of a line", "package p\n", 9, Position{0, 9}},
		{"end of the document", "package p\n", 10, Position{1, 0}},
		{"tab", "\tx", 1, Position{0, 1}},
		{"behind two bytes", "ä.x", 3, Position{0, 2}},
		{"behind three bytes", "世.x", 4, Position{0, 2}},
		{"beyond the BMP", "a\n\"😀\".x", 8, Position{1, 4}},
		{"CRLF", "a\r\nb", 3, Position{1, 0}},
		{"before CRLF", "a\r\nb", 1, Position{0, 1}},
		{"CR alone", "a\rb", 2, Position{1, 0}},
		{"not UTF-8", "\xff\xfex", 2, Position{0, 2}},
		{"empty", "", 0, Position{0, 0}},
	} {
		d := New(test.content)
		if got := d.Position(test.offset); got != test.position {
			t.Errorf("%s: position of %d is %v, want %v", test.name, test.offset, got, test.position)
		}
		if got, err := d.Offset(test.position); err != nil || got != test.offset {
			t.Errorf("%s: offset of %v is %d, %v, want %d", test.name, test.position, got, err, test.offset)
		}
	}
}

func TestOffsetOfOddPositions(t *testing.T) {
	d := New("ab\r\n😀c\n")
	for _, test := range []struct {
		position Position
		want     int
	}{
		{Position{0, 9}, 2}, // behind the line's end
		{Position{1, 1}, 4}, // between the halves of a surrogate pair
		{Position{1, 2}, 8},
		{Position{2, 5}, 10},
	} {
		if got, err := d.Offset(test.position); err != nil || got != test.want {
			t.Errorf("offset of %v is %d, %v, want %d", test.position, got, err, test.want)
		}
	}
	if _, err := d.Offset(Position{3, 0}); err == nil {
		t.Error("a line behind the last one is no error")
	}
	if _, err := d.Replace(Range{Position{1, 0}, Position{0, 0}}, ""); err == nil {
		t.Error("a range that ends before it begins is no error")
	}
}

func FuzzPositions(f *testing.F) {
	f.Add("a\r\n\"😀\"\r\x00\xff\n")
	f.Fuzz(func(t *testing.T, content string) {
		d := New(content)
		for i, r := range content {
			if i > 0 && content[i-1] == '\r' && r == '\n' {
				continue // inside a line's end
			}
			p := d.Position(i)
			if back, err := d.Offset(p); err != nil || back != i {
				t.Fatalf("%q: offset %d is at %v, which is offset %d, %v", content, i, p, back, err)
			}
			if start := d.lines[p.Line]; int(p.Character) != len(utf16.Encode([]rune(content[start:i]))) {
				t.Fatalf("%q: offset %d is at %v", content, i, p)
			}
		}
	})
}

func TestBetween(t *testing.T) {
	for _, test := range []struct {
		from, to string
		want     Edit
	}{
		{"abc", "abc", Edit{3, 3, ""}},
		{"abc", "axc", Edit{1, 2, "x"}},
		{"abc", "abbc", Edit{2, 2, "b"}},
		{"aa", "a", Edit{1, 2, ""}},
		{"", "a", Edit{0, 0, "a"}},
	} {
		e := Between(test.from, test.to)
		if e != test.want {
			t.Errorf("%q to %q: %v, want %v", test.from, test.to, e, test.want)
		}
	}
}

func TestMove(t *testing.T) {
	e := Edit{Start: 10, End: 12, New: "abcde"}
	for _, test := range []struct {
		start, end int
		want       [2]int
		ok         bool
	}{
		{2, 10, [2]int{2, 10}, true},
		{12, 20, [2]int{15, 23}, true},
		{9, 11, [2]int{}, false},
		{11, 12, [2]int{}, false},
		{0, 30, [2]int{}, false},
	} {
		start, end, ok := e.Move(test.start, test.end)
		if [2]int{start, end} != test.want || ok != test.ok {
			t.Errorf("%d-%d: %d-%d %t", test.start, test.end, start, end, ok)
		}
	}
}

func TestMerge(t *testing.T) {
	imports := Edit{1, 1, "import"}
	got := Merge([]map[string][]Edit{
		{"a": {imports, {10, 12, "a"}}},
		{"a": {imports, {20, 20, "b"}}},
		{"a": {{30, 31, "c"}, {11, 13, "d"}}},        // overlaps the first
		{"a": {{20, 20, "e"}}},                       // in no order with the second
		{"a": {{40, 40, "f"}}, "b": {{10, 12, "g"}}}, // of two files
		{"a": {{50, 50, "h"}}, "b": {{11, 11, "i"}}}, // overlaps in the other one
	})
	want := map[string][]Edit{
		"a": {imports, {10, 12, "a"}, {20, 20, "b"}, {40, 40, "f"}},
		"b": {{10, 12, "g"}},
	}
	if !maps.EqualFunc(got, want, slices.Equal) {
		t.Errorf("got %v, want %v", got, want)
	}
}
