package manifest

import (
	"fmt"
	"maps"
	"math"
	"slices"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/structured-merge-diff/v6/schema"
)

// Difference is a field that two objects do not have alike.
type Difference struct {
	// Path is where the field is, as [Document.Places] knows it: an item of a list by its position in the
	// wanted object, and one that is not wanted by its position in the other one.
	Path string
	// Field is the same for people: items by name, as in spec.template.spec.containers[web].env[DEBUG].
	Field string
	// Want and Got are the values, nil where there is none. They are those of Default.
	Want, Got any
	// Reordered says that both have the same items in another order, and that the order counts; Want and
	// Got are the names of the items then.
	Reordered bool
}

// Compare returns in what two objects differ for the API server, sorted as they are read: fields by
// name, items of lists in the order of the wanted ones. Both are compared as [Default] has them, lists
// of built-in kinds by the key that their items go by. The order of such a list counts only where
// something depends on it: init containers, webhooks, and variables of an
// environment that use each other by $(NAME). A null of a custom kind counts as nothing.
func Compare(want, got *unstructured.Unstructured) []Difference {
	w, g := Default(want), Default(got)
	if equal(w.Object, g.Object) {
		return nil
	}
	c := &comparison{types: schemaOf(want.GroupVersionKind())}
	c.maps(position{ref: c.types.root}, w.Object, g.Object)
	return c.differences
}

type comparison struct {
	types       kindSchema
	differences []Difference
}

// position is where the comparison is, and the type of what is there.
type position struct {
	path, field string
	name        string // of the last field
	ref         schema.TypeRef
}

func (c *comparison) differ(at position, want, got any) {
	c.differences = append(c.differences, Difference{Path: at.path, Field: at.field, Want: want, Got: got})
}

func (c *comparison) maps(at position, want, got map[string]any) {
	for _, name := range unionOfKeys(want, got) {
		next := position{
			path: Path(at.path, name), field: Path(at.field, name), name: name, ref: c.types.field(at.ref, name),
		}
		c.values(next, want[name], got[name])
	}
}

func (c *comparison) values(at position, want, got any) {
	switch w := want.(type) {
	case map[string]any:
		if g, ok := got.(map[string]any); ok {
			c.maps(at, w, g)
			return
		}
	case []any:
		if g, ok := got.([]any); ok {
			c.lists(at, w, g)
			return
		}
	}
	if !equal(want, got) {
		c.differ(at, want, got)
	}
}

func (c *comparison) lists(at position, want, got []any) {
	if equal(want, got) {
		return
	}
	item, key := c.types.items(at.ref)
	w, uniqueInWant := keysOf(want, key)
	g, uniqueInGot := keysOf(got, key)
	switch {
	case uniqueInWant && uniqueInGot:
		c.keyed(at, item, keyedList{want, w}, keyedList{got, g})
	case len(want) == len(got):
		for i := range want {
			c.values(at.item(i, fmt.Sprint(i), item), want[i], got[i])
		}
	default:
		c.differ(at, want, got)
	}
}

// item goes on to an item of a list.
func (p position) item(index int, label string, ref schema.TypeRef) position {
	return position{path: IndexPath(p.path, index), field: p.field + "[" + label + "]", ref: ref}
}

// keyedList is a list whose items each have a name of their own.
type keyedList struct {
	items []any
	keys  []string
}

// find returns the position of a key, or -1.
func (l keyedList) find(key string) int { return slices.Index(l.keys, key) }

// common returns the keys that another list has too, in the order of this one.
func (l keyedList) common(with keyedList) []string {
	var keys []string
	for _, key := range l.keys {
		if with.find(key) >= 0 {
			keys = append(keys, key)
		}
	}
	return keys
}

// keyed compares two lists by the keys of their items.
func (c *comparison) keyed(at position, ref schema.TypeRef, want, got keyedList) {
	for i, key := range want.keys {
		var other any
		if j := got.find(key); j >= 0 {
			other = got.items[j]
		}
		c.values(at.item(i, key, ref), want.items[i], other)
	}
	for i, key := range got.keys {
		if want.find(key) < 0 {
			c.differ(at.item(i, key, ref), nil, got.items[i])
		}
	}
	w, g := want.common(got), got.common(want)
	if !slices.Equal(w, g) && orderCounts(at.name, want, got) {
		c.differences = append(c.differences, Difference{
			Path: at.path, Field: at.field, Want: anyList(w), Got: anyList(g), Reordered: true,
		})
	}
}

func anyList(texts []string) []any {
	list := make([]any, len(texts))
	for i, text := range texts {
		list[i] = text
	}
	return list
}

func unionOfKeys(a, b map[string]any) []string {
	keys := slices.AppendSeq(slices.Collect(maps.Keys(a)), maps.Keys(b))
	slices.Sort(keys)
	return slices.Compact(keys)
}

// equal reports whether two values of JSON are the same. Numbers are compared by value, and an entry
// of a map that is null is none.
func equal(a, b any) bool {
	switch x := a.(type) {
	case map[string]any:
		y, ok := b.(map[string]any)
		return ok && equalMaps(x, y)
	case []any:
		y, ok := b.([]any)
		return ok && slices.EqualFunc(x, y, equal)
	case int64:
		if y, ok := b.(float64); ok {
			return isInteger(y, x)
		}
	case float64:
		if y, ok := b.(int64); ok {
			return isInteger(x, y)
		}
	}
	return a == b
}

func equalMaps(a, b map[string]any) bool {
	for name, value := range a {
		if !equal(value, b[name]) {
			return false
		}
	}
	for name, value := range b {
		if _, has := a[name]; !has && value != nil {
			return false
		}
	}
	return true
}

// isInteger reports whether a float is exactly an integer.
func isInteger(f float64, i int64) bool {
	return f == math.Trunc(f) && math.Abs(f) < 1<<63 && int64(f) == i
}
