package onereceive

import (
	"context"
	"crypto/tls"
	"net"
	"time"
)

// LeakMongo is mongo-driver v1.0.4's form: the helper loses the race, and the
// only variable that holds the connection is overwritten with its nil.
func LeakMongo(ctx context.Context, dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (net.Conn, error) {
	nc, err := dial()
	if err != nil {
		return nil, err
	}
	nc, err = configureTLS(ctx, nc, cfg, timeout)
	if err != nil {
		if nc != nil {
			nc.Close()
		}
		return nil, err
	}
	return nc, nil
}

func configureTLS(ctx context.Context, nc net.Conn, config *tls.Config, timeout time.Duration) (net.Conn, error) {
	client := tls.Client(nc, config)

	errChan := make(chan error, 3)
	go func() {
		errChan <- client.Handshake() // want "is not stopped"
	}()
	timer := time.AfterFunc(timeout, func() { errChan <- errTimeout })
	defer timer.Stop()
	go func() {
		<-ctx.Done()
		errChan <- ctx.Err()
	}()

	if err := <-errChan; err != nil {
		return nil, err
	}
	return client, nil
}

// SafeMongoKept keeps the raw connection in a variable of its own.
func SafeMongoKept(ctx context.Context, dial func() (net.Conn, error), cfg *tls.Config, timeout time.Duration) (net.Conn, error) {
	nc, err := dial()
	if err != nil {
		return nil, err
	}
	secured, err := secure(ctx, nc, cfg, timeout)
	if err != nil {
		nc.Close()
		return nil, err
	}
	return secured, nil
}

func secure(ctx context.Context, nc net.Conn, config *tls.Config, timeout time.Duration) (net.Conn, error) {
	client := tls.Client(nc, config)
	errChan := make(chan error, 1)
	go func() { errChan <- client.Handshake() }()
	select {
	case err := <-errChan:
		return client, err
	case <-time.After(timeout):
		return nil, errTimeout
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
