package dsl

import "github.com/zclconf/go-cty/cty"

var outputSchema = newSchema([]arg[Output]{
	{
		name: "value", required: true,
		kind: kind[Output]{name: "any", decode: func(s *scope, to *Output, a argument) {
			if v, ok := s.value(a.expr); ok {
				to.Value = v
			}
		}},
		doc: "The value.",
	},
	{
		name: "description", kind: text(func(o *Output) *string { return &o.Description }),
		doc: "What it means, for readers.",
	},
	{
		name: "sensitive", kind: boolean(func(o *Output) *bool { return &o.Sensitive }),
		initial: "false", doc: "Masks the value wherever it is shown. Required when the value is sensitive.",
	},
})

// evaluateOutput decodes an output block. The module that is around it refers to the
// value with all its marks.
func (ev *evaluation) evaluateOutput(n *node) cty.Value {
	out := &Output{Name: n.address.Name, Value: cty.DynamicVal, DeclRange: n.declRange}
	ev.outputs[n] = out
	s := &scope{evaluation: ev, node: n, refs: &n.refs}
	outputSchema.decode(s, n.body, out)
	n.refs = settle(n.refs)
	switch {
	case out.Sensitive:
		out.Value = out.Value.Mark(Sensitive)
	case isSensitive(out.Value):
		ev.report(problem(&n.declRange, "Sensitive value in an output",
			"The value of %s is sensitive, and outputs are shown. Add sensitive = true to mask it.", n.address))
	}
	return out.Value
}

// result returns the output as others may have it: its value is sensitive as a whole,
// or not at all.
func (o *Output) result() *Output {
	shown := *o
	shown.Value = published(o.Value)
	return &shown
}
