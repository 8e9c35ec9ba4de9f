package importer

import (
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"stowage/planner"
)

// withoutVersions returns a copy of a rendered manifest in which ConfigMaps and Secrets with
// versions have their names without them, and Jobs theirs.
func (m *maker) withoutVersions(u *unstructured.Unstructured) *unstructured.Unstructured {
	names := map[string]string{} // by kind and name
	for _, o := range m.rendering {
		if o.Version != nil {
			names[o.ID.Kind+"/"+o.ID.Name] = m.nameBefore(o)
		}
	}
	u = u.DeepCopy()
	eachDataReference(u.Object, func(kind, name string) string {
		if base, ok := names[kind+"/"+name]; ok {
			return base
		}
		return name
	})
	return u
}

// nameBefore returns the name that an object had in the documents that has a version now. An
// app's own is named after the app.
func (m *maker) nameBefore(rendered planner.Object) string {
	for _, p := range m.parts {
		if p.kind != "app" || p.address() != rendered.Address {
			continue
		}
		if own := p.of(rendered.ID.Kind); len(own) == 1 {
			return own[0].id.Name
		}
	}
	return rendered.Version.BaseName
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
