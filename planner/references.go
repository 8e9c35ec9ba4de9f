package planner

import (
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// referencesOf returns the ConfigMaps, Secrets and claims that the pods of an
// object use: of a Pod, or of anything that has a pod template.
func referencesOf(u *unstructured.Unstructured) map[ObjectID]bool {
	refs := references{namespace: u.GetNamespace(), found: map[ObjectID]bool{}}
	refs.podSpec(podSpecOf(u))
	return refs.found
}

// podSpecOf returns the pod spec inside an object, or nil.
func podSpecOf(u *unstructured.Unstructured) map[string]any {
	fields := []string{"spec", "template", "spec"}
	switch u.GetKind() {
	case "Pod":
		fields = []string{"spec"}
	case "CronJob":
		fields = []string{"spec", "jobTemplate", "spec", "template", "spec"}
	case "ControllerRevision":
		fields = []string{"data", "spec", "template", "spec"}
	}
	v, _, _ := unstructured.NestedFieldNoCopy(u.Object, fields...)
	spec, _ := v.(map[string]any)
	return spec
}

type references struct {
	namespace string
	found     map[ObjectID]bool
}

func (r references) add(kind string, ref any, field string) {
	m, _ := ref.(map[string]any)
	if name, ok := m[field].(string); ok && name != "" {
		r.found[ObjectID{Kind: kind, Namespace: r.namespace, Name: name}] = true
	}
}

func (r references) podSpec(spec map[string]any) {
	for _, list := range []string{"initContainers", "containers", "ephemeralContainers"} {
		for _, c := range maplist(spec[list]) {
			r.container(c)
		}
	}
	for _, v := range maplist(spec["volumes"]) {
		r.volume(v)
	}
	for _, s := range maplist(spec["imagePullSecrets"]) {
		r.add("Secret", s, "name")
	}
}

func (r references) container(c map[string]any) {
	for _, from := range maplist(c["envFrom"]) {
		r.add("ConfigMap", from["configMapRef"], "name")
		r.add("Secret", from["secretRef"], "name")
	}
	for _, env := range maplist(c["env"]) {
		from, _ := env["valueFrom"].(map[string]any)
		r.add("ConfigMap", from["configMapKeyRef"], "name")
		r.add("Secret", from["secretKeyRef"], "name")
	}
}

func (r references) volume(v map[string]any) {
	r.add("ConfigMap", v["configMap"], "name")
	r.add("Secret", v["secret"], "secretName")
	r.add("PersistentVolumeClaim", v["persistentVolumeClaim"], "claimName")
	projected, _ := v["projected"].(map[string]any)
	for _, source := range maplist(projected["sources"]) {
		r.add("ConfigMap", source["configMap"], "name")
		r.add("Secret", source["secret"], "name")
	}
}

// maplist returns the items of a list that are maps.
func maplist(v any) []map[string]any {
	list, _ := v.([]any)
	items := make([]map[string]any, 0, len(list))
	for _, item := range list {
		if m, ok := item.(map[string]any); ok {
			items = append(items, m)
		}
	}
	return items
}
