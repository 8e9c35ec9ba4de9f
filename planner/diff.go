package planner

import (
	"maps"
	"slices"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// fieldChange is a field that differs between two states of an object.
type fieldChange struct {
	path          path
	op            Action // Create, Update or Delete
	before, after any
	reorder       bool // only the order of a list's items; the values are their keys
}

// diffObjects compares two states of an object as the server wrote them. What
// the server keeps for itself (status, generation, managed fields, ...) does
// not count. Items of lists are matched by the merge keys found in the managed
// fields of both, so that no schema is needed: a list whose items anybody owns
// one by one has its keys written there.
func diffObjects(before, after *unstructured.Unstructured) []fieldChange {
	var d differ
	trees := make([]fieldTree, 0, 8)
	for _, u := range []*unstructured.Unstructured{after, before} {
		for _, o := range ownershipsOf(u) {
			trees = append(trees, o.tree)
		}
	}
	carriesData := slices.Contains([]string{"ConfigMap", "Secret"}, after.GetKind())
	for _, name := range unionKeys(before.Object, after.Object) {
		s := step{field: name}
		switch name {
		case "apiVersion", "kind", "status":
		case "data", "binaryData", "stringData":
			if !carriesData {
				d.field(path{s}, children(trees, s), before.Object, after.Object)
				continue
			}
			b, _ := before.Object[name].(map[string]any)
			a, _ := after.Object[name].(map[string]any)
			d.maps(path{s}, children(trees, s), b, a) // always key by key
		case "metadata":
			d.metadata(path{s}, children(trees, s), before.Object[name], after.Object[name])
		default:
			d.field(path{s}, children(trees, s), before.Object, after.Object)
		}
	}
	return d.changes
}

type differ struct{ changes []fieldChange }

func (d *differ) add(p path, op Action, before, after any) {
	d.changes = append(d.changes, fieldChange{path: p, op: op, before: before, after: after})
}

// metadata compares the part of the metadata that users write.
func (d *differ) metadata(p path, trees []fieldTree, before, after any) {
	b, _ := before.(map[string]any)
	a, _ := after.(map[string]any)
	for _, name := range []string{"annotations", "finalizers", "labels", "ownerReferences"} {
		s := step{field: name}
		// A map that comes or goes is shown by its entries.
		if name == "annotations" || name == "labels" {
			bm, _ := b[name].(map[string]any)
			am, _ := a[name].(map[string]any)
			d.maps(p.with(s), children(trees, s), bm, am)
			continue
		}
		d.field(p.with(s), children(trees, s), b, a)
	}
}

// field compares the field that the last step of the path names.
func (d *differ) field(p path, trees []fieldTree, before, after map[string]any) {
	name := p[len(p)-1].field
	b, had := before[name]
	a, has := after[name]
	switch {
	case had && has:
		d.values(p, trees, b, a)
	case has && a != nil:
		d.add(p, Create, nil, a)
	case had && b != nil:
		d.add(p, Delete, b, nil)
	}
}

func (d *differ) values(p path, trees []fieldTree, before, after any) {
	switch b := before.(type) {
	case map[string]any:
		if a, ok := after.(map[string]any); ok {
			d.maps(p, trees, b, a)
			return
		}
	case []any:
		if a, ok := after.([]any); ok {
			d.lists(p, trees, b, a)
			return
		}
	}
	if !equalValues(before, after) {
		d.add(p, Update, before, after)
	}
}

func (d *differ) maps(p path, trees []fieldTree, before, after map[string]any) {
	for _, name := range unionKeys(before, after) {
		s := step{field: name}
		d.field(p.with(s), children(trees, s), before, after)
	}
}

// lists compares two lists by merge key, as sets, or by index.
func (d *differ) lists(p path, trees []fieldTree, before, after []any) {
	if equalValues(before, after) {
		return
	}
	stepOf := itemSteps(trees)
	if stepOf == nil {
		d.sequences(p, trees, before, after)
		return
	}
	b, okBefore := stepsOf(before, stepOf)
	a, okAfter := stepsOf(after, stepOf)
	if !okBefore || !okAfter {
		d.sequences(p, trees, before, after)
		return
	}
	d.items(p, trees, before, after, b, a)
}

// items compares items matched by their steps.
func (d *differ) items(p path, trees []fieldTree, before, after []any, b, a []step) {
	var commonBefore, commonAfter []string
	for i, s := range b {
		if _, ok := s.in(after); ok {
			commonBefore = append(commonBefore, s.label())
		} else {
			d.add(p.with(s), Delete, before[i], nil)
		}
	}
	for i, s := range a {
		was, ok := s.in(before)
		if !ok {
			d.add(p.with(s), Create, nil, after[i])
			continue
		}
		commonAfter = append(commonAfter, s.label())
		d.values(p.with(s), children(trees, s), was, after[i])
	}
	if !slices.Equal(commonBefore, commonAfter) {
		d.changes = append(d.changes, fieldChange{
			path: p, op: Update, reorder: true, before: anySlice(commonBefore), after: anySlice(commonAfter),
		})
	}
}

// sequences compares lists whose items have no identity: what both begin and
// end with is left out, the rest is compared index by index.
func (d *differ) sequences(p path, trees []fieldTree, before, after []any) {
	prefix := 0
	for prefix < len(before) && prefix < len(after) && equalValues(before[prefix], after[prefix]) {
		prefix++
	}
	b, a := before[prefix:], after[prefix:]
	for len(b) > 0 && len(a) > 0 && equalValues(b[len(b)-1], a[len(a)-1]) {
		b, a = b[:len(b)-1], a[:len(a)-1]
	}
	for i := range max(len(b), len(a)) {
		s := step{kind: stepIndex, index: prefix + i}
		switch {
		case i >= len(b):
			d.add(p.with(s), Create, nil, a[i])
		case i >= len(a):
			d.add(p.with(s), Delete, b[i], nil)
		default:
			d.values(p.with(s), children(trees, s), b[i], a[i])
		}
	}
}

// itemSteps tells how the items of a list are found again: by the merge key or
// the value that the managed fields go by, or nil.
func itemSteps(trees []fieldTree) func(item any) (step, bool) {
	for _, tree := range trees {
		for name := range tree {
			if key, ok := parseKey(name); ok {
				return func(item any) (step, bool) { return keyStep(item, key) }
			}
			if _, ok := parseSetValue(name); ok {
				return func(item any) (step, bool) { return step{kind: stepValue, value: item}, true }
			}
		}
	}
	return nil
}

// keyStep reads from an item the fields that like has.
func keyStep(item any, like map[string]any) (step, bool) {
	m, ok := item.(map[string]any)
	if !ok {
		return step{}, false
	}
	key := make(map[string]any, len(like))
	for name := range like {
		value, ok := m[name]
		if !ok {
			return step{}, false
		}
		key[name] = value
	}
	return step{kind: stepKey, key: key}, true
}

// stepsOf returns the step to each item; not ok when an item has none or two
// have the same.
func stepsOf(list []any, stepOf func(any) (step, bool)) ([]step, bool) {
	steps := make([]step, 0, len(list))
	seen := make(map[string]bool, len(list))
	for _, item := range list {
		s, ok := stepOf(item)
		if !ok || seen[s.label()] {
			return nil, false
		}
		seen[s.label()] = true
		steps = append(steps, s)
	}
	return steps, true
}

// children takes one step in all trees.
func children(trees []fieldTree, s step) []fieldTree {
	var next []fieldTree
	for _, tree := range trees {
		if child := descend(tree, s); child != nil {
			next = append(next, child)
		}
	}
	return next
}

func unionKeys(a, b map[string]any) []string {
	keys := slices.AppendSeq(make([]string, 0, len(a)+len(b)), maps.Keys(a))
	keys = slices.AppendSeq(keys, maps.Keys(b))
	slices.Sort(keys)
	return slices.Compact(keys)
}

func anySlice(list []string) []any {
	out := make([]any, len(list))
	for i, s := range list {
		out[i] = s
	}
	return out
}
