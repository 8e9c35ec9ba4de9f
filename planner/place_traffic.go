package planner

import (
	"fmt"
	"slices"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"stowage/dsl"
)

// What ingress-nginx knows the Ingress of a canary by, and the percentage of the
// requests that it gets.
const (
	nginxCanary = "nginx.ingress.kubernetes.io/canary"
	nginxWeight = "nginx.ingress.kubernetes.io/canary-weight"
	// ingressClass is how the class was written before there was a field for it.
	ingressClass = "kubernetes.io/ingress.class"
)

// divideTraffic adds what gives the canary of an app, if it has one, its share of the
// requests. The share grows when the canary is ready for it, and it shrinks before
// another version takes the canary's place.
func divideTraffic(placed []Object, t *template, live *sides) []Object {
	canary := slices.IndexFunc(placed, func(o Object) bool {
		return isDeployment(o.ID) && appOf(o) == t.app && labelOf(o.Manifest, LabelTrack) == TrackCanary
	})
	service := slices.IndexFunc(placed, func(o Object) bool { return o.Role == RoleService && appOf(o) == t.app })
	if canary < 0 || service < 0 {
		return placed
	}
	weight := weightOn(placed[canary].Manifest)
	name := placed[service].ID.Name
	routes := []int{}
	for i, o := range slices.Clone(placed) {
		switch {
		case !slices.Contains(backendsOf(o.Manifest), name):
		case t.rollout.Traffic == dsl.GatewayAPI && isHTTPRoute(o.ID):
			placed[i].Manifest = weighed(o.Manifest, name, weight)
			routes = append(routes, i)
		case t.rollout.Traffic == dsl.IngressNginx && isIngress(o.ID):
			if own, ok := canaryIngress(o, t.app, name, weight); ok {
				placed = append(placed, own)
				routes = append(routes, len(placed)-1)
			}
		}
	}
	for _, i := range routes {
		if live.canary != nil && weight < weightOn(live.canary) {
			placed[canary].After = append(placed[canary].After, Need{placed[i].ID, Applied})
		} else {
			placed[i].After = append(placed[i].After, Need{placed[canary].ID, Ready})
		}
		placed[i].Impact = fmt.Sprintf("%d%% of the requests go to the canary", weight)
	}
	return append(placed, canaryService(placed[service], t.app))
}

// canaryService returns the Service in front of a canary, with the ports of that of
// the app inside the cluster.
func canaryService(of Object, app string) Object {
	o := of
	o.After, o.Move = nil, nil
	ports := []any{}
	for _, p := range maplist(spec(of.Manifest)["ports"]) {
		port := overlaid(p, nil)
		delete(port, "nodePort")
		ports = append(ports, port)
	}
	labels := tracked(of.Manifest.GetLabels(), app)
	o.Manifest = bare(of.Manifest, canaryName(of.ID.Name), labels, nil, map[string]any{
		"type":     "ClusterIP",
		"ports":    ports,
		"selector": map[string]any{LabelApp: app, labelInstance: labels[labelInstance], LabelTrack: TrackCanary},
	})
	o.ID = IDOf(o.Manifest)
	return o
}

// canaryIngress returns the Ingress by which ingress-nginx gives the canary of an app
// its share of what another Ingress lets in. It is not ok when no path of that leads to
// the app.
func canaryIngress(of Object, app, service string, weight int32) (o Object, ok bool) {
	rules := []any{}
	for _, rule := range maplist(spec(of.Manifest)["rules"]) {
		paths := []any{}
		for _, path := range pathsOf(rule) {
			if name, _, _ := unstructured.NestedString(path, "backend", "service", "name"); name != service {
				continue
			}
			own := (&unstructured.Unstructured{Object: path}).DeepCopy()
			setText(own, canaryName(service), "backend", "service", "name")
			paths = append(paths, own.Object)
		}
		if len(paths) > 0 {
			rules = append(rules, overlaid(rule, map[string]any{"http": map[string]any{"paths": paths}}))
		}
	}
	fields := map[string]any{"rules": rules}
	if class, there := spec(of.Manifest)["ingressClassName"]; there {
		fields["ingressClassName"] = class
	}
	name := of.ID.Name
	if name != app {
		name += "-" + app
	}
	marks := map[string]string{nginxCanary: "true", nginxWeight: fmt.Sprint(weight)}
	if class := of.Manifest.GetAnnotations()[ingressClass]; class != "" {
		marks[ingressClass] = class
	}
	o = Object{Address: of.Address, Origin: of.Origin, Role: RoleRoute}
	o.Manifest = bare(of.Manifest, canaryName(name), tracked(of.Manifest.GetLabels(), app), marks, fields)
	o.ID = IDOf(o.Manifest)
	return o, len(rules) > 0
}

// weighed returns an HTTPRoute in which the requests for a Service are divided between
// it and the one of its canary; all go to the former with a weight of 0.
func weighed(route *unstructured.Unstructured, service string, weight int32) *unstructured.Unstructured {
	rules := []any{}
	for _, rule := range maplist(spec(route)["rules"]) {
		backends := []any{}
		for _, backend := range maplist(rule["backendRefs"]) {
			switch {
			case backend["name"] == canaryName(service):
			case backend["name"] == service && weight > 0:
				backends = append(backends,
					overlaid(backend, map[string]any{"weight": int64(whole - weight)}),
					overlaid(backend, map[string]any{"weight": int64(weight), "name": canaryName(service)}))
			case backend["name"] == service:
				backends = append(backends, overlaid(backend, map[string]any{"weight": int64(1)}))
			default:
				backends = append(backends, backend)
			}
		}
		rules = append(rules, overlaid(rule, map[string]any{"backendRefs": backends}))
	}
	return &unstructured.Unstructured{Object: overlaid(route.Object, map[string]any{
		"spec": overlaid(spec(route), map[string]any{"rules": rules}),
	})}
}

// routedWeight returns the percentage of the requests that a live Ingress or HTTPRoute gives
// to the canary of a Service.
func routedWeight(route *unstructured.Unstructured, service string) int32 {
	if isIngress(IDOf(route)) {
		return percentIn(route.GetAnnotations()[nginxWeight])
	}
	for _, rule := range maplist(spec(route)["rules"]) {
		for _, backend := range maplist(rule["backendRefs"]) {
			if weight, ok := integer(backend["weight"]); ok && backend["name"] == canaryName(service) {
				return int32(weight)
			}
		}
	}
	return 0
}

// bare returns an object of the kind and namespace of another one.
func bare(like *unstructured.Unstructured, name string, labels, annotations map[string]string, fields map[string]any) *unstructured.Unstructured {
	u := &unstructured.Unstructured{Object: map[string]any{"spec": fields}}
	u.SetGroupVersionKind(like.GroupVersionKind())
	u.SetNamespace(like.GetNamespace())
	u.SetName(name)
	u.SetLabels(labels)
	if len(annotations) > 0 {
		u.SetAnnotations(annotations)
	}
	return u
}

// tracked returns labels with those of what belongs to the canary of an app.
func tracked(labels map[string]string, app string) map[string]string {
	labels[LabelApp], labels[LabelTrack] = app, TrackCanary
	return labels
}

// spec returns the spec of an object, which is not to be modified.
func spec(u *unstructured.Unstructured) map[string]any {
	fields, _ := u.Object["spec"].(map[string]any)
	return fields
}
