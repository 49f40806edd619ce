package sqldbtest

import (
	"io"
	"net"
	"net/url"
	"sync"
	"testing"
)

// Wire is a way to the tests' server that counts what is asked on it.
type Wire struct {
	// Address leads to an empty database, through the wire.
	Address string

	mu       sync.Mutex
	journeys int
}

// NewWire lays a wire for the time of a test.
func NewWire(t testing.TB) *Wire {
	t.Helper()
	at, err := url.Parse(Address(t))
	if err != nil {
		t.Fatal(err)
	}
	end, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = end.Close() })
	w := &Wire{}
	go w.accept(end, at.Host)
	at.Host = end.Addr().String()
	w.Address = at.String()
	return w
}

// Journeys counts the messages since it was last called that were sent after an answer had come back, over all
// connections: what is sent in one piece is one.
func (w *Wire) Journeys() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := w.journeys
	w.journeys = 0
	return n
}

func (w *Wire) accept(end net.Listener, server string) {
	for {
		near, err := end.Accept()
		if err != nil {
			return
		}
		far, err := net.Dial("tcp", server)
		if err != nil {
			_ = near.Close()
			continue
		}
		c := &carrier{wire: w}
		go c.carry(far, near, true)
		go c.carry(near, far, false)
	}
}

// carrier is one connection, and who spoke last on it.
type carrier struct {
	wire   *Wire
	speaks bool // the client
}

func (c *carrier) carry(to io.WriteCloser, from io.ReadCloser, client bool) {
	defer func() { _ = to.Close(); _ = from.Close() }()
	part := make([]byte, 64<<10)
	for {
		n, err := from.Read(part)
		if n > 0 {
			c.hear(client)
			if _, failed := to.Write(part[:n]); failed != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

func (c *carrier) hear(client bool) {
	c.wire.mu.Lock()
	defer c.wire.mu.Unlock()
	if client && !c.speaks {
		c.wire.journeys++
	}
	c.speaks = client
}
