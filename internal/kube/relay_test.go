package kube

import (
	"context"
	"net"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
)

// relay carries the bytes between clients and the test cluster, until it does
// not: connections break, or stay open and carry nothing.
type relay struct {
	server  string // host and port
	address string // its own
	refused chan struct{}

	mu       sync.Mutex
	listener net.Listener
	links    []*link
}

// link is one connection through the relay.
type link struct {
	client, server net.Conn
	silent         atomic.Bool // it carries nothing any more
}

func startRelay(t *testing.T) *relay {
	t.Helper()
	server, err := url.Parse(clusterConfig(t).Host)
	if err != nil {
		t.Fatal(err)
	}
	r := &relay{server: server.Host, address: "127.0.0.1:0", refused: make(chan struct{}, 1000)}
	r.up(t)
	t.Cleanup(func() { r.down(t) })
	return r
}

// dial returns a client that goes through the relay.
func (r *relay) dial(t *testing.T) *Client {
	t.Helper()
	config := clusterConfig(t)
	config.Host = "https://" + r.address
	config.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := (&net.Dialer{}).DialContext(ctx, network, address)
		if err != nil {
			r.refused <- struct{}{}
		}
		return conn, err
	}
	c, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// up takes connections, always at the same address.
func (r *relay) up(t *testing.T) {
	t.Helper()
	listener, err := net.Listen("tcp", r.address)
	if err != nil {
		t.Fatal(err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.listener, r.address = listener, listener.Addr().String()
	go r.serve(listener)
}

// down breaks all connections, and takes no new ones.
func (r *relay) down(t *testing.T) {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	_ = r.listener.Close() // the second time it is closed already
	for _, link := range r.links {
		link.close()
	}
	r.links = nil
}

// silence leaves all connections there are open, and carries nothing more on them.
func (r *relay) silence() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, link := range r.links {
		link.silent.Store(true)
	}
}

// awaitRefused returns once n connections were refused.
func (r *relay) awaitRefused(t *testing.T, n int) {
	t.Helper()
	for range n {
		select {
		case <-r.refused:
		case <-t.Context().Done():
			t.Fatal("the test ended")
		}
	}
}

func (r *relay) serve(listener net.Listener) {
	for {
		client, err := listener.Accept()
		if err != nil {
			return
		}
		server, err := (&net.Dialer{}).Dial("tcp", r.server)
		if err != nil {
			_ = client.Close()
			continue
		}
		l := &link{client: client, server: server}
		r.mu.Lock()
		r.links = append(r.links, l)
		r.mu.Unlock()
		go l.carry(client, server)
		go l.carry(server, client)
	}
}

// carry takes bytes from one end to the other, until either is closed.
func (l *link) carry(from, to net.Conn) {
	defer l.close()
	buffer := make([]byte, 32<<10)
	for {
		n, err := from.Read(buffer)
		if l.silent.Load() {
			n = 0
		}
		if _, writeErr := to.Write(buffer[:n]); err != nil || writeErr != nil {
			return
		}
	}
}

func (l *link) close() {
	_ = l.client.Close() // it does not matter which end was closed before
	_ = l.server.Close()
}
