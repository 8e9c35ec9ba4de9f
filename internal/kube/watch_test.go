package kube

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/watch"

	"stowage/internal/testcluster"
)

// patience bounds a test that waits for a server; none waits that long.
const patience = 30 * time.Second

var errEnough = errors.New("seen enough")

// waitFor watches until the condition holds.
func waitFor(t *testing.T, c *Client, kind schema.GroupVersionKind, namespace string, condition func(*unstructured.Unstructured) bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	err := c.Watch(ctx, kind, namespace, "", func(_ watch.EventType, object *unstructured.Unstructured) error {
		if object != nil && condition(object) {
			return errEnough
		}
		return nil
	})
	if !errors.Is(err, errEnough) {
		t.Fatal(err)
	}
}

// recorder is a running watch whose events a test takes one by one.
type recorder struct {
	events chan string
	done   chan error
}

// record watches the ConfigMaps of a namespace that carry the test's label.
func record(t *testing.T, c *Client, namespace string) *recorder {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	r := &recorder{events: make(chan string, 100), done: make(chan error, 1)}
	go func() {
		r.done <- c.Watch(ctx, configMaps, namespace, "test=yes", func(t watch.EventType, object *unstructured.Unstructured) error {
			line := strings.ToLower(string(t))
			if object != nil {
				line += " " + object.GetName() + "=" + value(object)
			}
			r.events <- line
			return nil
		})
	}()
	t.Cleanup(func() {
		cancel()
		if err := <-r.done; !errors.Is(err, context.Canceled) {
			t.Errorf("the watch ended with %v", err)
		}
	})
	return r
}

// expect takes as many events as are wanted, in any order, and compares them.
func (r *recorder) expect(t *testing.T, want ...string) {
	t.Helper()
	var got []string
	timeout := time.After(patience)
	for len(got) < len(want) {
		select {
		case line := <-r.events:
			got = append(got, line)
		case <-timeout:
			t.Fatalf("events %q, want %q", got, want)
		}
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Fatalf("events %q, want %q", got, want)
	}
}

func TestWatchTellsEveryChange(t *testing.T) {
	c := dial(t)
	namespace := testcluster.Start(t).Namespace(t)
	apply(t, c, namespace, "a", "1")
	r := record(t, c, namespace)
	r.expect(t, "added a=1", "bookmark")
	apply(t, c, namespace, "a", "2")
	r.expect(t, "modified a=2")
	apply(t, c, namespace, "b", "1")
	r.expect(t, "added b=1")
	remove(t, c, namespace, "a")
	r.expect(t, "deleted a=2")
}

func TestWatchGoesOnAfterALostConnection(t *testing.T) {
	lines := &cutter{}
	c := dial(t, lines.wrap)
	namespace := testcluster.Start(t).Namespace(t)
	apply(t, c, namespace, "a", "1")
	apply(t, c, namespace, "b", "1")
	r := record(t, c, namespace)
	r.expect(t, "added a=1", "added b=1", "bookmark")

	lines.cut(func() {
		apply(t, c, namespace, "a", "2")
		remove(t, c, namespace, "b")
	})
	r.expect(t, "modified a=2", "deleted b=1")
	if lines.lists != 1 {
		t.Errorf("%d lists, though the history was there", lines.lists)
	}
}

func TestWatchFindsWhatAnExpiredHistoryHid(t *testing.T) {
	lines := &cutter{}
	c := dial(t, lines.wrap)
	namespace := testcluster.Start(t).Namespace(t)
	for _, name := range []string{"a", "b", "c", "d"} {
		apply(t, c, namespace, name, "1")
	}
	r := record(t, c, namespace)
	r.expect(t, "added a=1", "added b=1", "added c=1", "added d=1", "bookmark")

	lines.expire()
	lines.cut(func() {
		apply(t, c, namespace, "a", "2")
		remove(t, c, namespace, "b")
		remove(t, c, namespace, "c")
		apply(t, c, namespace, "c", "2")
		apply(t, c, namespace, "e", "1")
	})
	r.expect(t, "modified a=2", "deleted b=1", "deleted c=1", "added c=2", "added e=1")
	if lines.lists != 2 {
		t.Errorf("%d lists, want the first and one more", lines.lists)
	}
	apply(t, c, namespace, "d", "2")
	r.expect(t, "modified d=2")
}

func TestWatchEndsWhenItIsForbidden(t *testing.T) {
	config := clusterConfig(t)
	config.Impersonate.UserName = "stranger"
	c, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	err = c.Watch(t.Context(), configMaps, "default", "", func(watch.EventType, *unstructured.Unstructured) error { return nil })
	if !apierrors.IsForbidden(err) {
		t.Errorf("watching without the right to: %v", err)
	}
}

func apply(t *testing.T, c *Client, namespace, name, value string) {
	t.Helper()
	if _, err := c.Apply(t.Context(), configMap(namespace, name, value), false); err != nil {
		t.Error(err)
	}
}

func remove(t *testing.T, c *Client, namespace, name string) {
	t.Helper()
	if err := c.Delete(t.Context(), configMaps, namespace, name, "", ""); err != nil {
		t.Error(err)
	}
}

// cutter stands before a real server and cuts running watches.
type cutter struct {
	next http.RoundTripper

	mu      sync.Mutex
	closed  bool // watches are refused
	expired bool // the next watch finds its history gone
	cuts    int
	running []io.Closer
	lists   int
}

func (c *cutter) wrap(next http.RoundTripper) http.RoundTripper {
	c.next = next
	return c
}

func (c *cutter) expire() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.expired = true
}

// cut ends all running watches and refuses new ones until meanwhile returns.
func (c *cutter) cut(meanwhile func()) {
	c.mu.Lock()
	c.closed = true
	c.cuts++
	running := c.running
	c.running = nil
	c.mu.Unlock()
	for _, stream := range running {
		_ = stream.Close()
	}
	meanwhile()
	c.mu.Lock()
	c.closed = false
	c.mu.Unlock()
}

func (c *cutter) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Query().Get("watch") == "" {
		c.mu.Lock()
		if r.Method == http.MethodGet {
			c.lists++
		}
		c.mu.Unlock()
		return c.next.RoundTrip(r)
	}
	c.mu.Lock()
	closed, expired, cuts := c.closed, c.expired, c.cuts
	c.expired = c.expired && closed
	c.mu.Unlock()
	switch {
	case closed:
		return resets(nil, r)
	case expired:
		return answers(http.StatusGone, `{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"Expired","code":410}`)(nil, r)
	}
	response, err := c.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.cuts != cuts { // cut before it ran
		_ = response.Body.Close()
		return resets(nil, r)
	}
	c.running = append(c.running, response.Body)
	return response, nil
}
