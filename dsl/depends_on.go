package dsl

import (
	"slices"

	"github.com/hashicorp/hcl/v2"
)

// orderable are the block types that depends_on can list.
var orderable = []string{"app", "config", "secret", "resource", "module"}

// dependsOnArg is the argument depends_on of a block.
func dependsOnArg[T any](refs func(*T) *[]Reference) arg[T] {
	return arg[T]{
		name: "depends_on", kind: kind[T]{name: "list of references", decode: func(s *scope, to *T, a argument) {
			*refs(to) = append(*refs(to), s.dependsOn(a)...)
		}},
		doc: "Blocks that must be in place first, where no expression refers to them: `[app.mysql]`.",
	}
}

// dependsOn reads references, which order and have no value.
func (s *scope) dependsOn(a argument) []Reference {
	const form = "depends_on is a list of apps, configs, secrets, resources and modules, as in [app.mysql, secret.tls, resource.NetworkPolicy.db, module.db]."
	exprs, diags := hcl.ExprList(a.expr)
	if diags.HasErrors() {
		s.invalid(a, form)
	}
	var refs []Reference
	for _, expr := range exprs {
		t, diags := hcl.AbsTraversalForExpr(expr)
		if diags.HasErrors() || !slices.Contains(orderable, t.RootName()) {
			s.report(problem(expr.Range().Ptr(), "Invalid reference", form))
			continue
		}
		n, ok := s.find(t)
		if !ok {
			continue
		}
		end := 1 + labels(t.RootName())
		targets := []*node{n}
		if n.isGroup() {
			if targets, _, ok = s.choose(n, t, end); !ok {
				continue
			}
			end++
		}
		if len(t) > end {
			s.report(problem(expr.Range().Ptr(), "Invalid reference", form))
			continue
		}
		for _, target := range targets {
			refs = append(refs, s.after(target, expr.Range())...)
		}
	}
	return refs
}

// after orders the scope's block after another, or after all that is in a module.
func (s *scope) after(n *node, at hcl.Range) []Reference {
	if n == s.node {
		s.report(problem(&at, "Invalid reference", "%s cannot depend on itself.", n.address))
		return nil
	}
	s.note(n, at)
	if n.address.Type != "module" {
		return []Reference{{To: n.address, Range: at}}
	}
	s.visit(n)
	if n.child == nil {
		return nil
	}
	var refs []Reference
	for _, inner := range n.child.order {
		if !slices.Contains(orderable, inner.address.Type) {
			continue
		}
		instances, _ := s.instancesOf(inner)
		for _, i := range instances {
			refs = append(refs, s.after(i, at)...)
		}
	}
	return refs
}
