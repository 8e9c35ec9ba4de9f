package dsl

import "github.com/zclconf/go-cty/cty"

var outputSchema = newSchema([]arg[Output]{
	{
		name: "value", required: true,
		kind: kind[Output]{name: "any", decode: func(s *scope, to *Output, a argument) {
			if v, ok := s.value(a.expr); ok {
				to.Value = published(v)
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

func (ev *evaluation) output(n *node) *Output {
	out := &Output{Name: n.address.Name, Value: cty.DynamicVal, DeclRange: n.declRange}
	s := &scope{evaluation: ev, node: n}
	outputSchema.decode(s, n.body, out)
	switch {
	case out.Sensitive:
		out.Value = out.Value.Mark(Sensitive)
	case isSensitive(out.Value):
		ev.report(problem(&n.declRange, "Sensitive value in an output",
			"The value of %s is sensitive, and outputs are shown. Add sensitive = true to mask it.", n.address))
	}
	return out
}
