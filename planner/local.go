package planner

import (
	"bytes"
	"fmt"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/json"
	"k8s.io/apimachinery/pkg/util/managedfields"
	"sigs.k8s.io/structured-merge-diff/v6/fieldpath"
	"sigs.k8s.io/structured-merge-diff/v6/merge"
	"sigs.k8s.io/structured-merge-diff/v6/typed"
)

// mergeLocally does what a server-side apply of want would do to live, by the library
// that a server does it with, but for defaults and webhooks. It parses the schema of all
// built-in kinds, which costs more than a dry-run: it is for accounts that may not do
// one, and for what the server cannot answer.
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
	version := fieldpath.APIVersion(want.GetAPIVersion())
	managers, err := managersOf(live, version)
	if err != nil {
		return nil, err
	}
	builder := merge.UpdaterBuilder{Converter: oneVersion{}, ReturnInputOnNoop: true}
	merged, _, err := builder.BuildUpdater().Apply(base, applied, version, managers, FieldManager, true)
	if err != nil {
		return nil, fmt.Errorf("cannot be merged with the live object: %w", err)
	}
	object, err := types.TypedToObject(merged)
	if err != nil {
		return nil, fmt.Errorf("cannot be merged with the live object: %w", err)
	}
	result, ok := object.(*unstructured.Unstructured)
	if !ok {
		return nil, fmt.Errorf("merging gave a %T", object)
	}
	return withManagedFields(result, live), nil
}

// oneVersion converts nothing: all there is to know of an object is in the version that
// it was read in.
type oneVersion struct{}

func (oneVersion) Convert(object *typed.TypedValue, _ fieldpath.APIVersion) (*typed.TypedValue, error) {
	return object, nil
}

func (oneVersion) IsMissingVersionError(error) bool { return false }

// managersOf returns who owns what of a live object. What stowage applied is known by its
// name alone, and all others by their places, of which no two are the same.
func managersOf(live *unstructured.Unstructured, version fieldpath.APIVersion) (fieldpath.ManagedFields, error) {
	managers := fieldpath.ManagedFields{}
	for i, o := range ownershipsOf(live) {
		set, err := setOf(o.tree)
		if err != nil {
			return nil, err
		}
		name := FieldManager
		if !o.ours() {
			name = fmt.Sprintf("%d %s", i, o.manager)
		}
		managers[name] = fieldpath.NewVersionedSet(set, version, o.operation == "Apply")
	}
	return managers, nil
}

// setOf returns the fields of a tree.
func setOf(tree fieldTree) (*fieldpath.Set, error) {
	text, err := json.Marshal(tree)
	if err != nil {
		return nil, fmt.Errorf("cannot read the managed fields: %w", err)
	}
	set := &fieldpath.Set{}
	if err := set.FromJSON(bytes.NewReader(text)); err != nil {
		return nil, fmt.Errorf("cannot read the managed fields: %w", err)
	}
	return set, nil
}

// treeOf is the opposite of setOf.
func treeOf(set *fieldpath.Set) (fieldTree, error) {
	text, err := set.ToJSON()
	if err != nil {
		return nil, fmt.Errorf("cannot write the managed fields: %w", err)
	}
	var tree fieldTree
	if err := json.Unmarshal(text, &tree); err != nil {
		return nil, fmt.Errorf("cannot write the managed fields: %w", err)
	}
	return tree, nil
}

// mergeTypes returns the schema of a kind or, of a custom one, what its objects look
// like: lists are replaced as a whole then.
func mergeTypes(kind schema.GroupVersionKind) managedfields.TypeConverter {
	if schemeOf(kind) != nil {
		return typesOf(kind)
	}
	return managedfields.NewDeducedTypeConverter()
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
