package dsl

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// Fields are fields of a Kubernetes object, written as Kubernetes names them.
type Fields struct {
	// Values are as JSON has them: string, bool, int64, float64, nil, []any and
	// map[string]any.
	Values map[string]any
	// Ranges tell where each of them is written, by its path: see FieldPath and ItemPath.
	// What comes out of one expression has no ranges of its own.
	Ranges    map[string]hcl.Range
	DeclRange hcl.Range // of the block
}

// FieldPath returns the path of a field inside another one: spec.replicas,
// metadata.annotations[example.com/team].
func FieldPath(parent, name string) string {
	switch {
	case strings.ContainsAny(name, "./[] "):
		return parent + "[" + name + "]"
	case parent == "":
		return name
	}
	return parent + "." + name
}

// ItemPath returns the path of an item of a list: spec.ports[0].
func ItemPath(list string, index int) string { return list + "[" + strconv.Itoa(index) + "]" }

// Range tells where a field is written, or what it is a part of.
func (f *Fields) Range(path string) hcl.Range {
	for {
		if rng, ok := f.Ranges[path]; ok {
			return rng
		}
		cut := strings.LastIndexAny(path, ".[")
		if cut < 0 {
			return f.DeclRange
		}
		path = path[:cut]
	}
}

// fields decodes all attributes of a body that is made of fields. Those that are null
// are kept as nil. References in it are noted.
func (s *scope) fields(attrs hcl.Attributes, declRange hcl.Range) *Fields {
	d := fieldDecoder{scope: s, to: &Fields{Values: map[string]any{}, Ranges: map[string]hcl.Range{}, DeclRange: declRange}}
	for _, name := range slices.Sorted(maps.Keys(attrs)) {
		attr := attrs[name]
		if v, ok := d.decode(FieldPath("", name), attr.Expr, attr.Range); ok {
			d.to.Values[name] = v
		}
	}
	return d.to
}

// fieldDecoder is the work on the fields of one block.
type fieldDecoder struct {
	*scope
	to *Fields
}

// decode evaluates what is spelt out part by part, so that each part has its place and
// one mistake does not hide others.
func (d *fieldDecoder) decode(path string, expr hcl.Expression, rng hcl.Range) (any, bool) {
	d.to.Ranges[path] = rng
	if pairs, diags := hcl.ExprMap(expr); !diags.HasErrors() {
		return d.object(path, pairs)
	}
	if items, diags := hcl.ExprList(expr); !diags.HasErrors() {
		list, ok := make([]any, len(items)), true
		for i, item := range items {
			v, itemOK := d.decode(ItemPath(path, i), item, item.Range())
			list[i], ok = v, ok && itemOK
		}
		return list, ok
	}
	v, ok := d.value(expr)
	if !ok {
		return nil, false
	}
	if isSensitive(v) {
		d.report(problem(expr.Range().Ptr(), "Sensitive value not allowed here",
			"The value of %s is sensitive, and could be read by all who may read the object. Put it into a secret block, and refer to its key.", path))
		return nil, false
	}
	return d.plainField(path, v, expr.Range())
}

// object decodes an object that is spelt out.
func (d *fieldDecoder) object(path string, pairs []hcl.KeyValuePair) (any, bool) {
	object, ok := make(map[string]any, len(pairs)), true
	for _, pair := range pairs {
		name, keyOK := d.keyText(pair.Key)
		if !keyOK {
			ok = false
			continue
		}
		rng, field := hcl.RangeBetween(pair.Key.Range(), pair.Value.Range()), FieldPath(path, name)
		if first, twice := d.to.Ranges[field]; twice {
			d.report(problem(&rng, "Duplicate key", "%q is already written at %s; only one of the two could count.", name, place(first)))
			ok = false
			continue
		}
		v, valueOK := d.decode(field, pair.Value, rng)
		object[name], ok = v, ok && valueOK
	}
	return object, ok
}

// plainField converts a known value that is not sensitive.
func (d *fieldDecoder) plainField(path string, v cty.Value, at hcl.Range) (any, bool) {
	switch ty := v.Type(); {
	case v.IsNull():
		return nil, true
	case ty == cty.String:
		text := string(bytesOf(v))
		if !utf8.ValidString(text) {
			d.report(problem(&at, "Invalid value", "The value of %s is binary, and must be text.", path))
			return nil, false
		}
		return text, true
	case ty == cty.Bool:
		plain, _ := v.Unmark()
		return plain.True(), true
	case ty == cty.Number:
		return d.number(path, v, at)
	case ty.IsObjectType() || ty.IsMapType():
		plain, _ := v.Unmark()
		object, ok := map[string]any{}, true
		for name, value := range plain.AsValueMap() {
			field, fieldOK := d.plainField(FieldPath(path, name), value, at)
			object[name], ok = field, ok && fieldOK
		}
		return object, ok
	case ty.IsTupleType() || ty.IsListType() || ty.IsSetType():
		plain, _ := v.Unmark()
		list, ok := []any{}, true
		for _, value := range plain.AsValueSlice() {
			item, itemOK := d.plainField(ItemPath(path, len(list)), value, at)
			list, ok = append(list, item), ok && itemOK
		}
		return list, ok
	default:
		d.report(problem(&at, "Invalid value", "The value of %s is no text, number, bool, list or object.", path))
		return nil, false
	}
}

// number keeps whole numbers exact: they are identifiers, sizes and times. Of a fraction
// it takes what JSON has for it.
func (d *fieldDecoder) number(path string, v cty.Value, at hcl.Range) (any, bool) {
	v, _ = v.Unmark()
	f := v.AsBigFloat()
	if n, accuracy := f.Int64(); accuracy == 0 {
		return n, true
	}
	fraction, _ := f.Float64()
	if f.IsInt() || f.IsInf() || !fits(v) {
		d.report(problem(&at, "Invalid value", "The value of %s is a number that does not fit into 64 bits. Write it as text if the field takes text.", path))
		return nil, false
	}
	return fraction, true
}
