package planner

import (
	"slices"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// scaling tells which workloads leave their number of pods to an autoscaler of
// the release: in what is planned, and in the newest revision.
type scaling struct{ now, before map[ObjectID]bool }

func scalingOf(target []Object, prior map[ObjectID]*unstructured.Unstructured) scaling {
	s := scaling{now: map[ObjectID]bool{}, before: map[ObjectID]bool{}}
	for _, o := range target {
		if isAutoscaler(o.ID) {
			s.now[scaledBy(o.Manifest)] = true
		}
	}
	for id, u := range prior {
		if isAutoscaler(id) {
			s.before[scaledBy(u)] = true
		}
	}
	return s
}

func isAutoscaler(id ObjectID) bool {
	return id.Group == "autoscaling" && id.Kind == "HorizontalPodAutoscaler"
}

// scaledBy returns the workload that an autoscaler chooses the number of pods of.
func scaledBy(autoscaler *unstructured.Unstructured) ObjectID {
	text := func(field string) string {
		value, _, _ := unstructured.NestedString(autoscaler.Object, "spec", "scaleTargetRef", field)
		return value
	}
	kind := schema.FromAPIVersionAndKind(text("apiVersion"), text("kind"))
	return ObjectID{Group: kind.Group, Kind: kind.Kind, Namespace: autoscaler.GetNamespace(), Name: text("name")}
}

var replicasPath = fieldPaths("spec.replicas")[0]

// ownCount returns the number of pods of a workload that leaves it to an
// autoscaler, if stowage owns it still, from the time when it was fixed.
func (m *maker) ownCount(o Object, was *unstructured.Unstructured) (int64, bool) {
	if was == nil || !m.scaling.now[o.ID] || !owns(ownTree(was), replicasPath) {
		return 0, false
	}
	if _, fixed := lookup(o.Manifest.Object, replicasPath); fixed {
		return 0, false // it begins with that many
	}
	return intAt(was, replicasPath[0].field, replicasPath[1].field)
}

// expected returns the manifest that tells what changes: that stowage owns a
// number of pods which it leaves to an autoscaler, or fields which it leaves to others,
// is nothing to change.
func (m *maker) expected(o Object, was *unstructured.Unstructured) *unstructured.Unstructured {
	manifest := ignoring(o.Manifest, was)
	if count, ok := m.ownCount(o, was); ok {
		return withReplicas(manifest, count)
	}
	return manifest
}

// hold has an update hold the number of pods, as long as nobody else owns it.
func (m *maker) hold(o Object, c *Change, was *unstructured.Unstructured) {
	count, ok := m.ownCount(o, was)
	others := slices.ContainsFunc(ownershipsOf(was), func(other ownership) bool {
		return !other.ours() && owns(other.tree, replicasPath)
	})
	if ok && !others {
		c.Hold = &count
	}
}

// keepCount has a workload that is made again begin with as many pods as it had,
// where an autoscaler has chosen them.
func (m *maker) keepCount(o Object, c *Change, was *unstructured.Unstructured) {
	if count, ok := intAt(was, replicasPath[0].field, replicasPath[1].field); ok && m.scaling.now[o.ID] {
		c.Hold = &count
	}
}

// before returns an object as the newest revision had it, for telling drift. A
// number of pods that is chosen as the release says is the release's: by an autoscaler
// of it, or by anybody for versions side by side that declare none.
func (m *maker) before(id ObjectID) *unstructured.Unstructured {
	prior := m.in.Prior.Objects[id]
	if prior == nil || m.scaling.now[id] {
		return prior
	}
	if r, err := rolloutOf(prior); m.scaling.before[id] || err == nil && r != nil && r.Replicas == nil {
		return withReplicas(prior, 0)
	}
	return prior
}

// withReplicas returns the manifest with another number of pods.
func withReplicas(manifest *unstructured.Unstructured, count int64) *unstructured.Unstructured {
	spec, _ := manifest.Object["spec"].(map[string]any)
	return &unstructured.Unstructured{Object: overlaid(manifest.Object, map[string]any{
		"spec": overlaid(spec, map[string]any{"replicas": count}),
	})}
}

// autoscalersFirst has an autoscaler that goes be gone before its workload gets a
// fixed number of pods: it would go on choosing another one.
func (m *maker) autoscalersFirst() {
	for _, c := range slices.Clone(m.deletes) {
		if !isAutoscaler(c.ID) {
			continue
		}
		workload := scaledBy(m.live.object(c.ID))
		i := slices.IndexFunc(m.changes, func(change *Change) bool { return change.ID == workload })
		if i < 0 {
			continue // it goes too
		}
		if _, fixed := lookup(m.changes[i].Object.Object, replicasPath); !fixed {
			continue
		}
		if need := (Need{ID: c.ID, Gate: Gone}); !slices.Contains(m.changes[i].Needs, need) { // a recorded one may have it
			m.changes[i].Needs = append(slices.Clone(m.changes[i].Needs), need)
		}
		m.changes = slices.Insert(m.changes, i, c)
		m.deletes = slices.DeleteFunc(m.deletes, func(d *Change) bool { return d == c })
	}
}
