package dsl

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// scope evaluates the expressions of one block and notes what they refer to.
type scope struct {
	*evaluation
	node *node        // the block; nil where references make no edges
	site *node        // the block that the expressions are written in; nil: node
	refs *[]Reference // gets what the expressions lead to; may be nil
}

// here returns the block that the expressions are written in; nil for none.
func (s *scope) here() *node {
	if s.site != nil {
		return s.site
	}
	return s.node
}

// frame returns where names are looked up.
func (s *scope) frame() *frame {
	if n := s.here(); n != nil {
		return n.frame
	}
	return s.top
}

func (s *scope) names(blockType string) []string { return s.frame().names(blockType) }

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
	suggestFunctions(diags, s.frame().base.Functions)
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
		return s.frame().base, true
	}
	ok := true
	var all known
	traversals, none := s.withKeys(expr, traversals)
	for _, t := range none {
		all.set(append([]string{t.RootName()}, steps(t[1:])...), cty.NilVal)
	}
	for _, t := range traversals {
		v, path := s.resolve(t)
		if path == nil {
			ok = false
			continue
		}
		all.set(path, v)
	}
	variables := make(map[string]cty.Value, len(all.parts))
	for root, part := range all.parts {
		variables[root] = part.object()
	}
	ctx := s.frame().base.NewChild()
	ctx.Variables = variables
	return ctx, ok
}

// known is what an expression needs to know: a value, or parts of one by the steps
// that lead to them.
type known struct {
	value cty.Value // NilVal: there are only parts
	parts map[string]*known
}

// set adds the value that a path leads to; NilVal: nothing but that the path is there.
func (k *known) set(path []string, v cty.Value) {
	for _, step := range path {
		next := k.parts[step]
		if next == nil {
			next = &known{}
			if k.parts == nil {
				k.parts = map[string]*known{}
			}
			k.parts[step] = next
		}
		k = next
	}
	if v != cty.NilVal {
		k.value = v
	}
}

// object returns the whole value where it is known, and else an object of the parts.
func (k *known) object() cty.Value {
	if k.value != cty.NilVal {
		return k.value
	}
	parts := make(map[string]cty.Value, len(k.parts))
	for name, part := range k.parts {
		parts[name] = part.object()
	}
	return cty.ObjectVal(parts)
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
