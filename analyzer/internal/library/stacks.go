package library

import (
	"slices"
	"time"

	"github.com/tlstimeoutlint/tlstimeoutlint/analyzer/internal/execute"
)

// A Stack is an implementation of TLS: its functions that block in a handshake,
// and what its connections do meanwhile.
type Stack struct {
	Path       string // of the package, such as crypto/tls
	Handshakes []Handshake

	// Waits are the methods of its connections that wait for a handshake that
	// goes on.
	Waits []string

	// CloseWaits says that Close is one of them, and so does not stop the
	// handshake. CloseWaitsWithout names a method: in those versions whose
	// connections do not have it, Close waits.
	CloseWaits        bool
	CloseWaitsWithout string

	// OwnDeadlines says that the deadlines of its connections are for reads and
	// writes behind the handshake. Those of the connection under it count.
	OwnDeadlines bool

	// Resends says that what the peer does not answer is sent again, so that a
	// handshake ends with the write deadline of the connection under it, too.
	Resends bool

	// Conn is the type of the connection that its functions return where their
	// signatures say net.Conn.
	Conn string

	// Known says that the methods of its connections that have no model neither
	// keep nor close anything.
	Known bool
}

// A Handshake is a function that blocks in a handshake.
type Handshake struct {
	Recv string // the type that it is a method of, such as *Conn; "" for a function
	Name string

	// Context is its variant that takes a context, which ends it: with the same
	// receiver, or with one of its own, such as (*Dialer).DialContext; "" if
	// there is none.
	Context string

	// Limit is the time after which it ends by itself, 0 if it does not; unless
	// its configuration has a function in the field ContextFrom that makes a
	// context for it.
	Limit       time.Duration
	ContextFrom string
}

// full returns the full name of a function of the stack's package, or of the
// method of one of its types.
func (s *Stack) full(recv, name string) string {
	if recv == "" {
		return s.Path + "." + name
	}
	return "(" + s.typeName(recv) + ")." + name
}

// typeName returns the full name of a type of the stack's package, or of the
// pointer to one.
func (s *Stack) typeName(typ string) string {
	if typ[0] == '*' {
		return "*" + s.Path + "." + typ[1:]
	}
	return s.Path + "." + typ
}

// stacks are the stacks that are known without being told. What ends their
// handshakes was found out by running them; the cases in testdata/stacks do so
// again.
var stacks = []Stack{
	{
		Path:       "crypto/tls",
		Handshakes: slices.Concat(handshakes("*Conn"), dialer),
		Waits:      waits,
		Conn:       "Conn",
		Known:      true,
	}, {
		Path:       "github.com/refraction-networking/utls",
		Handshakes: slices.Concat(handshakes("*Conn"), handshakes("*UConn"), dialer),
		Waits:      waits,
		Conn:       "Conn",
		Known:      true,
	}, {
		Path:              "github.com/zmap/zcrypto/tls",
		Handshakes:        slices.Concat(handshakes("*Conn"), dialer),
		Waits:             waits,
		CloseWaitsWithout: "CloseWrite", // as it was before March 2025
		Conn:              "Conn",
		Known:             true,
	}, {
		Path:       "github.com/tjfoc/gmsm/gmtls",
		Handshakes: []Handshake{{Recv: "*Conn", Name: "Handshake"}, {Name: "Dial"}, {Name: "DialWithDialer"}},
		Waits:      waits,
		Known:      true,
	}, {
		// Client and Server make a connection at once.
		Path:         "github.com/pion/dtls/v3",
		Handshakes:   handshakes("*Conn"),
		Waits:        []string{"Read", "Write"},
		OwnDeadlines: true,
		Resends:      true,
		Known:        true,
	}, {
		// Client and Server return when the handshake is over.
		Path: "github.com/pion/dtls/v2",
		Handshakes: []Handshake{
			{Name: "Client", Context: "ClientWithContext", Limit: 30 * time.Second, ContextFrom: "ConnectContextMaker"},
			{Name: "Server", Context: "ServerWithContext", Limit: 30 * time.Second, ContextFrom: "ConnectContextMaker"},
			{Name: "Dial", Context: "DialWithContext", Limit: 30 * time.Second, ContextFrom: "ConnectContextMaker"},
		},
		Resends: true,
		Known:   true,
	},
}

// What most stacks took over from crypto/tls.
var (
	waits  = []string{"Read", "Write", "ConnectionState", "VerifyHostname", "OCSPResponse"}
	dialer = []Handshake{
		{Recv: "*Dialer", Name: "Dial", Context: "DialContext"},
		{Name: "Dial", Context: "(*Dialer).DialContext"},
		{Name: "DialWithDialer", Context: "(*Dialer).DialContext"},
	}
)

// methodParams are the parameters of the stacks' methods.
var methodParams = map[string][]string{
	"Handshake":        nil,
	"HandshakeContext": {"context.Context"},
	"Dial":             {"string", "string"},
	"DialContext":      {"context.Context", "string", "string"},
}

// handshakes returns the methods of a connection.
func handshakes(recv string) []Handshake {
	return []Handshake{{Recv: recv, Name: "Handshake", Context: "HandshakeContext"}}
}

// stacksTable has what else the stacks' modules do to connections.
var stacksTable = stackFunctions()

func stackFunctions() table {
	t := table{
		// The same connection, with other methods.
		"github.com/pion/dtls/v3/pkg/net.PacketConnFromConn": first,
	}
	for _, s := range stacks {
		t[s.full("*Config", "Clone")] = clone
		for _, name := range []string{"X509KeyPair", "LoadX509KeyPair", "NewLRUClientSessionCache"} {
			t[s.full("", name)] = pure
		}
	}
	return t
}

// clone is the model of a function that returns a copy of what its receiver
// points to.
func clone(c *execute.Call) execute.Action {
	cell := c.Heap.NewCell(pointee(c.Sig.Results().At(0).Type()))
	if from := c.Cell(c.Args[0]); from != nil {
		cell.Store(from.Load())
	}
	return execute.Return(cell)
}
