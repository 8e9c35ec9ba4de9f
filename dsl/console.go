package dsl

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// Compute evaluates one expression as if it stood in the configuration. Name stands for
// the text in diagnostics. What is sensitive in the value is marked Sensitive; there are
// no other marks. Versions of Secrets are provisional without a key.
func (m *Module) Compute(in Inputs, text, name string) (cty.Value, hcl.Diagnostics) {
	expr, diags := hclsyntax.ParseExpression([]byte(text), name, hcl.InitialPos)
	if diags.HasErrors() {
		return cty.DynamicVal, tidy(diags)
	}
	ev := m.begin(in)
	defer ev.end()
	ev.checkGiven()
	s := &scope{evaluation: ev}
	value, _ := s.value(expr)
	if diags := ev.diags; !diags.HasErrors() && !value.IsWhollyKnown() {
		ev.diags = append(ev.diags, m.diags...) // what is unknown is so because of what is wrong
	}
	ev.reportCycles()
	return onlySensitive(value), tidy(ev.diags)
}

// onlySensitive strips a value of all marks but Sensitive.
func onlySensitive(v cty.Value) cty.Value {
	plain, paths := v.UnmarkDeepWithPaths()
	var kept []cty.PathValueMarks
	for _, at := range paths {
		if _, sensitive := at.Marks[Sensitive]; sensitive {
			kept = append(kept, cty.PathValueMarks{Path: at.Path, Marks: cty.NewValueMarks(Sensitive)})
		}
	}
	return plain.MarkWithPaths(kept)
}
