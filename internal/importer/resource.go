package importer

import "stowage/planner"

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
		b.set("namespace", o.id.Namespace, "metadata.namespace")
	}
	m.writeMetadata(b, o)
	for _, name := range sortedKeys(o.Object.Object) {
		switch name {
		case "apiVersion", "kind", "metadata", "status":
		default:
			b.set(name, o.expression(o.Object.Object[name], name), name)
		}
	}
	return b
}

// writeMetadata writes labels, annotations, and what else metadata says.
func (m *maker) writeMetadata(b *block, o *object) {
	metadata, _ := o.get("metadata").(map[string]any)
	rest := map[string]any{}
	for _, name := range sortedKeys(metadata) {
		path := "metadata." + name
		switch name {
		case "name", "namespace":
		case "labels", "annotations":
			if values, _ := metadata[name].(map[string]any); len(values) > 0 {
				b.set(name, o.expression(withoutOwners(values), path), path)
			}
		default:
			rest[name] = metadata[name]
		}
	}
	if len(rest) > 0 {
		b.set("metadata", o.expression(rest, "metadata"), "metadata")
	}
}
