package values

import (
	"crypto/tls"
	"fmt"
	"net"
	"slices"
	"strconv"
	"time"
)

// SafeSettledContains finds a name in a list that is known, by a function of another package,
// and so always closes the connection.
func SafeSettledContains(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	names := []string{"a", "b"}
	errc := make(chan error, 1)
	go func() { errc <- tls.Client(raw, cfg).Handshake() }()
	select {
	case err := <-errc:
		raw.Close()
		return err
	case <-time.After(timeout):
		if slices.Contains(names, "b") {
			raw.Close()
		}
		return errTimeout
	}
}

// SafeSettledPrefix cuts a string that is known,
// and so always closes the connection.
func SafeSettledPrefix(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	address := "tls:example.com"
	errc := make(chan error, 1)
	go func() { errc <- tls.Client(raw, cfg).Handshake() }()
	select {
	case err := <-errc:
		raw.Close()
		return err
	case <-time.After(timeout):
		if address[:4] == "tls:" {
			raw.Close()
		}
		return errTimeout
	}
}

// SafeSettledLetter looks at a letter of a string that is known,
// and so always closes the connection.
func SafeSettledLetter(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	address := "tls"
	errc := make(chan error, 1)
	go func() { errc <- tls.Client(raw, cfg).Handshake() }()
	select {
	case err := <-errc:
		raw.Close()
		return err
	case <-time.After(timeout):
		if address[0] == 't' {
			raw.Close()
		}
		return errTimeout
	}
}

// SafeSettledArray compares arrays that are known,
// and so always closes the connection.
func SafeSettledArray(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	sum, want := [2]int{1, 2}, [2]int{1, 2}
	errc := make(chan error, 1)
	go func() { errc <- tls.Client(raw, cfg).Handshake() }()
	select {
	case err := <-errc:
		raw.Close()
		return err
	case <-time.After(timeout):
		if sum == want {
			raw.Close()
		}
		return errTimeout
	}
}

// SafeSettledNumber reads a number from a string that is known,
// and so always closes the connection.
func SafeSettledNumber(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	n, _ := strconv.Atoi("4")
	errc := make(chan error, 1)
	go func() { errc <- tls.Client(raw, cfg).Handshake() }()
	select {
	case err := <-errc:
		raw.Close()
		return err
	case <-time.After(timeout):
		if n == 4 {
			raw.Close()
		}
		return errTimeout
	}
}

// SafeSettledNarrow has a number for which its type has no room,
// and so always closes the connection.
func SafeSettledNarrow(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	n := 300
	port := uint8(n)
	errc := make(chan error, 1)
	go func() { errc <- tls.Client(raw, cfg).Handshake() }()
	select {
	case err := <-errc:
		raw.Close()
		return err
	case <-time.After(timeout):
		if port == 44 {
			raw.Close()
		}
		return errTimeout
	}
}

// SafeSettledLetters counts the letters of a string,
// and so always closes the connection.
func SafeSettledLetters(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	n := 0
	for range "abc" {
		n++
	}
	errc := make(chan error, 1)
	go func() { errc <- tls.Client(raw, cfg).Handshake() }()
	select {
	case err := <-errc:
		raw.Close()
		return err
	case <-time.After(timeout):
		if n == 3 {
			raw.Close()
		}
		return errTimeout
	}
}

// SafeSettledCopied copies as many elements as there is room for,
// and so always closes the connection.
func SafeSettledCopied(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	room := make([]int, 2)
	n := copy(room, []int{1, 2, 3})
	errc := make(chan error, 1)
	go func() { errc <- tls.Client(raw, cfg).Handshake() }()
	select {
	case err := <-errc:
		raw.Close()
		return err
	case <-time.After(timeout):
		if n == 2 {
			raw.Close()
		}
		return errTimeout
	}
}

// SilentSettled finds no such name in a list that is known, and so never closes the
// connection.
//
// Silent: what another package computes is not executed, so its answer is not known.
func SilentSettled(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	errc := make(chan error, 1)
	go func() { errc <- tls.Client(raw, cfg).Handshake() }()
	select {
	case err := <-errc:
		raw.Close()
		return err
	case <-time.After(timeout):
		if slices.Index([]string{"a"}, "b") == 0 {
			raw.Close()
		}
		return errTimeout
	}
}

// LeakNamed computes a text from values that are known, on which nothing depends.
func LeakNamed(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	attempt := fmt.Sprint("attempt ", strconv.Itoa(1))
	errc := make(chan error, 1)
	go func() { errc <- tls.Client(raw, cfg).Handshake() }() // want "is not stopped"
	select {
	case err := <-errc:
		raw.Close()
		return err
	case <-time.After(timeout):
		return fmt.Errorf("%s: %w", attempt, errTimeout)
	}
}

// SafeSpareRoom gets the connection back from the room behind a slice's end.
func SafeSpareRoom(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	conns := make([]net.Conn, 0, 4)
	more := append(conns, raw)
	errc := make(chan error, 1)
	go func() { errc <- tls.Client(more[0], cfg).Handshake() }()
	select {
	case err = <-errc:
	case <-time.After(timeout):
		err = errTimeout
	}
	conns[:1][0].Close()
	return err
}

// SafeDivision divides by zero, and closes the connection when it recovers.
func SafeDivision(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	errc := make(chan error, 1)
	go func() { errc <- tls.Client(raw, cfg).Handshake() }()
	select {
	case err = <-errc:
	case <-time.After(timeout):
		err = errTimeout
	}
	defer func() {
		if recover() != nil {
			raw.Close()
		}
	}()
	rest := 0
	fmt.Println(10 / rest)
	return err
}

// LeakParsed reads what it is given in its own text: without an error, as everybody
// would say.
func LeakParsed(dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) error {
	attempts, err := strconv.Atoi("3")
	if err != nil {
		return err
	}
	raw, err := dial()
	if err != nil {
		return err
	}
	errc := make(chan error, 1)
	go func() { errc <- tls.Client(raw, cfg).Handshake() }() // want "is not stopped"
	select {
	case err := <-errc:
		raw.Close()
		return err
	case <-time.After(timeout):
		return fmt.Errorf("attempt 1 of %d: %w", attempts, errTimeout)
	}
}
