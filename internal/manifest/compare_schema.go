package manifest

import (
	"encoding/json"
	"strings"
	"sync"

	apiextensionsac "k8s.io/apiextensions-apiserver/pkg/client/applyconfiguration"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	apischema "k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/managedfields"
	"k8s.io/client-go/applyconfigurations"
	"k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/structured-merge-diff/v6/schema"
	"sigs.k8s.io/structured-merge-diff/v6/typed"
)

// The schemas by which the server merges what is applied. Parsing those of all built-in kinds takes
// longer than comparing hundreds of objects, so it is left until two of them differ.
var (
	builtInSchemas    = sync.OnceValue(func() managedfields.TypeConverter { return applyconfigurations.NewTypeConverter(scheme.Scheme) })
	definitionSchemas = sync.OnceValue(func() managedfields.TypeConverter { return apiextensionsac.NewTypeConverter(definitions()) })
)

// kindSchema is the schema of a kind; that of a custom kind has no types, and its lists no keys.
type kindSchema struct {
	schema *schema.Schema
	root   schema.TypeRef
}

func schemaOf(kind apischema.GroupVersionKind) kindSchema {
	if typeOf(kind) == nil {
		return kindSchema{}
	}
	schemas := builtInSchemas
	if definitions().Recognizes(kind) {
		schemas = definitionSchemas
	}
	empty := &unstructured.Unstructured{Object: map[string]any{}}
	empty.SetGroupVersionKind(kind)
	value, err := schemas().ObjectToTyped(empty, typed.AllowDuplicates)
	if err != nil {
		return kindSchema{} // a kind that is not stored, such as a List, has no schema
	}
	return kindSchema{value.Schema(), value.TypeRef()}
}

func (k kindSchema) resolve(ref schema.TypeRef) schema.Atom {
	if k.schema == nil {
		return schema.Atom{}
	}
	atom, _ := k.schema.Resolve(ref)
	return atom
}

// field returns the type of a field of a map.
func (k kindSchema) field(ref schema.TypeRef, name string) schema.TypeRef {
	atom := k.resolve(ref)
	if atom.Map == nil {
		return schema.TypeRef{}
	}
	if f, ok := atom.FindField(name); ok {
		return f.Type
	}
	return atom.Map.ElementType
}

// items returns the type of the items of a list, and how the name of one is read from it: by the
// fields of its key, or the item itself in a set. The latter is nil where items go by their position.
func (k kindSchema) items(ref schema.TypeRef) (item schema.TypeRef, key func(any) (string, bool)) {
	atom := k.resolve(ref)
	if atom.List == nil {
		return schema.TypeRef{}, nil
	}
	switch {
	case atom.List.ElementRelationship != schema.Associative:
		return atom.List.ElementType, nil
	case len(atom.Keys) == 0:
		return atom.List.ElementType, textOf
	}
	keys := atom.Keys
	return atom.List.ElementType, func(item any) (string, bool) { return keyOf(item, keys) }
}

// keyOf writes the key of an item, such as "web" or "8080,TCP".
func keyOf(item any, keys []string) (string, bool) {
	fields, ok := item.(map[string]any)
	if !ok {
		return "", false
	}
	parts := make([]string, len(keys))
	for i, name := range keys {
		if parts[i], ok = textOf(fields[name]); !ok {
			return "", false
		}
	}
	return strings.Join(parts, ","), true
}

// textOf writes a scalar as text; numbers and texts that look alike cannot be in the same list.
func textOf(value any) (string, bool) {
	switch v := value.(type) {
	case nil:
		return "", true
	case string:
		return v, true
	case map[string]any, []any:
		return "", false
	}
	text, err := json.Marshal(value)
	return string(text), err == nil
}

// keysOf returns the keys of all items; not ok when the items have none, or two of them the same,
// which YAML can say and a server-side apply refuses.
func keysOf(list []any, key func(any) (string, bool)) (keys []string, ok bool) {
	if key == nil {
		return nil, false
	}
	seen := make(map[string]bool, len(list))
	for _, item := range list {
		k, ok := key(item)
		if !ok || seen[k] {
			return nil, false
		}
		seen[k] = true
		keys = append(keys, k)
	}
	return keys, true
}
