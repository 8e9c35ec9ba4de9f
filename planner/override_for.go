package planner

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/structured-merge-diff/v6/fieldpath"
	"sigs.k8s.io/structured-merge-diff/v6/schema"

	"stowage/dsl"
)

// OverrideFor returns the fields of an override that makes the wanted manifest of a
// rendered one: those that differ, null where one has to go, and the items of lists by
// their keys. It returns nil for manifests that are equal. Both must be of one built-in
// kind, with the same defaults filled in, and are not modified.
//
// These do not count as differences: labels and annotations that stowage adds itself, a
// namespace that is not said, a list or map that is empty instead of absent, quantities that the
// API server stores as the same text, the default of a key such as a protocol, and the
// order of a list with keys, unless its items mean something else in another one.
//
// What an override cannot say is an error for each field: the name, a selector or another
// field that stowage needs as it is, an item of a list with keys that has to go.
func OverrideFor(rendered, wanted *unstructured.Unstructured) (map[string]any, error) {
	if !isBuiltIn(rendered) {
		return nil, fmt.Errorf("there is no schema of %s by which an override could be merged", rendered.GetKind())
	}
	want := ownIncluded(rendered, wanted)
	fields, err := fieldsToOverride(rendered, want)
	if err != nil || len(fields) == 0 {
		return nil, err
	}
	merged, errs := overrideWith(rendered, &dsl.Fields{Values: fields})
	if err := joinedFields(errs); err != nil {
		return nil, err
	}
	// What merging makes of it decides, not what was meant.
	left, err := fieldsToOverride(merged, want)
	if err == nil && len(left) > 0 {
		err = fmt.Errorf("%s: an override cannot make it what it should be", firstField(left))
	}
	if err != nil {
		return nil, err
	}
	return fields, nil
}

// ownIncluded returns a copy of the wanted manifest in the form that it is compared in,
// with what stowage adds to the rendered one itself.
func ownIncluded(rendered, wanted *unstructured.Unstructured) *unstructured.Unstructured {
	want := &unstructured.Unstructured{Object: map[string]any{}}
	if object, ok := withoutNulls(wanted.Object).(map[string]any); ok {
		want.Object = object
	}
	if want.GetNamespace() == "" {
		want.SetNamespace(rendered.GetNamespace())
	}
	ours := findsOwnPods(rendered)
	for _, p := range metadataPaths {
		names := make([]string, len(p))
		for i, s := range p {
			names[i] = s.field
		}
		theirs, _ := lookup(want.Object, p)
		written, _ := theirs.(map[string]any)
		ofObject := names[0] == "metadata"
		for key, value := range ourKeys(rendered, p, ours || ofObject) {
			if _, said := written[key]; !said || key == labelManagedBy || strings.HasPrefix(key, "stowage.dev/") {
				// It fails where something that is no object is in the way, and then differs.
				_ = unstructured.SetNestedField(want.Object, value, append(names, key)...)
			}
		}
	}
	return want
}

// fieldsToOverride returns the fields in which two manifests differ.
func fieldsToOverride(was, is *unstructured.Unstructured) (map[string]any, error) {
	kind := &unstructured.Unstructured{}
	kind.SetGroupVersionKind(was.GroupVersionKind())
	root, err := typedOf(kind)
	if err != nil {
		return nil, err
	}
	d := overrideDiff{fieldCheck{types: root.Schema()}}
	fields, _ := d.value("", root.TypeRef(), was.Object, is.Object)
	if err := joinedFields(d.errs); err != nil {
		return nil, err
	}
	object, _ := fields.(map[string]any)
	return object, nil
}

// joinedFields returns what is wrong with fields as one error; nil when nothing is.
func joinedFields(errs []fieldError) error {
	joined := make([]error, len(errs))
	for i, e := range errs {
		joined[i] = e.err
		if e.path != "" {
			joined[i] = fmt.Errorf("%s: %w", e.path, e.err)
		}
	}
	return errors.Join(joined...)
}

// firstField returns the path of the first field, by name, that an override sets.
func firstField(v any) string {
	path := ""
	for {
		object, ok := v.(map[string]any)
		if !ok || len(object) == 0 {
			return path
		}
		name := unionKeys(object, nil)[0]
		path, v = dsl.FieldPath(path, name), object[name]
	}
}

// overrideDiff compares manifests by the schema of their kind.
type overrideDiff struct{ fieldCheck }

// value returns what an override writes to make one value of another, and whether it has
// to write anything. Neither value is null.
func (d *overrideDiff) value(path string, ref schema.TypeRef, was, is any) (any, bool) {
	t, _ := d.types.Resolve(ref)
	switch is := is.(type) {
	case map[string]any:
		was, ok := was.(map[string]any)
		if ok && t.Map != nil && t.Map.ElementRelationship != schema.Atomic {
			fields := d.object(path, t.Map, was, is)
			return fields, len(fields) > 0
		}
	case []any:
		was, ok := was.([]any)
		if ok && t.List != nil && t.List.ElementRelationship == schema.Associative {
			items := d.list(path, t.List, was, is)
			return items, len(items) > 0
		}
	}
	return is, !d.equal(ref, was, is)
}

func (d *overrideDiff) object(path string, t *schema.Map, was, is map[string]any) map[string]any {
	fields := map[string]any{}
	for _, name := range unionKeys(was, is) {
		before, had := was[name]
		after, has := is[name]
		ref := fieldType(t, name)
		had, has = had && !d.saysNothing(ref, before), has && !d.saysNothing(ref, after)
		switch {
		case had && has:
			if v, differs := d.value(dsl.FieldPath(path, name), ref, before, after); differs {
				fields[name] = v
			}
		case had:
			fields[name] = nil
		case has:
			fields[name] = after
		}
	}
	return fields
}

// list returns the items of a list with keys that an override writes.
func (d *overrideDiff) list(path string, t *schema.List, was, is []any) []any {
	before, ok := d.byKey(path, t, was)
	after, wantOK := d.byKey(path, t, is)
	if !ok || !wantOK {
		return nil
	}
	for _, key := range before.order {
		if _, stays := after.items[key]; !stays {
			d.fail(path+before.label(key), "an override cannot take an item out of a list")
		}
	}
	inOrder := orderOf(path, before.order, after)
	var items []any
	for _, key := range after.order {
		item, there := before.items[key]
		if !there {
			items = append(items, after.items[key])
			continue
		}
		changed, differs := d.value(path+after.label(key), t.ElementType, item, after.items[key])
		if !differs && inOrder {
			continue
		}
		if fields, ok := changed.(map[string]any); ok {
			changed = d.identified(t, fields, after.items[key])
		}
		items = append(items, changed)
	}
	return items
}

// identified adds to the changed fields of an item those by which it is found.
func (d *overrideDiff) identified(t *schema.List, changed map[string]any, item any) map[string]any {
	fields, _ := item.(map[string]any)
	for _, name := range t.Keys {
		value, written := fields[name]
		if standard := d.byDefault(t, name); written && (standard == nil || !equalValues(value, standard)) {
			changed[name] = value
		}
	}
	return changed
}

// keyedItems are the items of a list, by a text that stands for their key.
type keyedItems struct {
	items map[string]any
	keys  map[string]fieldpath.PathElement
	order []string
}

func (d *overrideDiff) byKey(path string, t *schema.List, list []any) (keyedItems, bool) {
	found := keyedItems{items: map[string]any{}, keys: map[string]fieldpath.PathElement{}}
	for i, item := range list {
		element, ok := d.key(dsl.ItemPath(path, i), t, item)
		if !ok {
			return found, false
		}
		key := element.String()
		if _, twice := found.items[key]; twice {
			d.fail(dsl.ItemPath(path, i), "is there twice; lists with such items cannot be merged")
			return found, false
		}
		found.items[key], found.keys[key] = d.withKey(t, item), element
		found.order = append(found.order, key)
	}
	return found, true
}

// withKey returns an item with the parts of its key that have a default, so that one that
// is not said is not another one.
func (d *overrideDiff) withKey(t *schema.List, item any) any {
	fields, ok := item.(map[string]any)
	if !ok {
		return item
	}
	for _, name := range t.Keys {
		if _, said := fields[name]; !said {
			fields = overlaid(map[string]any{name: d.byDefault(t, name)}, fields)
		}
	}
	return fields
}

// label writes a key as the paths of fields do: [web], [80/TCP].
func (k keyedItems) label(key string) string {
	element := k.keys[key]
	if element.Key == nil {
		return fmt.Sprintf("[%v]", (*element.Value).Unstructured())
	}
	values := make([]string, len(*element.Key))
	for i, field := range *element.Key {
		values[i] = fmt.Sprint(field.Value.Unstructured())
	}
	return "[" + strings.Join(values, "/") + "]"
}

// orderOf reports whether the items of a list come in the order that they need. That of
// init containers is the one they run in, and a variable sees only those before it; that
// of all other lists with keys says nothing.
func orderOf(path string, was []string, is keyedItems) bool {
	switch path[strings.LastIndex(path, ".")+1:] {
	case "initContainers":
		return slices.Equal(was, is.order)
	case "env":
		return inReferredOrder(was, is)
	}
	return true
}

// inReferredOrder reports whether each variable that another one's value refers to, as in
// $(HOST), stands on the same side of it as it should.
func inReferredOrder(was []string, is keyedItems) bool {
	place := make(map[string]int, len(was))
	for i, key := range was {
		place[key] = i
	}
	for i, key := range is.order {
		item, _ := is.items[key].(map[string]any)
		text, _ := item["value"].(string)
		if !strings.Contains(text, "$(") {
			continue
		}
		for j, other := range is.order {
			referred, _ := is.items[other].(map[string]any)
			name, _ := referred["name"].(string)
			if i == j || !strings.Contains(text, "$("+name+")") {
				continue
			}
			from, there := place[key]
			to, bothThere := place[other]
			if !there || !bothThere || (j < i) != (to < from) {
				return false
			}
		}
	}
	return true
}

// equal compares values that are merged as a whole.
func (d *overrideDiff) equal(ref schema.TypeRef, a, b any) bool {
	t, _ := d.types.Resolve(ref)
	switch a := a.(type) {
	case map[string]any:
		b, ok := b.(map[string]any)
		return ok && t.Map != nil && !slices.ContainsFunc(unionKeys(a, b), func(name string) bool {
			before, had := a[name]
			after, has := b[name]
			ref := fieldType(t.Map, name)
			had, has = had && !d.saysNothing(ref, before), has && !d.saysNothing(ref, after)
			return had != has || had && !d.equal(ref, before, after)
		})
	case []any:
		b, ok := b.([]any)
		return ok && t.List != nil && slices.EqualFunc(a, b, func(x, y any) bool { return d.equal(t.List.ElementType, x, y) })
	}
	return equalValues(a, b) || isQuantity(ref) && sameQuantity(a, b)
}

func fieldType(t *schema.Map, name string) schema.TypeRef {
	if t == nil {
		return schema.TypeRef{}
	}
	if field, ok := t.FindField(name); ok {
		return field.Type
	}
	return t.ElementType
}

// saysNothing reports whether a value means the same as none: an empty list or map. An
// object of a type with fields is one.
func (d *overrideDiff) saysNothing(ref schema.TypeRef, v any) bool {
	switch v := v.(type) {
	case []any:
		return len(v) == 0
	case map[string]any:
		return len(v) == 0 && isPlainMap(d.types, ref)
	}
	return false
}

func isQuantity(ref schema.TypeRef) bool {
	return ref.NamedType != nil && strings.HasSuffix(*ref.NamedType, ".api.resource.Quantity")
}

// sameQuantity reports whether the API server stores two quantities as one text.
func sameQuantity(a, b any) bool {
	p, err := resource.ParseQuantity(fmt.Sprint(a))
	if err != nil {
		return false
	}
	q, err := resource.ParseQuantity(fmt.Sprint(b))
	return err == nil && p.String() == q.String()
}
