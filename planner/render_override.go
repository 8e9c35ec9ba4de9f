package planner

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/structured-merge-diff/v6/fieldpath"
	"sigs.k8s.io/structured-merge-diff/v6/schema"

	"stowage/dsl"
)

// overrides are those of one block, while its objects are made.
type overrides struct {
	list []dsl.Override
	main string            // name of the object that is meant where none is named
	own  map[string]string // the same by kind, for those with a name of their own
	data bool              // the block is one of data, and not an app with some of its own
	used map[int]bool      // by index
	made map[string]bool   // kinds that could be overridden
}

// overriding notes the overrides for the objects that a block becomes next; what it
// returns reports those that no object was made for.
func (r *renderer) overriding(list []dsl.Override, main string) (done func()) {
	r.overrides = overrides{list: list, main: main, used: map[int]bool{}, made: map[string]bool{}}
	return func() {
		o := r.overrides
		r.overrides = overrides{}
		for i, override := range o.list {
			if !o.used[i] {
				r.fail(o.unused(override))
			}
		}
	}
}

// meant returns the name of the object of a kind that is meant where none is named.
func (o *overrides) meant(kind string) string { return cmp.Or(o.own[kind], o.main) }

// unused says what an override without object could have meant.
func (o *overrides) unused(override dsl.Override) *ObjectError {
	err := &ObjectError{
		ID:     ObjectID{Kind: override.Kind, Name: cmp.Or(override.Name, o.meant(override.Kind))},
		Origin: OriginOf(override.Fields.DeclRange),
	}
	kinds := slices.Sorted(maps.Keys(o.made))
	switch {
	case !o.data && slices.Contains([]string{"ConfigMap", "Secret"}, override.Kind):
		err.Err = errors.New("is made from data alone, and cannot be overridden")
		err.Hint = "use a config or secret block, which can have an override, or a resource block"
	case o.made[override.Kind]:
		err.Err = fmt.Errorf("the block becomes no %s of this name", override.Kind)
		err.Hint = "say with name which one is meant"
	default:
		err.Err = fmt.Errorf("the block becomes no %s, but %s.%s", override.Kind, strings.Join(kinds, ", "), dsl.Suggestion(override.Kind, kinds))
	}
	return err
}

// overridden returns the manifest of an object with what its block overrides.
func (r *renderer) overridden(o Object, manifest *unstructured.Unstructured) *unstructured.Unstructured {
	if len(r.overrides.list) == 0 || o.Role == RoleData && !r.overrides.data || o.Role == RoleCheck || !isBuiltIn(manifest) {
		return manifest
	}
	r.overrides.made[manifest.GetKind()] = true
	for i, override := range r.overrides.list {
		name := cmp.Or(override.Name, r.overrides.meant(override.Kind))
		if override.Kind == manifest.GetKind() && name == manifest.GetName() {
			r.overrides.used[i] = true
			manifest = r.override(manifest, override.Fields)
		}
	}
	return manifest
}

// ownNames returns the names of an app's objects that need not have the app's, by kind.
func ownNames(a *dsl.App) map[string]string {
	names := map[string]string{}
	if a.Service != nil {
		names["Service"] = a.Service.Name
	}
	if a.Autoscale != nil {
		names["HorizontalPodAutoscaler"] = a.Autoscale.Name
	}
	if a.Budget != nil {
		names["PodDisruptionBudget"] = a.Budget.Name
	}
	if a.Account != nil {
		names["ServiceAccount"], names["Role"], names["RoleBinding"] = a.Account.Name, accessName(a), accessName(a)
	}
	return names
}

// override merges fields onto a manifest.
func (r *renderer) override(manifest *unstructured.Unstructured, fields *dsl.Fields) *unstructured.Unstructured {
	merged, errs := overrideWith(manifest, fields)
	if len(errs) == 0 {
		return merged
	}
	for _, e := range errs {
		r.fail(&ObjectError{ID: IDOf(manifest), Origin: OriginOf(fields.Range(e.path)), Field: e.path, Err: e.err})
	}
	return manifest
}

// overrideWith returns a manifest with the fields of an override, or what is wrong with
// them, by field; without one where it concerns them all. Ours says whether its pods are
// found by labels of stowage's own.
func overrideWith(manifest *unstructured.Unstructured, fields *dsl.Fields) (*unstructured.Unstructured, []fieldError) {
	check, err := checkFields(manifest.GetAPIVersion(), manifest.GetKind(), fields.Values)
	if err != nil {
		return nil, []fieldError{{err: err}}
	}
	if len(check.errs) > 0 {
		return nil, check.errs
	}
	merged, err := mergeFields(manifest, fields.Values, check.removed)
	if err != nil {
		return nil, []fieldError{{err: err}}
	}
	if errs := protectedFields(manifest, merged, fields); len(errs) > 0 {
		return nil, errs
	}
	if err := Validate(Object{ID: IDOf(manifest), Manifest: merged}); err != nil {
		return nil, []fieldError{{err: err}}
	}
	return merged, nil
}

// mergeFields returns a manifest with the fields, lists by their merge keys, and without
// the removed ones.
func mergeFields(manifest *unstructured.Unstructured, fields map[string]any, removed []fieldpath.Path) (*unstructured.Unstructured, error) {
	own, err := typedOf(manifest)
	if err != nil {
		return nil, err
	}
	object, _ := withoutNulls(fields).(map[string]any)
	over := &unstructured.Unstructured{Object: object}
	over.SetAPIVersion(manifest.GetAPIVersion())
	over.SetKind(manifest.GetKind())
	other, err := typedOf(over)
	if err != nil {
		return nil, err
	}
	merged, err := own.Merge(other)
	if err != nil {
		return nil, fmt.Errorf("cannot be merged: %w", err)
	}
	result, err := builtInTypes().TypedToObject(merged.RemoveItems(fieldpath.NewSet(removed...)))
	if err != nil {
		return nil, fmt.Errorf("cannot be merged: %w", err)
	}
	u, ok := result.(*unstructured.Unstructured)
	if !ok {
		return nil, fmt.Errorf("merging gave a %T", result)
	}
	u = u.DeepCopy() // it shares parts with what it was made from
	withoutEmptied(merged.Schema(), merged.TypeRef(), u.Object)
	return u, nil
}

// withoutEmptied deals with the nulls that removing leaves where it takes the last field of
// an object. One of a type with fields can mean something without any, as in emptyDir = {};
// a map such as labels is taken out.
func withoutEmptied(types *schema.Schema, ref schema.TypeRef, v any) {
	t, _ := types.Resolve(ref)
	switch v := v.(type) {
	case map[string]any:
		for name, field := range v {
			of := fieldType(t.Map, name)
			switch {
			case field != nil:
				withoutEmptied(types, of, field)
			case isPlainMap(types, of):
				delete(v, name)
			default:
				v[name] = map[string]any{}
			}
		}
	case []any:
		for _, item := range v {
			if t.List != nil {
				withoutEmptied(types, t.List.ElementType, item)
			}
		}
	}
}

// isPlainMap reports whether a type has entries and not fields.
func isPlainMap(types *schema.Schema, ref schema.TypeRef) bool {
	t, _ := types.Resolve(ref)
	return t.Map != nil && len(t.Fields) == 0 && (t.Map.ElementType != schema.TypeRef{})
}

// withoutNulls returns a copy of a value without the fields that are null.
func withoutNulls(v any) any {
	switch v := v.(type) {
	case map[string]any:
		object := make(map[string]any, len(v))
		for name, field := range v {
			if field != nil {
				object[name] = withoutNulls(field)
			}
		}
		return object
	case []any:
		list := make([]any, len(v))
		for i, item := range v {
			list[i] = withoutNulls(item)
		}
		return list
	}
	return v
}
