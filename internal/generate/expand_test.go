package generate

import "testing"

func TestExpand(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"no pieces", "no pieces"},
		{"$conn.Close()", "c.Close()"},
		{"return ${zero}err", "return nil, err"},
		{"a\n$empty\nb", "a\nb"},
		{"a\n\nb", "a\n\nb"},
		{"$empty", ""},
		{"go func() {\n\t$empty\n}()", "go func() {\n}()"},
		{"{\n\t$two\n}", "{\n\tx := 1\ny := 2\n}"},
		{"${stop:closer}; $x", "closer.Close(); c"},
		{"${stop:$raw}", "nc.Close()"},
	} {
		e := &expander{used: make(map[string]bool), defs: defs{
			"conn": "c", "raw": "nc", "zero": "nil, ", "empty": "", "two": "x := 1\n$y", "y": "y := 2",
			"stop": "$x.Close()", "x": "$conn",
		}}
		if got := e.expand(test.text); got != test.want || e.err != nil {
			t.Errorf("%q becomes %q (%v), want %q", test.text, got, e.err, test.want)
		}
	}
}

func TestExpandErrors(t *testing.T) {
	for _, text := range []string{"$unknown", "$circle", "${stop:$unknown}"} {
		e := &expander{used: make(map[string]bool), defs: defs{"circle": "($circle)", "stop": "$x"}}
		e.expand(text)
		if e.err == nil {
			t.Errorf("%q is no error", text)
		}
	}
}

// TestTables checks what can be told of the tables without making programs.
func TestTables(t *testing.T) {
	for _, d := range dimensions {
		seen := make(map[string]bool)
		for _, v := range d.values {
			if seen[v.name] {
				t.Errorf("%s: there are two rows %q", d.name, v.name)
			}
			seen[v.name] = true
		}
	}
}

// TestSimpler checks that a program gets simpler, in the end, by one choice at a time.
func TestSimpler(t *testing.T) {
	p, err := New(1).Next("p")
	if err != nil {
		t.Fatal(err)
	}
	for steps := 0; ; steps++ {
		simpler, err := Simpler(p, "p")
		if err != nil {
			t.Fatal(err)
		}
		if len(simpler) == 0 {
			break
		}
		if steps == 100 {
			t.Fatalf("there is no end: %v", p.Choices)
		}
		p = simpler[0]
	}
	again, err := Compose(p.Number, "p", p.Choices)
	if err != nil || string(again.Source) != string(p.Source) {
		t.Errorf("composing the same choices makes (%v)\n%s\nout of\n%s", err, again.Source, p.Source)
	}
}
