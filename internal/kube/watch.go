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

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/apimachinery/pkg/watch"
)

// Synced tells that every object that was there when the watch began has been
// told of. It comes once, without an object.
const Synced = watch.Bookmark

// The longest life of one watch request, after which the next one goes on from
// where it ended; between one and two times this, so that they spread.
const watchLife = 5 * time.Minute

// The pauses between attempts to watch again.
var watchBackoff = wait.Backoff{Duration: 50 * time.Millisecond, Factor: 2, Jitter: 0.5, Steps: 10, Cap: 15 * time.Second}

// Watch tells handle of every object of a kind that matches the label selector,
// each as watch.Added, then Synced, and then of every change, until the context
// ends or handle returns an error, either of which it returns. With
// watch.Deleted comes the last known state of the object. Handle is called from
// one goroutine at a time.
//
// What a lost connection or an expired history made it miss is told
// afterwards, as the changes between what was known and what is there now; an
// object that was deleted and made again meanwhile shows as Deleted and Added.
// Errors other than the passing ones of a server that restarts, such as
// Forbidden, end the watch.
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

func (w *watcher) run(ctx context.Context) error {
	pause := watchBackoff.DelayFunc()
	for {
		told, err := w.step(ctx)
		if stop := (handlerError{}); errors.As(err, &stop) {
			return stop.error
		}
		switch {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case apierrors.IsResourceExpired(err) || apierrors.IsGone(err):
			w.version = ""
		case err != nil && (!w.synced || !w.client.passing(err)):
			return err
		}
		if told {
			pause = watchBackoff.DelayFunc()
		}
		select {
		case <-ctx.Done():
		case <-time.After(pause()):
		}
	}
}

// step lists, when there is no version to go on from, and then follows the
// changes as long as the server sends them. It reports whether anything came.
func (w *watcher) step(ctx context.Context) (told bool, err error) {
	if w.version == "" {
		list, err := w.client.list(ctx, w.kind, w.namespace, w.selector)
		if err != nil {
			return false, err
		}
		if err := w.replace(list); err != nil {
			return false, err
		}
		told = true
	}
	stream, err := w.open(ctx)
	if err != nil {
		return told, err
	}
	defer stream.Close() //nolint:errcheck // closing ends the request; nothing is lost
	lines := bufio.NewReaderSize(stream, 64<<10)
	for {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			if errors.Is(err, io.EOF) { // the request's life ended
				return told, nil
			}
			return told, w.unreachable(err)
		}
		if err := w.change(line); err != nil {
			return told, err
		}
		told = true
	}
}

// open starts one watch request.
func (w *watcher) open(ctx context.Context) (io.ReadCloser, error) {
	life := watchLife + rand.N(watchLife) //nolint:gosec // spreading needs no secrecy
	request := w.client.request("GET", w.resource, w.namespace, "").
		Param("watch", "true").
		Param("allowWatchBookmarks", "true").
		Param("resourceVersion", w.version).
		Param("timeoutSeconds", strconv.Itoa(int(life.Seconds())))
	if w.selector != "" {
		request.Param("labelSelector", w.selector)
	}
	stream, err := request.Stream(ctx)
	if err != nil && !isStatus(err) {
		return nil, w.unreachable(err)
	}
	return stream, err
}

func (w *watcher) unreachable(err error) error {
	return w.client.unreachable("watch "+w.resource.Resource, 1, err)
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
	case watch.Error:
		return event.status()
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
