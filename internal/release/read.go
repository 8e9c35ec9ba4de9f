package release

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/sync/errgroup"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// errGone says that a revision that was listed is not there any more.
var errGone = errors.New("the release's revisions are being removed")

// Latest returns the newest revision, or nil when there is none. If its content
// is damaged, Damaged says so, and the content is that of the newest revision that
// can be read. A format of a later stowage is a *FormatError.
func (s *Store) Latest(ctx context.Context) (latest *Record, err error) {
	for range 2 { // another run may have removed what was listed
		var stored stored
		if stored, err = s.list(ctx); err != nil {
			return nil, err
		}
		if latest, err = s.latest(ctx, stored.heads); !errors.Is(err, errGone) {
			return latest, err
		}
	}
	return nil, fmt.Errorf("release %s: %w", s.release, err)
}

func (s *Store) latest(ctx context.Context, heads []storedHead) (*Record, error) {
	var unreadable []error
	for _, h := range heads {
		record, err := s.read(ctx, h)
		damaged := (*DamagedError)(nil)
		switch {
		case err == nil:
			return newest(heads, record, unreadable), nil
		case !errors.As(err, &damaged):
			return nil, err
		}
		unreadable = append(unreadable, err)
	}
	if len(heads) == 0 {
		return nil, nil
	}
	return newest(heads, &Record{}, unreadable), nil
}

// newest returns a record as that of the newest revision. When that one is
// damaged, the record is of another one, and only its content counts: of that the
// damaged one may have had each object, too, which must not be taken for an old one.
func newest(heads []storedHead, record *Record, unreadable []error) *Record {
	if len(unreadable) > 0 {
		record.Damaged, record.ContentRevision = unreadable, record.Revision
		record.Summary = heads[0].Summary
		record.remember(&heads[0].meta, heads[0].digests)
		for i := range record.Inventory {
			record.Inventory[i].LastRevision = heads[0].Revision
		}
	}
	for _, h := range heads {
		if h.isHealthy() {
			record.Healthy = append(record.Healthy, h.Revision)
		}
	}
	return record
}

// Get returns one revision, or nil when there is none of that number. It is a
// *DamagedError or a *FormatError when it cannot be read.
func (s *Store) Get(ctx context.Context, revision int) (*Record, error) {
	stored, err := s.list(ctx)
	if err != nil {
		return nil, err
	}
	for _, h := range stored.heads {
		if h.Revision != revision {
			continue
		}
		record, err := s.read(ctx, h)
		if errors.Is(err, errGone) {
			return nil, nil
		}
		return record, err
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
		if h.Revision >= before || !h.isHealthy() {
			continue
		}
		record, err := s.read(ctx, h)
		damaged, format := (*DamagedError)(nil), (*FormatError)(nil)
		switch {
		case err == nil:
			return record, unreadable, nil
		case errors.As(err, &damaged), errors.As(err, &format):
			unreadable = append(unreadable, err)
		case !errors.Is(err, errGone):
			return nil, nil, err
		}
	}
	return nil, unreadable, nil
}

// read fetches the content of a revision. When a chunk of it is missing, another
// run may just have recorded how the revision ended, so it is fetched once more.
func (s *Store) read(ctx context.Context, listed storedHead) (*Record, error) {
	record, err := s.tryRead(ctx, listed)
	if errors.Is(err, errMissing) {
		return s.tryRead(ctx, listed)
	}
	return record, err
}

// tryRead fetches the content of a revision. Between the list and this the
// revision may have got other chunks or another status, which is why the head
// is believed over the list.
func (s *Store) tryRead(ctx context.Context, listed storedHead) (*Record, error) {
	name := headName(s.release, listed.Revision)
	secret, err := s.client.Get(ctx, secretKind, s.namespace, name)
	if apierrors.IsNotFound(err) {
		return nil, errGone
	}
	if err != nil {
		return nil, err
	}
	h, _ := headerOf(s.release, secret) // its name says that it is one
	if h.err != nil {
		return nil, h.err
	}
	if h.label == listed.label {
		h.Status = listed.Status // which follows from the other revisions
	}
	chunks := make([][]byte, len(h.digests))
	if chunks[0], err = chunkOf(h, secret, 0); err != nil {
		return nil, err
	}
	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(parallel)
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

// errMissing says what is wrong with a damaged revision.
var errMissing = errors.New("it is missing")

// chunk fetches the n-th chunk of a revision.
func (s *Store) chunk(ctx context.Context, h header, n int) ([]byte, error) {
	name := chunkName(s.release, h.Revision, n, h.digests[n])
	secret, err := s.client.Get(ctx, secretKind, s.namespace, name)
	if apierrors.IsNotFound(err) {
		return nil, h.damaged(name, errMissing)
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
func (r *Record) remember(head metav1.Object, digests []string) {
	r.uid, r.resourceVersion, r.digests = head.GetUID(), head.GetResourceVersion(), digests
}
