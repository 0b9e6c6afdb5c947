package main

import (
	"fmt"
	"log"
	"os"
	"runtime"
	"runtime/pprof"
)

// startProfiles starts the profiles that have a file name, and returns a
// function that writes them.
func startProfiles(cpu, mem string) (stop func(), err error) {
	stopCPU := func() {}
	if cpu != "" {
		f, err := os.Create(cpu)
		if err != nil {
			return nil, fmt.Errorf("flag -cpuprofile: %w", err)
		}
		if err := pprof.StartCPUProfile(f); err != nil {
			return nil, fmt.Errorf("flag -cpuprofile: %w", err)
		}
		stopCPU = pprof.StopCPUProfile
	}
	return func() {
		stopCPU()
		if mem == "" {
			return
		}
		if err := writeHeap(mem); err != nil {
			log.Printf("flag -memprofile: %v", err)
		}
	}, nil
}

func writeHeap(name string) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	runtime.GC() // for up-to-date statistics
	if err := pprof.WriteHeapProfile(f); err != nil {
		return err
	}
	return f.Close()
}
