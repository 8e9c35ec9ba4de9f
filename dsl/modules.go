package dsl

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// moduleCall is what a module block says: the module that it takes, and the values of
// its variables.
type moduleCall struct {
	source    *source // nil after an error
	inputs    map[string]*hcl.Attribute
	dependsOn *hcl.Attribute
}

// evaluateModule makes the blocks of a module that is called. They are evaluated when
// something refers to its outputs.
func (ev *evaluation) evaluateModule(n *node) cty.Value {
	if n.call.source == nil {
		ev.skipped++ // reported by Parse
		return cty.DynamicVal
	}
	n.child = ev.newFrame(n.call.source, n)
	if attr := n.call.dependsOn; attr != nil {
		s := &scope{evaluation: ev, node: n}
		n.refs = s.dependsOn(argument{name: attr.Name, expr: attr.Expr, rng: attr.Range})
	}
	return cty.EmptyObjectVal
}

// outputOf resolves the step of a reference that names an output of a module, or all
// outputs where there is none.
func (s *scope) outputOf(n *node, t hcl.Traversal, i int) (v cty.Value, one, ok bool) {
	s.note(n, t.SourceRange())
	s.visit(n)
	if n.child == nil {
		return cty.DynamicVal, false, false
	}
	name, at := stepName(t, i)
	if name == "" {
		all := map[string]cty.Value{}
		for _, name := range n.child.names("output") {
			all[name] = s.follow(n.child.lookup("output", name), t.SourceRange())
			if !all[name].IsKnown() {
				return cty.DynamicVal, false, false
			}
		}
		return cty.ObjectVal(all), false, true
	}
	output := n.child.lookup("output", name)
	if output == nil {
		s.report(problem(&at, "Unknown reference", "The module of %s, %s, has no output %q.%s",
			n.address, n.child.source.title(), name, suggestion(name, n.child.names("output"))))
		return cty.DynamicVal, false, false
	}
	v = s.follow(output, t.SourceRange())
	return v, true, v.IsKnown()
}

// input returns the value that the module block gives to a variable. There is none
// when the block leaves the variable out.
func (ev *evaluation) input(v *variable) (value cty.Value, given, ok bool) {
	call := v.node.frame.call
	attr := call.call.inputs[v.node.address.Name]
	if attr == nil {
		return cty.DynamicVal, false, false
	}
	s := &scope{evaluation: ev, node: v.node, site: call, refs: &v.node.refs}
	value, ok = s.value(attr.Expr)
	v.node.refs = settle(v.node.refs)
	if !ok {
		return cty.DynamicVal, true, false
	}
	converted, err := v.convert(value)
	if err != nil {
		at := attr.Expr.Range()
		if v.sensitive || isSensitive(value) {
			ev.report(problem(&at, "Invalid value for variable", "The value of %s does not fit its type, %s.", v.node.address, v.typeText()))
		} else {
			ev.report(problem(&at, "Invalid value for variable", "The value of %s is not valid: %s.", v.node.address, err))
		}
		return cty.DynamicVal, true, false
	}
	return converted, true, true
}
