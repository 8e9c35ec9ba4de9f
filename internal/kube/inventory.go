package kube

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// Selection says which objects of a cluster are meant.
type Selection struct {
	Namespace string // whose objects
	Selector  string // by label; empty: all
	// Everywhere includes objects of no namespace that the selector picks. Without a selector it has no
	// effect: they are not the namespace's.
	Everywhere bool
}

// Unread are objects that could not be read, and why: those of a kind ("*": of all kinds of the group), or
// one of them if there is a name.
type Unread struct {
	Kind schema.GroupVersionKind
	Name string
	Err  error
}

// parallelReads is how many requests are made at the same time to read many kinds or objects.
const parallelReads = 8

// Objects returns all objects of a namespace, of whatever kind the cluster has, sorted by kind and name. The
// namespace itself is among them when there is no selector. Kinds that cannot be listed, most often for
// want of a right, are returned beside them. Events and measurements are not looked for.
func (c *Client) Objects(ctx context.Context, s Selection) ([]*unstructured.Unstructured, []Unread, error) {
	kinds, failed, err := c.kinds(ctx)
	if err != nil {
		return nil, nil, err
	}
	found := collection{unread: failed}
	group, inGroup := errgroup.WithContext(ctx)
	group.SetLimit(parallelReads)
	for _, k := range kinds {
		if !k.namespaced && (s.Selector == "" || !s.Everywhere) {
			continue
		}
		group.Go(func() error {
			namespace := s.Namespace
			if !k.namespaced {
				namespace = ""
			}
			list, err := c.List(inGroup, k.kind, namespace, s.Selector)
			if isNotFound(err) {
				return nil // its definition has gone since, and all its objects with it
			}
			return found.add(inGroup, list, Unread{Kind: k.kind, Err: err})
		})
	}
	if s.Selector == "" {
		group.Go(func() error {
			namespaces := schema.GroupVersionKind{Version: "v1", Kind: "Namespace"}
			home, err := c.Get(inGroup, namespaces, "", s.Namespace)
			return found.add(inGroup, []*unstructured.Unstructured{home}, Unread{Kind: namespaces, Name: s.Namespace, Err: err})
		})
	}
	if err := group.Wait(); err != nil {
		return nil, nil, err
	}
	objects, unread := found.sorted()
	return objects, unread, nil
}

// Each returns the objects of a list that names them by kind, namespace and name; those that are not there
// are among the unread.
func (c *Client) Each(ctx context.Context, names []*unstructured.Unstructured) ([]*unstructured.Unstructured, []Unread, error) {
	var found collection
	group, inGroup := errgroup.WithContext(ctx)
	group.SetLimit(parallelReads)
	for _, u := range names {
		group.Go(func() error {
			live, err := c.Get(inGroup, u.GroupVersionKind(), u.GetNamespace(), u.GetName())
			return found.add(inGroup, []*unstructured.Unstructured{live}, Unread{Kind: u.GroupVersionKind(), Name: u.GetName(), Err: err})
		})
	}
	if err := group.Wait(); err != nil {
		return nil, nil, err
	}
	objects, unread := found.sorted()
	return objects, unread, nil
}

// collection takes what several requests find.
type collection struct {
	mu      sync.Mutex
	objects []*unstructured.Unstructured
	unread  []Unread
}

// add takes the objects, or that they could not be read. It fails when nothing more can be read.
func (f *collection) add(ctx context.Context, objects []*unstructured.Unstructured, u Unread) error {
	var unreachable *UnreachableError
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case errors.As(u.Err, &unreachable):
		return u.Err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if u.Err != nil {
		f.unread = append(f.unread, u)
	} else {
		f.objects = append(f.objects, objects...)
	}
	return nil
}

func (f *collection) sorted() ([]*unstructured.Unstructured, []Unread) {
	slices.SortFunc(f.objects, func(a, b *unstructured.Unstructured) int {
		return cmp.Or(
			cmp.Compare(a.GetKind(), b.GetKind()), cmp.Compare(a.GetAPIVersion(), b.GetAPIVersion()),
			cmp.Compare(a.GetNamespace(), b.GetNamespace()), cmp.Compare(a.GetName(), b.GetName()),
		)
	})
	slices.SortFunc(f.unread, func(a, b Unread) int {
		return cmp.Or(cmp.Compare(a.Kind.Kind, b.Kind.Kind), cmp.Compare(a.Kind.Group, b.Kind.Group), cmp.Compare(a.Name, b.Name))
	})
	return f.objects, f.unread
}

// String names what could not be read and says why.
func (u Unread) String() string {
	what := u.Kind.Kind
	if u.Kind.Group != "" && !strings.HasSuffix(u.Kind.Group, ".k8s.io") {
		what += " (" + u.Kind.Group + ")"
	}
	if u.Name != "" {
		what += " " + u.Name
	}
	return fmt.Sprintf("%s: %s", what, u.Err)
}
