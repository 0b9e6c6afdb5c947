package lsp

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"github.com/tlstimeoutlint/tlstimeoutlint/internal/lsp/protocol"
	"github.com/tlstimeoutlint/tlstimeoutlint/internal/lsp/text"
)

// TestNoLoad edits a file of a package without a handshake. The go command is
// not run for it.
func TestNoLoad(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the go command is replaced by a shell script")
	}
	real, err := exec.LookPath("go")
	if err != nil {
		t.Fatal(err)
	}
	bin := t.TempDir()
	ran := filepath.Join(bin, "ran")
	script := fmt.Sprintf("#!/bin/sh\necho \"$PWD\" >>%s\nexec %s \"$@\"\n", ran, real)
	if err := os.WriteFile(filepath.Join(bin, "go"), []byte(script), 0o777); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin+string(filepath.ListSeparator)+os.Getenv("PATH"))

	dialOnly := "package q\n\n// Handshake is only a word here.\nfunc f() { go println() }\n"
	dir := workspace(t, map[string]string{"p/p.go": leak, "q/q.go": dialOnly})
	file, without := filepath.Join(dir, "p", "p.go"), filepath.Join(dir, "q", "q.go")
	c := newClient(t)
	c.initialize(nil)
	c.open(without, dialOnly)
	for version := range 10 {
		c.change(without, version+2, &text.Range{}, "// typed\n")
	}
	c.actions(without, text.Range{})
	if data, err := os.ReadFile(ran); err == nil {
		t.Errorf("the go command was run in\n%s", data)
	}

	c.open(file, leak)
	c.published(file, 1, one)
	loaded, err := os.ReadFile(ran)
	if err != nil {
		t.Fatal("the go command was not run for a file with a handshake")
	}
	for version := range int32(10) {
		c.change(file, int(version)+2, &text.Range{}, "// typed\n")
		c.published(file, version+2, one)
	}
	if again, _ := os.ReadFile(ran); len(again) > len(loaded) {
		t.Errorf("edits run the go command again:\n%s", again)
	}
}

// TestMemory makes 2,000 edits, and waits for every fifth to be checked. What is
// kept of each may be no more than a tenth of the document.
func TestMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("takes some seconds")
	}
	dir := workspace(t, map[string]string{"p.go": leak})
	file := filepath.Join(dir, "p.go")
	c := newClient(t)
	c.initialize(nil, dir)
	c.open(file, leak)
	c.published(file, 1, one)
	edit := func(from, to int) (heap int64) {
		for version := from; version < to; version++ {
			// The document keeps its length: what grows is not the document.
			c.change(file, version, nil, strings.Replace(leak, "shakes hands", fmt.Sprintf("edit %07d", version), 1))
			if version%5 == 0 {
				c.published(file, int32(version), one)
			}
		}
		c.settle(file)
		c.mu.Lock()
		c.received, c.answers = nil, make(map[string]message)
		c.mu.Unlock()
		runtime.GC()
		runtime.GC()
		var stats runtime.MemStats
		runtime.ReadMemStats(&stats)
		return int64(stats.HeapAlloc)
	}
	const edits = 2000
	before := edit(2, 202)
	after := edit(202, 202+edits)
	t.Logf("the heap has %d KB after 200 edits, %d KB after %d more", before>>10, after>>10, edits)
	if grown := (after - before) / edits; grown > int64(len(leak)/10) {
		t.Errorf("the heap grows by %d bytes with each edit", grown)
	}
}

// settle waits until nothing is under way. (What is published may have been found
// in a version before.)
func (c *client) settle(file string) {
	c.t.Helper()
	c.actions(file, text.Range{})
}

// BenchmarkEdit takes the time from a change to its diagnostics: in a package of
// one file, and in one of the driver where the mistake was first found, which has
// about a thousand functions. The mistake is there, is mended, and is made again.
// It also tells how long it takes until all executions have been looked at, and
// until the quick fixes have been made.
func BenchmarkEdit(b *testing.B) {
	defer debug.SetGCPercent(debug.SetGCPercent(GCPercent))
	b.Run("small", func(b *testing.B) {
		dir := workspace(b, map[string]string{"p.go": leak})
		benchmarkEdit(b, filepath.Join(dir, "p.go"), "case <-time.After(d):\n", "conn.Close()\n")
	})
	b.Run("mongo-driver", func(b *testing.B) {
		benchmarkEdit(b, mongoDriver(b), "case <-ctx.Done():\n\t\treturn nil, errors.New(", "client.Close()\n")
	})
}

// benchmarkEdit edits a file with a mistake, which is mended by what is to be
// inserted before the last line of a text.
func benchmarkEdit(b *testing.B, file, before, insert string) {
	content, err := os.ReadFile(file)
	if err != nil {
		b.Fatal(err)
	}
	c := newClient(b)
	c.initialize(nil)
	c.open(file, string(content))
	c.published(file, 1, one)
	c.settle(file)
	c.change(file, 2, nil, string(content)) // the go command may have updated go.sum
	c.settle(file)
	line := at(string(content), before).End.Line
	inserted := text.Range{Start: text.Position{Line: line + 1}, End: text.Position{Line: line + 2}}
	steps := []struct {
		name string
		in   text.Range
		text string
		want func([]protocol.Diagnostic) bool
	}{
		{"typed", text.Range{}, "// typed\n", one},
		{"mended", text.Range{Start: inserted.Start, End: inserted.Start}, insert, zero},
		{"made", inserted, "", one},
		{"deleted", text.Range{End: text.Position{Line: 1}}, "", one},
	}
	version := int32(2)
	told, settled := make([]time.Duration, len(steps)), make([]time.Duration, len(steps))
	var fixes time.Duration
	for b.Loop() {
		for i, step := range steps {
			version++
			start := time.Now()
			c.change(file, int(version), &step.in, step.text)
			c.published(file, version, step.want)
			told[i] += time.Since(start)
			c.settle(file)
			settled[i] += time.Since(start)
			if list := c.lastPublished(file); !step.want(list) {
				b.Errorf("%s: in the end there is %+v", step.name, list)
			}
		}
		start := time.Now()
		if len(c.actions(file, c.lastPublished(file)[0].Range)) == 0 {
			b.Error("there are no quick fixes")
		}
		fixes += time.Since(start)
	}
	average := func(d time.Duration) float64 { return float64(d.Milliseconds()) / float64(b.N) }
	for i, step := range steps {
		b.ReportMetric(average(told[i]), "ms-"+step.name)
		b.ReportMetric(average(settled[i]), "ms-"+step.name+"-all")
	}
	b.ReportMetric(average(fixes), "ms-fixes")
	b.ReportMetric(0, "ns/op") // not of interest
}

// mongoDriver copies a release with the mistake and returns its file.
func mongoDriver(b *testing.B) string {
	b.Helper()
	const module = "../../testdata/real/mongo-driver-1.1.3"
	cmd := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "go.mongodb.org/mongo-driver")
	cmd.Dir = module
	out, err := cmd.Output()
	if err != nil {
		b.Skipf("the module can't be fetched: %v", err)
	}
	dir := b.TempDir()
	if err := os.CopyFS(dir, os.DirFS(strings.TrimSpace(string(out)))); err != nil {
		b.Fatal(err)
	}
	// The release is older than modules. It requires what ours requires for it,
	// and more for its tests.
	b.Setenv("GOFLAGS", "-mod=mod")
	for _, name := range []string{"go.mod", "go.sum"} {
		data, err := os.ReadFile(filepath.Join(module, name))
		if err != nil {
			b.Fatal(err)
		}
		content := strings.Replace(string(data), "example.com/real/mongo-driver-1.1.3", "go.mongodb.org/mongo-driver", 1)
		content = strings.Replace(content, "require go.mongodb.org/mongo-driver v1.1.3\n", "", 1)
		write(b, filepath.Join(dir, name), content)
	}
	return filepath.Join(dir, "x", "mongo", "driver", "topology", "connection.go")
}
