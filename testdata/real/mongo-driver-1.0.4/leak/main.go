// The leak command dials a server that accepts and stays silent, with the
// driver's public API, and prints how many goroutines are left in a handshake
// when all dials have failed.
package main

import (
	"context"
	"fmt"
	"log"
	"net"
	"runtime"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/x/network/address"
	"go.mongodb.org/mongo-driver/x/network/connection"
)

const dials = 10

func main() {
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	addr := address.Address(silent.Addr().String())
	withTLS := connection.WithTLSConfig(func(*connection.TLSConfig) *connection.TLSConfig {
		return connection.NewTLSConfig()
	})
	for range dials {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
		if _, _, err := connection.New(ctx, addr, withTLS); err == nil {
			log.Fatal("a silent server was connected to")
		}
		cancel()
	}
	time.Sleep(200 * time.Millisecond)

	stacks := make([]byte, 1<<20)
	stacks = stacks[:runtime.Stack(stacks, true)]
	fmt.Println(strings.Count(string(stacks), "crypto/tls.(*Conn).clientHandshake("))
	// The listener's backlog keeps the connections open until here.
	silent.Close()
}
