package main

import (
	"context"
	"sync"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"stowage/planner"
)

// observer remembers the live objects that planning reads, so that what is looked at in
// two ways is listed once.
type observer struct {
	planner.Reader
	mu      sync.Mutex
	objects map[planner.ObjectID]*unstructured.Unstructured
	lists   map[listing]listed
}

// listing is one LIST.
type listing struct {
	kind                schema.GroupVersionKind
	namespace, selector string
}

type listed struct {
	objects []*unstructured.Unstructured
	err     error
}

func newObserver(r planner.Reader) *observer {
	return &observer{Reader: r, objects: map[planner.ObjectID]*unstructured.Unstructured{}, lists: map[listing]listed{}}
}

// List lists, and remembers.
func (o *observer) List(ctx context.Context, kind schema.GroupVersionKind, namespace, selector string) ([]*unstructured.Unstructured, error) {
	key := listing{kind, namespace, selector}
	o.mu.Lock()
	known, ok := o.lists[key]
	o.mu.Unlock()
	if ok {
		return known.objects, known.err
	}
	objects, err := o.Reader.List(ctx, kind, namespace, selector)
	o.remember(objects...)
	o.mu.Lock()
	defer o.mu.Unlock()
	o.lists[key] = listed{objects, err}
	return objects, err
}

// Get gets, and remembers.
func (o *observer) Get(ctx context.Context, kind schema.GroupVersionKind, namespace, name string) (*unstructured.Unstructured, error) {
	object, err := o.Reader.Get(ctx, kind, namespace, name)
	if err == nil {
		o.remember(object)
	}
	return object, err
}

func (o *observer) remember(objects ...*unstructured.Unstructured) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, object := range objects {
		o.objects[planner.IDOf(object)] = object
	}
}
