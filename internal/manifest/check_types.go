package manifest

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

var unmarshaler = reflect.TypeFor[json.Unmarshaler]()

// value checks a value against the type that it is decoded into. null is what is not written, for every type.
func (c *checker) value(path string, t reflect.Type, v any) {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch {
	case v == nil || t.Kind() == reflect.Interface:
	case reflect.PointerTo(t).Implements(unmarshaler):
		c.special(path, t, v)
	case t.Kind() == reflect.Struct:
		c.structure(path, t, v)
	case t.Kind() == reflect.Map:
		c.mapping(path, t, v)
	case t == bytesType:
		c.bytes(path, v)
	case t.Kind() == reflect.Slice:
		c.list(path, t.Elem(), "", v)
	default:
		c.scalar(path, t, v)
	}
}

// special checks a value whose type decodes itself.
func (c *checker) special(path string, t reflect.Type, v any) {
	data, err := json.Marshal(v)
	if err == nil {
		err = json.Unmarshal(data, reflect.New(t).Interface())
	}
	if err == nil {
		return
	}
	switch t {
	case quantityType:
		c.fail(path, "write a quantity such as 500m, 0.5, 128Mi or 1Gi", "%s is no quantity", c.show(path, v))
	case portType:
		c.fail(path, "", "must be a whole number or text, not %s", c.show(path, v))
	case reflect.TypeFor[metav1.Time](), reflect.TypeFor[metav1.MicroTime]():
		c.fail(path, "write it like 2026-01-31T12:00:00Z", "%s is no time", c.show(path, v))
	case reflect.TypeFor[metav1.Duration]():
		c.fail(path, "write it like 30s, 5m or 1h30m", "%s is no duration", c.show(path, v))
	default:
		c.fail(path, "", "%s does not fit: %v", c.show(path, v), err)
	}
}

func (c *checker) structure(path string, t reflect.Type, v any) {
	fields, ok := v.(map[string]any)
	if !ok {
		c.fail(path, "write its fields below it", "must be an object, not %s", c.show(path, v))
		return
	}
	known := structOf(t).byName
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		field, ok := known[name]
		switch inner := Path(path, name); {
		case !ok:
			c.unknownField(inner, name, known)
		case field.mergeKey != "" && field.goType.Kind() == reflect.Slice:
			c.list(inner, field.goType.Elem(), field.mergeKey, fields[name])
		default:
			c.value(inner, field.goType, fields[name])
		}
	}
}

func (c *checker) unknownField(path, name string, known map[string]*goField) {
	names := slices.Sorted(maps.Keys(known))
	hint := fmt.Sprintf("there is %s", strings.Join(names, ", "))
	if near := nearest(name, names); near != "" {
		hint = fmt.Sprintf("did you mean %q?", near)
	}
	c.fail(path, hint, "there is no such field")
}

func (c *checker) mapping(path string, t reflect.Type, v any) {
	fields, ok := v.(map[string]any)
	if !ok {
		c.fail(path, "", "must be an object, not %s", c.show(path, v))
		return
	}
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		c.value(Path(path, name), t.Elem(), fields[name])
	}
}

func (c *checker) bytes(path string, v any) {
	text, ok := v.(string)
	if !ok {
		c.fail(path, "write base64, in quotes if it looks like a number", "must be base64 text, not %s", c.show(path, v))
		return
	}
	if _, err := base64.StdEncoding.DecodeString(strings.NewReplacer("\n", "", "\r", "").Replace(text)); err != nil {
		c.fail(path, "encode it, or write plain text under stringData of a Secret or data of a ConfigMap", "is not base64: %v", err)
	}
}

// list checks a list whose items are told apart by a field; "" if they are not.
func (c *checker) list(path string, t reflect.Type, key string, v any) {
	items, ok := v.([]any)
	if !ok {
		if v != nil {
			c.fail(path, `write each item after a "-"`, "must be a list, not %s", c.show(path, v))
		}
		return
	}
	first := map[string]string{}
	for i, item := range items {
		inner := IndexPath(path, i)
		if item == nil {
			c.fail(inner, "remove it", "must not be null")
			continue
		}
		c.value(inner, t, item)
		if fields, ok := item.(map[string]any); ok && key != "" {
			c.key(inner, key, fields, first)
		}
	}
}

// secondKeys are fields that tell items apart together with the one that a type names, and what they are if they are not written.
var secondKeys = map[string][2]string{
	"containerPort": {"protocol", "TCP"},
	"port":          {"protocol", "TCP"},
	"topologyKey":   {"whenUnsatisfiable", ""},
}

// key checks that an item has the field by which it is told apart, and that no item before has the same.
func (c *checker) key(path, key string, fields map[string]any, first map[string]string) {
	value, written := fields[key]
	if !written || value == "" {
		c.fail(path, "", "needs %s, by which the items are told apart", key)
		return
	}
	shown := fmt.Sprintf("%s %v", key, value)
	if second, ok := secondKeys[key]; ok {
		other, _ := fields[second[0]].(string)
		if other == "" {
			other = second[1]
		}
		shown += fmt.Sprintf(" and %s %s", second[0], other)
	}
	if before, twice := first[shown]; twice {
		c.fail(path, "keep one of the two: server-side apply takes no list with both", "is the same item as %s: %s", before, shown)
		return
	}
	first[shown] = path
}

func (c *checker) scalar(path string, t reflect.Type, v any) {
	switch t.Kind() {
	case reflect.String:
		text, ok := v.(string)
		if !ok {
			c.fail(path, quoteHint(v), "must be text, not %s", c.show(path, v))
			return
		}
		c.word(path, t, text)
	case reflect.Bool:
		if _, ok := v.(bool); !ok {
			c.fail(path, "write true or false, without quotes", "must be true or false, not %s", c.show(path, v))
		}
	case reflect.Float32, reflect.Float64:
		if !isNumber(v) {
			c.fail(path, "write it without quotes", "must be a number, not %s", c.show(path, v))
		}
	default:
		n, ok := v.(int64)
		if !ok {
			c.fail(path, "write it without quotes and without a fraction", "must be a whole number, not %s", c.show(path, v))
		} else if reflect.Zero(t).CanInt() && reflect.Zero(t).OverflowInt(n) {
			c.fail(path, "", "%d is too large for this field", n)
		}
	}
}

func isNumber(v any) bool {
	switch v.(type) {
	case int64, float64:
		return true
	}
	return false
}

// quoteHint says how to make text of what is none. What was written cannot be said: 1.10 and yes are values no more.
func quoteHint(v any) string {
	switch v.(type) {
	case map[string]any, []any:
		return ""
	}
	return "put it in quotes"
}

// show writes a value for people, but nothing that is kept in a Secret.
func (c *checker) show(path string, v any) string {
	if c.document.Object.GetKind() == "Secret" && (strings.HasPrefix(path, "data") || strings.HasPrefix(path, "stringData")) {
		return describe(v)
	}
	return show(v)
}

// show writes a value for people.
func show(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case map[string]any:
		return "an object"
	case []any:
		return "a list"
	case string:
		return fmt.Sprintf("the text %q", v)
	case bool:
		return fmt.Sprintf("the boolean %t", v)
	}
	return fmt.Sprintf("the number %v", v)
}
