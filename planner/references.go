package planner

import (
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// reference is one use that a pod makes of another object.
type reference struct {
	to       ObjectID
	key      string // of a ConfigMap or Secret; empty: the object as a whole
	optional bool   // the pod starts without it
}

// place is where an object refers to another one.
type place struct {
	field    string // as in spec.template.spec.volumes[data]
	argument string // that it is written as in its block, such as "autoscale", or "web/env.PASSWORD" for that of a container; empty: not known
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

// usesOf returns the same one by one, with their keys, and the first place of each.
func usesOf(u *unstructured.Unstructured) map[reference]place {
	refs := references{namespace: u.GetNamespace(), found: map[reference]place{}}
	spec, at := podSpecAt(u)
	refs.podSpec(spec, at)
	return refs.found
}

// podSpecOf returns the pod spec inside an object, or nil.
func podSpecOf(u *unstructured.Unstructured) map[string]any {
	spec, _ := podSpecAt(u)
	return spec
}

// podSpecAt returns the same, and the field where it is.
func podSpecAt(u *unstructured.Unstructured) (spec map[string]any, at string) {
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
	spec, _ = v.(map[string]any)
	return spec, strings.Join(fields, ".")
}

type references struct {
	namespace string
	found     map[reference]place
}

// add notes what one field of a pod refers to; keys are those it picks.
func (r references) add(kind string, ref any, field string, at place, keys ...string) {
	m, _ := ref.(map[string]any)
	name, _ := m[field].(string)
	if name == "" {
		return
	}
	optional, _ := m["optional"].(bool)
	use := reference{to: ObjectID{Kind: kind, Namespace: r.namespace, Name: name}, optional: optional}
	for _, use.key = range append([]string{""}, keys...) {
		if _, known := r.found[use]; !known {
			r.found[use] = at
		}
	}
}

func (r references) podSpec(spec map[string]any, at string) {
	mounts := map[string]string{} // the first mount of each volume
	for _, list := range []string{"initContainers", "containers", "ephemeralContainers"} {
		for _, c := range maplist(spec[list]) {
			r.container(c, at+"."+element(list, c))
			for _, m := range maplist(c["volumeMounts"]) {
				name, _ := m["name"].(string)
				path, _ := m["mountPath"].(string)
				if mounts[name] == "" {
					mounts[name] = argumentOf(c, "mount."+path)
				}
			}
		}
	}
	for _, v := range maplist(spec["volumes"]) {
		name, _ := v["name"].(string)
		r.volume(v, place{at + "." + element("volumes", v), mounts[name]})
	}
	for _, s := range maplist(spec["imagePullSecrets"]) {
		r.add("Secret", s, "name", place{at + ".imagePullSecrets", "image_pull_secrets"})
	}
	r.add("ServiceAccount", spec, "serviceAccountName", place{at + ".serviceAccountName", "service_account"})
}

// argumentOf tells arguments of one container from those of others.
func argumentOf(container map[string]any, argument string) string {
	return fmt.Sprintf("%v/%s", container["name"], argument)
}

// element writes an element of a list that goes by its name.
func element(list string, item map[string]any) string {
	return fmt.Sprintf("%s[%v]", list, item["name"])
}

func (r references) container(c map[string]any, at string) {
	for _, from := range maplist(c["envFrom"]) {
		where := place{at + ".envFrom", argumentOf(c, "env_from")}
		r.add("ConfigMap", from["configMapRef"], "name", where)
		r.add("Secret", from["secretRef"], "name", where)
	}
	for _, env := range maplist(c["env"]) {
		from, _ := env["valueFrom"].(map[string]any)
		where := place{at + "." + element("env", env), argumentOf(c, fmt.Sprintf("env.%v", env["name"]))}
		r.add("ConfigMap", from["configMapKeyRef"], "name", where, textsAt(from["configMapKeyRef"], "key")...)
		r.add("Secret", from["secretKeyRef"], "name", where, textsAt(from["secretKeyRef"], "key")...)
	}
}

func (r references) volume(v map[string]any, at place) {
	r.add("ConfigMap", v["configMap"], "name", at, itemKeys(v["configMap"])...)
	r.add("Secret", v["secret"], "secretName", at, itemKeys(v["secret"])...)
	r.add("PersistentVolumeClaim", v["persistentVolumeClaim"], "claimName", at)
	projected, _ := v["projected"].(map[string]any)
	for _, source := range maplist(projected["sources"]) {
		r.add("ConfigMap", source["configMap"], "name", at, itemKeys(source["configMap"])...)
		r.add("Secret", source["secret"], "name", at, itemKeys(source["secret"])...)
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
