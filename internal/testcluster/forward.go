package testcluster

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	discoveryv1 "k8s.io/api/discovery/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"
)

// Forwarder is what leads from a Service's address to its pods, as kube-proxy does it on each node: a new connection goes
// to the next of the endpoints that are ready, or, when none is, of those that end and still serve; where there are none
// at all it is refused. Connections that are established stay what they are.
type Forwarder struct {
	URL string // http://127.0.0.1:PORT, in the place of the Service's address

	pods    *Pods
	service string

	mu      sync.Mutex
	slices  map[string]*discoveryv1.EndpointSlice // by name
	routes  []Route
	turn    int           // counts connections
	changed chan struct{} // closed when there is another route
}

// Route says where a Forwarder leads to from a revision of the cluster on, until the next Route.
type Route struct {
	Revision uint64 // that which the API server counts all writes of all objects with
	Since    time.Time
	Pods     []types.UID // sorted; none: connections are refused
}

// Forward begins to forward a Service of the pods' namespace, be it there yet or not, until the test ends.
func (p *Pods) Forward(t testing.TB, service string) *Forwarder {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // it does not take long
	if err != nil {
		t.Fatal(err)
	}
	f := &Forwarder{
		URL: "http://" + listener.Addr().String(), pods: p, service: service,
		slices: map[string]*discoveryv1.EndpointSlice{}, changed: make(chan struct{}),
	}
	var connections sync.WaitGroup
	t.Cleanup(func() {
		_ = listener.Close()
		connections.Wait()
	})
	ofService := metav1.ListOptions{LabelSelector: discoveryv1.LabelServiceName + "=" + service}
	Follow(t, p.cluster.Client.DiscoveryV1().EndpointSlices(p.namespace), ofService, func(event watch.EventType, slice *discoveryv1.EndpointSlice) {
		if err := f.follow(event, slice); err != nil {
			t.Error(err)
		}
	})
	ctx := t.Context() // ends before the test does
	connections.Go(func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return // it is closed
			}
			connections.Go(func() { f.connect(ctx, client) })
		}
	})
	return f
}

// follow takes in a change of one of the Service's EndpointSlices.
func (f *Forwarder) follow(event watch.EventType, slice *discoveryv1.EndpointSlice) error {
	revision, err := strconv.ParseUint(slice.ResourceVersion, 10, 64)
	if err != nil {
		return fmt.Errorf("EndpointSlice %s: %w", slice.Name, err)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.slices[slice.Name] = slice
	if event == watch.Deleted {
		delete(f.slices, slice.Name)
	}
	f.routes = append(f.routes, Route{Revision: revision, Since: time.Now(), Pods: f.endpoints()})
	close(f.changed)
	f.changed = make(chan struct{})
	return nil
}

// endpoints are the pods that new connections go to.
func (f *Forwarder) endpoints() []types.UID {
	ready, ending := map[types.UID]bool{}, map[types.UID]bool{}
	for _, slice := range f.slices {
		for _, endpoint := range slice.Endpoints {
			is := endpoint.Conditions
			switch {
			case endpoint.TargetRef == nil: // none of a pod
			case is.Ready == nil || *is.Ready:
				ready[endpoint.TargetRef.UID] = true
			case is.Serving != nil && *is.Serving && is.Terminating != nil && *is.Terminating:
				ending[endpoint.TargetRef.UID] = true
			}
		}
	}
	if len(ready) == 0 {
		ready = ending
	}
	return slices.Sorted(maps.Keys(ready))
}

// next chooses the pod of a new connection.
func (f *Forwarder) next() (types.UID, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.routes) == 0 || len(f.routes[len(f.routes)-1].Pods) == 0 {
		return "", false
	}
	pods := f.routes[len(f.routes)-1].Pods
	f.turn++
	return pods[f.turn%len(pods)], true
}

// connect leads a connection to a pod, until either end closes it. A pod that does not listen any more, and a Service
// without pods, refuse it.
func (f *Forwarder) connect(ctx context.Context, client net.Conn) {
	refuse := func() {
		_ = client.(*net.TCPConn).SetLinger(0) // a reset
		_ = client.Close()
	}
	uid, ok := f.next()
	if !ok {
		refuse()
		return
	}
	address, err := f.pods.address(ctx, uid)
	if err != nil {
		refuse()
		return
	}
	pod, err := new(net.Dialer).DialContext(ctx, "tcp", address)
	if err != nil {
		refuse()
		return
	}
	closed := context.AfterFunc(ctx, func() {
		_ = client.Close()
		_ = pod.Close()
	})
	defer closed()
	var ways sync.WaitGroup
	ways.Go(func() { pass(pod, client) })
	pass(client, pod)
	ways.Wait()
	_ = client.Close()
	_ = pod.Close()
}

// pass copies one way of a connection to its end, of which it tells.
func pass(to, from net.Conn) {
	_, _ = io.Copy(to, from) // an end that is gone ends the other way too
	_ = to.(*net.TCPConn).CloseWrite()
}

// Routes are where the forwarder has led to, from the beginning until now.
func (f *Forwarder) Routes() []Route {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.routes)
}

// patience is how long a test waits for what is a matter of moments.
const patience = time.Minute

// AwaitPods waits until the forwarder leads to this many pods.
func (f *Forwarder) AwaitPods(t testing.TB, number int) {
	t.Helper()
	f.Await(t, fmt.Sprintf("to lead to %d pods", number), func(now Route) bool { return len(now.Pods) == number })
}

// Await waits until where the forwarder leads to meets a condition, which what says for people.
func (f *Forwarder) Await(t testing.TB, what string, met func(now Route) bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := f.await(ctx, met); err != nil {
		t.Fatalf("waiting for Service %s %s: %v", f.service, what, err)
	}
}

// awaitRevision waits until the forwarder has taken in what was written of the Service's endpoints up to a revision, the
// resource version of one of its EndpointSlices.
func (f *Forwarder) awaitRevision(ctx context.Context, revision uint64) error {
	return f.await(ctx, func(last Route) bool { return last.Revision >= revision })
}

func (f *Forwarder) await(ctx context.Context, met func(now Route) bool) error {
	for {
		f.mu.Lock()
		last, changed := Route{}, f.changed
		if len(f.routes) > 0 {
			last = f.routes[len(f.routes)-1]
		}
		f.mu.Unlock()
		if met(last) {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("%w, and it leads to %v since revision %d", ctx.Err(), last.Pods, last.Revision)
		}
	}
}
