package planner

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

var (
	namespaceKind = schema.GroupVersionKind{Version: "v1", Kind: "Namespace"}
	claimKind     = schema.GroupVersionKind{Version: "v1", Kind: "PersistentVolumeClaim"}
)

// scope is what one LIST covers.
type scope struct {
	kind      schema.GroupVersionKind
	namespace string
}

// live is what the cluster holds of a release, and what of it could not be read.
type live struct {
	objects    map[ObjectID]*unstructured.Unstructured
	namespaces map[string]namespaceState
	unreadable map[groupScope]error
	unknown    map[ObjectID]error // the same, of single objects
}

func newLive() *live {
	return &live{
		objects:    map[ObjectID]*unstructured.Unstructured{},
		namespaces: map[string]namespaceState{},
		unreadable: map[groupScope]error{},
		unknown:    map[ObjectID]error{},
	}
}

// groupScope is a scope as an ObjectID can name it: without a version.
type groupScope struct {
	kind      schema.GroupKind
	namespace string
}

type namespaceState struct {
	object *unstructured.Unstructured // nil when missing or unreadable
	err    error                      // why it could not be read; never NotFound
}

// missing reports whether the namespace is known not to exist.
func (s namespaceState) missing() bool { return s.object == nil && s.err == nil }

// readLive reads all that the release has in the scopes: one LIST for each, one
// GET for each namespace, all at the same time. What the account may not read is
// remembered as such; any other failure is an error.
func readLive(ctx context.Context, r Reader, release, home string, scopes []scope, namespaces []string) (*live, error) {
	l := newLive()
	var mu sync.Mutex
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(parallelism)
	for _, name := range namespaces {
		group.Go(func() error {
			object, err := r.Get(ctx, namespaceKind, "", name)
			mu.Lock()
			defer mu.Unlock()
			return l.addNamespace(name, object, err)
		})
	}
	for _, s := range scopes {
		group.Go(func() error {
			selector := LabelRelease + "=" + release
			if s.namespace != home {
				selector += "," + LabelHome + "=" + home
			}
			objects, err := r.List(ctx, s.kind, s.namespace, selector)
			mu.Lock()
			defer mu.Unlock()
			return l.add(s, objects, err)
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	return l, nil
}

func (l *live) addNamespace(name string, object *unstructured.Unstructured, err error) error {
	switch {
	case apierrors.IsNotFound(err):
		l.namespaces[name] = namespaceState{}
	case apierrors.IsForbidden(err):
		l.namespaces[name] = namespaceState{err: err}
	case err != nil:
		return fmt.Errorf("cannot read namespace %s: %w", name, err)
	default:
		l.namespaces[name] = namespaceState{object: object}
	}
	return nil
}

func (l *live) add(s scope, objects []*unstructured.Unstructured, err error) error {
	switch {
	case apierrors.IsNotFound(err) || meta.IsNoMatchError(err):
		return nil // the server does not have the kind, so there is no object of it
	case apierrors.IsForbidden(err) || apierrors.IsMethodNotSupported(err):
		l.unreadable[groupScope{s.kind.GroupKind(), s.namespace}] = err
		return nil
	case err != nil:
		return fmt.Errorf("cannot list %s in namespace %q: %w", s.kind.Kind, s.namespace, err)
	}
	for _, object := range objects {
		if !isMade(object) {
			l.objects[IDOf(object)] = object
		}
	}
	return nil
}

// isMade reports whether an object was made by a controller and not by us, such as the
// Jobs of a CronJob. It has our label since it is a part of the release, but comes and
// goes with its controller.
func isMade(object *unstructured.Unstructured) bool {
	return metav1.GetControllerOfNoCopy(object) != nil && ownTree(object) == nil
}

// addOne takes in an object that was read alone.
func (l *live) addOne(id ObjectID, object *unstructured.Unstructured, err error) error {
	switch {
	case apierrors.IsNotFound(err) || meta.IsNoMatchError(err):
		return nil
	case apierrors.IsForbidden(err):
		l.unknown[id] = err // a LIST has only shown that nothing with our label is there
		return nil
	case err != nil:
		return fmt.Errorf("cannot read %s: %w", id, err)
	}
	l.objects[id] = object
	return nil
}

// object returns a live object, or nil.
func (l *live) object(id ObjectID) *unstructured.Unstructured {
	if id.Group == "" && id.Kind == namespaceKind.Kind {
		return l.namespaces[id.Name].object
	}
	return l.objects[id]
}

// unreadableErr returns why nothing is known about the object, or nil when it
// is known.
func (l *live) unreadableErr(id ObjectID) error {
	if id.Group == "" && id.Kind == namespaceKind.Kind {
		return l.namespaces[id.Name].err
	}
	if err := l.unknown[id]; err != nil {
		return err
	}
	return l.unreadable[groupScope{schema.GroupKind{Group: id.Group, Kind: id.Kind}, id.Namespace}]
}

// namespaceMissing reports whether the object's namespace is known not to exist.
func (l *live) namespaceMissing(id ObjectID) bool {
	state, known := l.namespaces[id.Namespace]
	return id.Namespace != "" && known && state.missing()
}

// scopesOf returns what must be listed to know all objects that are desired or
// were applied before, and the namespaces they are in. Namespaces themselves are
// read one by one: there are few of them, and they need not have our label.
func scopesOf(in *Input) (scopes []scope, namespaces []string) {
	namespaces = append(namespaces, in.Namespace)
	add := func(id ObjectID, version string) {
		if id.Kind == namespaceKind.Kind && id.Group == "" {
			namespaces = append(namespaces, id.Name)
			return
		}
		if id.Namespace != "" {
			namespaces = append(namespaces, id.Namespace)
		}
		kind := schema.GroupVersionKind{Group: id.Group, Version: version, Kind: id.Kind}
		scopes = append(scopes, scope{kind, id.Namespace})
	}
	desired := map[groupScope]bool{}
	for _, o := range in.Objects {
		gvk := o.Manifest.GroupVersionKind()
		desired[groupScope{gvk.GroupKind(), o.ID.Namespace}] = true
		add(o.ID, gvk.Version)
	}
	if in.Prior != nil {
		for _, item := range in.Prior.Inventory {
			// One version of a kind is enough; the desired one comes first.
			if !desired[groupScope{schema.GroupKind{Group: item.ID.Group, Kind: item.ID.Kind}, item.ID.Namespace}] {
				add(item.ID, item.Version)
			}
		}
	}
	return unique(scopes), unique(namespaces)
}

// unique drops repetitions and keeps the order.
func unique[T comparable](list []T) []T {
	seen := make(map[T]bool, len(list))
	return slices.DeleteFunc(list, func(v T) bool {
		if seen[v] {
			return true
		}
		seen[v] = true
		return false
	})
}
