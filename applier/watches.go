package applier

import (
	"context"
	"maps"
	"slices"
	"sync"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"

	"stowage/planner"
)

// watches follows the objects of a release, with one watch for each kind and
// namespace, begun when it is first needed.
type watches struct {
	cluster Cluster
	release string
	ours    string          // label selector of the release
	wide    map[string]bool // namespaces in which not all pods that count have its label

	mu      sync.Mutex
	streams map[scope]*stream
	running sync.WaitGroup
}

// scope is what one watch covers.
type scope struct {
	kind      schema.GroupVersionKind
	namespace string
	selector  string
}

func newWatches(cluster Cluster, plan *planner.Plan) *watches {
	return &watches{
		cluster: cluster, release: plan.Release.Name, ours: planner.LabelRelease + "=" + plan.Release.Name,
		wide: withoutLabels(plan), streams: map[scope]*stream{},
	}
}

// stream returns the watch of the release's objects of a kind, or of all where these
// cannot be told by its label. It goes on until the context of the first call ends.
func (w *watches) stream(ctx context.Context, kind schema.GroupVersionKind, namespace string) *stream {
	if w.wide[namespace] && isMade(kind) {
		return w.open(ctx, scope{kind, namespace, ""})
	}
	return w.open(ctx, scope{kind, namespace, w.ours})
}

// holding returns a watch that sees the object, before anything is done to it:
// one of all objects of the kind if somebody has taken the release's label off.
// A watch that never saw the object could not tell that it is gone.
func (w *watches) holding(ctx context.Context, kind schema.GroupVersionKind, namespace, name string) (*stream, error) {
	s := w.stream(ctx, kind, namespace)
	if err := s.sync(ctx); err != nil {
		return nil, err
	}
	if v, _, _ := s.object(name, ""); v.object != nil {
		return s, nil
	}
	s = w.open(ctx, scope{kind, namespace, ""})
	return s, s.sync(ctx)
}

func (w *watches) open(ctx context.Context, key scope) *stream {
	w.mu.Lock()
	defer w.mu.Unlock()
	s := w.streams[key]
	if s == nil {
		s = newStream(w.release)
		w.streams[key] = s
		w.running.Go(func() {
			s.end(w.cluster.Watch(ctx, key.kind, key.namespace, key.selector, s.handle))
		})
	}
	return s
}

// drain returns when all watches have ended.
func (w *watches) drain() { w.running.Wait() }

// stream holds the newest state of what one watch sees.
type stream struct {
	release   string
	mu        sync.Mutex
	objects   map[string]*unstructured.Unstructured // by name
	groups    map[group]map[string]bool             // names of the objects of each
	deleted   map[types.UID]bool
	synced    chan struct{} // closed when all that was there when the watch began has been seen
	ended     chan struct{} // closed when the watch has ended
	err       error         // why; set before that
	followers map[topic][]chan<- struct{}
}

// topic is what a follower wants to hear of: an object or all objects of a group. The
// empty one is of all that happens.
type topic struct {
	group  group
	object string
}

func newStream(release string) *stream {
	return &stream{
		release:   release,
		objects:   map[string]*unstructured.Unstructured{},
		groups:    map[group]map[string]bool{},
		deleted:   map[types.UID]bool{},
		synced:    make(chan struct{}),
		ended:     make(chan struct{}),
		followers: map[topic][]chan<- struct{}{},
	}
}

func appOf(u *unstructured.Unstructured) string { return u.GetLabels()[planner.LabelApp] }

func (s *stream) handle(t watch.EventType, object *unstructured.Unstructured) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if t == watch.Bookmark {
		close(s.synced)
		s.wakeAll()
		return nil
	}
	name, of := object.GetName(), groupOf(object, s.release)
	switch t {
	case watch.Deleted:
		s.deleted[object.GetUID()] = true
		delete(s.objects, name)
		delete(s.groups[of], name)
	case watch.Added, watch.Modified:
		s.objects[name] = object
		if s.groups[of] == nil {
			s.groups[of] = map[string]bool{}
		}
		s.groups[of][name] = true
	}
	if s.isSynced() {
		wake(s.followers[topic{object: name}])
		wake(s.followers[topic{}])
		if of != (group{}) {
			wake(s.followers[topic{group: of}])
		}
	}
	return nil
}

// end notes that the watch is over.
func (s *stream) end(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.err = err
	close(s.ended)
	s.wakeAll()
}

func (s *stream) isSynced() bool {
	select {
	case <-s.synced:
		return true
	default:
		return false
	}
}

// sync returns when all that was there when the watch began is known.
func (s *stream) sync(ctx context.Context) error {
	select {
	case <-s.synced:
		return nil
	case <-s.ended:
		return s.failure()
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *stream) wakeAll() {
	for _, followers := range s.followers {
		wake(followers)
	}
}

func wake(followers []chan<- struct{}) {
	for _, c := range followers {
		select {
		case c <- struct{}{}:
		default: // it is awake already and has yet to look
		}
	}
}

// follow has changed told of changes to the topic, until the returned function
// is called. The channel must have room for one.
func (s *stream) follow(t topic, changed chan<- struct{}) (stop func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.followers[t] = append(s.followers[t], changed)
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.followers[t] = slices.DeleteFunc(s.followers[t], func(c chan<- struct{}) bool { return c == changed })
	}
}

// view is what a stream knows of an object.
type view struct {
	object  *unstructured.Unstructured // nil: it is not there
	deleted bool                       // the object of the uid that was asked for was seen to go
}

// object returns what is known of an object. It returns false as long as not
// all is known, and an error when it will not be.
func (s *stream) object(name string, uid types.UID) (view, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return view{s.objects[name], s.deleted[uid]}, s.isSynced(), s.err
}

// group returns the objects of a group, by name. What is not known is not there.
func (s *stream) group(of group) []*unstructured.Unstructured {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]*unstructured.Unstructured, 0, len(s.groups[of]))
	for _, object := range slices.Sorted(maps.Keys(s.groups[of])) {
		if u := s.objects[object]; u != nil { // or it was another group's last
			all = append(all, u)
		}
	}
	return all
}

// all returns every object, in no particular order.
func (s *stream) all() []*unstructured.Unstructured {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Collect(maps.Values(s.objects))
}

// failure returns why the watch has ended, or nil while it goes on.
func (s *stream) failure() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}
