package planner

import (
	"context"
	"slices"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// Reader is all that planning may ask of a cluster. Errors are those of
// k8s.io/apimachinery/pkg/api/errors, so that NotFound, Forbidden and the rest
// can be told apart.
type Reader interface {
	// List returns all objects of a kind that match the label selector, however
	// many pages that takes. Namespace "" lists cluster-scoped kinds, or all namespaces.
	List(ctx context.Context, kind schema.GroupVersionKind, namespace, selector string) ([]*unstructured.Unstructured, error)
	// Get returns one object.
	Get(ctx context.Context, kind schema.GroupVersionKind, namespace, name string) (*unstructured.Unstructured, error)
	// DryRun returns what a forced server-side apply by FieldManager would make
	// of the object, without storing it.
	DryRun(ctx context.Context, object *unstructured.Unstructured) (*unstructured.Unstructured, error)
	// DryRunPatch returns what a JSON patch would make of an object, without storing it.
	DryRunPatch(ctx context.Context, kind schema.GroupVersionKind, namespace, name string, patch []byte) (*unstructured.Unstructured, error)
}

// Prior is what the release recorded the last time.
type Prior struct {
	Revision    int    // 0: never applied
	Interrupted bool   // its run did not record an end
	Failed      bool   // its run failed
	Switched    bool   // it moved versions of apps, and left all else
	RollbackTo  int    // the revision that it went back to; 0: none
	Inventory   []Item // every object that belongs to the release, with the namespace
	// Healthy are the recorded revisions that were deployed with success. The
	// newest of them before a new one is kept beside it, however old it is.
	Healthy []int
	// Objects as they were rendered, by identity; Secrets without values.
	Objects map[ObjectID]*unstructured.Unstructured
}

// Item is one object of a release's inventory.
type Item struct {
	ID      ObjectID
	Address string // of the block that it was made from
	Version string // API version it was applied with, such as v1
	UID     string
	// LastRevision is the newest revision whose configuration has the object;
	// it decides how long a version of a config is kept.
	LastRevision int
	Adopted      int          // the revision that has taken the object over; 0: the release made it
	Needs        []ObjectID   // what had to be there before it, when it was applied last
	Ran          bool         // it is the Job of an app that has run with success
	DataVersion  *DataVersion // set on versioned ConfigMaps and Secrets
}

// HasRun reports whether a Job is recorded as having run with success.
func (p *Prior) HasRun(id ObjectID) bool {
	return slices.ContainsFunc(p.Inventory, func(item Item) bool { return item.ID == id && item.Ran })
}
