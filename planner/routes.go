package planner

import (
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// isIngress reports whether it is the identity of an Ingress.
func isIngress(id ObjectID) bool { return id.Group == "networking.k8s.io" && id.Kind == "Ingress" }

// isHTTPRoute reports whether it is the identity of an HTTPRoute.
func isHTTPRoute(id ObjectID) bool {
	return id.Group == "gateway.networking.k8s.io" && id.Kind == "HTTPRoute"
}

// backendsOf names the Services that an Ingress or HTTPRoute leads to.
func backendsOf(u *unstructured.Unstructured) []string {
	var names []string
	add := func(backend map[string]any, fields ...string) {
		if name, _, _ := unstructured.NestedString(backend, fields...); name != "" {
			names = append(names, name)
		}
	}
	spec, _ := u.Object["spec"].(map[string]any)
	switch id := IDOf(u); {
	case isIngress(id):
		add(spec, "defaultBackend", "service", "name")
		for _, rule := range maplist(spec["rules"]) {
			for _, path := range pathsOf(rule) {
				add(path, "backend", "service", "name")
			}
		}
	case isHTTPRoute(id):
		for _, rule := range maplist(spec["rules"]) {
			for _, backend := range maplist(rule["backendRefs"]) {
				add(backend, "name")
			}
		}
	}
	return unique(names)
}

// pathsOf returns the paths of a rule of an Ingress.
func pathsOf(rule map[string]any) []map[string]any {
	http, _ := rule["http"].(map[string]any)
	return maplist(http["paths"])
}
