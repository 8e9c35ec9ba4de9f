package planner

import (
	"slices"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
)

// buildOn returns the build that a live Deployment has. One of before its app had
// versions side by side is not marked: it has the recorded build, where nothing
// speaks against that.
func (m *maker) buildOn(live *unstructured.Unstructured) string {
	if build := live.GetAnnotations()[AnnotationBuild]; build != "" {
		return build
	}
	recorded := m.in.Prior.Objects[IDOf(live)]
	if recorded != nil && m.cameToBe(recorded, live) {
		return buildOf(recorded)
	}
	return buildOf(ownManifest(live))
}

// applied returns what was applied to a live object last: what is recorded of it,
// unless that never came to be or is another build, and else what stowage owns of it.
func (m *maker) applied(live *unstructured.Unstructured) *unstructured.Unstructured {
	recorded := m.in.Prior.Objects[IDOf(live)]
	if recorded != nil && m.cameToBe(recorded, live) && buildOf(recorded) == m.buildOn(live) {
		return recorded
	}
	return ownManifest(live)
}

// cameToBe reports whether a live object was made what is recorded of it. A run that
// did not come to its end has recorded what it meant to do.
func (m *maker) cameToBe(recorded, live *unstructured.Unstructured) bool {
	done := !m.in.Prior.Failed && !m.in.Prior.Interrupted
	return done || unchanged(live, recorded)
}

// ownManifest returns the fields of a live object that stowage owns.
func ownManifest(live *unstructured.Unstructured) *unstructured.Unstructured {
	fields, _ := ownFields(ownTree(live), live.Object).(map[string]any)
	u := &unstructured.Unstructured{Object: runtime.DeepCopyJSON(fields)}
	if u.Object == nil {
		u.Object = map[string]any{}
	}
	u.SetGroupVersionKind(live.GroupVersionKind())
	u.SetNamespace(live.GetNamespace())
	u.SetName(live.GetName())
	return u
}

// ownFields returns the part of a value that the fields of the tree are. Items of
// lists stay in their order.
func ownFields(tree fieldTree, live any) any {
	if isLeaf(tree) {
		return live
	}
	switch live := live.(type) {
	case map[string]any:
		own := map[string]any{}
		for field, value := range live {
			if child := descend(tree, step{kind: stepField, field: field}); child != nil {
				own[field] = ownFields(child, value)
			}
		}
		return own
	case []any:
		own := []any{}
		for _, item := range live {
			if child := nodeOf(tree, item); child != nil {
				own = append(own, ownFields(child, item))
			}
		}
		return own
	}
	return live
}

// nodeOf returns the node of the tree that stands for an item of a list, or nil.
func nodeOf(tree fieldTree, item any) fieldTree {
	for name, child := range tree {
		if key, ok := parseKey(name); ok && hasKey(item, key, nil) {
			return asTree(child)
		}
		if value, ok := parseSetValue(name); ok && equalValues(item, value) {
			return asTree(child)
		}
	}
	return nil
}

// untouchedData returns the ConfigMaps and Secrets of the release that a workload
// uses, as they are: those that a version has which is no longer that of the
// configuration. None is returned twice.
func (m *maker) untouchedData(o Object) []Object {
	var data []Object
	uses := referencesOf(o.Manifest)
	for _, item := range m.in.Prior.Inventory {
		live := m.live.object(item.ID)
		_, there := m.desired[item.ID]
		if !uses[item.ID] || item.DataVersion == nil || there || live == nil || !m.isOurs(live) {
			continue
		}
		manifest := m.in.Prior.Objects[item.ID]
		switch {
		case manifest == nil:
			manifest = ownManifest(live)
		case lacksValues(manifest):
			manifest = withLiveValues(manifest, live)
		}
		old := Object{
			ID: item.ID, Manifest: manifest, Address: o.Address, Origin: o.Origin, Role: RoleData,
			Version: item.DataVersion, Untouched: true,
		}
		m.desired[old.ID] = old
		data = append(data, old)
	}
	slices.SortFunc(data, func(a, b Object) int { return compareIDs(a.ID, b.ID) })
	return data
}

// withLiveValues returns the recorded manifest of a Secret with the values that it has:
// whoever carries out the plan has to know them, to keep them out of what it says.
func withLiveValues(manifest, live *unstructured.Unstructured) *unstructured.Unstructured {
	data, _ := live.Object["data"].(map[string]any)
	filled, _ := withValues(manifest, data)
	return filled
}

// annotated returns a copy of the manifest with annotations added; an empty value
// takes one away.
func annotated(manifest *unstructured.Unstructured, values map[string]string) *unstructured.Unstructured {
	u := manifest.DeepCopy()
	all := u.GetAnnotations()
	if all == nil {
		all = map[string]string{}
	}
	for name, value := range values {
		all[name] = value
		if value == "" {
			delete(all, name)
		}
	}
	u.SetAnnotations(all)
	return u
}
