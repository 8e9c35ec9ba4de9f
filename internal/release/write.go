package release

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"

	"golang.org/x/sync/errgroup"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// parallel bounds the requests that a store makes at the same time.
const parallel = 8

// Begin stores a new revision as pending. It is an *ExistsError when somebody
// else has begun that revision.
func (s *Store) Begin(ctx context.Context, r *Record) error {
	r.Release, r.Namespace, r.Status = s.release, s.namespace, Pending
	return s.write(ctx, r, func(head *unstructured.Unstructured) (*unstructured.Unstructured, error) {
		created, err := s.create(ctx, head)
		if apierrors.IsAlreadyExists(err) {
			return nil, s.exists(ctx, r.Revision)
		}
		return created, err
	})
}

// exists returns the error of a revision that was begun already. One that no list
// shows would be met again and again, so that is another error.
func (s *Store) exists(ctx context.Context, revision int) error {
	name := headName(s.release, revision)
	head, err := s.client.Get(ctx, secretKind, s.namespace, name)
	if err == nil && head.GetLabels()[labelRecord] != s.release {
		return &DamagedError{
			Release: s.release, Revision: revision, Namespace: s.namespace, Secret: name,
			Err: fmt.Errorf("it is there without the label %s=%s; label it, or delete it", labelRecord, s.release),
		}
	}
	return &ExistsError{Release: s.release, Revision: revision}
}

// Finish stores how a revision that was begun ended: its status, its inventory,
// its changes and messages. It is a Conflict when somebody else has changed the
// record meanwhile.
func (s *Store) Finish(ctx context.Context, r *Record) error {
	before := r.digests
	err := s.write(ctx, r, func(head *unstructured.Unstructured) (*unstructured.Unstructured, error) {
		head.SetUID(r.uid)
		head.SetResourceVersion(r.resourceVersion)
		return s.update(ctx, head)
	})
	if err != nil {
		return err
	}
	return s.dropChunks(ctx, r, before)
}

// write stores the chunks of a record, the head last: until then the record
// cannot be seen, or is seen as it was.
func (s *Store) write(
	ctx context.Context, r *Record,
	put func(head *unstructured.Unstructured) (*unstructured.Unstructured, error),
) error {
	chunks, err := r.encode()
	if err != nil {
		return err
	}
	digests := make([]string, len(chunks))
	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(parallel)
	for n, chunk := range chunks {
		digests[n] = digest(chunk)
		if n == 0 {
			continue // the head
		}
		name := chunkName(s.release, r.Revision, n, digests[n])
		secret := newChunk(r, name, chunk)
		group.Go(func() error {
			_, err := s.create(groupCtx, secret)
			if apierrors.IsAlreadyExists(err) {
				return s.replace(groupCtx, secret)
			}
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	head, err := headOf(r, digests, chunks[0])
	if err != nil {
		return err
	}
	if head, err = put(head); err != nil {
		return err
	}
	r.remember(head, digests)
	return nil
}

// replace puts a chunk in the place of one that is damaged. Its name says what it
// has to hold, so that this is right whoever wrote it.
func (s *Store) replace(ctx context.Context, chunk *unstructured.Unstructured) error {
	if err := s.remove(ctx, metav1.ObjectMeta{Name: chunk.GetName()}); err != nil {
		return err
	}
	_, err := s.create(ctx, chunk)
	return err
}

// create makes a Secret. One that is there with the same data is taken as made:
// by a request whose answer got lost, or by a run that was killed.
func (s *Store) create(ctx context.Context, secret *unstructured.Unstructured) (*unstructured.Unstructured, error) {
	created, err := s.client.Create(ctx, secret)
	if apierrors.IsAlreadyExists(err) {
		return s.already(ctx, secret, err)
	}
	return created, err
}

// update replaces a Secret, unless it has changed since it was read.
func (s *Store) update(ctx context.Context, secret *unstructured.Unstructured) (*unstructured.Unstructured, error) {
	updated, err := s.client.Update(ctx, secret)
	if apierrors.IsConflict(err) {
		return s.already(ctx, secret, err)
	}
	return updated, err
}

// already returns the Secret that is there when it holds what was to be
// written, and otherwise the error that the write met.
func (s *Store) already(
	ctx context.Context, want *unstructured.Unstructured, met error,
) (*unstructured.Unstructured, error) {
	live, err := s.client.Get(ctx, secretKind, s.namespace, want.GetName())
	if err != nil {
		return nil, met
	}
	same := func(field ...string) bool {
		a, _, _ := unstructured.NestedFieldNoCopy(live.Object, field...)
		b, _, _ := unstructured.NestedFieldNoCopy(want.Object, field...)
		left, errLeft := json.Marshal(a)
		right, errRight := json.Marshal(b)
		return errLeft == nil && errRight == nil && bytes.Equal(left, right)
	}
	if same("data") && same("metadata", "labels") && same("metadata", "annotations") {
		return live, nil
	}
	return nil, met
}

// dropChunks removes the further chunks that a record had before.
func (s *Store) dropChunks(ctx context.Context, r *Record, before []string) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(parallel)
	for n := 1; n < len(before); n++ {
		if n < len(r.digests) && r.digests[n] == before[n] {
			continue
		}
		group.Go(func() error {
			return s.remove(ctx, metav1.ObjectMeta{Name: chunkName(s.release, r.Revision, n, before[n])})
		})
	}
	return group.Wait()
}
