package filter

import (
	"os"
	"testing"
)

// BenchmarkSearch searches the standard library, tests included. The files are
// in memory before long.
func BenchmarkSearch(b *testing.B) {
	pkgs, err := list([]string{"std"})
	if err != nil {
		b.Fatal(err)
	}
	var size int64
	for _, p := range pkgs {
		for _, name := range p.files(true) {
			info, err := os.Stat(name)
			if err != nil {
				b.Fatal(err)
			}
			size += info.Size()
		}
	}
	b.SetBytes(size)
	wanted := 0
	for b.Loop() {
		wanted = 0
		for _, w := range search(testNames, pkgs, true) {
			if w {
				wanted++
			}
		}
	}
	b.ReportMetric(float64(len(pkgs)), "packages")
	b.ReportMetric(float64(wanted), "wanted")
}

// BenchmarkList asks the go command for the same.
func BenchmarkList(b *testing.B) {
	for b.Loop() {
		if _, err := list([]string{"std"}); err != nil {
			b.Fatal(err)
		}
	}
}
