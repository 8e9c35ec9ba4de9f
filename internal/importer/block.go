package importer

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"stowage/internal/manifest"
)

// block is a block of HCL in the making.
type block struct {
	kind   string
	labels []string
	items  []any // attr and *block, in the order in which they are written
	// from is the object that paths of the block are in, and path the one that the block
	// itself is made from; comments follow them.
	from *object
	path string
	// optional says that the block means nothing without anything in it.
	optional bool
	// comment is written above the block, besides what the object's document has there.
	comment []string
}

// attr is an argument of a block, or an item of an object.
type attr struct {
	name  string
	value any // see expression
	path  string
	from  *object // that the path is in; nil: that of the block
}

// set adds an argument. The path of the field that it comes from brings its comments along.
func (b *block) set(name string, value any, path string) {
	b.items = append(b.items, attr{name: name, value: value, path: path})
}

// setOf adds an argument that comes from another object than the block does.
func (b *block) setOf(o *object, name string, value any, path string) {
	b.items = append(b.items, attr{name: name, value: value, path: path, from: o})
}

// block adds a block inside.
func (b *block) block(kind, path string, labels ...string) *block {
	return b.blockOf(b.from, kind, path, labels...)
}

// blockOf adds a block inside that comes from another object.
func (b *block) blockOf(o *object, kind, path string, labels ...string) *block {
	inner := &block{kind: kind, labels: labels, from: o, path: path}
	b.items = append(b.items, inner)
	return inner
}

// empty reports whether nothing is in the block.
func (b *block) empty() bool { return len(b.items) == 0 }

// The expressions of HCL are Go values: nil, bool, string, int64 and other numbers,
// []any, and
type (
	// raw is written as it stands: a reference, a call, a template in its quotes.
	raw string
	// fields is an object whose fields are in an order; map[string]any is one in the order
	// of its names.
	fields []attr
	// items is a list whose items are from somewhere: comments follow the paths.
	items []attr
	// template is text with references in it: parts are strings, raw, and templates.
	template []any
)

// expression returns a value of the object as one that is written, with the paths that its
// comments have, and in the order in which its document has it.
func (o *object) expression(v any, path string) any {
	switch v := v.(type) {
	case map[string]any:
		object := make(fields, 0, len(v))
		for _, name := range o.inOrder(v, path) {
			p := manifest.Path(path, name)
			object = append(object, attr{name: name, value: o.expression(v[name], p), path: p})
		}
		return object
	case []any:
		list := make(items, 0, len(v))
		for i, item := range v {
			p := manifest.IndexPath(path, i)
			list = append(list, attr{value: o.expression(item, p), path: p})
		}
		return list
	}
	return v
}

// inOrder returns the names of fields as the document has them, one after the other. Where
// it does not tell, names and kinds come first, and then the alphabet decides.
func (o *object) inOrder(fields map[string]any, path string) []string {
	const nowhere = math.MaxInt
	place := func(name string) manifest.Place {
		if at, ok := o.Places[manifest.Path(path, name)]; ok {
			return at
		}
		if name == "name" || name == "kind" {
			return manifest.Place{Line: nowhere}
		}
		return manifest.Place{Line: nowhere, Column: 1}
	}
	names := sortedKeys(fields)
	slices.SortStableFunc(names, func(a, b string) int { return before(place(a), place(b)) })
	return names
}

// before compares two places as they are read.
func before(a, b manifest.Place) int {
	return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
}

// simplest returns an expression without templates that are text or one reference.
func simplest(v any) any {
	t, ok := v.(template)
	if !ok {
		return v
	}
	t = t.flat()
	switch {
	case len(t) == 0:
		return ""
	case len(t) == 1:
		return t[0]
	}
	return t
}

// flat returns the parts of a template without those inside of others and empty ones, and
// with no text beside text.
func (t template) flat() template {
	var parts template
	for _, part := range t {
		switch part := part.(type) {
		case template:
			parts = append(parts, part.flat()...)
		case string:
			if last := len(parts) - 1; last >= 0 {
				if before, ok := parts[last].(string); ok {
					parts[last] = before + part
					continue
				}
			}
			if part != "" {
				parts = append(parts, part)
			}
		default:
			parts = append(parts, part)
		}
	}
	return parts
}

// plain returns the text of a template with a mark for each reference.
func (t template) plain() string {
	var text strings.Builder
	for _, part := range t {
		if s, ok := part.(string); ok {
			text.WriteString(s)
		} else {
			text.WriteString("?")
		}
	}
	return text.String()
}
