package planner

import "k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

// sized returns a manifest of the version with the number of pods that it is to have.
func (b *blueGreen) sized(manifest *unstructured.Unstructured) *unstructured.Unstructured {
	if b.inPlace() && b.t.rollout.Replicas != nil {
		return manifest
	}
	count, fixed := b.pods()
	if fixed {
		return withReplicas(manifest, count)
	}
	unstructured.RemoveNestedField(manifest.Object, "spec", "replicas") // a revision may have one
	return manifest
}

// pods returns how many pods the version is to have where the configuration does not
// say it; not fixed: the number is left to whoever has chosen it.
func (b *blueGreen) pods() (count int64, fixed bool) {
	live := b.colors[b.target]
	switch {
	case b.inPlace() && live == nil:
		return b.successorPods()
	case b.inPlace():
		return b.ownPods(live)
	case b.t.rollout.Worker && b.waits():
		return 0, true // two versions of a worker never work at once
	case live != nil && b.buildOn(live) == b.build && replicasOf(live) >= b.enough():
		return b.ownPods(live)
	}
	return max(b.declared(), replicasOf(b.colors[b.target.Other()])), true
}

// enough returns how many pods of a version that is there already are not to be added to:
// one that waits need not follow those of the other color up and down.
func (b *blueGreen) enough() int64 {
	if b.waits() {
		return max(b.declared(), 1)
	}
	return max(b.declared(), replicasOf(b.colors[b.from]), 1)
}

// declared returns how many pods the configuration wants at least.
func (b *blueGreen) declared() int64 {
	if b.t.rollout.Replicas != nil {
		return int64(*b.t.rollout.Replicas)
	}
	for _, o := range b.t.others {
		if isAutoscaler(o.ID) {
			return intOr(o.Manifest, 1, "spec", "minReplicas")
		}
	}
	return 1
}

// ownPods returns the number that a live Deployment has, as far as stowage has chosen
// it. An autoscaler's is left to it, and one that an autoscaler may still change is
// held by the change.
func (b *blueGreen) ownPods(live *unstructured.Unstructured) (count int64, fixed bool) {
	if !owns(ownTree(live), replicasPath) || b.inPlace() && b.autoscaled() {
		return 0, false
	}
	return replicasOf(live), true
}

// successorPods returns the number for the first color of an app that has run without
// colors: as many as have the traffic now.
func (b *blueGreen) successorPods() (count int64, fixed bool) {
	if b.plain == nil {
		return 0, false
	}
	before := replicasOf(b.plain)
	if b.canary != nil {
		before += replicasOf(b.canary)
	}
	return max(b.declared(), before), true
}

func (b *blueGreen) autoscaled() bool {
	for _, o := range b.t.others {
		if isAutoscaler(o.ID) {
			return true
		}
	}
	return false
}
