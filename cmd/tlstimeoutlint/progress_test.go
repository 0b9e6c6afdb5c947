package main

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestProgress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out strings.Builder
		p := startProgress(&out, quiet)
		p.tell("listing")
		time.Sleep(quiet - 1)
		p.tell("loading")
		if out.Len() > 0 {
			t.Errorf("a short run shows %q", &out)
		}
		time.Sleep(2 * time.Nanosecond)
		p.tell("checking %d", 1)
		p.tell("checking %d", 1)
		p.erase()
		p.erase()
		if want := "loading\r       \rchecking 1\r          \r"; out.String() != want {
			t.Errorf("%q, want %q", &out, want)
		}
	})
}

func TestProgressOfShortRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out strings.Builder
		p := startProgress(&out, quiet)
		p.tell("listing")
		p.erase()
		time.Sleep(2 * quiet) // while findings are printed, say
		if out.Len() > 0 {
			t.Errorf("it shows %q", &out)
		}
	})
}
