package planner

import (
	"cmp"
	"maps"
	"slices"
	"strconv"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// usualHistory is how many old templates a controller keeps unless it is told.
const usualHistory = 10

// history returns those of the old templates, which are ReplicaSets or
// ControllerRevisions, that Kubernetes can go back to once the plan is carried
// out: of each workload the newest ones, up to its limit, and no more than the release
// keeps revisions before the current one. A workload may keep more, by default one; the
// configuration of that goes with the revision that had it.
//
// It follows from the templates alone which these will be. The one that the
// workload has then is no old one, be it there already or yet to be made, and
// those beyond the limit count as gone, though their controller may take its
// time. What has pods counts as well, unless all its pods are replaced.
func (all workloads) history(templates []*unstructured.Unstructured, revision func(*unstructured.Unstructured) int64, revisions int) []*unstructured.Unstructured {
	var restorable []*unstructured.Unstructured
	old := map[*workload][]*unstructured.Unstructured{}
	for _, t := range templates {
		w := all.ownerOf(t)
		switch {
		case t.GetDeletionTimestamp() != nil:
		case w == nil:
			if !isOwnedBy(t, "Deployment", "StatefulSet", "DaemonSet") { // one of those is gone, and this goes too
				restorable = append(restorable, t)
			}
		case !w.goes && !sameTemplate(t, w.after):
			old[w] = append(old[w], t)
		}
	}
	for w, list := range old {
		slices.SortFunc(list, func(a, b *unstructured.Unstructured) int { return cmp.Compare(revision(b), revision(a)) })
		limit := min(int(max(intOr(w.after, usualHistory, "spec", "revisionHistoryLimit"), 0)), max(revisions, 1)-1)
		for i, t := range list {
			if i < limit || !w.rolls && hasPods(t, w.live) {
				restorable = append(restorable, t)
			}
		}
	}
	slices.SortFunc(restorable, func(a, b *unstructured.Unstructured) int { return compareIDs(IDOf(a), IDOf(b)) })
	return restorable
}

// isOwnedBy reports whether an object was made by the controller of one of the kinds.
func isOwnedBy(u *unstructured.Unstructured, kinds ...string) bool {
	for _, ref := range u.GetOwnerReferences() {
		if ref.Controller != nil && *ref.Controller {
			return slices.Contains(kinds, ref.Kind)
		}
	}
	return false
}

// revisionOfReplicaSet returns the number by which a Deployment orders it.
func revisionOfReplicaSet(set *unstructured.Unstructured) int64 {
	n, _ := strconv.ParseInt(set.GetAnnotations()["deployment.kubernetes.io/revision"], 10, 64)
	return n
}

// revisionOfControllerRevision returns the number by which its owner orders it.
func revisionOfControllerRevision(u *unstructured.Unstructured) int64 { return intOr(u, 0, "revision") }

// hasPods reports whether an old template is in use, as it is while a rollout is
// under way, or held back on purpose.
func hasPods(template, owner *unstructured.Unstructured) bool {
	if template.GetKind() == "ReplicaSet" {
		return intOr(template, 1, "spec", "replicas") > 0
	}
	current, _, _ := unstructured.NestedString(owner.Object, "status", "currentRevision")
	return template.GetName() == current
}

// sameTemplate reports whether an old template is the one that a workload has.
func sameTemplate(old, owner *unstructured.Unstructured) bool {
	fields := []string{"spec", "template"}
	want, _, _ := unstructured.NestedMap(owner.Object, fields...)
	if old.GetKind() == revisionKind.Kind {
		fields = []string{"data", "spec", "template"}
	}
	has, _, _ := unstructured.NestedMap(old.Object, fields...)
	return has != nil && equalValues(bareTemplate(has), bareTemplate(want))
}

// bareTemplate returns a pod template without what controllers add to it.
func bareTemplate(template map[string]any) map[string]any {
	bare := maps.Clone(template)
	delete(bare, "$patch")
	metadata, _ := bare["metadata"].(map[string]any)
	metadata = maps.Clone(metadata)
	delete(metadata, "creationTimestamp") // null
	labels, _ := metadata["labels"].(map[string]any)
	labels = maps.Clone(labels)
	delete(labels, "pod-template-hash")
	if metadata != nil {
		metadata["labels"] = labels
	}
	bare["metadata"] = metadata
	return bare
}
