package importer

import (
	"maps"
	"slices"

	"stowage/planner"
)

// managedBy names what manages an object, which is stowage from now on.
const managedBy = "app.kubernetes.io/managed-by"

// withoutOwners returns labels without the one that says who manages the object.
func withoutOwners(labels map[string]any) map[string]any {
	labels = maps.Clone(labels)
	delete(labels, managedBy)
	return labels
}

// relabel is a change of a label of one object.
type relabel struct {
	id planner.ObjectID
	Relabelled
}

// grouped returns the changes with all objects together that get the same one.
func grouped(all []relabel) []Relabelled {
	var groups []Relabelled
	for _, r := range all {
		at := slices.IndexFunc(groups, func(g Relabelled) bool { return g.Label == r.Label && g.From == r.From && g.To == r.To })
		if at < 0 {
			at = len(groups)
			groups = append(groups, r.Relabelled)
		}
		groups[at].IDs = append(groups[at].IDs, r.id)
	}
	return groups
}
