package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"
)

// quiet is how long a run takes before it tells how far it has got.
const quiet = 2 * time.Second

// A progress is a line on a terminal that tells what a long run is doing. It is
// nil where nobody would see it.
type progress struct {
	mu    sync.Mutex
	w     io.Writer
	long  bool   // the run has taken long enough
	step  string // what is being done, or ""
	shown string
}

// newProgress returns the line on standard error, if that is a terminal.
func newProgress() *progress {
	info, err := os.Stderr.Stat()
	if err != nil || info.Mode()&os.ModeCharDevice == 0 || os.Getenv("TERM") == "dumb" {
		return nil
	}
	return startProgress(os.Stderr, quiet)
}

// startProgress returns a line that is first shown after the delay.
func startProgress(w io.Writer, delay time.Duration) *progress {
	p := &progress{w: w}
	time.AfterFunc(delay, func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.long = true
		p.show()
	})
	return p
}

// tell says what is being done now.
func (p *progress) tell(format string, args ...any) {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.step = fmt.Sprintf(format, args...)
	p.show()
}

// erase makes room for what else is to be printed. The line comes back with the
// next step.
func (p *progress) erase() {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.step = ""
	p.show()
}

// show writes the step over the one that is shown.
func (p *progress) show() {
	if !p.long || p.step == p.shown {
		return
	}
	if p.shown != "" {
		fmt.Fprint(p.w, "\r", strings.Repeat(" ", len(p.shown)), "\r")
	}
	fmt.Fprint(p.w, p.step)
	p.shown = p.step
}
