package importer

// recogniseData makes config and secret blocks.
func (m *maker) recogniseData() {}
