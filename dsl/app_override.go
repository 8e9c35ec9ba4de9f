package dsl

import (
	"strings"

	"github.com/hashicorp/hcl/v2"
)

// Override changes fields of an object that a block becomes, which the language has no
// argument for.
type Override struct {
	Kind   string
	Name   string // of the object; empty: that of the block
	Fields *Fields
}

var overrideSchema = newSchema([]arg[Override]{
	{
		name: "name", kind: text(func(o *Override) *string { return &o.Name }, subdomain), initial: "that of the block",
		doc: "Name of the object, where it has not that of the block, such as a claim.",
	},
})

// overrideBlock is the override block of a block that becomes objects.
func overrideBlock[T any](field func(*T) *[]Override) nested[T] {
	return nested[T]{
		name: "override", label: "kind", many: true, body: overrideSchema,
		doc: "Any fields of an object of that kind which this block becomes, as Kubernetes names them. See [Overrides](#overrides).",
		decode: func(s *scope, to *T, b *hcl.Block) {
			list := field(to)
			if o, ok := s.override(b); ok {
				for _, other := range *list {
					if other.Kind == o.Kind && other.Name == o.Name {
						s.report(problem(&b.DefRange, "Duplicate block", "There is an override of this object already at %s.", place(other.Fields.DeclRange)))
						return
					}
				}
				*list = append(*list, o)
			}
		},
	}
}

// override decodes an override block: what is not its own argument is a field.
func (s *scope) override(b *hcl.Block) (Override, bool) {
	o := Override{Kind: b.Labels[0]}
	content, rest, diags := b.Body.PartialContent(overrideSchema.body)
	s.diags = append(s.diags, diags...)
	overrideSchema.fill(s, content, &o, func(string) bool { return true })
	ok := !s.failed(func() { o.Fields = s.fieldsOf(rest, b.DefRange) }) && !diags.HasErrors()
	if len(o.Fields.Values) == 0 && ok {
		s.report(problem(&b.DefRange, "Missing fields", "An override names the fields that it changes, as in spec = { ... }."))
		return o, false
	}
	return o, ok
}

// fieldsOf decodes a body that is made of fields alone.
func (s *scope) fieldsOf(body hcl.Body, declRange hcl.Range) *Fields {
	attrs, diags := body.JustAttributes()
	for _, d := range diags {
		if strings.HasPrefix(d.Summary, "Unexpected ") {
			d.Detail = "Fields of Kubernetes are written with an equals sign, as in spec = { ... }."
		}
	}
	s.diags = append(s.diags, diags...)
	return s.fields(attrs, declRange)
}
