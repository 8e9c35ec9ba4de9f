package importer

// recogniseApps makes app blocks of workloads and of all that belongs to them.
func (m *maker) recogniseApps() {}
