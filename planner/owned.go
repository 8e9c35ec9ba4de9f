package planner

import (
	"maps"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// unchanged reports whether applying want would change nothing of live, judged
// without a schema and without a request: the fields that stowage owns in live
// must be exactly the fields of want, with the same values.
//
// It never says yes when the server would change a value, add a field or take
// one away. It says no whenever it is in doubt; the server decides then. So a
// field that is not rendered any more, one that somebody else took over (even
// with the same value), or a list in another order all say no.
//
// One thing it cannot see: a map owned as a whole looks the same whether it is
// atomic or was empty when it was applied. Equal content then counts as equal.
func unchanged(live, want *unstructured.Unstructured) bool {
	tree := ownTree(live)
	if tree == nil || live.GetAPIVersion() != want.GetAPIVersion() || live.GetKind() != want.GetKind() {
		return false
	}
	if live.GetDeletionTimestamp() != nil {
		return false
	}
	return ownedMap(tree, withDefaults(live.Object), withDefaults(appliedFields(want.Object)))
}

// withDefaults fills in what the server fills in where a list is owned as a
// whole, so that the list can be compared as a whole: in the claim templates of
// a StatefulSet. Elsewhere, defaults are fields that nobody owns.
func withDefaults(object map[string]any) map[string]any {
	spec, _ := object["spec"].(map[string]any)
	templates, ok := spec["volumeClaimTemplates"].([]any)
	if !ok {
		return object
	}
	filled := make([]any, len(templates))
	for i, t := range templates {
		template, _ := t.(map[string]any)
		claim, _ := template["spec"].(map[string]any)
		full := map[string]any{
			"apiVersion": "v1", "kind": "PersistentVolumeClaim",
			"status": map[string]any{"phase": "Pending"},
		}
		maps.Copy(full, template)
		full["spec"] = overlaid(map[string]any{"volumeMode": "Filesystem"}, claim)
		metadata, _ := template["metadata"].(map[string]any)
		full["metadata"] = overlaid(map[string]any{"creationTimestamp": nil}, metadata)
		filled[i] = full
	}
	return overlaid(object, map[string]any{"spec": overlaid(spec, map[string]any{"volumeClaimTemplates": filled})})
}

// overlaid returns a copy of base with the fields of over.
func overlaid(base, over map[string]any) map[string]any {
	both := make(map[string]any, len(base)+len(over))
	maps.Copy(both, base)
	maps.Copy(both, over)
	return both
}

// appliedFields returns a manifest without the fields that identify the object:
// the API server keeps no owner for them.
func appliedFields(manifest map[string]any) map[string]any {
	fields := make(map[string]any, len(manifest))
	for name, value := range manifest {
		switch name {
		case "apiVersion", "kind":
		case "metadata":
			if m := appliedMetadata(value); len(m) > 0 {
				fields[name] = m
			}
		default:
			fields[name] = value
		}
	}
	return fields
}

func appliedMetadata(value any) map[string]any {
	metadata, _ := value.(map[string]any)
	fields := make(map[string]any, len(metadata))
	for name, value := range metadata {
		switch name {
		case "name", "namespace":
		case "creationTimestamp":
			if value != nil {
				fields[name] = value
			}
		default:
			fields[name] = value
		}
	}
	return fields
}

// owned reports whether the fields of the tree are exactly those of want, with
// live's values.
func owned(tree fieldTree, live, want any) bool {
	if isLeaf(tree) {
		return equalValues(live, want)
	}
	switch want := want.(type) {
	case map[string]any:
		live, ok := live.(map[string]any)
		return ok && ownedMap(tree, live, want)
	case []any:
		live, ok := live.([]any)
		return ok && ownedList(tree, live, want)
	}
	return false
}

func ownedMap(tree fieldTree, live, want map[string]any) bool {
	seen := 0
	for name, child := range tree {
		if name == "." {
			continue
		}
		field, ok := strings.CutPrefix(name, "f:")
		subtree, isTree := child.(fieldTree)
		if !ok || !isTree {
			return false
		}
		w, inWant := want[field]
		l, inLive := live[field]
		if !inWant || !inLive || !owned(subtree, l, w) {
			return false
		}
		seen++
	}
	return seen == len(want)
}

// ownedList compares a list whose items are owned one by one. The items must
// also stand in the same order, since an apply orders them.
func ownedList(tree fieldTree, live, want []any) bool {
	positions := make([]int, len(want)) // position in live of each item of want, plus one
	seen := 0
	for name, child := range tree {
		if name == "." {
			continue
		}
		subtree, ok := child.(fieldTree)
		if !ok {
			return false
		}
		at, from, ok := ownedItem(name, subtree, live, want)
		if !ok || positions[at] != 0 {
			return false
		}
		positions[at] = from + 1
		seen++
	}
	if seen != len(want) {
		return false
	}
	for i := 1; i < len(positions); i++ {
		if positions[i] <= positions[i-1] {
			return false
		}
	}
	return true
}

// ownedItem finds the item that a node of the tree stands for in both lists,
// and compares it.
func ownedItem(name string, tree fieldTree, live, want []any) (inWant, inLive int, ok bool) {
	if value, isValue := parseSetValue(name); isValue {
		inWant, okWant := only(want, func(item any) bool { return equalValues(item, value) })
		inLive, okLive := only(live, func(item any) bool { return equalValues(item, value) })
		return inWant, inLive, okWant && okLive
	}
	key, isKey := parseKey(name)
	if !isKey {
		return 0, 0, false
	}
	inLive, ok = only(live, func(item any) bool { return hasKey(item, key, nil) })
	if !ok {
		return 0, 0, false
	}
	// A part of the key that is not owned was not sent: the server filled it in.
	inWant, ok = only(want, func(item any) bool { return hasKey(item, key, tree) })
	if !ok {
		return 0, 0, false
	}
	item, _ := want[inWant].(map[string]any)
	liveItem, _ := live[inLive].(map[string]any)
	return inWant, inLive, ownedMap(tree, liveItem, item)
}

// hasKey reports whether the item has the whole key. With a tree, the parts of
// the key that the tree does not own must be missing from the item.
func hasKey(item any, key map[string]any, tree fieldTree) bool {
	m, ok := item.(map[string]any)
	if !ok {
		return false
	}
	for name, want := range key {
		got, has := m[name]
		if tree != nil {
			if _, sent := tree["f:"+name]; !sent {
				if has {
					return false
				}
				continue
			}
		}
		if !has || !equalValues(got, want) {
			return false
		}
	}
	return true
}

// only returns the index of the one item that matches.
func only(list []any, matches func(any) bool) (int, bool) {
	found := -1
	for i, item := range list {
		if matches(item) {
			if found >= 0 {
				return 0, false
			}
			found = i
		}
	}
	return found, found >= 0
}
