package lsp

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/creachadair/jrpc2"
)

// maxHeader is the length of a header's longest line.
const maxHeader = 4096

// A transport carries messages, each with a header that tells its length. It
// implements [github.com/creachadair/jrpc2/channel.Channel].
//
// The library has such a channel, too. This one goes on after a malformed
// header, and allocates no more than has been sent.
type transport struct {
	in  *bufio.Reader
	out io.WriteCloser
}

func newTransport(in io.Reader, out io.WriteCloser) *transport {
	return &transport{bufio.NewReaderSize(in, maxHeader), out}
}

// Send writes a message.
func (t *transport) Send(message []byte) error {
	var buf bytes.Buffer
	fmt.Fprintf(&buf, "Content-Length: %d\r\n\r\n", len(message))
	buf.Write(message)
	_, err := t.out.Write(buf.Bytes())
	return err
}

// malformed is no JSON. It stands for what is no message, so that the client is
// told.
var malformed = []byte("malformed")

// Recv reads a message.
func (t *transport) Recv() ([]byte, error) {
	length, seen := int64(-1), false
	for {
		line, err := t.line()
		if err != nil {
			return nil, err
		}
		if line == "" && length >= 0 {
			break
		}
		if line == "" {
			if seen {
				return malformed, nil
			}
			continue // blank lines between messages do no harm
		}
		seen = true
		name, value, _ := strings.Cut(line, ":")
		if strings.EqualFold(strings.TrimSpace(name), "Content-Length") {
			n, err := strconv.ParseInt(strings.TrimSpace(value), 10, 64)
			if err != nil || n < 0 {
				return malformed, nil
			}
			length = n
		}
	}
	var buf bytes.Buffer
	if _, err := io.CopyN(&buf, t.in, length); err != nil {
		return nil, io.EOF // the client has gone in the middle of a message
	}
	if invalid(buf.Bytes()) {
		return malformed, nil
	}
	return buf.Bytes(), nil
}

// invalid reports whether the message is JSON, but none of JSON-RPC, and has no
// ID by which it could be answered. The library would answer it all the same, and
// panic if the client has gone by then. What is no JSON it answers at once.
func invalid(message []byte) bool {
	requests, err := jrpc2.ParseRequests(message)
	return err == nil && slices.ContainsFunc(requests, func(r *jrpc2.ParsedRequest) bool {
		return r.Error != nil && r.ID == ""
	})
}

// line reads a line without its end. Of one that is too long it returns the
// beginning.
func (t *transport) line() (string, error) {
	line, err := t.in.ReadSlice('\n')
	text := strings.TrimRight(string(line), "\r\n")
	for errors.Is(err, bufio.ErrBufferFull) {
		_, err = t.in.ReadSlice('\n')
	}
	return text, err
}

// Close closes the way to the client.
func (t *transport) Close() error { return t.out.Close() }
