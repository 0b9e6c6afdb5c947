package ineffective

import (
	"context"
	"crypto/tls"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

var beats atomic.Int64

// LoseBesideHeartbeat waits for the handshake when it returns, while a ticker
// beats on beside it.
func LoseBesideHeartbeat(ctx context.Context, dial func() (net.Conn, error), cfg *tls.Config) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	idle := make(chan struct{})
	defer close(idle)
	go func() {
		beat := time.NewTicker(300 * time.Millisecond)
		defer beat.Stop()
		for {
			select {
			case <-beat.C:
				beats.Add(1)
			case <-idle:
				return
			}
		}
	}()
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	var wg sync.WaitGroup
	defer wg.Wait()
	wg.Go(func() { errc <- conn.Handshake() }) // want "cannot win: when the context on line 44 is done"
	select {
	case err := <-errc:
		conn.Close()
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// SafeBesideHeartbeat closes the connection before it waits.
func SafeBesideHeartbeat(ctx context.Context, dial func() (net.Conn, error), cfg *tls.Config) error {
	raw, err := dial()
	if err != nil {
		return err
	}
	idle := make(chan struct{})
	defer close(idle)
	go func() {
		beat := time.NewTicker(300 * time.Millisecond)
		defer beat.Stop()
		for {
			select {
			case <-beat.C:
				beats.Add(1)
			case <-idle:
				return
			}
		}
	}()
	conn := tls.Client(raw, cfg)
	errc := make(chan error, 1)
	var wg sync.WaitGroup
	defer wg.Wait()
	wg.Go(func() { errc <- conn.Handshake() })
	select {
	case err := <-errc:
		conn.Close()
		return err
	case <-ctx.Done():
		conn.Close()
		return ctx.Err()
	}
}
