package planner

import (
	"slices"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// asSent returns a rendered manifest as it is applied to an object that exists: without the
// fields that its block leaves to others, and with lists in the order that they have there.
func asSent(manifest, live *unstructured.Unstructured) *unstructured.Unstructured {
	return inLiveOrder(ignoring(manifest, live), live)
}

// unchangedInOrder is unchanged for a manifest that is sent in the live order. Most often it has
// that order already, which is cheaper to see.
func unchangedInOrder(live, want *unstructured.Unstructured) bool {
	if unchanged(live, want) {
		return true
	}
	ordered := inLiveOrder(want, live)
	return ordered != want && unchanged(live, ordered)
}

// inLiveOrder returns a manifest whose lists of items with keys (variables, ports, volumes,
// containers) have the items that are live already in the order that they have there; those
// that are new keep their places. The order of such a list means nothing, but another one
// makes another pod template, whose pods would be made again. Where the order counts, it stays
// as it is rendered.
//
// Which lists go by which keys is read off the managed fields, so that no schema is needed.
func inLiveOrder(manifest, live *unstructured.Unstructured) *unstructured.Unstructured {
	if live == nil || !hasLists(manifest.Object) {
		return manifest
	}
	owners := ownershipsOf(live)
	trees := make([]fieldTree, len(owners))
	for i, o := range owners {
		trees[i] = o.tree
	}
	if ordered, changed := orderedMap(trees, manifest.Object, live.Object); changed {
		return &unstructured.Unstructured{Object: ordered}
	}
	return manifest
}

// hasLists reports whether there is a list somewhere in a map.
func hasLists(m map[string]any) bool {
	for _, value := range m {
		switch v := value.(type) {
		case []any:
			return true
		case map[string]any:
			if hasLists(v) {
				return true
			}
		}
	}
	return false
}

// orderedMap returns the map with lists in the live order: a copy, if one of them has another.
func orderedMap(trees []fieldTree, want, live map[string]any) (_ map[string]any, changed bool) {
	result := want
	for name, value := range want {
		var ordered any
		different := false
		s := step{field: name}
		switch v := value.(type) {
		case map[string]any:
			if l, ok := live[name].(map[string]any); ok && hasLists(v) {
				ordered, different = orderedMap(children(trees, s), v, l)
			}
		case []any:
			if l, ok := live[name].([]any); ok {
				ordered, different = orderedList(name, children(trees, s), v, l)
			}
		}
		if different {
			if !changed {
				result, changed = overlaid(want, nil), true
			}
			result[name] = ordered
		}
	}
	return result, changed
}

// orderedList returns the list of a field, and the lists in its items, in the live order.
func orderedList(field string, trees []fieldTree, want, live []any) (_ []any, changed bool) {
	stepOf := itemSteps(trees)
	if stepOf == nil {
		return want, false
	}
	steps, ok := stepsOf(live, stepOf)
	if !ok {
		return want, false
	}
	result := want
	matched := make([]int, 0, len(want)) // the items of want that are live, in the live order
	for i, s := range steps {
		at := indexOf(want, s, matched)
		if at < 0 {
			continue
		}
		matched = append(matched, at)
		w, wIsMap := want[at].(map[string]any)
		l, lIsMap := live[i].(map[string]any)
		if !wIsMap || !lIsMap || !hasLists(w) {
			continue
		}
		if ordered, different := orderedMap(children(trees, s), w, l); different {
			if !changed {
				result, changed = slices.Clone(want), true
			}
			result[at] = ordered
		}
	}
	if slices.IsSorted(matched) {
		return result, changed
	}
	if other := rearranged(result, matched); !orderCounts(field, want, other) {
		return other, true
	}
	return result, changed
}

// indexOf returns the position of the item that a step leads to, or -1. A part of the key that
// an item does not have counts as equal where no item has all of it: the server fills it in.
func indexOf(list []any, s step, taken []int) int {
	next := 0 // most often, both lists have the same order
	if len(taken) > 0 {
		next = taken[len(taken)-1] + 1
	}
	if next < len(list) && s.matches(list[next], true) && !slices.Contains(taken, next) {
		return next
	}
	for _, exact := range []bool{true, false} {
		for i, item := range list {
			if s.matches(item, exact) && !slices.Contains(taken, i) {
				return i
			}
		}
	}
	return -1
}

// rearranged returns a list whose items at some positions are in the order that these are given in.
func rearranged(list []any, order []int) []any {
	result := slices.Clone(list)
	for i, place := range slices.Sorted(slices.Values(order)) {
		result[place] = list[order[i]]
	}
	return result
}
