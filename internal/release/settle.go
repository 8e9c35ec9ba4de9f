package release

import (
	"context"
	"fmt"
	"slices"

	"golang.org/x/sync/errgroup"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Settle puts the release's revisions in order after a run that ended well, with
// one list. It stores the statuses that follow from the newest revision: the one
// that was deployed before is superseded, one that a killed run left pending is
// failed, and those that the newest went back behind are rolled back. Then it
// removes the oldest revisions until keep of them are left, and what killed runs
// left behind. The revision that a rollback goes to stays however old it is,
// unless only one is to be kept.
func (s *Store) Settle(ctx context.Context, keep int) error {
	stored, err := s.list(ctx)
	if err != nil || len(stored.heads) == 0 {
		return err
	}
	kept := retained(stored.heads, max(keep, 1))
	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(parallel)
	for _, h := range kept {
		if h.Status != h.label {
			group.Go(func() error { return s.relabel(groupCtx, h) })
		}
	}
	for _, m := range s.unused(stored, kept) {
		group.Go(func() error { return s.remove(groupCtx, m) })
	}
	return group.Wait()
}

// retained returns the revisions to keep; newest first.
func retained(heads []storedHead, keep int) []storedHead {
	kept := slices.Clone(heads[:min(keep, len(heads))])
	if len(kept) == len(heads) {
		return kept
	}
	isHealthy := func(h storedHead) bool { return h.isHealthy() }
	target := kept // in which there is to be a revision to go back to
	if keep > 1 {
		target = kept[1:] // from the newest one
	}
	if !slices.ContainsFunc(target, isHealthy) {
		if i := slices.IndexFunc(heads[keep:], isHealthy); i >= 0 {
			kept = append(kept, heads[keep+i])
		}
	}
	return kept
}

// relabel stores the status of a revision. Only its metadata change, so that a
// revision whose content cannot be read does not matter.
func (s *Store) relabel(ctx context.Context, h storedHead) error {
	patch := fmt.Appendf(nil, `{"metadata":{"uid":%q,"labels":{%q:%q}}}`, h.meta.UID, labelStatus, h.Status)
	_, err := s.client.MergePatch(ctx, secretKind, s.namespace, h.meta.Name, patch)
	if apierrors.IsNotFound(err) || isOfAnother(err) {
		return nil // it is gone
	}
	return err
}

// unused returns what is stored beside the revisions to keep, the key excepted.
func (s *Store) unused(stored stored, kept []storedHead) []metav1.ObjectMeta {
	used := map[string]bool{}
	unreadable := map[int]bool{} // which chunks these have, nobody knows
	for _, h := range kept {
		used[h.meta.Name] = true
		unreadable[h.Revision] = h.err != nil
		for n := 1; n < len(h.digests); n++ {
			used[chunkName(s.release, h.Revision, n, h.digests[n])] = true
		}
	}
	var unused []metav1.ObjectMeta
	for _, h := range stored.heads {
		if !used[h.meta.Name] {
			unused = append(unused, h.meta.ObjectMeta)
		}
	}
	// Chunks of a revision that is newer than every head may belong to a run
	// that is just beginning.
	newest := stored.heads[0].Revision
	for _, other := range stored.others {
		revision, chunk, _ := revisionIn(s.release, other.Name)
		if chunk && revision <= newest && !unreadable[revision] && !used[other.Name] {
			unused = append(unused, other.ObjectMeta)
		}
	}
	return unused
}

// Forget removes all revisions and the key, in an order in which a run may be
// killed: a release whose revisions are there has the key that their Secrets are
// named with, and the head of the newest revision goes last but for its own
// further chunks, so that the run is known to have begun.
func (s *Store) Forget(ctx context.Context) error {
	stored, err := s.list(ctx)
	if err != nil {
		return err
	}
	var older, key, head, rest []metav1.ObjectMeta
	newest := map[string]bool{}
	for i, h := range stored.heads {
		if i > 0 {
			older = append(older, h.meta.ObjectMeta)
			continue
		}
		head = append(head, h.meta.ObjectMeta)
		for n := 1; n < len(h.digests); n++ {
			newest[chunkName(s.release, h.Revision, n, h.digests[n])] = true
		}
	}
	for _, other := range stored.others {
		switch {
		case newest[other.Name]:
			rest = append(rest, other.ObjectMeta)
		case other.Name == keyName(s.release):
			key = append(key, other.ObjectMeta)
		default:
			older = append(older, other.ObjectMeta)
		}
	}
	for _, step := range [][]metav1.ObjectMeta{older, key, head, rest} {
		if err := s.removeAll(ctx, step); err != nil {
			return err
		}
	}
	return nil
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
