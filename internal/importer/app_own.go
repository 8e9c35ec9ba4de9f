package importer

import (
	"regexp"
	"slices"
)

// The ConfigMap and the Secret that only the app's own container takes, all of it as its
// environment, are written in the app: config = { ... }, secret = { ... }. They are the last
// sources of its environment, as the language has them.

// ownDataOf returns the ConfigMap and the Secret that a workload's app can have for its own.
func (m *maker) ownDataOf(w *object) []*object {
	main, _ := w.containersIn(w.pod().at("spec"))
	sources := main.at("envFrom").list()
	var own []*object
	for _, kind := range []string{"Secret", "ConfigMap"} { // from the last source on
		if len(sources) == 0 {
			break
		}
		last := sources[len(sources)-1]
		o := m.byID[idOf("", kind, m.namespace, nameIn(last, kind))]
		if o != nil && m.canBeOwn(o, w) {
			own, sources = append(own, o), sources[:len(sources)-1]
		}
	}
	slices.Reverse(own)
	return own
}

// nameIn returns the name of the object of a kind that a source of an environment takes as it
// is; empty if it takes another one, or in another way.
func nameIn(source field, kind string) string {
	ref := "configMapRef"
	if kind == "Secret" {
		ref = "secretRef"
	}
	if !source.hasOnly(ref) || !source.at(ref).hasOnly("name") {
		return ""
	}
	return source.at(ref, "name").text()
}

var variableName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// canBeOwn reports whether a ConfigMap or Secret says nothing but variables of one app: it may
// get another name, it has no words of its own, and nothing else takes it.
func (m *maker) canBeOwn(o, w *object) bool {
	id, isData := m.dataIDOf(o)
	use := m.uses[id]
	if !isData || o.part != nil || o.Object.GetAPIVersion() != "v1" || m.options.KeepNames || use == nil || use.other ||
		len(use.pods) != 1 || use.pods[0] != w || o.get("immutable") == false || !plainMetadata(o, w) {
		return false
	}
	if kind, typed := o.get("type").(string); typed && kind != "Opaque" {
		return false
	}
	references := 0
	eachDataReference(w.Object.Object, func(kind, name string) string {
		if kind == o.id.Kind && name == o.id.Name {
			references++
		}
		return name
	})
	all, ok := o.dataIn()
	return ok && references == 1 && len(all) > 0 && !slices.ContainsFunc(all, func(d datum) bool {
		return !variableName.MatchString(d.key) || !d.text || isLong(string(d.content))
	})
}

// plainMetadata reports whether an object has no more labels than a workload, and nothing else
// in its metadata but its name.
func plainMetadata(o, w *object) bool {
	metadata := field{value: o.Object.Object}.at("metadata")
	theirs := w.Object.GetLabels()
	for key, value := range o.Object.GetLabels() {
		if theirs[key] != value && key != managedBy {
			return false
		}
	}
	return metadata.hasOnly("name", "namespace", "labels")
}

// isOwn reports whether a source of an environment is the app's own.
func (a *appWriter) isOwn(source field) bool {
	for _, kind := range []string{"ConfigMap", "Secret"} {
		for _, o := range a.part.of(kind) {
			if o.id.Name == nameIn(source, kind) {
				return true
			}
		}
	}
	return false
}

// writeOwnData writes the configuration that is the app's own.
func (a *appWriter) writeOwnData(b *block) {
	for _, o := range a.part.of("ConfigMap") {
		all, _ := o.dataIn()
		var object fields
		for _, d := range all {
			object = append(object, attr{name: d.key, value: a.variable(a.part, d.key, string(d.content)), path: d.path})
		}
		b.setOf(o, "config", object, "data")
	}
	for _, o := range a.part.of("Secret") {
		all, _ := o.dataIn()
		var object fields
		for _, d := range all {
			object = append(object, attr{name: d.key, value: a.secretValue(o, d), path: d.path})
		}
		b.setOf(o, "secret", object, "data")
	}
}
