package applier

import (
	"context"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"

	"stowage/planner"
)

// Cluster is all that applying asks of a cluster. Errors are those of
// k8s.io/apimachinery/pkg/api/errors, so that Conflict, NotFound and the rest
// can be told apart.
type Cluster interface {
	// Going back to a revision is planned in mid-run.
	planner.Reader

	// Apply makes the cluster's object hold the fields of the given one, by
	// server-side apply as planner.FieldManager, and returns the result. It is a
	// Conflict when another manager owns a field with another value, unless
	// forced, and when the given metadata name another uid or resourceVersion.
	Apply(ctx context.Context, object *unstructured.Unstructured, force bool) (*unstructured.Unstructured, error)

	// JSONPatch carries out a JSON patch on an object that exists. It is a Conflict when
	// the patch replaces the resource version by another one than the object's.
	JSONPatch(ctx context.Context, kind schema.GroupVersionKind, namespace, name string, patch []byte) (*unstructured.Unstructured, error)

	// PatchStatus merges a JSON merge patch into an object through its status.
	PatchStatus(ctx context.Context, kind schema.GroupVersionKind, namespace, name string, patch []byte) (*unstructured.Unstructured, error)

	// Delete starts the deletion of the object with the uid; another one of the
	// same name is a Conflict.
	Delete(ctx context.Context, kind schema.GroupVersionKind, namespace, name string,
		uid types.UID, propagation metav1.DeletionPropagation) error

	// Watch tells handle of every object of a kind that matches the label
	// selector (watch.Added), then that these were all (watch.Bookmark, without
	// an object), then of every change, through lost connections. It returns
	// when the context ends, when handle returns an error, or when the server
	// refuses.
	Watch(ctx context.Context, kind schema.GroupVersionKind, namespace, selector string,
		handle func(watch.EventType, *unstructured.Unstructured) error) error

	// Events returns the Events of the core group about an object, in no
	// particular order.
	Events(ctx context.Context, kind, namespace, name string, uid types.UID) ([]*unstructured.Unstructured, error)

	// Logs returns the last lines, at most tail, that a container wrote; with
	// previous those of its run before the last restart.
	Logs(ctx context.Context, namespace, pod, container string, previous bool, tail int) ([]byte, error)
}
