// Package written has the library write to what it gets.
package written

import (
	"container/ring"
	"crypto/tls"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"slices"
	"sort"
	"strings"
	"time"
)

var errTimeout = errors.New("handshake timed out")

func two(dial func() (net.Conn, error)) (a, b net.Conn, err error) {
	if a, err = dial(); err != nil {
		return nil, nil, err
	}
	if b, err = dial(); err != nil {
		a.Close()
		return nil, nil, err
	}
	return a, b, nil
}

// SafeReverse closes the one that has come to the front.
func SafeReverse(dial func() (net.Conn, error), cfg *tls.Config, d time.Duration) error {
	a, b, err := two(dial)
	if err != nil {
		return err
	}
	list := []net.Conn{a, b}
	slices.Reverse(list)
	errc := make(chan error, 1)
	go func() { errc <- tls.Client(b, cfg).Handshake() }()
	select {
	case err = <-errc:
	case <-time.After(d):
		err = errTimeout
	}
	list[0].Close()
	return err
}

type slot struct {
	rank int
	c    net.Conn
}

// SafeSortSlice sorts by rank, and closes the last.
func SafeSortSlice(dial func() (net.Conn, error), cfg *tls.Config, d time.Duration) error {
	a, b, err := two(dial)
	if err != nil {
		return err
	}
	list := []slot{{2, a}, {1, b}}
	sort.Slice(list, func(i, j int) bool { return list[i].rank < list[j].rank })
	errc := make(chan error, 1)
	go func() { errc <- tls.Client(a, cfg).Handshake() }()
	select {
	case err = <-errc:
	case <-time.After(d):
		err = errTimeout
	}
	list[len(list)-1].c.Close()
	return err
}

type byRank []slot

func (s byRank) Len() int           { return len(s) }
func (s byRank) Less(i, j int) bool { return s[i].rank < s[j].rank }
func (s byRank) Swap(i, j int)      { s[i], s[j] = s[j], s[i] }

// SafeSortSort sorts by an interface of its own.
func SafeSortSort(dial func() (net.Conn, error), cfg *tls.Config, d time.Duration) error {
	a, b, err := two(dial)
	if err != nil {
		return err
	}
	list := byRank{{2, a}, {1, b}}
	sort.Sort(list)
	errc := make(chan error, 1)
	go func() { errc <- tls.Client(a, cfg).Handshake() }()
	select {
	case err = <-errc:
	case <-time.After(d):
		err = errTimeout
	}
	list[1].c.Close()
	return err
}

// SafeSscan learns from constant text how many to close.
func SafeSscan(dial func() (net.Conn, error), cfg *tls.Config, d time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	var major, minor int
	if _, err := fmt.Sscanf("1.3", "%d.%d", &major, &minor); err != nil {
		raw.Close()
		return err
	}
	errc := make(chan error, 1)
	go func() { errc <- tls.Client(raw, cfg).Handshake() }()
	select {
	case err = <-errc:
	case <-time.After(d):
		err = errTimeout
	}
	if minor > 0 {
		raw.Close()
	}
	return err
}

const defaults = `{"closeOnTimeout": true, "retries": 1}`

type settings struct {
	CloseOnTimeout bool `json:"closeOnTimeout"`
	Retries        int  `json:"retries"`
}

// SafeJSON has its settings from a constant.
func SafeJSON(dial func() (net.Conn, error), cfg *tls.Config, d time.Duration) error {
	var s settings
	if err := json.Unmarshal([]byte(defaults), &s); err != nil {
		return err
	}
	raw, err := dial()
	if err != nil {
		return err
	}
	errc := make(chan error, 1)
	go func() { errc <- tls.Client(raw, cfg).Handshake() }()
	select {
	case err = <-errc:
		raw.Close()
	case <-time.After(d):
		err = errTimeout
		if s.CloseOnTimeout {
			raw.Close()
		}
	}
	return err
}

// SafeHex decodes flags.
func SafeHex(dial func() (net.Conn, error), cfg *tls.Config, d time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	flags := make([]byte, 2)
	if _, err := hex.Decode(flags, []byte("0101")); err != nil {
		raw.Close()
		return err
	}
	errc := make(chan error, 1)
	go func() { errc <- tls.Client(raw, cfg).Handshake() }()
	select {
	case err = <-errc:
		raw.Close()
	case <-time.After(d):
		err = errTimeout
		if flags[0] == 1 {
			raw.Close()
		}
	}
	return err
}

// SafeReadFull reads flags from a string.
func SafeReadFull(dial func() (net.Conn, error), cfg *tls.Config, d time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	flags := make([]byte, 2)
	if _, err := io.ReadFull(strings.NewReader("ab"), flags); err != nil {
		raw.Close()
		return err
	}
	errc := make(chan error, 1)
	go func() { errc <- tls.Client(raw, cfg).Handshake() }()
	select {
	case err = <-errc:
		raw.Close()
	case <-time.After(d):
		err = errTimeout
		if flags[0] == 'a' {
			raw.Close()
		}
	}
	return err
}

// SafeMapsCopy copies a map.
func SafeMapsCopy(dial func() (net.Conn, error), cfg *tls.Config, d time.Duration) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	open := map[string]net.Conn{}
	maps.Copy(open, map[string]net.Conn{"x": raw})
	defer func() {
		for _, c := range open {
			c.Close()
		}
	}()
	errc := make(chan error, 1)
	go func() { errc <- tls.Client(raw, cfg).Handshake() }()
	select {
	case err = <-errc:
	case <-time.After(d):
		err = errTimeout
	}
	return err
}

// SafeRing has the connections in a ring.
func SafeRing(dial func() (net.Conn, error), cfg *tls.Config, d time.Duration) error {
	r := ring.New(2)
	for range 2 {
		raw, err := dial()
		if err != nil {
			return err
		}
		r.Value = raw
		r = r.Next()
	}
	defer r.Do(func(v any) {
		if c, ok := v.(net.Conn); ok {
			c.Close()
		}
	})
	errc := make(chan error, 1)
	go func() { errc <- tls.Client(r.Value.(net.Conn), cfg).Handshake() }()
	select {
	case err := <-errc:
		return err
	case <-time.After(d):
		return errTimeout
	}
}

// SafeInsert uses Insert and Delete.
func SafeInsert(dial func() (net.Conn, error), cfg *tls.Config, d time.Duration) error {
	a, b, err := two(dial)
	if err != nil {
		return err
	}
	list := []net.Conn{a}
	list = slices.Insert(list, 0, b)
	errc := make(chan error, 1)
	go func() { errc <- tls.Client(b, cfg).Handshake() }()
	select {
	case err = <-errc:
	case <-time.After(d):
		err = errTimeout
	}
	list = slices.DeleteFunc(list, func(c net.Conn) bool { return c == a })
	for _, c := range list {
		c.Close()
	}
	return err
}

// SafeCopyShift shifts a queue by copy.
func SafeCopyShift(dial func() (net.Conn, error), cfg *tls.Config, d time.Duration) error {
	a, b, err := two(dial)
	if err != nil {
		return err
	}
	q := []net.Conn{a, b}
	copy(q, q[1:])
	q[len(q)-1] = nil
	q = q[:len(q)-1]
	errc := make(chan error, 1)
	go func() { errc <- tls.Client(b, cfg).Handshake() }()
	select {
	case err = <-errc:
	case <-time.After(d):
		err = errTimeout
	}
	q[0].Close()
	return err
}

// SafeJSONSlice has its retries from constant text.
func SafeJSONSlice(dial func() (net.Conn, error), cfg *tls.Config, d time.Duration) error {
	var hosts []string
	if err := json.NewDecoder(strings.NewReader(`["a","b"]`)).Decode(&hosts); err != nil {
		return err
	}
	raw, err := dial()
	if err != nil {
		return err
	}
	errc := make(chan error, 1)
	go func() { errc <- tls.Client(raw, cfg).Handshake() }()
	select {
	case err = <-errc:
	case <-time.After(d):
		err = errTimeout
	}
	for range hosts {
		raw.Close()
	}
	return err
}
