package main_test

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
	"unsafe"
)

// TestProgressLine runs the command for longer than two seconds, on a terminal
// and in a pipe.
//
// What takes so long is a driver of go/packages, which is this test, and leaves
// the work to the go command.
func TestProgressLine(t *testing.T) {
	if os.Getenv("TLSTIMEOUTLINT_TEST_DRIVER") != "" {
		time.Sleep(2500 * time.Millisecond)
		fmt.Print(`{"NotHandled": true}`)
		os.Stdout.Sync()
		os.Exit(0)
	}
	t.Parallel()
	dir := t.TempDir()
	for name, content := range map[string]string{
		"go.mod": "module example.com/a\n\ngo 1.26\n",
		"a.go":   "package a\n",
		"driver": "#!/bin/sh\nexec '" + os.Args[0] + "' -test.run='^TestProgressLine$'\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o777); err != nil {
			t.Fatal(err)
		}
	}
	command := func(stderr *os.File) *exec.Cmd {
		cmd := exec.Command(tool)
		cmd.Dir, cmd.Stderr = dir, stderr
		cmd.Env = append(os.Environ(), "GOFLAGS=", "GOWORK=", "TERM=xterm", "TLSTIMEOUTLINT_TEST_DRIVER=1",
			"GOPACKAGESDRIVER="+filepath.Join(dir, "driver"))
		return cmd
	}

	screen, terminal, err := openTerminal()
	if err != nil {
		t.Skipf("no pseudo terminal: %v", err)
	}
	defer screen.Close()
	r, pipe, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	onTerminal, inPipe := command(terminal), command(pipe)
	for _, cmd := range []*exec.Cmd{onTerminal, inPipe} {
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
	}
	terminal.Close()
	pipe.Close()

	shown, _ := io.ReadAll(screen) // ends in an error when the terminal is closed
	if !strings.Contains(string(shown), "loading packages") || !bytes.HasSuffix(shown, []byte(" \r")) {
		t.Errorf("on a terminal it shows %q", shown)
	}
	if said, err := io.ReadAll(r); err != nil || len(said) > 0 {
		t.Errorf("in a pipe it says %q, %v", said, err)
	}
	for _, cmd := range []*exec.Cmd{onTerminal, inPipe} {
		if err := cmd.Wait(); err != nil {
			t.Error(err)
		}
	}
}

// openTerminal opens a pseudo terminal, and what shows its screen.
func openTerminal() (screen, terminal *os.File, err error) {
	screen, err = os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		return nil, nil, err
	}
	var locked, number uint32
	for request, arg := range map[uintptr]*uint32{syscall.TIOCSPTLCK: &locked, syscall.TIOCGPTN: &number} {
		_, _, errno := syscall.Syscall(syscall.SYS_IOCTL, screen.Fd(), request, uintptr(unsafe.Pointer(arg)))
		if errno != 0 {
			screen.Close()
			return nil, nil, errno
		}
	}
	terminal, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		screen.Close()
		return nil, nil, err
	}
	return screen, terminal, nil
}
