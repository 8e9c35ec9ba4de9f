package dsl

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// blockTypes are the block types that expressions refer to by name, by the
// word they do it with.
var blockTypes = map[string]string{
	"var":    "variable",
	"local":  "local",
	"config": "config",
	"secret": "secret",
	"app":    "app",
	"module": "module",

	"resource": "resource",
}

// roots are all words that a reference may start with.
var roots = []string{"app", "config", "each", "local", "module", "path", "release", "resource", "secret", "var"}

// resolve finds the value a reference starts from (var.x, app.x, release) and
// checks the rest of the reference against it as far as it is spelt out. It returns
// the steps that lead to the value, or nil after an error.
func (s *scope) resolve(t hcl.Traversal) (cty.Value, []string) {
	switch root := t.RootName(); root {
	case "path":
		return s.plainly(s.frame().pathValue(), t)
	case "each":
		here := s.here()
		if here == nil || here.each == nil {
			s.report(problem(t.SourceRange().Ptr(), "Invalid reference", "%s is only known in a block with for_each.", written(t)))
			return cty.DynamicVal, nil
		}
		// What each.value does not have may be asked for with try() or can().
		return s.plainly(here.each.object(), t[:min(len(t), 2)])
	case "release":
		if s.releaseNode == nil {
			return cty.DynamicVal, nil
		}
		return s.plainly(s.follow(s.releaseNode, t.SourceRange()), t)
	default:
		if blockTypes[root] == "" {
			s.report(unknownRoot(t))
			return cty.DynamicVal, nil
		}
		return s.resolveNamed(t)
	}
}

// plainly resolves a reference whose root is a value.
func (s *scope) plainly(v cty.Value, t hcl.Traversal) (cty.Value, []string) {
	if !s.checkSteps(v, t, 1) {
		return v, nil
	}
	return v, []string{t.RootName()}
}

// resolveNamed resolves references to blocks with a label.
func (s *scope) resolveNamed(t hcl.Traversal) (cty.Value, []string) {
	n, ok := s.find(t)
	if !ok {
		return cty.DynamicVal, nil
	}
	const longest = 4 // a root, two labels and a key
	path := make([]string, 1, longest)
	path[0] = t.RootName()
	if kind, label, is := n.address.resource(); is {
		path = append(path, kind, label)
	} else {
		path = append(path, n.address.Name)
	}
	if !n.isGroup() {
		return s.resolveIn(n, t, path)
	}
	chosen, one, ok := s.choose(n, t, len(path))
	if !ok {
		return cty.DynamicVal, nil
	}
	if one {
		return s.resolveIn(chosen[0], t, append(path, chosen[0].address.Key))
	}
	all := make(map[string]cty.Value, len(chosen))
	for _, instance := range chosen {
		v, known := s.resolveIn(instance, t[:len(path)], path)
		if known == nil {
			return cty.DynamicVal, nil
		}
		all[instance.address.Key] = v
	}
	return cty.ObjectVal(all), path
}

// resolveIn resolves a reference to one block, which the steps of the path name.
func (s *scope) resolveIn(n *node, t hcl.Traversal, path []string) (cty.Value, []string) {
	if n.address.Type == "module" {
		v, one, ok := s.outputOf(n, t, len(path))
		switch {
		case !ok:
			return v, nil
		case one:
			name, _ := stepName(t, len(path))
			path = append(path, name)
		}
		return v, path
	}
	v := s.follow(n, t.SourceRange())
	ok := v.IsKnown()
	if n.address.Type != "variable" && n.address.Type != "local" {
		// What is missing in the value of a variable or local may be asked
		// for with try() or can(); what a block does not have never is there.
		ok = s.checkSteps(v, t, len(path)) && ok
	}
	if !ok {
		return v, nil
	}
	return v, path
}

// find returns the block that the first steps of a reference name.
func (s *scope) find(t hcl.Traversal) (*node, bool) {
	root := t.RootName()
	blockType := blockTypes[root]
	if blockType == "resource" {
		return s.findResource(t)
	}
	name, step := stepName(t, 1)
	if name == "" {
		s.report(problem(t.SourceRange().Ptr(), "Invalid reference",
			"%q must be followed by a dot and a name, as in %s.NAME.", root, root))
		return nil, false
	}
	n := s.frame().lookup(blockType, name)
	if n == nil {
		s.report(problem(step.Ptr(), "Unknown reference", "There is no %s %q.%s",
			blockType, name, suggestion(name, s.names(blockType))))
		return nil, false
	}
	return n, true
}

// unknownRoot explains a reference that starts with none of the known words.
func unknownRoot(t hcl.Traversal) *hcl.Diagnostic {
	root := t.RootName()
	if len(t) == 1 {
		return problem(t.SourceRange().Ptr(), "Invalid reference",
			"%s alone is not a reference. Text is written in quotes: \"%s\".", root, root)
	}
	return problem(t.SourceRange().Ptr(), "Invalid reference",
		"There is nothing called %q; references start with %s.%s", root, strings.Join(roots, ", "), suggestion(root, roots))
}

// stepName returns the name that a step of a reference spells out, as .name
// or ["name"], and where; empty when it is anything else.
func stepName(t hcl.Traversal, i int) (string, hcl.Range) {
	if i >= len(t) {
		return "", t.SourceRange()
	}
	switch step := t[i].(type) {
	case hcl.TraverseAttr:
		return step.Name, step.SrcRange
	case hcl.TraverseIndex:
		if step.Key.Type() == cty.String && step.Key.IsKnown() && !step.Key.IsNull() {
			return step.Key.AsString(), step.SrcRange
		}
	}
	return "", t[i].SourceRange()
}

// note adds the edge to a node that the scope's block refers to.
func (s *scope) note(n *node, at hcl.Range) {
	// A block may refer to its own head once that is evaluated: an app knows
	// its own host. In the middle of its evaluation it is a loop.
	if s.node != nil && (n != s.node || n.state == visiting) {
		s.node.edges = append(s.node.edges, edge{to: n, at: at})
	}
}

// follow visits a node that the scope's block refers to and notes the edge.
func (s *scope) follow(n *node, at hcl.Range) cty.Value {
	s.note(n, at)
	v := s.visit(n)
	if s.refs == nil || n == s.node {
		return v
	}
	switch n.address.Type {
	case "local", "variable", "output":
		for _, r := range n.refs {
			*s.refs = append(*s.refs, Reference{To: r.To, Range: at})
		}
	case "app", "config", "secret", "resource":
		*s.refs = append(*s.refs, Reference{To: n.address, Range: at})
	}
	return v
}

// checkSteps checks the steps of a reference from i on against the attributes
// that the value has.
func (s *scope) checkSteps(v cty.Value, t hcl.Traversal, i int) bool {
	for ; i < len(t); i++ {
		v, _ = v.Unmark()
		name, at := stepName(t, i)
		if name == "" || !v.IsKnown() || !v.Type().IsObjectType() {
			return v.IsKnown() // left to the expression
		}
		if !v.Type().HasAttribute(name) {
			s.report(problem(&at, "Unknown attribute", "%s", s.missing(t[:i+1], name, v)))
			return false
		}
		v = v.GetAttr(name)
	}
	return true
}

// missing explains that what the steps so far lead to has nothing of a name.
func (s *scope) missing(t hcl.Traversal, name string, v cty.Value) string {
	so := t[:len(t)-1]
	if _, index := t[len(so)].(hcl.TraverseIndex); index && isWhole(so) {
		return fmt.Sprintf("%s has no for_each, and so no instance %q.", written(so), name)
	}
	if so.RootName() == "app" && !v.Type().HasAttribute("host") && v.Type().HasAttribute("image") && slices.Contains([]string{"host", "fqdn", "port", "service"}, name) {
		return fmt.Sprintf("%s has no port block, and so no Service that could be referred to.", written(so))
	}
	names := attributeNames(v.Type())
	if len(names) == 0 {
		return fmt.Sprintf("%s has nothing in it, and so no %q.", written(so), name)
	}
	return fmt.Sprintf("%s has no %q; there is %s.%s", written(so), name, strings.Join(names, ", "), suggestion(name, names))
}

// written shows a reference as it stands in the source.
func written(t hcl.Traversal) string {
	text := t.RootName()
	for i := 1; i < len(t); i++ {
		name, _ := stepName(t, i)
		if _, index := t[i].(hcl.TraverseIndex); index {
			text += "[" + strconv.Quote(name) + "]"
		} else {
			text += "." + name
		}
	}
	return text
}

func attributeNames(ty cty.Type) []string {
	var names []string
	for name := range ty.AttributeTypes() {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// settle orders references by position and keeps the first to each block.
func settle(refs []Reference) []Reference {
	slices.SortStableFunc(refs, func(a, b Reference) int { return compareRanges(a.Range, b.Range) })
	seen := map[Address]bool{}
	return slices.DeleteFunc(refs, func(r Reference) bool {
		again := seen[r.To]
		seen[r.To] = true
		return again
	})
}
