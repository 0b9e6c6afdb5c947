package lsp

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"testing"

	"github.com/tlstimeoutlint/tlstimeoutlint/internal/lsp/protocol"
)

// FuzzStream sends the server anything. It must come to an end, and what it
// sends must be well-formed messages.
func FuzzStream(f *testing.F) {
	f.Setenv("PATH", "") // there is no go command, which could be told to do harm
	dir := workspace(f, map[string]string{"p.go": leak})
	uri, err := json.Marshal(protocol.FileURI(filepath.Join(dir, "p.go")))
	if err != nil {
		f.Fatal(err)
	}
	content, err := json.Marshal(leak)
	if err != nil {
		f.Fatal(err)
	}
	frame := func(format string, args ...any) string {
		body := fmt.Sprintf(`{"jsonrpc":"2.0",`+format+"}", args...)
		return fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(body), body)
	}
	initialize := frame(`"id":1,"method":"initialize","params":{"capabilities":{"window":{"workDoneProgress":true}}}`) +
		frame(`"method":"initialized","params":{}`)
	open := frame(`"method":"textDocument/didOpen","params":{"textDocument":{"uri":%s,"version":1,"text":%s}}`, uri, content)
	change := frame(`"method":"textDocument/didChange","params":{"textDocument":{"uri":%s,"version":2},"contentChanges":[{"range":{"start":{"line":3,"character":9},"end":{"line":4,"character":2}},"text":"😀"}]}`, uri)
	action := frame(`"id":"a","method":"textDocument/codeAction","params":{"textDocument":{"uri":%s},"range":{"start":{"line":0,"character":0},"end":{"line":99,"character":0}},"context":{"only":["source"]}}`, uri)
	configuration := frame(`"method":"workspace/didChangeConfiguration","params":{"settings":{"tlstimeoutlint":{"borrowed":1}}}`)
	end := frame(`"id":2,"method":"shutdown"`) + frame(`"method":"exit"`)
	for _, seed := range []string{
		initialize + open + change + action + end,
		initialize + open + action + frame(`"method":"$/cancelRequest","params":{"id":"a"}`),
		initialize + configuration + open + frame(`"method":"textDocument/didClose","params":{"textDocument":{"uri":%s}}`, uri),
		open + action + initialize + initialize,
		"Content-Length: 99999999999\r\n\r\n{",
		"Content-Length: x\r\n\r\nContent-Length: 2\n\n{}",
		frame(`"id":1,"result":null`) + frame(`"id":null,"error":{"code":1,"message":"x"}`),
		frame(`"method":"x","unknown":0`), // and the client is gone
		"Content-Length: 26\r\n\r\n[{\"jsonrpc\":\"2.0\",\"id\":1}]",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, stream []byte) {
		var out sent
		// Whether the client has said goodbye is all that can be wrong.
		_ = Serve(context.Background(), Config{In: bytes.NewReader(stream), Out: &out})
		from := newTransport(&out, nil)
		for {
			data, err := from.Recv()
			if err == io.EOF {
				return
			}
			if err != nil || !json.Valid(data) {
				t.Fatalf("the server sends %q, %v", data, err)
			}
		}
	})
}

// sent is what a server sends.
type sent struct{ bytes.Buffer }

func (*sent) Close() error { return nil }
