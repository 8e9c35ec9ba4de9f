package importer

import (
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"stowage/planner"
)

// rendering is what the configuration became, by the blocks it comes from.
type rendering struct {
	byAddress map[string][]*planner.Object
	// before are the names that ConfigMaps and Secrets with versions had in the documents, by
	// kind and name.
	before map[string]string
}

// renderingOf puts rendered objects in order, with the blocks as they are now.
func (m *maker) renderingOf(objects []planner.Object) rendering {
	r := rendering{map[string][]*planner.Object{}, map[string]string{}}
	for i := range objects {
		o := &objects[i]
		r.byAddress[o.Address] = append(r.byAddress[o.Address], o)
		if o.Version != nil {
			r.before[o.ID.Kind+"/"+o.ID.Name] = o.Version.BaseName
		}
	}
	for _, p := range m.parts {
		if p.kind != "app" {
			continue
		}
		for _, o := range r.byAddress[p.address()] { // an app's own is named after the app
			if own := p.of(o.ID.Kind); o.Version != nil && len(own) == 1 {
				r.before[o.ID.Kind+"/"+o.ID.Name] = own[0].id.Name
			}
		}
	}
	return r
}

// withoutVersions returns a copy of a rendered manifest in which ConfigMaps and Secrets with
// versions have the names that they had.
func (r rendering) withoutVersions(u *unstructured.Unstructured) *unstructured.Unstructured {
	u = u.DeepCopy()
	eachDataReference(u.Object, func(kind, name string) string {
		if before, ok := r.before[kind+"/"+name]; ok {
			return before
		}
		return name
	})
	return u
}

// dataFields are the fields by which pods refer to ConfigMaps and Secrets: the name of the
// object that refers, the field in it with the name, and the kind.
var dataFields = []struct{ in, field, kind string }{
	{"configMapKeyRef", "name", "ConfigMap"}, {"configMapRef", "name", "ConfigMap"}, {"configMap", "name", "ConfigMap"},
	{"secretKeyRef", "name", "Secret"}, {"secretRef", "name", "Secret"}, {"secret", "secretName", "Secret"}, {"secret", "name", "Secret"},
}

// eachDataReference calls f with each ConfigMap and Secret that pods refer to in a manifest,
// and puts in what it returns.
func eachDataReference(v any, f func(kind, name string) string) {
	switch v := v.(type) {
	case map[string]any:
		for _, field := range dataFields {
			if source, ok := v[field.in].(map[string]any); ok {
				if name, ok := source[field.field].(string); ok {
					source[field.field] = f(field.kind, name)
				}
			}
		}
		if pulls, ok := v["imagePullSecrets"].([]any); ok {
			for _, pull := range pulls {
				if pull, ok := pull.(map[string]any); ok {
					if name, ok := pull["name"].(string); ok {
						pull["name"] = f("Secret", name)
					}
				}
			}
		}
		for _, inner := range v {
			eachDataReference(inner, f)
		}
	case []any:
		for _, inner := range v {
			eachDataReference(inner, f)
		}
	}
}
