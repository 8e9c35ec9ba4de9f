package planner

import (
	"slices"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// untouchedBase returns the objects of the newest revision as the cluster has them:
// what a run that did not end had meant to make is not what there is.
func (m *maker) untouchedBase(recorded []Object) []Object {
	var base []Object
	known := map[ObjectID]bool{}
	for _, o := range recorded {
		known[o.ID] = true
		if manifest := m.asItIs(o); manifest != nil {
			o.Manifest, o.Untouched = manifest, true
			base = append(base, o)
		}
	}
	for _, id := range m.liveSides() {
		live := m.live.object(id)
		side := Object{ID: id, Manifest: m.applied(live), Address: m.blockOf(live), Role: RoleWorkload, Untouched: true}
		for _, o := range append(m.untouchedData(side), side) {
			if !known[o.ID] {
				known[o.ID] = true
				base = append(base, o)
			}
		}
	}
	return base
}

// asItIs returns the manifest of a recorded object that was applied last; nil when it
// never was.
func (m *maker) asItIs(o Object) *unstructured.Unstructured {
	live := m.live.object(o.ID)
	switch {
	case live == nil && (m.in.Prior.Failed || m.in.Prior.Interrupted) && m.live.unreadableErr(o.ID) == nil:
		return nil
	case live == nil:
		return o.Manifest
	case lacksValues(o.Manifest):
		return withLiveValues(o.Manifest, live)
	case isSide(live):
		return m.applied(live)
	case m.cameToBe(o.Manifest, live) || ownTree(live) == nil:
		return o.Manifest
	}
	return ownManifest(live)
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
		return Object{ID: id, Manifest: ownManifest(live), Role: roleOf(live), Address: a.m.blockOf(live)}
	}
	return a.base[i]
}
