package kube

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strconv"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/rest"
)

// Synced tells that every object that was there when the watch began has been
// told of. It comes once, without an object.
const Synced = watch.Bookmark

// watchLife is how long the server is asked to keep one watch, between one and
// two times this, so that they spread. The next one goes on from where it ended.
// A watch that has gone silent, because something on the way has dropped it
// without a word, looks like one with nothing to tell, so none is believed for
// longer. Connections that are dead as a whole are found sooner, by the pings of
// HTTP/2.
const watchLife = time.Minute

// The pauses between a watch that ended and the next.
var watchBackoff = wait.Backoff{Duration: 50 * time.Millisecond, Factor: 2, Jitter: 0.5, Steps: 10, Cap: 15 * time.Second}

// steady is how long a watch must have gone well to be followed by the next at once.
const steady = 10 * time.Second

// Watch tells handle of every object of a kind that matches the label selector,
// each as watch.Added, then Synced, and then of every change, until the context
// ends or handle returns an error, either of which it returns. With
// watch.Deleted comes the last known state of the object. Handle is called from
// one goroutine at a time.
//
// What a lost connection or an expired history made it miss is told
// afterwards, as the changes between what was known and what is there now; an
// object that was deleted and made again meanwhile shows as Deleted and Added.
// Once it has begun, a server that is away is waited for as long as the context
// lasts. Errors that do not pass, such as Forbidden, end the watch.
func (c *Client) Watch(
	ctx context.Context, kind schema.GroupVersionKind, namespace, selector string,
	handle func(watch.EventType, *unstructured.Unstructured) error,
) error {
	r, err := c.resource(ctx, kind)
	if err != nil {
		return err
	}
	w := &watcher{
		client: c, kind: kind, resource: r, namespace: namespace, selector: selector,
		handle: handle, known: map[types.NamespacedName]*unstructured.Unstructured{},
	}
	return w.run(ctx)
}

// watcher is the state of one Watch.
type watcher struct {
	client              *Client
	kind                schema.GroupVersionKind
	resource            resource
	namespace, selector string
	handle              func(watch.EventType, *unstructured.Unstructured) error

	known   map[types.NamespacedName]*unstructured.Unstructured
	version string // of the collection, up to which all is told; empty: list first
	synced  bool
}

// handlerError is an error of the handler, which ends the watch as it is.
type handlerError struct{ error }

// outdated is an error after which a watch cannot go on from where it was.
type outdated struct{ error }

func (w *watcher) run(ctx context.Context) error {
	pause := watchBackoff.DelayFunc()
	for {
		began := time.Now()
		told, err := w.step(ctx)
		stop, old := (handlerError{}), (outdated{})
		switch {
		case errors.As(err, &stop):
			return stop.error
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case errors.As(err, &old):
			w.version = ""
		case err != nil && (!w.synced || !w.client.passing(err)):
			return err
		}
		if told || time.Since(began) > steady {
			pause = watchBackoff.DelayFunc()
		}
		select {
		case <-ctx.Done():
		case <-time.After(pause()):
		}
	}
}

// step lists, when there is no version to go on from, and then follows the
// changes as long as the server sends them. It reports whether there were any.
func (w *watcher) step(ctx context.Context) (told bool, err error) {
	if w.version == "" {
		list, err := w.client.list(ctx, w.kind, w.namespace, w.selector)
		if err != nil {
			return false, err
		}
		if err := w.replace(list); err != nil {
			return false, err
		}
	}
	stream, err := w.open(ctx)
	if err != nil {
		return false, err
	}
	defer stream.Close() //nolint:errcheck // closing ends the request; nothing is lost
	lines := bufio.NewReaderSize(stream, 64<<10)
	for {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			if errors.Is(err, io.EOF) { // the request's life ended
				return told, nil
			}
			return told, w.client.unreachable(w.action(), 1, err)
		}
		if err := w.change(line); err != nil {
			return told, err
		}
		told = true
	}
}

func (w *watcher) action() string { return "watch " + w.resource.Resource }

// open starts one watch request.
func (w *watcher) open(ctx context.Context) (io.ReadCloser, error) {
	life := w.client.watchLife + rand.N(w.client.watchLife) //nolint:gosec // spreading needs no secrecy
	request := func() *rest.Request {
		request := w.client.request("GET", w.resource, w.namespace, "").
			Param("watch", "true").
			Param("allowWatchBookmarks", "true").
			Param("resourceVersion", w.version).
			Param("timeoutSeconds", strconv.Itoa(int(life.Seconds())))
		if w.selector != "" {
			request.Param("labelSelector", w.selector)
		}
		return request
	}
	var stream io.ReadCloser
	err := w.client.retry(ctx, w.action(), func(ctx context.Context) (err error) {
		stream, err = openStream(ctx, request(), life+w.client.watchLife/6) // the server ends it first
		return err
	})
	if status, ok := statusOf(err); ok && isOutdated(status) {
		return nil, outdated{err}
	}
	return stream, err
}

// replace tells the differences between what is known and a whole new list.
func (w *watcher) replace(list *objectList) error {
	gone := w.known
	w.known = make(map[types.NamespacedName]*unstructured.Unstructured, len(list.objects))
	for _, object := range list.objects {
		key := keyOf(object)
		before := gone[key]
		delete(gone, key)
		w.known[key] = object
		var err error
		switch {
		case before == nil:
			err = w.tell(watch.Added, object)
		case before.GetUID() != object.GetUID():
			if err = w.tell(watch.Deleted, before); err == nil {
				err = w.tell(watch.Added, object)
			}
		case before.GetResourceVersion() != object.GetResourceVersion():
			err = w.tell(watch.Modified, object)
		}
		if err != nil {
			return err
		}
	}
	for _, object := range gone {
		if err := w.tell(watch.Deleted, object); err != nil {
			return err
		}
	}
	w.version = list.resourceVersion
	if w.synced {
		return nil
	}
	w.synced = true
	return w.tell(Synced, nil)
}

// change handles one line of a watch.
func (w *watcher) change(line []byte) error {
	event, err := decodeEvent(line)
	if err != nil {
		return fmt.Errorf("watch %s: %w", w.resource.Resource, err)
	}
	object := event.object
	key := keyOf(object)
	switch event.kind {
	case watch.Added:
		err = w.tell(watch.Added, object)
		w.known[key] = object
	case watch.Modified:
		err = w.tell(watch.Modified, object)
		w.known[key] = object
	case watch.Deleted:
		err = w.tell(watch.Deleted, object)
		delete(w.known, key)
	case watch.Bookmark:
	case watch.Error: // whatever it is, a new list puts it right, or says so too
		return outdated{event.status()}
	}
	w.version = object.GetResourceVersion()
	return err
}

func (w *watcher) tell(t watch.EventType, object *unstructured.Unstructured) error {
	if err := w.handle(t, object); err != nil {
		return handlerError{err}
	}
	return nil
}

func keyOf(object *unstructured.Unstructured) types.NamespacedName {
	return types.NamespacedName{Namespace: object.GetNamespace(), Name: object.GetName()}
}
