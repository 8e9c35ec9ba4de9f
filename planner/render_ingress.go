package planner

import (
	networkingv1 "k8s.io/api/networking/v1"
	networkingv1ac "k8s.io/client-go/applyconfigurations/networking/v1"

	"stowage/dsl"
)

// ingress makes what leads requests from outside to apps: an Ingress, or an
// HTTPRoute where gateways take the requests.
func (r *renderer) ingress(i *dsl.Ingress) {
	defer r.overriding(i.Overrides, i.Name)()
	o := Object{
		Address: i.Address.String(), Origin: OriginOf(i.DeclRange), Role: RoleRoute, References: i.References,
	}
	if len(i.Gateways) > 0 {
		r.add(o, r.httpRoute(i))
		return
	}
	spec := networkingv1ac.IngressSpec()
	spec.IngressClassName = given(i.Class)
	if i.Default != nil {
		spec.WithDefaultBackend(ingressBackend(*i.Default))
	}
	for _, h := range i.Hosts {
		spec.WithRules(ingressRule(h))
	}
	for _, t := range i.TLS {
		spec.WithTLS(ingressTLS(i, t))
	}
	r.add(o, networkingv1ac.Ingress(i.Name, r.release.Namespace).
		WithLabels(r.labels(i.Labels)).
		WithAnnotations(i.Annotations).
		WithAnnotations(annotations(i.Lifecycle)).
		WithSpec(spec))
}

func ingressRule(h dsl.IngressHost) *networkingv1ac.IngressRuleApplyConfiguration {
	http := networkingv1ac.HTTPIngressRuleValue()
	for _, p := range h.Paths {
		http.WithPaths(networkingv1ac.HTTPIngressPath().
			WithPath(p.Path).
			WithPathType(networkingv1.PathType(p.Type)).
			WithBackend(ingressBackend(p.Backend)))
	}
	rule := networkingv1ac.IngressRule().WithHTTP(http)
	rule.Host = given(h.Name)
	return rule
}

func ingressBackend(b dsl.Backend) *networkingv1ac.IngressBackendApplyConfiguration {
	port := networkingv1ac.ServiceBackendPort()
	port.Name, port.Number = given(b.PortName), given(b.Port)
	return networkingv1ac.IngressBackend().
		WithService(networkingv1ac.IngressServiceBackend().WithName(b.Service).WithPort(port))
}

// ingressTLS names the hosts also where they are all: what makes certificates goes
// by them.
func ingressTLS(i *dsl.Ingress, t dsl.IngressTLS) *networkingv1ac.IngressTLSApplyConfiguration {
	hosts := t.Hosts
	if len(hosts) == 0 {
		for _, h := range i.Hosts {
			if h.Name != "" {
				hosts = append(hosts, h.Name)
			}
		}
	}
	tls := networkingv1ac.IngressTLS().WithHosts(hosts...)
	tls.SecretName = given(t.Secret)
	return tls
}
