// Package lsp is a language server, which shows the linter's findings in an
// editor while the code is being written, and offers their fixes as quick fixes.
//
// It is meant to run beside gopls, which loads no analyzers of others. The rooms
// are: protocol, the messages; text, positions and edits; load, one directory
// that is type-checked again and again; session, all of them, and what is open
// in the editor. This package ties them to the client.
package lsp

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"sync"

	"github.com/creachadair/jrpc2"

	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer"
	"github.com/tlstimeoutlint/tlstimeoutlint/internal/lsp/protocol"
	"github.com/tlstimeoutlint/tlstimeoutlint/internal/lsp/session"
)

// A Config says how to serve.
type Config struct {
	In  io.Reader
	Out io.WriteCloser

	// Settings are those that hold until the client sends others.
	Settings analyzer.Settings

	// Version is that of the server.
	Version string
}

// GCPercent is how the garbage collector should be set (as GOGC is) for a server
// that answers in time: an edit allocates much that does not last.
const GCPercent = 200

// ErrNoShutdown is the error of a client that goes without saying so.
var ErrNoShutdown = errors.New("the client has gone without a shutdown")

// Serve serves one client, until it exits or goes.
func Serve(ctx context.Context, conf Config) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	s := &server{
		ctx:      ctx,
		conf:     conf,
		exited:   make(chan struct{}),
		requests: make(map[string]context.CancelFunc),
		pushed:   make(map[string]bool),
		pulled:   make(map[string]pull),
		logged:   make(map[string]string),
		methods:  make(map[string]jrpc2.Handler),
	}
	s.session = session.New(s)
	if err := s.session.Configure(conf.Settings); err != nil {
		return err
	}
	s.register()
	s.rpc = jrpc2.NewServer(s, &jrpc2.ServerOptions{
		AllowPush:      true,
		DisableBuiltin: true,
		Concurrency:    maxRequests,
	})
	var checks sync.WaitGroup
	checks.Go(func() { s.session.Run(ctx) })
	s.rpc.Start(newTransport(conf.In, conf.Out))

	gone := make(chan error, 1)
	go func() { gone <- s.rpc.Wait() }()
	var err error
	select {
	case <-s.exited: // the reader may still be waiting for input
	case err = <-gone:
	case <-ctx.Done():
		err = ctx.Err()
	}
	s.rpc.Stop()
	cancel()
	checks.Wait()
	if s.state() != down && err == nil {
		err = ErrNoShutdown
	}
	return err
}

// maxRequests is how many requests may wait for their answers at a time.
const maxRequests = 256

// A phase is a part of a server's life.
type phase int

const (
	fresh phase = iota // not initialized
	up
	down // shut down
)

// A server serves one client.
type server struct {
	ctx     context.Context // for as long as the server lives
	conf    Config
	rpc     *jrpc2.Server
	session *session.Session
	methods map[string]jrpc2.Handler
	exited  chan struct{}
	exit    sync.Once

	mu     sync.Mutex
	phase  phase
	client protocol.ClientCapabilities
	// folders are those of the workspace when it was opened.
	folders  []string
	requests map[string]context.CancelFunc // by the JSON of their IDs
	pushed   map[string]bool               // files whose published findings are not none
	pulled   map[string]pull               // what was last pulled, by file
	logged   map[string]string             // the last error that was logged, by directory
	tokens   int                           // of progress, that have been given out
}

// register names the methods.
func (s *server) register() {
	s.methods["initialize"] = method(s.initialize)
	s.methods["initialized"] = method(s.initialized)
	s.methods["shutdown"] = method(s.shutdown)
	s.methods["exit"] = method(s.leave)
	s.methods["$/cancelRequest"] = method(s.cancelRequest)
	s.methods["textDocument/didOpen"] = method(s.didOpen)
	s.methods["textDocument/didChange"] = method(s.didChange)
	s.methods["textDocument/didSave"] = method(s.didSave)
	s.methods["textDocument/didClose"] = method(s.didClose)
	s.methods["textDocument/diagnostic"] = method(s.diagnostic)
	s.methods["textDocument/codeAction"] = method(s.codeAction)
	s.methods["workspace/didChangeConfiguration"] = method(s.didChangeConfiguration)
	s.methods["workspace/didChangeWatchedFiles"] = method(s.didChangeWatchedFiles)
	s.methods["workspace/didChangeWorkspaceFolders"] = method(s.didChangeWorkspaceFolders)
}

// Assign implements [jrpc2.Assigner]. It is called for one message after the
// other, before any of those that follow is looked at.
func (s *server) Assign(ctx context.Context, name string) jrpc2.Handler {
	handle := s.methods[name]
	if handle == nil || name == "exit" {
		return handle
	}
	id := jrpc2.InboundRequest(ctx).ID()
	cancelled := s.cancellable(id)
	return func(ctx context.Context, req *jrpc2.Request) (any, error) {
		ctx, done := s.begin(ctx, id, cancelled)
		defer done()
		switch state := s.state(); {
		case state == fresh && name != "initialize":
			return nil, jrpc2.Errorf(protocol.ServerNotInitialized, "the server is not initialized")
		case state != fresh && name == "initialize":
			return nil, jrpc2.Errorf(jrpc2.InvalidRequest, "the server is initialized already")
		case state == down:
			return nil, jrpc2.Errorf(jrpc2.InvalidRequest, "the server is shut down")
		}
		return handle(ctx, req)
	}
}

// cancellable notes a request that may be cancelled, also before it is handled.
// (The library's own cancellation has an error code that is not the protocol's.)
func (s *server) cancellable(id string) context.Context {
	if id == "" {
		return s.ctx // a notification
	}
	ctx, cancel := context.WithCancel(s.ctx)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests[id] = cancel
	return ctx
}

// begin returns the context of a request, and a function that ends it.
func (s *server) begin(ctx context.Context, id string, cancelled context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancel(ctx)
	stop := context.AfterFunc(cancelled, cancel)
	return ctx, func() {
		stop()
		cancel()
		s.mu.Lock()
		defer s.mu.Unlock()
		if end := s.requests[id]; end != nil {
			end()
			delete(s.requests, id)
		}
	}
}

func (s *server) state() phase {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.phase
}

// method returns the handler that a function is.
func method[P, R any](f func(context.Context, *P) (R, error)) jrpc2.Handler {
	return func(ctx context.Context, req *jrpc2.Request) (result any, err error) {
		defer func() {
			if p := recover(); p != nil {
				err = jrpc2.Errorf(jrpc2.InternalError, "internal error: %v\n%s", p, debug.Stack())
			}
		}()
		params := new(P)
		if req.HasParams() {
			if err := req.UnmarshalParams(params); err != nil {
				return nil, jrpc2.Errorf(jrpc2.InvalidParams, "malformed parameters of %s: %v", req.Method(), err)
			}
		}
		result, err = f(ctx, params)
		switch {
		case err == nil:
			return result, nil
		case errors.Is(err, context.Canceled):
			return nil, jrpc2.Errorf(protocol.RequestCancelled, "cancelled")
		case errors.As(err, new(*jrpc2.Error)):
			return nil, err
		}
		return nil, jrpc2.Errorf(protocol.RequestFailed, "%v", err)
	}
}

// none is the parameters of a method that has none, or the result of one.
type none struct{}

// shutdown ends the work.
func (s *server) shutdown(context.Context, *none) (*none, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.phase = down
	return nil, nil
}

// leave ends the server.
func (s *server) leave(context.Context, *none) (*none, error) {
	s.exit.Do(func() { close(s.exited) })
	return nil, nil
}

// cancelRequest cancels a request.
func (s *server) cancelRequest(_ context.Context, p *protocol.CancelParams) (*none, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if cancel := s.requests[string(p.ID)]; cancel != nil {
		cancel()
	}
	return nil, nil
}

// notify sends a notification. That the client has gone is noticed elsewhere.
func (s *server) notify(method string, params any) {
	_ = s.rpc.Notify(s.ctx, method, params)
}

// call sends a request whose answer does not matter. It waits for it.
func (s *server) call(method string, params any) error {
	_, err := s.rpc.Callback(s.ctx, method, params)
	return err
}

// show shows an error to the user.
func (s *server) show(format string, args ...any) {
	s.notify("window/showMessage", protocol.MessageParams{
		Type:    protocol.ErrorMessage,
		Message: "tlstimeoutlint: " + fmt.Sprintf(format, args...),
	})
}

// Log implements [session.Client]. A directory that can't be checked is told of
// once, not with each key that is pressed.
func (s *server) Log(dir string, err error) {
	s.mu.Lock()
	known := s.logged[dir] == err.Error()
	s.logged[dir] = err.Error()
	s.mu.Unlock()
	if !known {
		s.notify("window/logMessage", protocol.MessageParams{
			Type:    protocol.ErrorMessage,
			Message: fmt.Sprintf("%s: %v", dir, err),
		})
	}
}
