package release

import (
	"cmp"
	"context"
	"slices"

	"golang.org/x/sync/errgroup"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
)

// Client is what a Store needs of a cluster. Errors are those of
// k8s.io/apimachinery/pkg/api/errors.
type Client interface {
	ListMetadata(ctx context.Context, kind schema.GroupVersionKind, namespace, selector string) ([]metav1.PartialObjectMetadata, error)
	Get(ctx context.Context, kind schema.GroupVersionKind, namespace, name string) (*unstructured.Unstructured, error)
	Create(ctx context.Context, object *unstructured.Unstructured) (*unstructured.Unstructured, error)
	Update(ctx context.Context, object *unstructured.Unstructured) (*unstructured.Unstructured, error)
	MergePatch(ctx context.Context, kind schema.GroupVersionKind, namespace, name string, patch []byte) (*unstructured.Unstructured, error)
	Delete(ctx context.Context, kind schema.GroupVersionKind, namespace, name string, uid types.UID, propagation metav1.DeletionPropagation) error
}

// Store keeps the revisions of one release.
type Store struct {
	client    Client
	namespace string
	release   string
}

// NewStore returns the store of a release. Nothing is read or written yet.
func NewStore(client Client, namespace, release string) *Store {
	return &Store{client: client, namespace: namespace, release: release}
}

// Load returns the newest revision, as Latest does, and the key of the release, in
// three concurrent requests unless the revision is a very large one. Either is nil
// when there is none.
func (s *Store) Load(ctx context.Context) (latest *Record, key []byte, err error) {
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() (err error) {
		latest, err = s.Latest(ctx)
		return err
	})
	group.Go(func() (err error) {
		key, err = s.Key(ctx)
		return err
	})
	if err := group.Wait(); err != nil {
		return nil, nil, err
	}
	return latest, key, nil
}

// Unchanged reports whether a revision is still stored as it was read, and still
// the newest one; of nil, whether there is still none.
func (s *Store) Unchanged(ctx context.Context, r *Record) (bool, error) {
	stored, err := s.list(ctx)
	if err != nil || r == nil || len(stored.heads) == 0 {
		return r == nil && len(stored.heads) == 0, err
	}
	newest := stored.heads[0].meta
	return newest.UID == r.uid && newest.ResourceVersion == r.resourceVersion, nil
}

// History returns all revisions, newest first, in one request. One that cannot be
// read is listed with what its metadata say.
func (s *Store) History(ctx context.Context) ([]Summary, error) {
	stored, err := s.list(ctx)
	if err != nil {
		return nil, err
	}
	history := make([]Summary, len(stored.heads))
	for i, h := range stored.heads {
		history[i] = h.Summary
	}
	return history, nil
}

// stored is what a store finds of its own in the cluster.
type stored struct {
	heads  []storedHead                   // newest first
	others []metav1.PartialObjectMetadata // further chunks and the key
}

type storedHead struct {
	header
	meta metav1.PartialObjectMetadata
}

func (s *Store) list(ctx context.Context) (stored, error) {
	items, err := s.client.ListMetadata(ctx, secretKind, s.namespace, labelRecord+"="+s.release)
	if err != nil {
		return stored{}, err
	}
	var found stored
	for i := range items {
		if h, ok := headerOf(s.release, &items[i]); ok {
			found.heads = append(found.heads, storedHead{h, items[i]})
		} else {
			found.others = append(found.others, items[i])
		}
	}
	slices.SortFunc(found.heads, func(a, b storedHead) int { return cmp.Compare(b.Revision, a.Revision) })
	settle(found.heads)
	return found, nil
}
