package release

import (
	"context"
	"slices"
	"strconv"

	"golang.org/x/sync/errgroup"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Prune removes the oldest revisions until keep of them are left, and what
// killed runs left behind. The newest deployed revision stays however old it
// is: it is what a rollback goes to.
func (s *Store) Prune(ctx context.Context, keep int) error {
	stored, err := s.list(ctx)
	if err != nil || len(stored.heads) == 0 {
		return err
	}
	kept := stored.heads[:min(max(keep, 1), len(stored.heads))]
	healthy := slices.IndexFunc(stored.heads, func(h storedHead) bool { return h.Status == Deployed })
	if healthy >= len(kept) {
		kept = append(slices.Clone(kept), stored.heads[healthy])
	}

	var gone []metav1.ObjectMeta
	used := map[string]bool{}
	for _, h := range kept {
		used[h.meta.Name] = true
		for n := 1; n < len(h.digests); n++ {
			used[chunkName(s.release, h.Revision, n, h.digests[n])] = true
		}
	}
	for _, h := range stored.heads {
		if !used[h.meta.Name] {
			gone = append(gone, h.meta.ObjectMeta)
		}
	}
	// Chunks of a revision that is newer than every head may belong to a run
	// that is just beginning.
	newest := stored.heads[0].Revision
	for _, other := range stored.others {
		if !used[other.Name] && isChunk(other.ObjectMeta, newest) {
			gone = append(gone, other.ObjectMeta)
		}
	}
	return s.removeAll(ctx, gone)
}

// isChunk reports whether a Secret is a further chunk of a revision up to the
// newest; the key is not.
func isChunk(m metav1.ObjectMeta, newest int) bool {
	revision, err := strconv.Atoi(m.Labels[labelRevision])
	return err == nil && revision <= newest
}

// Forget removes all revisions and the key. The head of the newest revision goes
// last but for its own further chunks, so that a run killed on the way is known
// to have begun.
func (s *Store) Forget(ctx context.Context) error {
	stored, err := s.list(ctx)
	if err != nil {
		return err
	}
	var first, last []metav1.ObjectMeta
	newest := map[string]bool{}
	for i, h := range stored.heads {
		if i > 0 {
			first = append(first, h.meta.ObjectMeta)
			continue
		}
		for n := 1; n < len(h.digests); n++ {
			newest[chunkName(s.release, h.Revision, n, h.digests[n])] = true
		}
	}
	for _, other := range stored.others {
		if newest[other.Name] {
			last = append(last, other.ObjectMeta)
		} else {
			first = append(first, other.ObjectMeta)
		}
	}
	if err := s.removeAll(ctx, first); err != nil || len(stored.heads) == 0 {
		return err
	}
	if err := s.remove(ctx, stored.heads[0].meta.ObjectMeta); err != nil {
		return err
	}
	return s.removeAll(ctx, last)
}

func (s *Store) removeAll(ctx context.Context, all []metav1.ObjectMeta) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(parallel)
	for _, m := range all {
		group.Go(func() error { return s.remove(ctx, m) })
	}
	return group.Wait()
}

// remove deletes one Secret; one that is gone already is fine.
func (s *Store) remove(ctx context.Context, m metav1.ObjectMeta) error {
	err := s.client.Delete(ctx, secretKind, s.namespace, m.Name, m.UID, "")
	if apierrors.IsNotFound(err) {
		return nil
	}
	return err
}
