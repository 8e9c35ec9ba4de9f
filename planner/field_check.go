package planner

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/managedfields"
	"sigs.k8s.io/structured-merge-diff/v6/fieldpath"
	"sigs.k8s.io/structured-merge-diff/v6/schema"
	"sigs.k8s.io/structured-merge-diff/v6/value"

	"stowage/dsl"
)

// fieldError is what is wrong with a field that somebody has written.
type fieldError struct {
	path string
	err  error
}

// fieldCheck compares written fields with the schema of a kind.
type fieldCheck struct {
	types   *schema.Schema
	errs    []fieldError
	removed []fieldpath.Path // of the fields that are null
}

// checkFields checks fields strictly against the schema of a built-in kind. It returns
// all that is wrong with them, and the paths of those that are null.
func checkFields(apiVersion, kind string, fields map[string]any) (*fieldCheck, error) {
	return checkFieldsBy(builtInTypes(), apiVersion, kind, fields)
}

// checkFieldsBy is checkFields for a kind that these types know.
func checkFieldsBy(types managedfields.TypeConverter, apiVersion, kind string, fields map[string]any) (*fieldCheck, error) {
	u := &unstructured.Unstructured{}
	u.SetAPIVersion(apiVersion)
	u.SetKind(kind)
	empty, err := types.ObjectToTyped(u)
	if err != nil {
		return nil, fmt.Errorf("cannot be checked: %w", err)
	}
	c := &fieldCheck{types: empty.Schema()}
	c.value("", nil, empty.TypeRef(), fields)
	return c, nil
}

func (c *fieldCheck) fail(path, format string, args ...any) {
	c.errs = append(c.errs, fieldError{path: path, err: fmt.Errorf(format, args...)})
}

// value checks one value. The path is for people, and at for the schema: empty inside
// of what is merged as a whole.
func (c *fieldCheck) value(path string, at fieldpath.Path, ref schema.TypeRef, v any) {
	t, ok := c.types.Resolve(ref)
	if !ok {
		return // a type that the schema says nothing of
	}
	switch v := v.(type) {
	case nil:
		c.removed = append(c.removed, at.Copy())
	case map[string]any:
		if t.Map != nil {
			c.object(path, at, t.Map, v)
			return
		}
		c.fail(path, "must be %s, not an object", takes(t))
	case []any:
		if t.List != nil {
			c.list(path, at, t.List, v)
			return
		}
		c.fail(path, "must be %s, not a list", takes(t))
	default:
		if !takesScalar(t, v) {
			c.fail(path, "must be %s, not %s", takes(t), typeName(v))
		}
	}
}

func (c *fieldCheck) object(path string, at fieldpath.Path, t *schema.Map, fields map[string]any) {
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		ref := t.ElementType
		if field, ok := t.FindField(name); ok {
			ref = field.Type
		} else if (ref == schema.TypeRef{}) {
			c.fail(dsl.FieldPath(path, name), "%s", unknownField(name, t))
			continue
		}
		c.value(dsl.FieldPath(path, name), append(at.Copy(), fieldpath.PathElement{FieldName: &name}), ref, fields[name])
	}
}

// unknownField explains that there is no field of a name, by the nearest one.
func unknownField(name string, t *schema.Map) string {
	names := make([]string, len(t.Fields))
	for i, f := range t.Fields {
		names[i] = f.Name
		if strings.EqualFold(strings.ReplaceAll(name, "_", ""), f.Name) {
			return fmt.Sprintf("there is no such field. Did you mean %q?", f.Name)
		}
	}
	if near := dsl.Suggestion(name, names); near != "" {
		return "there is no such field." + near
	}
	return fmt.Sprintf("there is no such field; there is %s", strings.Join(names, ", "))
}

func (c *fieldCheck) list(path string, at fieldpath.Path, t *schema.List, items []any) {
	first := map[string]int{}
	for i, item := range items {
		step := fieldpath.PathElement{Index: &i}
		if t.ElementRelationship == schema.Associative {
			var ok bool
			if step, ok = c.key(dsl.ItemPath(path, i), t, item); !ok {
				continue
			}
			if before, twice := first[step.String()]; twice {
				c.fail(dsl.ItemPath(path, i), "is the same item as %s: they are told apart by %s", dsl.ItemPath(path, before), strings.Join(t.Keys, " and "))
				continue
			}
			first[step.String()] = i
		}
		if item == nil {
			c.fail(dsl.ItemPath(path, i), "must not be null")
			continue
		}
		c.value(dsl.ItemPath(path, i), append(at.Copy(), step), t.ElementType, item)
	}
}

// key returns what an item of a list is found by.
func (c *fieldCheck) key(path string, t *schema.List, item any) (fieldpath.PathElement, bool) {
	if len(t.Keys) == 0 { // a set
		v := value.NewValueInterface(item)
		return fieldpath.PathElement{Value: &v}, true
	}
	fields, ok := item.(map[string]any)
	if !ok {
		c.fail(path, "must be an object")
		return fieldpath.PathElement{}, false
	}
	var key value.FieldList
	for _, name := range t.Keys {
		v, written := fields[name]
		if !written {
			if v = c.byDefault(t, name); v == nil {
				c.fail(path, "needs %s, by which the items of the list are told apart", name)
				return fieldpath.PathElement{}, false
			}
		}
		key = append(key, value.Field{Name: name, Value: value.NewValueInterface(v)})
	}
	key.Sort()
	return fieldpath.PathElement{Key: &key}, true
}

// byDefault returns the value of a part of a key that is not written; nil: it must be.
func (c *fieldCheck) byDefault(t *schema.List, name string) any {
	item, ok := c.types.Resolve(t.ElementType)
	if !ok || item.Map == nil {
		return nil
	}
	field, _ := item.FindField(name)
	if field.Default == "" || equalValues(field.Default, 0) { // that of the Go type: no item has it
		return nil
	}
	return field.Default
}
