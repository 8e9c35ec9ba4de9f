package dsl

import (
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// keyRoots are what the key in app.x[KEY] may be computed from to count as known
// before the expression is evaluated.
var keyRoots = []string{"each", "local", "var"}

// withKeys adds to the references of an expression the keys that it computes, as in
// app.db[each.key]: then it refers to one instance, and not to all of them.
func (s *scope) withKeys(expr hcl.Expression, traversals []hcl.Traversal) []hcl.Traversal {
	native, ok := expr.(hclsyntax.Expression)
	if !ok || !slices.ContainsFunc(traversals, isWhole) || !slices.ContainsFunc(traversals, isKeyRoot) {
		return traversals
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
		return traversals
	}
	more := slices.Clone(traversals)
	for i, t := range more {
		if key := keys[t.SourceRange()]; key != nil && isWhole(t) {
			more[i] = append(slices.Clip(t), s.computedKey(key)...)
		}
	}
	return more
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
