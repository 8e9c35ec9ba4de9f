package dsl

import (
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
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
		name: "name", kind: text(func(o *Override) *string { return &o.Name }, subdomain), initial: "that of the block's own",
		doc: "Name of the object, where the block becomes several of the kind, such as claims.",
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
	ok := !s.failed(func() { o.Fields = s.fieldsOf(rest, overrideSchema.body, b.DefRange) }) && !diags.HasErrors()
	if len(o.Fields.Values) == 0 && ok {
		s.report(problem(&b.DefRange, "Missing fields", "An override names the fields that it changes, as in spec = { ... }."))
		return o, false
	}
	return o, ok
}

// fieldsOf decodes what a body has besides the arguments and blocks that are its own.
func (s *scope) fieldsOf(body hcl.Body, own *hcl.BodySchema, declRange hcl.Range) *Fields {
	attrs, diags := body.JustAttributes()
	if native, ok := body.(*hclsyntax.Body); ok {
		diags = strayBlocks(native, own) // it would count its own blocks among them
	}
	s.diags = append(s.diags, diags...)
	return s.fields(attrs, declRange)
}

// strayBlocks reports blocks where there are only fields.
func strayBlocks(body *hclsyntax.Body, own *hcl.BodySchema) hcl.Diagnostics {
	var diags hcl.Diagnostics
	for _, b := range body.Blocks {
		if !slices.ContainsFunc(own.Blocks, func(h hcl.BlockHeaderSchema) bool { return h.Type == b.Type }) {
			diags = append(diags, problem(&b.TypeRange, "Unsupported block type",
				"Fields of Kubernetes are written with an equals sign, as in %s = { ... }.", b.Type))
		}
	}
	return diags
}
