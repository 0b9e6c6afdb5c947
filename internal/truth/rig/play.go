package rig

import (
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// playVirtual plays a world in a bubble. It hands the outcome to tell before it
// tidies up, for tidying up may end the process.
func playVirtual(t *testing.T, j job, tell func(outcome)) {
	done := make(chan bool)
	go func() { // a goroutine of its own, since a case may call t.FailNow
		defer close(done)
		defer func() { recover() }() // bubbles panic when a goroutine is left
		synctest.Test(t, func(t *testing.T) {
			s := newStage(j.c, j.world, virtual)
			bubble := parseDump(ownStack())[0].bubble
			tell(s.play(t, func(d time.Duration) {
				time.Sleep(d)
				synctest.Wait()
			}, bubble))
			s.closeEnds()
			synctest.Wait()
		})
	}()
	<-done
}

// playReal plays a world in real time. The process must be used for nothing else.
func playReal(t *testing.T, j job, tell func(outcome)) {
	k := realTime
	if j.world.peer != silent {
		k = realTimeAnswer
	}
	s := newStage(j.c, j.world, k)
	tell(s.play(t, func(d time.Duration) {
		for end := time.Now().Add(d); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
			if s.clock.hasty && s.returned.Load() {
				break
			}
			if dials(j.c) {
				s.seen.add(dump()) // a dialed connection does not tell of itself
			}
		}
	}, 0))
	runtime.KeepAlive(s) // and of the connections in it
}

// play runs the case and judges what is left, first while nothing but the
// durations and the source that fires first has fired, then after all have.
func (s *stage) play(t *testing.T, rest func(time.Duration), bubble int) outcome {
	go s.perform(s.arguments(t))
	rest(s.clock.first)

	var o outcome
	if s.returned.Load() {
		s.judgeHandshakes(&o, bubble)
	}
	for _, fire := range s.sources {
		fire()
	}
	rest(s.clock.last)
	if o.Verdict == Quiet {
		s.judgeAll(&o, bubble)
	}
	if text := s.panicked.Load(); text != nil {
		o = outcome{Ends: true, Stack: *text} // a panic ends the other goroutines too
	}
	o.Sites = s.seen.sites()
	if s.w.peer == answers && !o.Ends {
		s.judgeAnswer(&o)
	}
	return o
}

// judgeHandshakes looks for handshakes that the case left running, or over and
// blocked in a send.
func (s *stage) judgeHandshakes(o *outcome, bubble int) {
	for _, g := range s.left(bubble) {
		site, shook := s.seen.siteOf(g.id)
		switch {
		case g.inHandshake():
			s.blame(o, Unstopped, g, g.site())
		case shook && g.inSend():
			s.blame(o, BlockedSend, g, site)
		}
	}
}

// judgeAll looks for anything that the case left, and whether it returned.
func (s *stage) judgeAll(o *outcome, bubble int) {
	left := s.left(bubble)
	if !s.returned.Load() {
		if s.judgeHandshakes(o, bubble); o.Verdict == BlockedSend {
			return // for which the case itself waits
		}
		o.Verdict = Ineffective
		o.Stack = texts(append(s.performer(bubble), left...))
		o.Lost = s.seen.sites()
		return
	}
	s.judgeHandshakes(o, bubble)
	if s.clock.hasty {
		return // timers may still run, and with them who waits for them
	}
	if o.Verdict == Quiet && len(left) > 0 {
		o.Verdict, o.Stack = Stuck, texts(left)
	}
}

// judgeAnswer tells what is wrong with a case whose peer answers.
func (s *stage) judgeAnswer(o *outcome) {
	if !s.returned.Load() {
		o.Problems = append(o.Problems, "does not return")
	}
	if text := s.complaint.Load(); text != nil {
		o.Problems = append(o.Problems, *text)
	}
}

// blame makes the verdict v on goroutine g, unless there is a worse one.
func (s *stage) blame(o *outcome, v Verdict, g *goroutine, site string) {
	if v < o.Verdict {
		return
	}
	if v > o.Verdict {
		*o = outcome{Verdict: v}
	}
	if o.Stack != "" {
		o.Stack += "\n\n"
	}
	o.Stack += g.text
	o.Lost = union(o.Lost, []string{site})
}

// left returns the goroutines that the case has started and that are there still.
func (s *stage) left(bubble int) []*goroutine {
	var list []*goroutine
	for _, g := range dump() {
		if g.bubble == bubble && !g.isOurs() {
			list = append(list, g)
		}
	}
	return list
}

// performer returns the goroutine that runs the case itself, if it still does.
func (s *stage) performer(bubble int) []*goroutine {
	for _, g := range dump() {
		if g.bubble == bubble && strings.Contains(g.text, performFunc) {
			return []*goroutine{g}
		}
	}
	return nil
}

var performFunc = ours + "(*stage).perform("

// ownStack returns the stack of the calling goroutine.
func ownStack() string {
	buf := make([]byte, 1<<14)
	return string(buf[:runtime.Stack(buf, false)])
}
