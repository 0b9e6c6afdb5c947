package echo

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

func TestDiffers(t *testing.T) {
	say := func(after time.Duration, texts ...string) (all []Words) {
		for _, text := range texts {
			all = append(all, Words{text, after})
		}
		return all
	}
	for _, test := range []struct {
		before, after []Words
		good          bool
		cancelled     bool // in the world in which the context fires
	}{
		{say(time.Second, "timed out"), say(time.Second, "timed out"), true, false},
		{say(time.Second, "timed out"), say(time.Second, "closed"), false, false},
		{say(time.Second, "timed out", "closed"), say(time.Second, "closed"), true, false}, // either
		{say(time.Second, "timed out"), nil, false, false},
		{nil, say(time.Second, "timed out"), true, false}, // did not return before
		{say(time.Second, "timed out"), say(2*time.Second, "context canceled"), false, false},
		{say(time.Second, "timed out"), say(time.Second, "context canceled"), true, false},
		{say(time.Second, "timed out"), say(time.Millisecond, "context canceled"), true, false},
		{say(time.Second, "timed out"), say(time.Second, "failed"), true, true},
		{say(time.Second, "timed out"), say(2*time.Second, "failed"), false, true},
		{say(time.Second, tenTimes("timed out")...), say(time.Second, append(tenTimes("timed out")[1:], "closed")...), true, false},
		{say(time.Second, tenTimes("timed out")...), say(time.Second, append(tenTimes("timed out")[2:], "closed", "closed")...), false, false},
		{say(time.Second, tenTimes("timed out")[6:]...), say(time.Second, append(tenTimes("closed")[5:], tenTimes("timed out")[5:]...)...), true, false}, // the others did not return
	} {
		v := Voice{"F", 1}
		params := []string{"ctx", "d"}
		if test.cancelled {
			v.World = 0
		}
		if how := Differs("F", params, Echo{v: test.before}, Echo{v: test.after}); (how == "") != test.good {
			t.Errorf("%+v: %q", test, how)
		}
	}
}

func tenTimes(text string) []string { return slices.Repeat([]string{text}, 10) }

// TestRun calls functions that return, panic, and do neither.
func TestRun(t *testing.T) {
	module := t.TempDir()
	for name, content := range map[string]string{
		"go.mod": "module example.com/echo\n\ngo 1.26\n",
		"p/p.go": `package p

import (
	"context"
	"time"
)

func Wait(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return context.DeadlineExceeded
	}
}

func Panic() error { panic("at once") }

func Stay(d time.Duration) error { select {} }
`,
	} {
		name = filepath.Join(module, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(content), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	got, err := Run(t.Context(), module, []Package{{"p", "p", []string{"Wait", "Panic", "Stay"}}}, 2)
	if err != nil {
		t.Fatal(err)
	}
	late := Words{"context.deadlineExceededError, context deadline exceeded, timeout: true", 2 * time.Second}
	early := Words{"*errors.errorString, context canceled, timeout: false", time.Millisecond}
	panics := Words{"panic: at once", 0}
	want := Echo{{"Wait", -1}: {late, late}, {"Wait", 0}: {early, early}, {"Panic", -1}: {panics, panics}}
	if len(got["p"]) != len(want) {
		t.Errorf("got %v, want %v", got["p"], want)
	}
	for v, words := range want {
		for i, w := range got["p"][v] {
			if w != words[i] {
				t.Errorf("%v: got %v, want %v", v, w, words[i])
			}
		}
	}
}
