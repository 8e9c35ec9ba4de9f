package dsl

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// scope evaluates the expressions of one block and notes what they refer to.
type scope struct {
	*evaluation
	node *node        // the block; nil where references make no edges
	refs *[]Reference // gets what the expressions lead to; may be nil
}

// value evaluates an expression. It is not ok, and the value not to be used,
// when that failed or when the expression refers to something that failed:
// then an error is reported already. Marks are kept.
func (s *scope) value(expr hcl.Expression) (cty.Value, bool) {
	ctx, ok := s.context(expr)
	if !ok {
		s.skipped++
		return cty.DynamicVal, false
	}
	s.sensitiveCall = false
	v, diags := expr.Value(ctx)
	suggestFunctions(diags, s.base.Functions)
	if s.sensitiveCall || hasSensitive(ctx) {
		diags = withhold(diags)
	}
	s.diags = append(s.diags, diags...)
	if !v.IsWhollyKnown() {
		s.skipped++
	}
	return v, !diags.HasErrors() && v.IsWhollyKnown()
}

// context resolves all references of an expression to what the expression
// needs of them, and no more: its cost must not grow with the configuration.
func (s *scope) context(expr hcl.Expression) (*hcl.EvalContext, bool) {
	traversals := expr.Variables()
	if len(traversals) == 0 {
		return s.base, true
	}
	ok := true
	variables := map[string]cty.Value{}
	named := map[string]map[string]cty.Value{}
	resources := map[string]map[string]cty.Value{} // by kind and label
	for _, t := range traversals {
		v, resolved := s.resolve(t)
		switch {
		case !resolved.ok:
			ok = false
		case resolved.name == "":
			variables[t.RootName()] = v
		case t.RootName() == "resource":
			addResource(resources, resolved.name, v)
		default:
			if named[t.RootName()] == nil {
				named[t.RootName()] = map[string]cty.Value{}
			}
			named[t.RootName()][resolved.name] = v
		}
	}
	for root, values := range named {
		variables[root] = cty.ObjectVal(values)
	}
	if len(resources) > 0 {
		variables["resource"] = resourcesValue(resources)
	}
	ctx := s.base.NewChild()
	ctx.Variables = variables
	return ctx, ok
}

func hasSensitive(ctx *hcl.EvalContext) bool {
	for _, v := range ctx.Variables {
		if isSensitive(v) {
			return true
		}
	}
	return false
}

// telling are the summaries of HCL's diagnostics whose details are made from
// types and source text alone, never from values.
var telling = map[string]bool{
	"Invalid template interpolation value":  true,
	"Inconsistent conditional result types": true,
	"Iteration over null value":             true,
	"Iteration over non-iterable value":     true,
	"Call to unknown function":              true,
	"Not enough function arguments":         true,
	"Too many function arguments":           true,
	"Unsupported operator":                  true,
}

// withhold takes out of the diagnostics of an expression with sensitive
// values whatever may have been made from these.
func withhold(diags hcl.Diagnostics) hcl.Diagnostics {
	var safe hcl.Diagnostics
	for _, d := range diags {
		d := *d
		d.Expression, d.EvalContext = nil, nil
		if !telling[d.Summary] {
			d.Detail = "The expression uses a sensitive value, so the details are not shown."
		}
		safe = append(safe, &d)
	}
	return safe
}
