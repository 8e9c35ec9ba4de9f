package cluster

import (
	"context"
	"net/http"
	"slices"
	"sync"
	"time"

	"stowage/cmd/stowage-cluster/internal/pki"
)

// activity knows when the API server was last used by anyone but the cluster's own parts. An open watch is use.
type activity struct {
	now func() time.Time

	mu     sync.Mutex
	active int
	last   time.Time
}

func newActivity(now func() time.Time) *activity { return &activity{now: now, last: now()} }

// observe notes the requests that next serves. The cluster's own parts are known by their client certificates, and the
// API server's requests to itself by having none.
func (a *activity) observe(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if isUser(r) {
			a.add(1)
			defer a.add(-1)
		}
		next.ServeHTTP(w, r)
	})
}

func isUser(r *http.Request) bool {
	if r.TLS == nil {
		return false
	}
	if len(r.TLS.PeerCertificates) == 0 {
		return r.Header.Get("Authorization") != "" && r.TLS.ServerName != loopbackName
	}
	return !slices.Contains(pki.Components, r.TLS.PeerCertificates[0].Subject.CommonName)
}

// loopbackName is the server name under which an API server calls itself.
const loopbackName = "apiserver-loopback-client"

func (a *activity) add(n int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.active += n
	a.last = a.now()
}

// idle is how long nobody has used the API server.
func (a *activity) idle() time.Duration {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.active > 0 {
		return 0
	}
	return a.now().Sub(a.last)
}

// waitIdle reports true once nobody has used the API server for timeout, and false when ctx ends before.
func (a *activity) waitIdle(ctx context.Context, timeout time.Duration) bool {
	for {
		rest := timeout - a.idle()
		if rest <= 0 {
			return true
		}
		select {
		case <-ctx.Done():
			return false
		case <-time.After(max(rest, 10*time.Millisecond)):
		}
	}
}
