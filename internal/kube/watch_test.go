package kube

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
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

// TestWatchMissesNothing ends a running watch in every way there is, and has
// things happen before the next one begins.
func TestWatchMissesNothing(t *testing.T) {
	event := func(code int, reason metav1.StatusReason) string {
		return fmt.Sprintf(`{"type":"ERROR","object":{"kind":"Status","apiVersion":"v1","status":"Failure","reason":%q,"code":%d}}`+"\n", reason, code)
	}
	gone := fails(http.StatusGone, metav1.StatusReasonExpired, "too old resource version")
	for _, test := range []struct {
		name      string
		end       error   // of the watch; nil: as the server ends it
		lastWords string  // before that
		refusals  []fault // what those after it meet
		lists     int     // after the first one
	}{
		{name: "the server ends it"},
		{name: "the connection breaks", end: io.ErrUnexpectedEOF, refusals: []fault{resets}},
		{name: "it breaks amidst a line", end: io.ErrUnexpectedEOF, lastWords: `{"type":"ADDED","object":{"kind":"Conf`},
		{name: "its history is gone", refusals: []fault{gone}, lists: 1},
		{name: "its history is gone twice", refusals: []fault{gone, gone}, lists: 2},
		{name: "its history goes as it runs", lastWords: event(410, metav1.StatusReasonExpired), lists: 1},
		{name: "the history is gone for good", lastWords: event(410, metav1.StatusReasonGone), lists: 1},
		{name: "the server fails as it runs", lastWords: event(500, metav1.StatusReasonInternalError), lists: 1},
		{name: "the storage was put back", refusals: []fault{fails(504, metav1.StatusReasonTimeout, "Too large resource version",
			metav1.StatusCause{Type: metav1.CauseTypeResourceVersionTooLarge})}, lists: 1},
		{name: "too many requests", refusals: []fault{throttles(0), throttles(1)}},
		{name: "a new leader", refusals: []fault{fails(500, "", "etcdserver: leader changed")}},
		{name: "a server that starts again", refusals: []fault{
			answers(http.StatusServiceUnavailable, "not yet"), answers(http.StatusInternalServerError, "still not"),
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			lines := newCutter()
			c := dial(t, lines.wrap)
			namespace := testcluster.Start(t).Namespace(t)
			for _, name := range []string{"a", "b", "c", "d"} {
				apply(t, c, namespace, name, "1")
			}
			r := record(t, c, namespace)
			r.expect(t, "added a=1", "added b=1", "added c=1", "added d=1", "bookmark")
			apply(t, c, namespace, "d", "2")
			r.expect(t, "modified d=2") // and not again

			lines.cut(cmp.Or(test.end, io.EOF), test.lastWords, test.refusals, func() {
				apply(t, c, namespace, "a", "2")
				remove(t, c, namespace, "b")
				remove(t, c, namespace, "c")
				apply(t, c, namespace, "c", "2")
				apply(t, c, namespace, "e", "1")
			})
			r.expect(t, "modified a=2", "deleted b=1", "deleted c=1", "added c=2", "added e=1")
			apply(t, c, namespace, "d", "3")
			r.expect(t, "modified d=3")
			if lists := lines.lists - 1; lists != test.lists || len(lines.refusals) > 0 {
				t.Errorf("%d lists after the first, want %d; %d refusals are left", lists, test.lists, len(lines.refusals))
			}
		})
	}
}

// TestSilentWatchIsNotBelieved mutes a watch on a connection that works.
func TestSilentWatchIsNotBelieved(t *testing.T) {
	lines := newCutter()
	lines.mute = 1
	c := dial(t, lines.wrap)
	c.watchLife = time.Second
	namespace := testcluster.Start(t).Namespace(t)
	apply(t, c, namespace, "a", "1")
	r := record(t, c, namespace)
	r.expect(t, "added a=1", "bookmark")
	apply(t, c, namespace, "a", "2")
	r.expect(t, "modified a=2")
	if lines.lists != 1 {
		t.Errorf("%d lists, though the history was there", lines.lists)
	}
}

// TestDeadConnectionIsFound leaves a connection open that carries nothing any
// more, as a network does that has forgotten it.
func TestDeadConnectionIsFound(t *testing.T) {
	t.Setenv("HTTP2_READ_IDLE_TIMEOUT_SECONDS", "1")
	t.Setenv("HTTP2_PING_TIMEOUT_SECONDS", "1")
	relay := startRelay(t)
	c, elsewhere := relay.dial(t), dial(t)
	namespace := testcluster.Start(t).Namespace(t)
	apply(t, c, namespace, "a", "1")
	r := record(t, c, namespace)
	r.expect(t, "added a=1", "bookmark")
	relay.silence()
	apply(t, elsewhere, namespace, "a", "2")
	r.expect(t, "modified a=2")
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
