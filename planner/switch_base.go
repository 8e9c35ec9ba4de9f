package planner

import (
	"slices"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// untouchedBase returns the objects of the newest revision as the cluster has them.
// What a run that failed had meant to make of a version is not what runs.
func (m *maker) untouchedBase() []Object {
	base := slices.Clone(m.in.Objects)
	known := make(map[ObjectID]bool, len(base))
	for i, o := range base {
		known[o.ID] = true
		base[i].Untouched = true
		switch live := m.live.object(o.ID); {
		case live == nil:
		case lacksValues(o.Manifest):
			base[i].Manifest = withLiveValues(o.Manifest, live)
		default:
			base[i].Manifest = m.applied(live)
		}
	}
	for _, id := range m.liveSides() {
		o := Object{ID: id, Manifest: m.applied(m.live.object(id)), Role: RoleWorkload, Untouched: true}
		o.Address = blockOf(m.live.object(id))
		for _, o := range append(m.untouchedData(o), o) {
			if !known[o.ID] {
				known[o.ID] = true
				base = append(base, o)
			}
		}
	}
	return base
}

// liveSides lists the Deployments of apps whose versions run side by side.
func (m *maker) liveSides() []ObjectID {
	var ids []ObjectID
	for id, u := range m.live.objects {
		if isDeployment(id) && isSide(u) {
			ids = append(ids, id)
		}
	}
	slices.SortFunc(ids, compareIDs)
	return ids
}

// object returns what a live object is among the objects of the newest revision, as it
// was applied last. Its manifest is not to be modified in place.
func (a *appSwitch) object(live *unstructured.Unstructured) Object {
	id := IDOf(live)
	i := slices.IndexFunc(a.base, func(o Object) bool { return o.ID == id })
	if i < 0 {
		return Object{ID: id, Manifest: ownManifest(live), Role: roleOf(live), Address: blockOf(live)}
	}
	o := a.base[i]
	if a.m.in.Prior.Failed || a.m.in.Prior.Interrupted { // the record may have what was never applied
		o.Manifest = ownManifest(live)
	}
	return o
}
