package planner

import (
	"bytes"
	"fmt"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/json"
	"k8s.io/apimachinery/pkg/util/managedfields"
	"sigs.k8s.io/structured-merge-diff/v6/fieldpath"
)

// mergeLocally does what a server-side apply of want would do to live, but for
// defaults and webhooks. It parses the schema of all built-in kinds, which costs
// more than a dry-run: it is for accounts that may not do one, and for what the
// server cannot answer.
func mergeLocally(live, want *unstructured.Unstructured) (*unstructured.Unstructured, error) {
	types := mergeTypes(want.GroupVersionKind())
	base, err := types.ObjectToTyped(withoutManagedFields(live))
	if err != nil {
		return nil, fmt.Errorf("the live object does not fit its type: %w", err)
	}
	applied, err := types.ObjectToTyped(want)
	if err != nil {
		return nil, fmt.Errorf("does not fit its type: %w", err)
	}
	merged, err := base.Merge(applied)
	if err != nil {
		return nil, fmt.Errorf("cannot be merged with the live object: %w", err)
	}
	rendered, err := applied.ToFieldSet()
	if err != nil {
		return nil, fmt.Errorf("cannot list the fields: %w", err)
	}
	dropped, err := droppedFields(live, rendered)
	if err != nil {
		return nil, err
	}
	object, err := types.TypedToObject(merged.RemoveItems(dropped))
	if err != nil {
		return nil, fmt.Errorf("cannot be merged with the live object: %w", err)
	}
	result, ok := object.(*unstructured.Unstructured)
	if !ok {
		return nil, fmt.Errorf("merging gave a %T", object)
	}
	return withManagedFields(result, live), nil
}

// mergeTypes returns the schema of a kind or, of a custom one, what its objects look
// like: lists are replaced as a whole then.
func mergeTypes(kind schema.GroupVersionKind) managedfields.TypeConverter {
	if schemeOf(kind) != nil {
		return typesOf(kind)
	}
	return managedfields.NewDeducedTypeConverter()
}

// droppedFields returns what stowage alone owns and does not render any more.
func droppedFields(live *unstructured.Unstructured, rendered *fieldpath.Set) (*fieldpath.Set, error) {
	ours, theirs := &fieldpath.Set{}, &fieldpath.Set{}
	for _, o := range ownershipsOf(live) {
		text, err := json.Marshal(o.tree)
		if err != nil {
			return nil, fmt.Errorf("cannot read the managed fields: %w", err)
		}
		var set fieldpath.Set
		if err := set.FromJSON(bytes.NewReader(text)); err != nil {
			return nil, fmt.Errorf("cannot read the managed fields: %w", err)
		}
		if o.ours() {
			ours = ours.Union(&set)
		} else {
			theirs = theirs.Union(&set)
		}
	}
	return ours.Difference(rendered).Difference(theirs), nil
}

// withoutManagedFields returns a shallow copy that has none.
func withoutManagedFields(u *unstructured.Unstructured) *unstructured.Unstructured {
	stripped := &unstructured.Unstructured{Object: make(map[string]any, len(u.Object))}
	for k, v := range u.Object {
		stripped.Object[k] = v
	}
	metadata, _ := u.Object["metadata"].(map[string]any)
	kept := make(map[string]any, len(metadata))
	for k, v := range metadata {
		if k != "managedFields" {
			kept[k] = v
		}
	}
	stripped.Object["metadata"] = kept
	return stripped
}

// withManagedFields gives u, which nobody else has, the managed fields of from.
func withManagedFields(u, from *unstructured.Unstructured) *unstructured.Unstructured {
	metadata, _ := from.Object["metadata"].(map[string]any)
	if own, ok := u.Object["metadata"].(map[string]any); ok {
		own["managedFields"] = metadata["managedFields"]
	}
	return u
}
