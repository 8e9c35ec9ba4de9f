package dsl

import (
	"slices"

	"github.com/hashicorp/hcl/v2"
)

// decodeDependsOn reads the depends_on of an app.
func decodeDependsOn(s *scope, to *appBlock, a argument) {
	to.dependsOn = append(to.dependsOn, s.dependsOn(a)...)
}

// dependsOn reads references, which order and have no value.
func (s *scope) dependsOn(a argument) []Reference {
	const form = "depends_on is a list of apps, configs, secrets and resources, as in [app.mysql, secret.tls, resource.NetworkPolicy.db]."
	exprs, diags := hcl.ExprList(a.expr)
	if diags.HasErrors() {
		s.invalid(a, form)
	}
	var refs []Reference
	for _, expr := range exprs {
		t, diags := hcl.AbsTraversalForExpr(expr)
		if diags.HasErrors() || !slices.Contains([]string{"app", "config", "secret", "resource"}, t.RootName()) || len(t) != 1+labels(t.RootName()) {
			s.report(problem(expr.Range().Ptr(), "Invalid reference", form))
			continue
		}
		n, ok := s.find(t)
		if !ok {
			continue
		}
		if n == s.node {
			s.report(problem(expr.Range().Ptr(), "Invalid reference", "%s cannot depend on itself.", n.address))
			continue
		}
		s.node.edges = append(s.node.edges, edge{to: n, at: expr.Range()})
		refs = append(refs, Reference{To: n.address, Range: expr.Range()})
	}
	return refs
}
