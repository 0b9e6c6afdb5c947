package main

import (
	"os"
	"runtime"
	"runtime/debug"
)

// freeHeap is how much memory, in bytes, is used before garbage is collected for the
// first time. Most of what a run loads stays until its end, so that to go through
// a small heap again and again costs more than it frees; the compiler does the same.
const freeHeap = 128 << 20

// delayGC lets garbage be collected only once the process uses freeHeap, and as
// usual from then on. What the environment says about that stays.
func delayGC() {
	if os.Getenv("GOGC") != "" || os.Getenv("GOMEMLIMIT") != "" {
		return
	}
	usual, none := debug.SetGCPercent(-1), debug.SetMemoryLimit(freeHeap)
	garbage := new([64]byte)
	runtime.AddCleanup(garbage, func(struct{}) {
		debug.SetGCPercent(usual)
		debug.SetMemoryLimit(none)
	}, struct{}{})
}
