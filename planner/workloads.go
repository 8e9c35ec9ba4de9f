package planner

import (
	"cmp"
	"slices"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
)

// workload is a live object that makes pods, and what the plan makes of it.
type workload struct {
	live  *unstructured.Unstructured
	after *unstructured.Unstructured // as the plan leaves it
	goes  bool                       // it is deleted, or replaced by another object
	rolls bool                       // all its pods are those of after, before anything is deleted
}

// workloads are all that the release has, by UID, which is how controllers name
// the owner of what they make.
type workloads map[types.UID]*workload

// foresee notes what the server would make of an object.
func (m *maker) foresee(result *unstructured.Unstructured) {
	if podSpecOf(result) == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.foreseen[IDOf(result)] = result
}

// workloads returns what the release has that makes pods.
func (m *maker) workloads() workloads {
	all := workloads{}
	for id, u := range m.live.objects {
		if podSpecOf(u) != nil {
			all[u.GetUID()] = &workload{live: u, after: cmp.Or(m.foreseen[id], u)}
		}
	}
	for _, u := range m.foreseen { // one that no LIST shows has not our label
		if u.GetUID() != "" && all[u.GetUID()] == nil {
			all[u.GetUID()] = &workload{live: u, after: u}
		}
	}
	for _, c := range slices.Concat(m.changes, m.deletes) {
		if c.Live == nil || all[c.Live.UID] == nil {
			continue
		}
		w := all[c.Live.UID]
		w.goes = c.Action == Replace && !c.KeepPods || c.Action == Delete
		w.rolls = (c.Action == Update || c.Action == Adopt || c.KeepPods) && rollsAll(w.after)
	}
	return all
}

// rollsAll reports whether a workload that is ready has no pods of an earlier
// template: none is kept on purpose.
func rollsAll(u *unstructured.Unstructured) bool {
	paused, _, _ := unstructured.NestedBool(u.Object, "spec", "paused")
	strategy, _, _ := unstructured.NestedString(u.Object, "spec", "updateStrategy", "type")
	return !paused && strategy != "OnDelete" && intOr(u, 0, "spec", "updateStrategy", "rollingUpdate", "partition") == 0
}

// users returns those of the objects that use configuration once the plan is
// carried out: pods that are not replaced, what old pods can be made of again, as far
// back as that many revisions go, and Jobs that have not ended.
func (all workloads) users(found made, revisions int) []*unstructured.Unstructured {
	all = all.withOwned(found.sets)
	var using []*unstructured.Unstructured
	for _, pod := range found.pods {
		if w := all.ownerOf(pod); runs(pod) && (w == nil || !w.goes && !w.rolls) {
			using = append(using, pod)
		}
	}
	for _, job := range found.jobs {
		if w := all[job.GetUID()]; !ended(job) && (w == nil || !w.goes) {
			using = append(using, job)
		}
	}
	using = append(using, all.history(found.sets, revisionOfReplicaSet, revisions)...)
	return append(using, all.history(found.revisions, revisionOfControllerRevision, revisions)...)
}

// withOwned lets ReplicaSets stand for the Deployments that own them, since they
// are what owns pods.
func (all workloads) withOwned(sets []*unstructured.Unstructured) workloads {
	owners := make(workloads, len(all)+len(sets))
	for uid, w := range all {
		owners[uid] = w
	}
	for _, set := range sets {
		if w := all.ownerOf(set); w != nil {
			owners[set.GetUID()] = w
		}
	}
	return owners
}

// ownerOf returns the workload whose controller made an object; nil when it is
// none that is known.
func (all workloads) ownerOf(u *unstructured.Unstructured) *workload {
	for _, ref := range u.GetOwnerReferences() {
		if ref.Controller != nil && *ref.Controller {
			return all[ref.UID]
		}
	}
	return nil
}

// runs reports whether a pod has containers that run or will. One that is being
// deleted has all it needs.
func runs(pod *unstructured.Unstructured) bool {
	phase, _, _ := unstructured.NestedString(pod.Object, "status", "phase")
	return phase != "Succeeded" && phase != "Failed" && pod.GetDeletionTimestamp() == nil
}

// ended reports whether a Job makes no more pods.
func ended(job *unstructured.Unstructured) bool {
	return job.GetDeletionTimestamp() != nil ||
		conditionOf(job, "Complete").status == "True" || conditionOf(job, "Failed").status == "True"
}
