package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// A bench measures the linters of a workload.
type bench struct {
	bin      string // where the linters are
	scratch  string
	source   string // where the module is
	workload workload
	runs     int
	limit    time.Duration
	only     []string // the names of the commands to measure; none for all
}

// A row is what was measured of a linter.
type row struct {
	linter
	samples []sample
}

// A sample is what one run took: the process and all that it started.
type sample struct {
	user, wall time.Duration
	peak       int64 // of the largest process, in bytes
	exit       int   // the exit code, which may tell of findings alone
}

func (s sample) userSeconds() float64 { return s.user.Seconds() }
func (s sample) wallSeconds() float64 { return s.wall.Seconds() }
func (s sample) megabytes() float64   { return float64(s.peak) / 1e6 }

func (r row) user() float64    { return median(r.values(sample.userSeconds)) }
func (r row) elapsed() float64 { return median(r.values(sample.wallSeconds)) }
func (r row) peak() float64    { return median(r.values(sample.megabytes)) }

// values returns what was measured, in increasing order.
func (r row) values(of func(sample) float64) (values []float64) {
	for _, s := range r.samples {
		values = append(values, of(s))
	}
	slices.Sort(values)
	return values
}

func median(sorted []float64) float64 {
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}

// measure runs the linters in turn. A run before those that count fills the
// caches, where they are to be warm.
func (b *bench) measure() ([]row, error) {
	var rows []row
	for _, l := range b.workload.linters() {
		if len(b.only) == 0 || slices.Contains(b.only, l.name) {
			rows = append(rows, row{linter: l})
		}
	}
	if len(rows) == 0 {
		return nil, errors.New("there is no such command")
	}
	for i := range rows {
		if b.workload.cache == cold && i > 0 {
			break // one is enough for the disk's cache, and for what is to be downloaded
		}
		if _, err := b.run(rows[i].linter); err != nil {
			return nil, err
		}
	}
	for n := range b.runs {
		for i := range rows {
			r := &rows[i]
			if n > 0 && r.samples[0].wall*time.Duration(b.runs) > b.limit {
				continue
			}
			s, err := b.run(r.linter)
			if err != nil {
				return nil, err
			}
			r.samples = append(r.samples, s)
			log.Printf("%s, run %d: %.2f s, exit code %d: %s", b.workload.name, n+1, s.userSeconds(), s.exit, r.name)
		}
	}
	return rows, nil
}

// run runs a linter once.
func (b *bench) run(l linter) (s sample, err error) {
	env := append(os.Environ(), "GOWORK=off", "GOFLAGS=-mod=mod")
	if b.workload.cache == cold {
		dir, err := os.MkdirTemp(b.scratch, "cache")
		if err != nil {
			return s, err
		}
		defer os.RemoveAll(dir)
		env = append(env, "GOCACHE="+filepath.Join(dir, "go"), "STATICCHECK_CACHE="+filepath.Join(dir, "staticcheck"))
	}
	var args []string
	for _, arg := range l.args {
		if flag, tool, ok := strings.Cut(arg, "-vettool="); ok && flag == "" {
			name := filepath.Join(b.bin, tool)
			if b.workload.cache == unseen {
				// The go command knows a vet tool by its content.
				if err := makeUnique(name); err != nil {
					return s, err
				}
			}
			arg = "-vettool=" + name
		}
		args = append(args, arg)
	}
	if args[0] != "go" {
		args[0] = filepath.Join(b.bin, args[0])
	}
	cmd := exec.Command(args[0], append(args[1:], "./...")...)
	cmd.Dir, cmd.Env = b.source, env

	start := time.Now()
	err = cmd.Run() // what it finds is thrown away
	if err != nil && !errors.As(err, new(*exec.ExitError)) {
		return s, err
	}
	state := cmd.ProcessState
	return sample{user: state.UserTime(), wall: time.Since(start), peak: peak(state), exit: state.ExitCode()}, nil
}

// makeUnique adds the time to the end of a program, which runs as before.
func makeUnique(name string) error {
	f, err := os.OpenFile(name, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = io.WriteString(f, time.Now().String())
	return errors.Join(err, f.Close())
}

// field returns the field of a JSON object.
func field(object []byte, name string) (string, error) {
	var fields map[string]any
	if err := json.Unmarshal(object, &fields); err != nil {
		return "", err
	}
	value, ok := fields[name].(string)
	if !ok {
		return "", fmt.Errorf("no field %s in %s", name, object)
	}
	return value, nil
}
