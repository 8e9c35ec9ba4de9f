package importer

import "slices"

// writeEnv writes the variables of a container that stand there once, in their order.
func (a *appWriter) writeEnv(b *block, c field) {
	list := c.at("env")
	count := map[string]int{}
	for _, e := range list.list() {
		count[e.at("name").text()]++
	}
	var env fields
	for _, e := range list.list() {
		name := e.at("name").text()
		if value, ok := a.envValue(name, e); ok && count[name] == 1 {
			env = append(env, attr{name: name, value: value, path: e.path})
		}
	}
	if len(env) > 0 {
		b.set("env", env, list.path)
	}
}

// envValue returns the value of a variable, if the language can say where it is from.
func (a *appWriter) envValue(name string, e field) (any, bool) {
	from := e.at("valueFrom")
	switch {
	case !from.exists():
		value := e.at("value").text()
		if !isLiteral(value) {
			return a.exactly(a.part, value, e.path), true
		}
		return a.variable(a.part, name, value), true
	case from.at("secretKeyRef").exists():
		return a.envKey("Secret", "secret", from.at("secretKeyRef"))
	case from.at("configMapKeyRef").exists():
		return a.envKey("ConfigMap", "config", from.at("configMapKeyRef"))
	case from.at("fieldRef").exists():
		ref := from.at("fieldRef")
		path := ref.at("fieldPath")
		return fields{{name: "field", value: path.value, path: path.path}}, ref.hasOnly("fieldPath")
	case from.at("resourceFieldRef").exists():
		return resourceOf(from.at("resourceFieldRef")), true
	}
	return nil, false
}

// envKey returns a reference to a key of a ConfigMap or Secret.
func (a *appWriter) envKey(kind, argument string, ref field) (any, bool) {
	name, key, optional := ref.at("name").text(), ref.at("key"), ref.at("optional").is(true)
	reference, ours := a.key(kind, name, key.text())
	if ours && !optional {
		return reference, true
	}
	data := a.partOf("", kind, name)
	if data != nil && data.kind != "resource" && !optional {
		return nil, false // it lacks the key, which an error of the language would be about
	}
	object := fields{{name: argument, value: a.data(kind, name)}, {name: "key", value: key.value}}
	if optional {
		object = append(object, attr{name: "optional", value: true})
	}
	return object, true
}

// resourceOf returns what a container requests or is limited to.
func resourceOf(ref field) fields {
	object := fields{{name: "resource", value: ref.at("resource").value}}
	if container := ref.at("containerName"); container.exists() {
		object = append(object, attr{name: "container", value: container.value})
	}
	if divisor := ref.at("divisor"); divisor.exists() && !divisor.is("0") {
		object = append(object, attr{name: "divisor", value: divisor.value})
	}
	return object
}

// writeEnvFrom writes the ConfigMaps and Secrets that a container takes as a whole. Their
// order counts, so that all of them are written or none.
func (a *appWriter) writeEnvFrom(b *block, c field) {
	list := slices.DeleteFunc(c.at("envFrom").list(), a.isOwn)
	for _, source := range list {
		if !source.hasOnly("prefix", "configMapRef", "secretRef") || !source.at("configMapRef").hasOnly("name", "optional") || !source.at("secretRef").hasOnly("name", "optional") {
			return
		}
	}
	for _, source := range list {
		inner := b.block("env_from", source.path)
		if name := source.at("configMapRef", "name"); name.exists() {
			inner.set("config", a.data("ConfigMap", name.text()), source.at("configMapRef").path)
		}
		if name := source.at("secretRef", "name"); name.exists() {
			inner.set("secret", a.data("Secret", name.text()), source.at("secretRef").path)
		}
		inner.take("prefix", source.at("prefix"))
		takeTrue(inner, "optional", source.at("configMapRef", "optional"))
		takeTrue(inner, "optional", source.at("secretRef", "optional"))
	}
}
