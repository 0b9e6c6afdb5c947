//go:build unix

package main

import (
	"os"
	"runtime"
	"syscall"
)

// peak returns the peak memory of the largest of a process and those it has
// waited for, in bytes.
func peak(state *os.ProcessState) int64 {
	size := state.SysUsage().(*syscall.Rusage).Maxrss
	if runtime.GOOS == "darwin" {
		return int64(size)
	}
	return int64(size) * 1024
}
