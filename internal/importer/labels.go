package importer

import "maps"

// managedBy names what manages an object, which is stowage from now on.
const managedBy = "app.kubernetes.io/managed-by"

// withoutOwners returns labels without the one that says who manages the object.
func withoutOwners(labels map[string]any) map[string]any {
	labels = maps.Clone(labels)
	delete(labels, managedBy)
	return labels
}
