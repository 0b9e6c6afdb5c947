// The leak command dials a server that accepts and stays silent, with the
// module's public API, and prints what is left when all dials have failed: how
// many goroutines in a handshake, and how many connections.
package main

import (
	"fmt"
	"io"
	"log"
	"net"
	"runtime"
	"strings"
	"sync/atomic"
	"time"

	"github.com/gomodule/redigo/redis"
)

const dials = 10

func main() {
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	var open atomic.Int64
	go func() {
		for {
			conn, err := silent.Accept()
			if err != nil {
				return
			}
			open.Add(1)
			go func() {
				io.Copy(io.Discard, conn)
				open.Add(-1)
			}()
		}
	}()
	for range dials {
		_, err := redis.Dial("tcp", silent.Addr().String(),
			redis.DialUseTLS(true), redis.DialTLSHandshakeTimeout(20*time.Millisecond))
		if timeout, ok := err.(net.Error); !ok || !timeout.Timeout() || err.Error() != "TLS handshake timeout" {
			log.Fatalf("the dial fails by %v", err)
		}
	}
	time.Sleep(200 * time.Millisecond)

	stacks := make([]byte, 1<<20)
	stacks = stacks[:runtime.Stack(stacks, true)]
	fmt.Println(strings.Count(string(stacks), "crypto/tls.(*Conn).clientHandshake("), open.Load())
}
