package importer

// recogniseIngresses makes ingress blocks.
func (m *maker) recogniseIngresses() {}
