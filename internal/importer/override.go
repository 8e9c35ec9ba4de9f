package importer

// writeOverrides writes what the arguments of a block cannot say of its objects.
func (m *maker) writeOverrides(b *block, p *part) {
	for _, o := range p.stands {
		fields := p.overrides[o]
		if len(fields) == 0 {
			continue
		}
		inner := b.block("override", "", o.id.Kind)
		if o.id.Name != p.main().id.Name {
			inner.set("name", o.id.Name, "")
		}
		for _, name := range sortedKeys(fields) {
			inner.set(name, fields[name], "") // items of lists have other places than in the document
		}
	}
}
