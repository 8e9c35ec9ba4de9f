package planner

import (
	gatewayv1 "sigs.k8s.io/gateway-api/apis/v1"
	gatewayv1ac "sigs.k8s.io/gateway-api/applyconfiguration/apis/v1"

	"stowage/dsl"
)

// httpRoute sends what the definition of the kind would fill in: its lists are owned
// as a whole, and could not be compared with ours otherwise.
func (r *renderer) httpRoute(i *dsl.Ingress) *gatewayv1ac.HTTPRouteApplyConfiguration {
	spec := gatewayv1ac.HTTPRouteSpec()
	for _, g := range i.Gateways {
		spec.WithParentRefs(parentReference(g))
	}
	for _, h := range i.Hosts { // there is one
		if h.Name != "" {
			spec.WithHostnames(gatewayv1.Hostname(h.Name))
		}
		for _, p := range h.Paths {
			spec.WithRules(routeRule(p))
		}
	}
	return gatewayv1ac.HTTPRoute(i.Name, r.release.Namespace).
		WithLabels(r.labels(i.Labels)).
		WithAnnotations(i.Annotations).
		WithAnnotations(annotations(i.Lifecycle)).
		WithSpec(spec)
}

func parentReference(g dsl.Gateway) *gatewayv1ac.ParentReferenceApplyConfiguration {
	ref := gatewayv1ac.ParentReference().
		WithGroup(gatewayv1.GroupName).
		WithKind("Gateway").
		WithName(gatewayv1.ObjectName(g.Name))
	ref.Namespace = given(gatewayv1.Namespace(g.Namespace))
	ref.SectionName = given(gatewayv1.SectionName(g.Section))
	ref.Port = given(g.Port)
	return ref
}

func routeRule(p dsl.IngressPath) *gatewayv1ac.HTTPRouteRuleApplyConfiguration {
	match := gatewayv1.PathMatchPathPrefix
	if p.Type == dsl.Exact {
		match = gatewayv1.PathMatchExact
	}
	backend := gatewayv1ac.HTTPBackendRef().
		WithGroup("").
		WithKind("Service").
		WithName(gatewayv1.ObjectName(p.Backend.Service)).
		WithPort(p.Backend.Port).
		WithWeight(1)
	return gatewayv1ac.HTTPRouteRule().
		WithMatches(gatewayv1ac.HTTPRouteMatch().
			WithPath(gatewayv1ac.HTTPPathMatch().WithType(match).WithValue(p.Path))).
		WithBackendRefs(backend)
}
