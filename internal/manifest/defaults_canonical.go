package manifest

import (
	"encoding/base64"
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"

	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/runtime"
)

// canonicalStruct brings the fields of a struct into the form that the server gives back, in place:
// what the Go type would lose on the way (null, zero, empty) goes, quantities and numbers are written in
// their one way. What does not fit its type is left as it is.
func canonicalStruct(t reflect.Type, object map[string]any) {
	s := structOf(t)
	for name, value := range object {
		f := s.byName[name]
		if f == nil {
			continue
		}
		value = canonical(f.goType, value)
		if value == nil || !f.pointer && (f.omitempty && isZero(value) || isEmpty(f.goType, value)) {
			delete(object, name)
		} else {
			object[name] = value
		}
	}
}

func canonical(t reflect.Type, value any) any {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch {
	case t == quantityType:
		return canonicalQuantity(value)
	case t == portType:
		return canonicalNumber(value)
	case t == bytesType:
		return canonicalBytes(value)
	case isOwnForm(t):
		return value
	}
	switch t.Kind() {
	case reflect.Struct:
		if object, ok := value.(map[string]any); ok {
			canonicalStruct(t, object)
		}
	case reflect.Map:
		canonicalMap(t.Elem(), value)
	case reflect.Slice:
		list, _ := value.([]any)
		for i := range list {
			list[i] = canonical(t.Elem(), list[i])
		}
	case reflect.Int, reflect.Int32, reflect.Int64:
		return canonicalNumber(value)
	}
	return value
}

func canonicalMap(t reflect.Type, value any) {
	object, _ := value.(map[string]any)
	for name, item := range object {
		if item == nil { // in a map, it is read as the zero of its type
			switch {
			case t == quantityType:
				item = "0"
			case t.Kind() == reflect.String || t == bytesType:
				item = ""
			}
		}
		object[name] = canonical(t, item)
	}
}

// canonicalQuantity writes a quantity as the server does: "1000m" is "1", and nothing is finer than a
// thousandth.
func canonicalQuantity(value any) any {
	var text string
	switch v := value.(type) {
	case string:
		text = v
	case int64, float64:
		text = fmt.Sprint(v)
	default:
		return value
	}
	q, err := resource.ParseQuantity(text)
	if err != nil {
		return value
	}
	q.RoundUp(resource.Milli)
	return q.String()
}

// canonicalNumber makes a whole number an integer: 80.0 is 80.
func canonicalNumber(value any) any {
	const exact = 1 << 53
	if f, ok := value.(float64); ok && f == math.Trunc(f) && math.Abs(f) <= exact {
		return int64(f)
	}
	return value
}

// canonicalBytes writes base64 without the line ends that people break it with.
func canonicalBytes(value any) any {
	text, ok := value.(string)
	if !ok {
		return value
	}
	data, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return value
	}
	return base64.StdEncoding.EncodeToString(data)
}

func isZero(value any) bool {
	switch v := value.(type) {
	case string:
		return v == ""
	case bool:
		return !v
	case int64:
		return v == 0
	case float64:
		return v == 0
	}
	return false
}

// isEmpty reports whether it is a list or a map of a type for which that is the same as nothing.
func isEmpty(t reflect.Type, value any) bool {
	switch v := value.(type) {
	case []any:
		return t.Kind() == reflect.Slice && len(v) == 0
	case map[string]any:
		return t.Kind() == reflect.Map && len(v) == 0
	}
	return false
}

// copied returns a copy of a value of JSON that shares nothing with it.
func copied(value any) any { return runtime.DeepCopyJSONValue(value) }

func copiedMap(object map[string]any) map[string]any { return runtime.DeepCopyJSON(object) }

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
