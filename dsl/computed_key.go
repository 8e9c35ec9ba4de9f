package dsl

import (
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// keyRoots are what the key in app.x[KEY] may be computed from to count as known
// before the expression is evaluated.
var keyRoots = []string{"each", "local", "var"}

// withKeys adds to the references of an expression the keys that it computes, as in
// app.db[each.key]: then it refers to one instance, and not to all of them. Where
// there is no such instance nothing is referred to: the expression may ask for it
// with try(), or in the branch of a condition that is not taken.
func (s *scope) withKeys(expr hcl.Expression, traversals []hcl.Traversal) (some, none []hcl.Traversal) {
	native, ok := expr.(hclsyntax.Expression)
	if !ok || !slices.ContainsFunc(traversals, isWhole) || !slices.ContainsFunc(traversals, isKeyRoot) {
		return traversals, nil
	}
	keys := map[hcl.Range]hclsyntax.Expression{}
	shadowed := false
	_ = hclsyntax.VisitAll(native, func(n hclsyntax.Node) hcl.Diagnostics {
		switch n := n.(type) {
		case *hclsyntax.IndexExpr:
			if of, is := n.Collection.(*hclsyntax.ScopeTraversalExpr); is {
				keys[of.SrcRange] = n.Key
			}
		case *hclsyntax.ForExpr:
			shadowed = shadowed || slices.Contains(keyRoots, n.KeyVar) || slices.Contains(keyRoots, n.ValVar)
		}
		return nil
	})
	if shadowed {
		return traversals, nil
	}
	for _, t := range traversals {
		var key []hcl.Traverser
		if at := keys[t.SourceRange()]; at != nil && isWhole(t) {
			key = s.computedKey(at)
		}
		if len(key) > 0 && !s.mayHave(t, key) {
			none = append(none, t)
			continue
		}
		some = append(some, append(slices.Clip(t), key...))
	}
	return some, none
}

// mayHave reports whether a block has an instance of a key. It may when that is not
// known, which is told with the reference.
func (s *scope) mayHave(t hcl.Traversal, key []hcl.Traverser) bool {
	n := s.frame().lookup(blockTypes[t.RootName()], strings.Join(steps(t[1:]), "."))
	if n == nil || !n.isGroup() {
		return true
	}
	s.note(n, t.SourceRange())
	instances, ok := s.instancesOf(n)
	name, _ := stepName(key, 0)
	return !ok || slices.ContainsFunc(instances, func(i *node) bool { return i.address.Key == name })
}

// steps returns the names that the steps of a reference spell out.
func steps(t hcl.Traversal) []string {
	var names []string
	for i := range t {
		name, _ := stepName(t, i)
		names = append(names, name)
	}
	return names
}

// isWhole reports whether a reference names a block, and nothing of it.
func isWhole(t hcl.Traversal) bool {
	return slices.Contains(orderable, t.RootName()) && len(t) == 1+labels(t.RootName())
}

func isKeyRoot(t hcl.Traversal) bool { return slices.Contains(keyRoots, t.RootName()) }

// computedKey returns the step of a reference that a key stands for, or none when
// that cannot be told. What is wrong with the key is told with the expression.
func (s *scope) computedKey(key hclsyntax.Expression) []hcl.Traverser {
	if !slices.ContainsFunc(key.Variables(), isKeyRoot) {
		return nil
	}
	for _, t := range key.Variables() {
		if !isKeyRoot(t) {
			return nil
		}
	}
	ctx, ok := s.context(key)
	if !ok {
		return nil
	}
	v, diags := key.Value(ctx)
	if diags.HasErrors() || !v.IsWhollyKnown() || v.IsNull() || v.Type() != cty.String || isSensitive(v) {
		return nil
	}
	v, _ = v.Unmark()
	return []hcl.Traverser{hcl.TraverseIndex{Key: v, SrcRange: key.Range()}}
}
