package planner

import (
	"fmt"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// demand is something that must be there for an object to work.
type demand struct {
	user  Object
	kind  schema.GroupVersionKind
	to    ObjectID
	part  string // a key of a ConfigMap or Secret, a port of a Service; empty: the object as a whole
	place place
	// before says that the object is taken over, and refers to that already.
	before bool
}

// The kinds that objects refer to and that may be somebody else's.
var (
	volumeKind        = schema.GroupVersionKind{Version: "v1", Kind: "PersistentVolume"}
	storageClassKind  = schema.GroupVersionKind{Group: "storage.k8s.io", Version: "v1", Kind: "StorageClass"}
	ingressClassKind  = schema.GroupVersionKind{Group: "networking.k8s.io", Version: "v1", Kind: "IngressClass"}
	priorityClassKind = schema.GroupVersionKind{Group: "scheduling.k8s.io", Version: "v1", Kind: "PriorityClass"}
	runtimeClassKind  = schema.GroupVersionKind{Group: "node.k8s.io", Version: "v1", Kind: "RuntimeClass"}
)

// asBefore marks those demands that a live object made as well.
func asBefore(demands []demand, live *unstructured.Unstructured) []demand {
	before := demandsOf(Object{ID: IDOf(live), Manifest: live})
	for i, d := range demands {
		demands[i].before = slices.ContainsFunc(before, func(b demand) bool { return b.to == d.to && b.part == d.part })
	}
	return demands
}

// demandsOf returns all that an object refers to, what it can do without left out.
func demandsOf(o Object) []demand {
	d := demands{user: o}
	for use, at := range usesOf(o.Manifest) {
		if !use.optional {
			kind := schema.GroupVersionKind{Version: "v1", Kind: use.to.Kind}
			d.all = append(d.all, demand{user: o, kind: kind, to: use.to, part: use.key, place: at})
		}
	}
	d.classes()
	switch {
	case o.ID.Group == "" && o.ID.Kind == claimKind.Kind:
		d.storageClass(o.Manifest.Object, place{field: "spec"})
	case o.ID.Group == "apps" && o.ID.Kind == "StatefulSet":
		for _, t := range claimTemplates(o.Manifest) {
			name, _, _ := unstructured.NestedString(t, "metadata", "name")
			d.storageClass(t, place{"spec.volumeClaimTemplates[" + name + "].spec", "mount." + d.mountPath(name)})
		}
	case o.ID.Group == "" && o.ID.Kind == "ServiceAccount":
		for _, s := range maplist(o.Manifest.Object["imagePullSecrets"]) {
			d.name(schema.GroupVersionKind{Version: "v1", Kind: "Secret"}, s["name"], place{"imagePullSecrets", "service_account"})
		}
	case isAutoscaler(o.ID):
		version, _, _ := unstructured.NestedString(o.Manifest.Object, "spec", "scaleTargetRef", "apiVersion")
		to := scaledBy(o.Manifest)
		kind := schema.FromAPIVersionAndKind(version, to.Kind)
		d.all = append(d.all, demand{user: o, kind: kind, to: to, place: place{"spec.scaleTargetRef", "autoscale"}})
	case isIngress(o.ID):
		d.ingress()
	}
	return d.all
}

// demands collects what one object refers to.
type demands struct {
	user Object
	all  []demand
}

// name adds a demand for the object of a name, if there is one.
func (d *demands) name(kind schema.GroupVersionKind, name any, at place, parts ...string) {
	text, _ := name.(string)
	if text == "" {
		return
	}
	to := ObjectID{Group: kind.Group, Kind: kind.Kind, Name: text}
	if !clusterScoped[kind] {
		to.Namespace = d.user.ID.Namespace
	}
	for _, part := range append([]string{""}, parts...) {
		d.all = append(d.all, demand{user: d.user, kind: kind, to: to, part: part, place: at})
	}
}

// clusterScoped are the kinds among those referred to that have no namespace.
var clusterScoped = map[schema.GroupVersionKind]bool{
	volumeKind: true, storageClassKind: true, ingressClassKind: true, priorityClassKind: true, runtimeClassKind: true,
}

// classes adds what the pods of an object name beside their data.
func (d *demands) classes() {
	spec, at := podSpecAt(d.user.Manifest)
	d.name(priorityClassKind, spec["priorityClassName"], place{at + ".priorityClassName", "priority_class"})
	d.name(runtimeClassKind, spec["runtimeClassName"], place{at + ".runtimeClassName", "runtime_class"})
	for _, v := range maplist(spec["volumes"]) {
		ephemeral, _ := v["ephemeral"].(map[string]any)
		if template, ok := ephemeral["volumeClaimTemplate"].(map[string]any); ok {
			d.storageClass(template, place{field: at + "." + element("volumes", v) + ".ephemeral.volumeClaimTemplate.spec"})
		}
	}
}

// storageClass adds the class of a claim or claim template. One that names its
// volume needs none.
func (d *demands) storageClass(claim map[string]any, at place) {
	spec, _ := claim["spec"].(map[string]any)
	if volume, _ := spec["volumeName"].(string); volume == "" {
		at.field += ".storageClassName"
		d.name(storageClassKind, spec["storageClassName"], at)
	}
}

// mountPath returns the first path that a volume is mounted at, or nothing.
func (d *demands) mountPath(volume string) string {
	spec, _ := podSpecAt(d.user.Manifest)
	for _, c := range maplist(spec["containers"]) {
		for _, m := range maplist(c["volumeMounts"]) {
			if path, _ := m["mountPath"].(string); m["name"] == volume {
				return path
			}
		}
	}
	return ""
}

// orAny returns what a rule is for; without a host or a path it is for all.
func orAny(v any) any {
	if v == nil {
		return "*"
	}
	return v
}

// ingress adds the class, the Services with their ports and the certificates of an
// Ingress.
func (d *demands) ingress() {
	spec, _ := d.user.Manifest.Object["spec"].(map[string]any)
	d.name(ingressClassKind, spec["ingressClassName"], place{"spec.ingressClassName", "class"})
	d.backend(spec["defaultBackend"], "spec.defaultBackend")
	for _, rule := range maplist(spec["rules"]) {
		for _, path := range pathsOf(rule) {
			d.backend(path["backend"], fmt.Sprintf("spec.rules[%v].http.paths[%v].backend", orAny(rule["host"]), orAny(path["path"])))
		}
	}
	if makesCertificates(d.user.Manifest) {
		return
	}
	for _, tls := range maplist(spec["tls"]) {
		d.name(schema.GroupVersionKind{Version: "v1", Kind: "Secret"}, tls["secretName"], place{"spec.tls", "tls"})
	}
}

// makesCertificates reports whether the annotations of an Ingress ask somebody to
// make its certificates.
func makesCertificates(ingress *unstructured.Unstructured) bool {
	for name := range ingress.GetAnnotations() {
		if strings.HasPrefix(name, "cert-manager.io/") || name == "kubernetes.io/tls-acme" {
			return true
		}
	}
	return false
}

func (d *demands) backend(backend any, at string) {
	m, _ := backend.(map[string]any)
	service, _ := m["service"].(map[string]any)
	port, _ := service["port"].(map[string]any)
	var parts []string
	for _, field := range []string{"name", "number"} {
		if v, ok := port[field]; ok {
			parts = append(parts, fmt.Sprint(v))
		}
	}
	d.name(serviceKind, service["name"], place{at + ".service", ""}, parts...)
}

// partsOf returns the keys of a ConfigMap or Secret, or the ports of a Service by
// name and by number. All is set when the object has every part that anybody asks for.
func partsOf(u *unstructured.Unstructured) (parts []string, all bool) {
	switch u.GetKind() {
	case "ConfigMap", "Secret":
		for _, field := range []string{"data", "binaryData", "stringData"} {
			values, _ := u.Object[field].(map[string]any)
			for key := range values {
				parts = append(parts, key)
			}
		}
	case "Service":
		ports, _, _ := unstructured.NestedFieldNoCopy(u.Object, "spec", "ports")
		for _, p := range maplist(ports) {
			if name, _ := p["name"].(string); name != "" {
				parts = append(parts, name)
			}
			parts = append(parts, fmt.Sprint(p["port"]))
		}
		return parts, len(parts) == 0 // an ExternalName has none, and any
	}
	return parts, false
}
