package library

import "github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/execute"

// serversTable has the functions that make the peer of connections of the same program,
// as tests do. (A socket for datagrams serves both sides.)
var serversTable = table{
	"net.Listen":                                listens,
	"net.ListenTCP":                             listens,
	"net.ListenUnix":                            listens,
	"(*net.ListenConfig).Listen":                listens,
	"crypto/tls.Listen":                         listens,
	"net/http/httptest.NewServer":               listens,
	"net/http/httptest.NewTLSServer":            listens,
	"net/http/httptest.NewUnstartedServer":      listens,
	"golang.org/x/net/nettest.NewLocalListener": listens,
}

// listens is the model of a function that listens for connections.
func listens(c *execute.Call) execute.Action {
	c.Listens = true
	for _, a := range c.Args {
		c.Expose(a)
	}
	return pure(c)
}
