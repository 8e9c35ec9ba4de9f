package importer

import "slices"

// recogniseNamespaces leaves the release's namespace to the release, unless its document
// says more than its name.
func (m *maker) recogniseNamespaces() {
	m.objects = slices.DeleteFunc(m.objects, func(o *object) bool {
		if o.id.Group != "" || o.id.Kind != "Namespace" {
			return false
		}
		dropKnownName(o)
		if o.id.Name != m.namespace || !saysOnlyItsName(o) {
			return false
		}
		m.home = o
		return true
	})
}

// homes returns the document of the namespace that the release block stands for, if any.
func (m *maker) homes() []*object {
	if m.home == nil {
		return nil
	}
	return []*object{m.home}
}

// dropKnownName takes out of a namespace what the server writes into each.
func dropKnownName(o *object) {
	labels := at(o.Object.Object, "metadata", "labels")
	if labels["kubernetes.io/metadata.name"] == o.id.Name {
		delete(labels, "kubernetes.io/metadata.name")
	}
	if list, _ := o.get("spec", "finalizers").([]any); len(list) == 1 && list[0] == "kubernetes" {
		delete(at(o.Object.Object, "spec"), "finalizers")
	}
}

// saysOnlyItsName reports whether a namespace has no label, annotation or else to keep.
func saysOnlyItsName(o *object) bool {
	metadata := at(o.Object.Object, "metadata")
	for field, value := range metadata {
		values, _ := value.(map[string]any)
		if field == "labels" {
			values = withoutOwners(values)
		}
		if field != "name" && (len(values) > 0 || value != nil && !isMap(value)) {
			return false
		}
	}
	return len(at(o.Object.Object, "spec")) == 0
}

func isMap(v any) bool {
	_, ok := v.(map[string]any)
	return ok
}

// at returns an object inside of another one, nil if there is none.
func at(object map[string]any, path ...string) map[string]any {
	for _, name := range path {
		object, _ = object[name].(map[string]any)
	}
	return object
}
