package testcluster

import (
	"context"
	"sync"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"
)

// Watcher is what a typed or dynamic client of a kind can do.
type Watcher interface {
	Watch(ctx context.Context, options metav1.ListOptions) (watch.Interface, error)
}

// Follow has see called with all that a watch tells, one event after the other, beginning with the objects that are
// there already: those have been seen when Follow returns. Nothing is left out in between: the test fails when the watch
// ends before it.
func Follow[T runtime.Object](t testing.TB, watcher Watcher, options metav1.ListOptions, see func(watch.EventType, T)) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	options.SendInitialEvents = new(true)
	options.ResourceVersionMatch = metav1.ResourceVersionMatchNotOlderThan
	options.AllowWatchBookmarks = true
	events, err := watcher.Watch(ctx, options)
	if err != nil {
		cancel()
		t.Fatal(err)
	}
	initial := make(chan struct{})
	var end sync.WaitGroup
	end.Go(func() {
		seen := sync.OnceFunc(func() { close(initial) })
		defer seen()
		for event := range events.ResultChan() {
			object, ok := event.Object.(T)
			switch {
			case ctx.Err() != nil: // the end of the test ends the watch, not always gracefully
			case event.Type == watch.Bookmark:
				seen() // the first one ends what is there already
			case ok:
				see(event.Type, object)
			default: // also an error, which is a Status
				t.Errorf("watch: %s of %v", event.Type, event.Object)
			}
		}
		if ctx.Err() == nil {
			t.Error("the watch ended before the test")
		}
	})
	t.Cleanup(func() {
		cancel()
		events.Stop()
		end.Wait()
	})
	<-initial
}
