package planner

import (
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// reference is one use that a pod makes of another object.
type reference struct {
	to       ObjectID
	key      string // of a ConfigMap or Secret; empty: the object as a whole
	optional bool   // the pod starts without it
}

// referencesOf returns the ConfigMaps, Secrets, claims and service accounts that
// the pods of an object use: of a Pod, or of anything that has a pod template.
func referencesOf(u *unstructured.Unstructured) map[ObjectID]bool {
	found := map[ObjectID]bool{}
	for ref := range usesOf(u) {
		found[ref.to] = true
	}
	return found
}

// usesOf returns the same one by one, with their keys.
func usesOf(u *unstructured.Unstructured) map[reference]bool {
	refs := references{namespace: u.GetNamespace(), found: map[reference]bool{}}
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
	found     map[reference]bool
}

// add notes what one field of a pod refers to; keys are those it picks.
func (r references) add(kind string, ref any, field string, keys ...string) {
	m, _ := ref.(map[string]any)
	name, _ := m[field].(string)
	if name == "" {
		return
	}
	optional, _ := m["optional"].(bool)
	use := reference{to: ObjectID{Kind: kind, Namespace: r.namespace, Name: name}, optional: optional}
	r.found[use] = true
	for _, use.key = range keys {
		r.found[use] = true
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
	r.add("ServiceAccount", spec, "serviceAccountName")
}

func (r references) container(c map[string]any) {
	for _, from := range maplist(c["envFrom"]) {
		r.add("ConfigMap", from["configMapRef"], "name")
		r.add("Secret", from["secretRef"], "name")
	}
	for _, env := range maplist(c["env"]) {
		from, _ := env["valueFrom"].(map[string]any)
		r.add("ConfigMap", from["configMapKeyRef"], "name", textsAt(from["configMapKeyRef"], "key")...)
		r.add("Secret", from["secretKeyRef"], "name", textsAt(from["secretKeyRef"], "key")...)
	}
}

func (r references) volume(v map[string]any) {
	r.add("ConfigMap", v["configMap"], "name", itemKeys(v["configMap"])...)
	r.add("Secret", v["secret"], "secretName", itemKeys(v["secret"])...)
	r.add("PersistentVolumeClaim", v["persistentVolumeClaim"], "claimName")
	projected, _ := v["projected"].(map[string]any)
	for _, source := range maplist(projected["sources"]) {
		r.add("ConfigMap", source["configMap"], "name", itemKeys(source["configMap"])...)
		r.add("Secret", source["secret"], "name", itemKeys(source["secret"])...)
	}
}

// itemKeys returns the keys that a volume picks from a ConfigMap or Secret.
func itemKeys(source any) []string {
	m, _ := source.(map[string]any)
	var keys []string
	for _, item := range maplist(m["items"]) {
		keys = append(keys, textsAt(item, "key")...)
	}
	return keys
}

// textsAt returns the text of a field, if there is one.
func textsAt(v any, field string) []string {
	m, _ := v.(map[string]any)
	if text, ok := m[field].(string); ok && text != "" {
		return []string{text}
	}
	return nil
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
