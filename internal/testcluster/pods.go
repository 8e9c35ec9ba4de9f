package testcluster

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"
)

// preStop is how long a pod that is to end goes on accepting connections. Nodes learn of its end no sooner than the pod
// does, so that a real one needs such a hook too.
const preStop = 5 * time.Second

// Pods answer HTTP requests in the place of a namespace's pods, whose containers are simulated. From when its containers
// run, a pod listens on a loopback address of its own. When it is to be deleted it stops to, preStop later, and ends the
// requests that are under way.
type Pods struct {
	cluster   *Cluster
	namespace string

	mu      sync.Mutex
	servers map[types.UID]*podServer
}

// Backend is the pod that answers a request.
type Backend struct {
	Pod    string            `json:"pod"`
	UID    types.UID         `json:"uid"`
	Image  string            `json:"image"` // of its first container
	Labels map[string]string `json:"labels"`
}

// podServer is the server of one pod.
type podServer struct {
	decided chan struct{} // closed when the pod has begun to listen, or never will
	address string        // empty: it never did
	server  *http.Server
	ending  bool
}

// Pods has the pods of a namespace answer until the test ends. The namespace need not exist yet.
func (c *Cluster) Pods(t testing.TB, namespace string) *Pods {
	t.Helper()
	p := &Pods{cluster: c, namespace: namespace, servers: map[types.UID]*podServer{}}
	t.Cleanup(p.close)
	Follow(t, c.Client.CoreV1().Pods(namespace), metav1.ListOptions{}, func(event watch.EventType, pod *corev1.Pod) {
		switch {
		case event == watch.Deleted, pod.DeletionTimestamp != nil, pod.Status.Phase == corev1.PodFailed:
			p.end(pod)
		case pod.Status.Phase == corev1.PodRunning:
			if err := p.begin(pod); err != nil {
				t.Error(err)
			}
		}
	})
	return p
}

// of returns the server of a pod, of which nothing may have been seen yet.
func (p *Pods) of(uid types.UID) *podServer {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := p.servers[uid]
	if s == nil {
		s = &podServer{decided: make(chan struct{})}
		p.servers[uid] = s
	}
	return s
}

// begin has a pod listen, unless it does.
func (p *Pods) begin(pod *corev1.Pod) error {
	s := p.of(pod.UID)
	if s.server != nil || s.ending {
		return nil
	}
	body, err := json.Marshal(Backend{Pod: pod.Name, UID: pod.UID, Image: pod.Spec.Containers[0].Image, Labels: pod.Labels})
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // it does not take long
	if err != nil {
		return fmt.Errorf("pod %s: %w", pod.Name, err)
	}
	answer := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(body) // that the client has gone is not the pod's failure
	}
	s.server = &http.Server{Handler: http.HandlerFunc(answer), ReadHeaderTimeout: time.Minute}
	s.address = listener.Addr().String()
	go func() { _ = s.server.Serve(listener) }() // until it is shut down or closed
	close(s.decided)
	return nil
}

// end has a pod stop to listen, as containers do that get SIGTERM.
func (p *Pods) end(pod *corev1.Pod) {
	s := p.of(pod.UID)
	switch {
	case s.ending:
	case s.server == nil:
		close(s.decided)
	default:
		time.AfterFunc(preStop, func() { _ = s.server.Shutdown(context.Background()) }) // or it is closed meanwhile
	}
	s.ending = true
}

// address is where a pod listens, or did. It waits for a pod of which nothing is known yet: others may have been told of
// it first.
func (p *Pods) address(ctx context.Context, uid types.UID) (string, error) {
	s := p.of(uid)
	select {
	case <-s.decided:
	case <-ctx.Done():
		return "", ctx.Err()
	}
	if s.address == "" {
		return "", fmt.Errorf("pod %s never ran", uid)
	}
	return s.address, nil
}

// close ends all that still listen, once nothing is seen any more.
func (p *Pods) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, s := range p.servers {
		if s.server != nil {
			_ = s.server.Close()
		}
	}
}
