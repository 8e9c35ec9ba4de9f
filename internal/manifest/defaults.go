package manifest

import (
	"reflect"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// Default returns a copy of an object as the API server would keep it: with the defaults of its
// built-in kind filled in, values in their one canonical form (a quantity of "1000m" is "1"), the
// stringData of a Secret folded into its data, and without what says nothing: nulls, empty lists, and
// what only the server writes (status, uid, resourceVersion and the like).
//
// What the server allocates (cluster IPs, node ports) and what admission adds (a claim's storage
// class) is not a default. Fields that the Go types do not know are kept as they are, and so is the
// content of all custom kinds, whose defaults only their definitions know.
func Default(u *unstructured.Unstructured) *unstructured.Unstructured {
	full := u.DeepCopy()
	dropServers(full.Object)
	if t := typeOf(u.GroupVersionKind()); t != nil {
		delete(full.Object, "status")
		defaultObject(t, full.Object)
	}
	return full
}

// WithoutDefaults is the other direction: a copy with nothing in it that [Default] would fill in
// again. Default of the result is Default of the object.
func WithoutDefaults(u *unstructured.Unstructured) *unstructured.Unstructured {
	full := Default(u)
	t := typeOf(u.GroupVersionKind())
	if t == nil {
		return full
	}
	bare := full.DeepCopy()
	reduceObject(t, bare.Object)
	bare.SetGroupVersionKind(full.GroupVersionKind()) // as the claim templates of a StatefulSet have it by default
	// What a rule fills in may depend on what another one did; then all stays written.
	if again := bare.DeepCopy(); !defaultsTo(t, again.Object, full.Object) {
		return full
	}
	return bare
}

// serversMetadata are the fields of metadata that the server writes, whatever is sent.
var serversMetadata = []string{
	"creationTimestamp", "deletionGracePeriodSeconds", "deletionTimestamp", "generation", "managedFields",
	"resourceVersion", "selfLink", "uid",
}

func dropServers(object map[string]any) {
	metadata, _ := object["metadata"].(map[string]any)
	for _, name := range serversMetadata {
		delete(metadata, name)
	}
}

// defaultObject fills in the defaults of a whole object but its status, in place.
func defaultObject(t reflect.Type, object map[string]any) {
	canonicalStruct(t, object)
	defaultStruct(t, object, "status")
}

// defaultStruct fills in the defaults of a struct and of all in it, in place; except for one field.
func defaultStruct(t reflect.Type, object map[string]any, except string) {
	s := structOf(t)
	for _, t := range s.types {
		for name, value := range constants[t] {
			if _, has := object[name]; !has {
				object[name] = copied(value)
			}
		}
		if rule, ok := rules[t]; ok {
			rule.fill(object)
		}
	}
	for i := range s.fields {
		f := &s.fields[i]
		if f.name == except {
			continue
		}
		value, has := object[f.name]
		if !has && f.isAlwaysThere() {
			made := map[string]any{}
			value, object[f.name] = made, made
		}
		defaultValue(f.goType, value)
	}
}

// isAlwaysThere reports whether the field is a struct that the server never leaves out: one that is
// not written is an empty one.
func (f *goField) isAlwaysThere() bool {
	return f.goType.Kind() == reflect.Struct && !f.pointer && !f.omitzero && !isOwnForm(f.goType)
}

func defaultValue(t reflect.Type, value any) {
	eachStruct(t, value, func(t reflect.Type, object map[string]any) { defaultStruct(t, object, "") })
}

// eachStruct calls do with the structs that a value is or holds, not with those inside of them.
func eachStruct(t reflect.Type, value any, do func(t reflect.Type, object map[string]any)) {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if isOwnForm(t) {
		return
	}
	switch v := value.(type) {
	case map[string]any:
		switch t.Kind() {
		case reflect.Struct:
			do(t, v)
		case reflect.Map:
			for _, item := range v {
				eachStruct(t.Elem(), item, do)
			}
		}
	case []any:
		if t.Kind() == reflect.Slice {
			for _, item := range v {
				eachStruct(t.Elem(), item, do)
			}
		}
	}
}

// reduceObject takes the defaults out of a whole object, in place.
func reduceObject(t reflect.Type, object map[string]any) {
	full := copiedMap(object)
	reduceFields(t, object)
	reduceStruct(t, object, full, "status")
}

// reduceStruct takes out the fields of a struct that come again by themselves. Full is what the struct
// is with all of them.
func reduceStruct(t reflect.Type, object, full map[string]any, except string) {
	s := structOf(t)
	if lookInside[t] {
		s.reduce(t, object, full, except)
		return
	}
	outline, fullOutline := s.outline(object, full)
	s.reduce(t, outline, fullOutline, except)
	for name := range object {
		if _, stays := outline[name]; !stays {
			delete(object, name)
		}
	}
}

// outline returns a struct, and the same with all its defaults, without the content of what no default
// depends on, which is most of it.
func (s *goStruct) outline(object, full map[string]any) (small, smallFull map[string]any) {
	filled := s.filled()
	small, smallFull = make(map[string]any, len(object)), make(map[string]any, len(object))
	for name, value := range object {
		switch f := s.byName[name]; {
		case isScalar(value):
			small[name], smallFull[name] = value, value
		case slices.Contains(filled, name) && (!f.isAlwaysThere() || equal(value, values{})):
			small[name], smallFull[name] = copied(value), full[name]
		default:
			small[name], smallFull[name] = nil, nil
		}
	}
	return small, smallFull
}

func isScalar(value any) bool {
	switch value.(type) {
	case map[string]any, []any:
		return false
	}
	return true
}

// reduce takes out the fields one after the other.
func (s *goStruct) reduce(t reflect.Type, object, full map[string]any, except string) {
	for _, path := range s.filled() {
		parent, name := parentOf(object, path)
		value, has := parent[name]
		if f := s.byName[path]; !has || f != nil && f.isAlwaysThere() && !equal(value, values{}) {
			continue
		}
		delete(parent, name)
		again := copiedMap(object)
		defaultStruct(t, again, except)
		if !reflect.DeepEqual(again, full) {
			parent[name] = value
		}
	}
}

// parentOf returns the map that has the last field of a path with dots, nil if there is none, and
// the name of the field.
func parentOf(object map[string]any, path string) (parent map[string]any, name string) {
	first, rest, nested := strings.Cut(path, ".")
	if !nested {
		return object, path
	}
	return parentOf(within(object, first), rest)
}

func reduceFields(t reflect.Type, object map[string]any) {
	s := structOf(t)
	for i := range s.fields {
		eachStruct(s.fields[i].goType, object[s.fields[i].name], func(t reflect.Type, object map[string]any) {
			full := copiedMap(object)
			reduceFields(t, object)
			reduceStruct(t, object, full, "")
		})
	}
}

// filled returns the fields that defaults may fill in, as paths, those that depend on others first.
func (s *goStruct) filled() []string {
	var names []string
	for i := range s.fields {
		// A selector of everything is something that people write.
		if s.fields[i].isAlwaysThere() && s.fields[i].goType != selectorType {
			names = append(names, s.fields[i].name)
		}
	}
	for _, t := range s.types {
		names = append(names, rules[t].fields...)
		names = append(names, sortedKeys(constants[t])...)
	}
	return names
}

func defaultsTo(t reflect.Type, object, full map[string]any) bool {
	defaultObject(t, object)
	return reflect.DeepEqual(object, full)
}
