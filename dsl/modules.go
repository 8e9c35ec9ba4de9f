package dsl

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// moduleCall is what a module block says: the module that it takes, and the values of
// its variables.
type moduleCall struct {
	source    *source // nil after an error
	path      hcl.Expression
	forEach   hcl.Expression // nil: none
	dependsOn argument
	inputs    map[string]*hcl.Attribute
}

var moduleSchema = newSchema([]arg[moduleCall]{
	{
		name: "source", required: true, doc: "The directory of the module, as in `\"./modules/shop\"`, from that of the file. It is written out, and inside the directory of the configuration.",
		kind: kind[moduleCall]{name: "text", decode: func(_ *scope, to *moduleCall, a argument) { to.path = a.expr }},
	},
	{
		name: "for_each", doc: forEachDoc,
		kind: kind[moduleCall]{name: forEachKind, decode: func(_ *scope, to *moduleCall, a argument) { to.forEach = a.expr }},
	},
	{
		name: "depends_on", doc: "Blocks that must be in place before anything of the module.",
		kind: kind[moduleCall]{name: "list of references", decode: func(_ *scope, to *moduleCall, a argument) { to.dependsOn = a }},
	},
})

// evaluateModule makes the blocks of a module that is called. They are evaluated when
// something refers to its outputs.
func (ev *evaluation) evaluateModule(n *node) cty.Value {
	if n.call.source == nil {
		ev.skipped++ // reported by Parse
		return cty.DynamicVal
	}
	n.child = ev.newFrame(n.call.source, n)
	if n.call.dependsOn.expr != nil {
		s := &scope{evaluation: ev, node: n}
		n.refs = s.dependsOn(n.call.dependsOn)
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
	if _, index := t[i].(hcl.TraverseIndex); index && isWhole(t[:i]) && output == nil {
		s.report(problem(&at, "Unknown instance", "%s has no for_each, and so no instance %q.", n.address, name))
		return cty.DynamicVal, false, false
	}
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
