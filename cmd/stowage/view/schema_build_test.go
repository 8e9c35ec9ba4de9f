package view

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	ctyjson "github.com/zclconf/go-cty/cty/json"
)

// builder makes JSON Schemas of Go types.
type builder struct {
	t      *testing.T
	source *source
	defs   map[string]any // by name
}

// property is one property of a JSON object; object keeps their order.
type property struct {
	name  string
	value any
}

type object []property

// MarshalJSON writes the properties in their order.
func (o object) MarshalJSON() ([]byte, error) {
	var text bytes.Buffer
	text.WriteByte('{')
	for i, p := range o {
		if i > 0 {
			text.WriteByte(',')
		}
		name, err := json.Marshal(p.name)
		if err != nil {
			return nil, err
		}
		value, err := json.Marshal(p.value)
		if err != nil {
			return nil, err
		}
		text.Write(append(append(name, ':'), value...))
	}
	text.WriteByte('}')
	return text.Bytes(), nil
}

// of returns the schema of a type: a reference for those with a name of ours.
func (b *builder) of(t reflect.Type) object {
	switch t {
	case reflect.TypeFor[time.Time]():
		return object{{"type", "string"}, {"format", "date-time"}}
	case reflect.TypeFor[json.RawMessage](), reflect.TypeFor[ctyjson.SimpleJSONValue](), reflect.TypeFor[any]():
		return object{}
	}
	switch t.Kind() {
	case reflect.Pointer:
		return b.of(t.Elem())
	case reflect.Bool:
		return object{{"type", "boolean"}}
	case reflect.Float64:
		return object{{"type", "number"}}
	case reflect.Int, reflect.Int32, reflect.Int64:
		return object{{"type", "integer"}}
	case reflect.Slice:
		return object{{"type", "array"}, {"items", b.of(t.Elem())}}
	case reflect.Map:
		return object{{"type", "object"}, {"additionalProperties", b.of(t.Elem())}}
	case reflect.String:
		return b.text(t)
	case reflect.Struct:
		return b.define(t, func() object { return b.structure(t, nil) })
	}
	b.t.Fatalf("no schema for %s", t)
	return nil
}

// text returns the schema of a string, and of one of our types the values that it has.
func (b *builder) text(t reflect.Type) object {
	values := b.source.values[typeName(t)]
	if len(values) == 0 {
		return object{{"type", "string"}}
	}
	return b.define(t, func() object {
		return object{{"description", b.source.describe(t)}, {"type", "string"}, {"enum", values}}
	})
}

// define puts a named type among the definitions and returns a reference to it.
func (b *builder) define(t reflect.Type, build func() object) object {
	name := t.Name()
	if pkg := t.PkgPath()[strings.LastIndexByte(t.PkgPath(), '/')+1:]; pkg != "view" {
		name = pkg + "." + name
	}
	if _, done := b.defs[name]; !done {
		b.defs[name] = nil // it may hold itself
		b.defs[name] = build()
	}
	return object{{"$ref", "#/$defs/" + name}}
}

// structure returns the schema of a struct, of which the property type has one of some
// values.
func (b *builder) structure(t reflect.Type, types []string) object {
	var properties object
	var required []string
	b.fields(t, &properties, &required)
	for i := range properties {
		switch p := &properties[i]; {
		case p.name == "formatVersion":
			p.value = object{{"description", "Version of the format; see docs/output.md."}, {"const", FormatVersion}}
		case p.name == "type" && types != nil:
			p.value = object{{"description", "What the line tells of."}, {"enum", types}}
		}
	}
	return object{
		{"description", b.source.describe(t)}, {"type", "object"},
		{"properties", properties}, {"required", append([]string{}, required...)}, {"additionalProperties", false},
	}
}

// describe returns what a property means. Where the source does not say it, the property's
// name has the same meaning everywhere, or the type says it.
func (b *builder) describe(t reflect.Type, field reflect.StructField, name string, optional bool) string {
	text := b.source.describeField(t, field, optional)
	if text == "" {
		text = words[name]
	}
	if of := field.Type; text == "" && of.Kind() == reflect.Pointer {
		text = b.source.describe(of.Elem())
	} else if text == "" {
		text = b.source.describe(of)
	}
	if text == "" && name != "formatVersion" {
		b.t.Errorf("nothing says what %s of %s means: its comment in Go is the description of the schema", name, t)
	}
	return text
}

// fields adds the properties that encoding/json writes for a struct.
func (b *builder) fields(t reflect.Type, properties *object, required *[]string) {
	for i := range t.NumField() {
		field := t.Field(i)
		tag, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		switch {
		case field.Anonymous && tag == "":
			embedded := field.Type
			if embedded.Kind() == reflect.Pointer {
				embedded = embedded.Elem()
			}
			b.fields(embedded, properties, required)
			continue
		case !field.IsExported() || tag == "-":
			continue
		case tag == "":
			b.t.Fatalf("%s.%s has no name in JSON", t, field.Name)
		}
		optional := options != ""
		value := b.of(field.Type)
		if field.Type.Kind() == reflect.Pointer && !optional {
			value = object{{"anyOf", []any{value, object{{"type", "null"}}}}}
		}
		value = append(object{{"description", b.describe(t, field, tag, optional)}}, value...)
		at := slices.IndexFunc(*properties, func(p property) bool { return p.name == tag })
		if at >= 0 { // the outer one hides it
			b.t.Fatalf("%s has two properties %s", t, tag)
		}
		*properties = append(*properties, property{tag, value})
		if !optional {
			*required = append(*required, tag)
		}
	}
}
