package importer

// recogniseNamespaces leaves the release's namespace to the release, unless its document
// says more than its name.
func (m *maker) recogniseNamespaces() {}
