package importer

import (
	"encoding/base64"
	"regexp"

	"stowage/internal/manifest"
	"stowage/planner"
)

// asResource makes a block of an object that takes any field as it is.
func (m *maker) asResource(o *object) {
	p := m.take(&part{kind: "resource", stands: []*object{o}, file: fileOf(o)})
	p.write = m.writeResource
	p.fallBack = func(*part, *object) bool { return false }
}

// writeResource writes the block of any kind.
func (m *maker) writeResource(p *part) *block {
	o := p.main()
	b := &block{kind: "resource", labels: []string{o.id.Kind, p.label}, from: o}
	if usual, ok := planner.UsualVersion(o.id.Kind); !ok || usual.String() != o.Object.GetAPIVersion() {
		b.set("api_version", o.Object.GetAPIVersion(), "apiVersion")
	}
	if p.label != o.id.Name {
		b.set("name", o.id.Name, "metadata.name")
	}
	if o.id.Namespace != "" && o.id.Namespace != m.namespace {
		b.set("namespace", m.nameOf(p, "", "Namespace", o.id.Namespace), "metadata.namespace")
	}
	m.writeLabels(b, o)
	m.writeMetadata(b, p)
	for _, name := range o.inOrder(o.Object.Object, "") {
		switch name {
		case "apiVersion", "kind", "metadata":
		default:
			m.writeField(b, p, name)
		}
	}
	return b
}

// writeField writes a field of a resource. Values of Secrets are in variables, and such of
// ConfigMaps that are no text in files.
func (m *maker) writeField(b *block, p *part, name string) {
	o := p.main()
	_, runs := podPaths[o.id.Kind]
	value := o.expression(o.get(name), name)
	switch isSecret := o.id.IsSecret(); {
	case isSecret && name == "stringData" && o.get("data") != nil:
		return // is written with data
	case isSecret && (name == "data" || name == "stringData"):
		value, name = m.openSecretData(o), "data"
	case o.id.Group == "" && o.id.Kind == "ConfigMap" && (name == "data" || name == "binaryData"):
		value = m.openData(p, name)
	case runs && o.id.Namespace == m.namespace:
		value = m.withReferences(value)
	}
	b.set(name, m.exactly(p, value, name), name)
}

// exactly returns an expression in which text that no literal says exactly is read from files.
func (m *maker) exactly(p *part, value any, path string) any {
	switch v := value.(type) {
	case string:
		if !isLiteral(v) {
			return m.fileValue("file", p, datum{key: notInFileName.ReplaceAllString(path, "-"), content: []byte(v)})
		}
	case fields:
		for i, a := range v {
			v[i].value = m.exactly(p, a.value, manifest.Path(path, a.name))
		}
	case items:
		for i, a := range v {
			v[i].value = m.exactly(p, a.value, manifest.IndexPath(path, i))
		}
	}
	return value
}

var notInFileName = regexp.MustCompile(`[^a-zA-Z0-9._]+`)

// openSecretData returns the data of a Secret as a field.
func (m *maker) openSecretData(o *object) any {
	all, _ := o.dataIn()
	object := make(fields, len(all))
	for i, d := range all {
		object[i] = attr{name: d.key, value: "", path: d.path}
		if len(d.content) > 0 {
			object[i].value = m.openSecretValue(o, d)
		}
	}
	return object
}

// openData returns the data of a ConfigMap as a field.
func (m *maker) openData(p *part, field string) any {
	o := p.main()
	all, _ := o.dataIn()
	object := fields{}
	for _, d := range all {
		if o.get(field, d.key) == nil {
			continue
		}
		a := attr{name: d.key, value: string(d.content), path: d.path}
		switch {
		case field == "binaryData" && len(d.content) > 0:
			a.value = m.fileValue("filebase64", p, d)
		case field == "binaryData":
			a.value = base64.StdEncoding.EncodeToString(d.content)
		case !d.text || isLong(string(d.content)):
			a.value = m.fileValue("file", p, d)
		}
		object = append(object, a)
	}
	return object
}

// writeLabels writes the labels of an object, and its annotations.
func (m *maker) writeLabels(b *block, o *object) {
	for _, name := range []string{"labels", "annotations"} {
		values, _ := o.get("metadata", name).(map[string]any)
		if name == "labels" {
			values = withoutOwners(values)
		}
		if len(values) > 0 {
			path := "metadata." + name
			b.set(name, o.expression(values, path), path)
		}
	}
}

// writeMetadata writes what else metadata says.
func (m *maker) writeMetadata(b *block, p *part) {
	o := p.main()
	rest := map[string]any{}
	for name, value := range at(o.Object.Object, "metadata") {
		switch name {
		case "name", "namespace", "labels", "annotations":
		default:
			rest[name] = value
		}
	}
	if len(rest) > 0 {
		b.set("metadata", m.exactly(p, o.expression(rest, "metadata"), "metadata"), "metadata")
	}
}
