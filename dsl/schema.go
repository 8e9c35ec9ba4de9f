package dsl

import (
	"github.com/hashicorp/hcl/v2"
)

// schema describes the body of one block type: the arguments and blocks it
// may hold, how each is decoded into a T, and what the reference says of it.
type schema[T any] struct {
	args   []arg[T]
	blocks []nested[T]
	body   *hcl.BodySchema
}

// arg is one argument of a block.
type arg[T any] struct {
	name     string
	kind     kind[T]
	required bool
	initial  string // the default, as the reference shows it
	doc      string
}

// kind tells how the value of an argument is written, checked and stored.
type kind[T any] struct {
	name   string // as the reference shows it: "text", "number"
	decode func(s *scope, to *T, a argument)
	object described // what an object holds, for the reference
}

// nested is one block type inside a block.
type nested[T any] struct {
	name   string
	label  string // what the label means; empty: no label
	many   bool   // may occur more than once
	doc    string
	body   described
	decode func(s *scope, to *T, b *hcl.Block)
}

// argument is one argument as it was written, in a block or in an object.
type argument struct {
	name string
	expr hcl.Expression
	rng  hcl.Range // name and value

	required bool // null will not do
}

// described is a schema of any T.
type described interface{ describe() description }

// description is a schema as the reference shows it.
type description struct {
	args   []argDescription
	blocks []blockDescription
}

type argDescription struct {
	name, kind, initial, doc string
	required                 bool
	object                   described
}

type blockDescription struct {
	name, label, doc string
	many             bool
	body             described
}

// newSchema prepares a schema for use.
func newSchema[T any](args []arg[T], blocks ...nested[T]) *schema[T] {
	body := &hcl.BodySchema{}
	for _, a := range args {
		body.Attributes = append(body.Attributes, hcl.AttributeSchema{Name: a.name, Required: a.required})
	}
	for _, b := range blocks {
		header := hcl.BlockHeaderSchema{Type: b.name}
		if b.label != "" {
			header.LabelNames = []string{b.label}
		}
		body.Blocks = append(body.Blocks, header)
	}
	return &schema[T]{args: args, blocks: blocks, body: body}
}

// decode reads a whole block into to.
func (sc *schema[T]) decode(s *scope, body hcl.Body, to *T) {
	content := sc.content(s, body)
	sc.fill(s, content, to, func(string) bool { return true })
}

// content checks which arguments and blocks are there, and evaluates nothing.
func (sc *schema[T]) content(s *scope, body hcl.Body) *hcl.BodyContent {
	content, diags := body.Content(sc.body)
	suggestSnakeCase(diags, body, sc.body)
	s.refer(diags)
	s.diags = append(s.diags, diags...)
	first := map[string]*hcl.Block{}
	for _, b := range content.Blocks {
		if first[b.Type] == nil {
			first[b.Type] = b
		} else if !sc.many(b.Type) {
			s.report(problem(&b.DefRange, "Duplicate block",
				"There can be one %s block here; there is one already at %s.", b.Type, place(first[b.Type].DefRange)))
		}
	}
	return content
}

func (sc *schema[T]) many(block string) bool {
	for _, b := range sc.blocks {
		if b.name == block {
			return b.many
		}
	}
	return false
}

// fill evaluates the wanted ones of the arguments and blocks into to.
func (sc *schema[T]) fill(s *scope, content *hcl.BodyContent, to *T, wanted func(name string) bool) {
	for _, a := range sc.args {
		if attr := content.Attributes[a.name]; attr != nil && wanted(a.name) {
			a.kind.decode(s, to, argument{name: a.name, expr: attr.Expr, rng: attr.Range, required: a.required})
		}
	}
	for _, n := range sc.blocks {
		if !wanted(n.name) {
			continue
		}
		for _, b := range content.Blocks {
			if b.Type == n.name {
				n.decode(s, to, b)
			}
		}
	}
}

// decodeObject reads the same arguments written as an object, as in
// http = { path = "/" }.
func (sc *schema[T]) decodeObject(s *scope, a argument, to *T) bool {
	parts, ok := s.parts(a)
	if !ok {
		return false
	}
	given := map[string]argument{}
	for _, part := range parts {
		if _, twice := given[part.name]; twice {
			s.report(problem(&part.rng, "Duplicate key", "%q is written twice in this object.", part.name))
			ok = false
		}
		given[part.name] = part
	}
	var names []string
	for _, arg := range sc.args {
		names = append(names, arg.name)
		part, there := given[arg.name]
		switch {
		case there:
			part.required = arg.required
			ok = !s.failed(func() { arg.kind.decode(s, to, part) }) && ok
		case arg.required:
			s.report(problem(a.expr.Range().Ptr(), "Missing required argument", "%q needs %q.", a.name, arg.name))
			ok = false
		}
		delete(given, arg.name)
	}
	for _, part := range parts {
		if _, unknown := given[part.name]; unknown {
			s.report(problem(&part.rng, "Unsupported argument", "%q does not take %q.%s", a.name, part.name, suggestion(part.name, names)))
			ok = false
		}
	}
	return ok
}

// parts splits an object into its arguments: as written where it is spelt
// out, else by its value.
func (s *scope) parts(a argument) ([]argument, bool) {
	if pairs, diags := hcl.ExprMap(a.expr); !diags.HasErrors() {
		return s.writtenParts(pairs)
	}
	v, ok := s.value(a.expr)
	if !ok || v.IsNull() {
		return nil, false
	}
	v, marks := v.Unmark()
	if ty := v.Type(); !ty.IsObjectType() && !ty.IsMapType() {
		s.report(problem(a.expr.Range().Ptr(), "Invalid value", "%q must be an object, as in %s = { ... }.", a.name, a.name))
		return nil, false
	}
	var parts []argument
	for name, value := range v.Elements() {
		rng := a.expr.Range()
		parts = append(parts, argument{name: name.AsString(), expr: hcl.StaticExpr(value.WithMarks(marks), rng), rng: rng})
	}
	return parts, true
}

func (s *scope) writtenParts(pairs []hcl.KeyValuePair) ([]argument, bool) {
	var parts []argument
	for _, pair := range pairs {
		name, ok := s.keyText(pair.Key)
		if !ok {
			return nil, false
		}
		rng := hcl.RangeBetween(pair.Key.Range(), pair.Value.Range())
		parts = append(parts, argument{name: name, expr: pair.Value, rng: rng})
	}
	return parts, true
}

func (sc *schema[T]) describe() description {
	var d description
	for _, a := range sc.args {
		d.args = append(d.args, argDescription{a.name, a.kind.name, a.initial, a.doc, a.required, a.kind.object})
	}
	for _, b := range sc.blocks {
		d.blocks = append(d.blocks, blockDescription{b.name, b.label, b.doc, b.many, b.body})
	}
	return d
}
