package release

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"golang.org/x/sync/errgroup"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
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

// Load returns the newest revision and the key of the release, in three
// concurrent requests unless the revision is a very large one. Either is nil when
// there is none.
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

// Latest returns the newest revision, or nil when there is none.
func (s *Store) Latest(ctx context.Context) (*Record, error) {
	stored, err := s.list(ctx)
	if err != nil || len(stored.heads) == 0 {
		return nil, err
	}
	return s.read(ctx, stored.heads[0])
}

// Get returns one revision, or nil when there is none of that number.
func (s *Store) Get(ctx context.Context, revision int) (*Record, error) {
	stored, err := s.list(ctx)
	if err != nil {
		return nil, err
	}
	for _, h := range stored.heads {
		if h.Revision == revision {
			return s.read(ctx, h)
		}
	}
	return nil, nil
}

// LastHealthy returns the newest revision before another one that was deployed
// with success, whatever came after; nil when there is none. One that cannot be
// read is passed over, and told of in the second result.
func (s *Store) LastHealthy(ctx context.Context, before int) (*Record, []error, error) {
	stored, err := s.list(ctx)
	if err != nil {
		return nil, nil, err
	}
	var unreadable []error
	for _, h := range stored.heads {
		if h.Revision >= before || !h.Status.healthy() {
			continue
		}
		record, err := s.read(ctx, h)
		switch {
		case err == nil:
			return record, unreadable, nil
		case !isUnreadable(err):
			return nil, nil, err
		}
		unreadable = append(unreadable, err)
	}
	return nil, unreadable, nil
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

// History returns all revisions, newest first.
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
	return found, nil
}

// read fetches the content of a revision. Between the list and this the
// revision may have got other chunks or another status, which is why the head
// is believed over the list.
func (s *Store) read(ctx context.Context, listed storedHead) (*Record, error) {
	name := headName(s.release, listed.Revision)
	secret, err := s.client.Get(ctx, secretKind, s.namespace, name)
	if err != nil {
		return nil, err
	}
	h, ok := headerOf(s.release, secret)
	if !ok {
		return nil, listed.damaged(name, errors.New("its labels are gone"))
	}
	if err := h.check(); err != nil {
		return nil, err
	}
	chunks := make([][]byte, len(h.digests))
	if chunks[0], err = chunkOf(h, secret, 0); err != nil {
		return nil, err
	}
	group, groupCtx := errgroup.WithContext(ctx)
	for n := 1; n < len(chunks); n++ {
		group.Go(func() (err error) {
			chunks[n], err = s.chunk(groupCtx, h, n)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	record := &Record{Summary: h.Summary}
	if err := record.decode(chunks); err != nil {
		return nil, h.damaged(name, err)
	}
	record.remember(secret, h.digests)
	return record, nil
}

// chunk fetches the n-th chunk of a revision.
func (s *Store) chunk(ctx context.Context, h header, n int) ([]byte, error) {
	name := chunkName(s.release, h.Revision, n, h.digests[n])
	secret, err := s.client.Get(ctx, secretKind, s.namespace, name)
	if apierrors.IsNotFound(err) {
		return nil, h.damaged(name, errors.New("it is missing"))
	}
	if err != nil {
		return nil, err
	}
	return chunkOf(h, secret, n)
}

// chunkOf returns what a Secret holds as the n-th chunk.
func chunkOf(h header, secret *unstructured.Unstructured, n int) ([]byte, error) {
	chunk, err := valueOf(secret, dataRecord)
	if err != nil {
		return nil, h.damaged(secret.GetName(), err)
	}
	if digest(chunk) != h.digests[n] {
		return nil, h.damaged(secret.GetName(), errors.New("its content is not what was written"))
	}
	return chunk, nil
}

// remember notes the state of the stored head that the record stands for.
func (r *Record) remember(head *unstructured.Unstructured, digests []string) {
	r.uid, r.resourceVersion, r.digests = head.GetUID(), head.GetResourceVersion(), digests
}
