package dsl

import (
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// each is what one instance of a block with for_each is made from.
type each struct {
	key   string
	value cty.Value
}

// object is what references to each see.
func (e *each) object() cty.Value {
	return cty.ObjectVal(map[string]cty.Value{"key": cty.StringVal(e.key), "value": e.value})
}

const (
	forEachKind = "map, or set of text"
	forEachDoc  = "Makes an instance of the block for each key. See [for_each](#for_each)."
)

// objectArgs are the arguments of every block that makes objects. The name is that of
// the object, and refs gets what depends_on lists.
func objectArgs[T any](name func(*T) *string, refs func(*T) *[]Reference) []arg[T] {
	return []arg[T]{
		{
			name: "name", kind: text(name), initial: "the label; with `for_each` `LABEL-KEY`",
			doc: "Name in the cluster. See [Names](#names).",
		},
		{
			name: "for_each", kind: kind[T]{name: forEachKind, decode: func(*scope, *T, argument) {}}, // expand reads it
			doc: forEachDoc,
		},
		dependsOnArg(refs),
	}
}

// checkName reports a name that the object of the scope's block cannot have.
func (s *scope) checkName(what, name string, err error) {
	if err == nil {
		return
	}
	at := s.node.nameRange
	if s.node.each == nil || at != s.node.labelAt {
		s.report(problem(&at, "Invalid name", "The name of %s %s", what, ended(err)))
		return
	}
	s.report(problem(&at, "Invalid name",
		"The name of %s, made of label and key, is %q and %s. The argument name gives it another.", what, name, strings.TrimSuffix(err.Error(), ".")))
}

// isGroup reports whether a block has for_each, and this is not an instance of it.
func (n *node) isGroup() bool { return n.forEach != nil && !n.address.Keyed }

// instancesOf returns what a block stands for: itself, or its instances. It is not
// ok when these are not known, after an error or in a loop of references.
func (ev *evaluation) instancesOf(n *node) ([]*node, bool) {
	if !n.isGroup() {
		return []*node{n}, true
	}
	known := ev.visit(n).IsKnown()
	return n.instances, known
}

// expand evaluates the for_each of a block, and makes its instances.
func (ev *evaluation) expand(n *node) cty.Value {
	s := &scope{evaluation: ev, node: n, refs: &n.refs}
	items, ok := s.forEach(argument{name: "for_each", expr: n.forEach, rng: n.forEach.Range(), required: true})
	if !ok {
		return cty.DynamicVal
	}
	for _, item := range items {
		i := ev.newNode(n.frame, n.block, n.address.instance(item.key))
		i.group, i.each = n, &item
		n.instances = append(n.instances, i)
	}
	return cty.EmptyObjectVal
}

// forEach evaluates the argument for_each to its items, in the order of their keys.
func (s *scope) forEach(a argument) ([]each, bool) {
	v, ok := s.value(a.expr)
	if !ok {
		return nil, false
	}
	if v.HasMark(Sensitive) {
		s.report(problem(a.expr.Range().Ptr(), "Sensitive value not allowed here",
			"The value of for_each is sensitive, and its keys become names, which are shown. Only the values of a map may be sensitive."))
		return nil, false
	}
	v, _ = v.Unmark()
	if s.absent(a, v) {
		return nil, false
	}
	switch ty := v.Type(); {
	case ty.IsObjectType() || ty.IsMapType():
		var items []each
		for key, value := range v.Elements() {
			items = append(items, each{key.AsString(), value})
		}
		return items, true
	case ty.IsSetType() && (ty.ElementType() == cty.String || v.LengthInt() == 0):
		return s.setItems(a, v)
	case ty.IsSetType():
		s.invalid(a, "for_each takes a set of text, and this is a set of %s.", ty.ElementType().FriendlyName())
	case ty.IsListType() || ty.IsTupleType():
		s.invalid(a, "for_each takes a map or a set of text, and this is a list. toset() makes a set of it.")
	default:
		s.invalid(a, "for_each takes a map or a set of text, not a %s.", ty.FriendlyName())
	}
	return nil, false
}

func (s *scope) setItems(a argument, set cty.Value) ([]each, bool) {
	var items []each
	for _, element := range set.Elements() {
		if element.IsNull() {
			s.invalid(a, "The set of for_each has null in it, which cannot be a key.")
			return nil, false
		}
		items = append(items, each{element.AsString(), element})
	}
	return items, true
}

// choose returns the instances of a block with for_each that a reference names from
// step i on: one, or all of them when no key is spelt out.
func (s *scope) choose(n *node, t hcl.Traversal, i int) (chosen []*node, one, ok bool) {
	s.note(n, t.SourceRange())
	instances, ok := s.instancesOf(n)
	if !ok {
		return nil, false, false
	}
	if i >= len(t) {
		return instances, false, true
	}
	key, at := stepName(t, i)
	if index, is := t[i].(hcl.TraverseIndex); is && index.Key.Type() != cty.String {
		s.report(problem(&at, "Invalid reference", "The keys of %s are text, as in %s[\"KEY\"].", n.address, written(t[:i])))
		return nil, false, false
	}
	if key == "" {
		if _, is := t[i].(hcl.TraverseIndex); !is {
			return instances, false, true // a splat: left to the expression
		}
	}
	var keys []string
	if _, is := t[i].(hcl.TraverseAttr); is && len(instances) > 0 {
		first := instances[0].address
		s.report(problem(&at, "Invalid reference", "%s has for_each, so one of its instances must be named, as in %s[%q].%s.", written(t[:i]), written(t[:i]), first.Key, key))
		return nil, false, false
	}
	for _, instance := range instances {
		if instance.address.Key == key {
			return []*node{instance}, true, true
		}
		keys = append(keys, instance.address.Key)
	}
	s.report(problem(&at, "Unknown instance", "%s", noInstance(t[:i], key, keys)))
	return nil, false, false
}

// noInstance explains that a block with for_each has no instance of a key.
func noInstance(so hcl.Traversal, key string, keys []string) string {
	if len(keys) == 0 {
		return fmt.Sprintf("%s has no instances: the value of its for_each is empty.", written(so))
	}
	const most = 10
	list := make([]string, 0, most)
	for _, k := range keys[:min(most, len(keys))] {
		list = append(list, fmt.Sprintf("%q", k))
	}
	if len(keys) > most {
		list = append(list, "and others")
	}
	return fmt.Sprintf("%s has no instance %q; there is %s.%s", written(so), key, strings.Join(list, ", "), suggestion(key, keys))
}

// inherit adds to the references of a block's objects what its for_each and the
// modules that it is in refer to.
func (ev *evaluation) inherit(n *node, refs ...*[]Reference) {
	var more []Reference
	if n.group != nil {
		more = append(more, n.group.refs...)
	}
	for call := n.frame.call; call != nil; call = call.frame.call {
		more = append(more, call.refs...)
		if call.group != nil {
			more = append(more, call.group.refs...)
		}
		if len(call.edges) > 0 {
			n.edges = append(n.edges, edge{to: call, at: n.declRange, inside: true})
		}
	}
	if len(more) == 0 {
		return
	}
	for _, list := range refs {
		*list = settle(append(*list, more...))
	}
}

// allReferences returns the references of an app and of its own data.
func (a *App) allReferences() []*[]Reference {
	all := []*[]Reference{&a.References}
	for _, d := range []*Data{a.Config, a.Secret} {
		if d != nil {
			all = append(all, &d.References)
		}
	}
	return all
}
