package applier

import (
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"stowage/internal/release"
	"stowage/planner"
)

// PriorOf returns what planning wants to know of the newest revision; nil when
// there is none.
func PriorOf(record *release.Record) (*planner.Prior, error) {
	if record == nil {
		return nil, nil
	}
	objects, err := record.Objects()
	if err != nil {
		return nil, err
	}
	prior := &planner.Prior{
		Revision:    record.Revision,
		Interrupted: record.Status == release.Pending,
		Failed:      record.Status == release.Failed || record.Status == release.RolledBack,
		Switched:    record.Switch != "",
		RollbackTo:  record.RollbackTo,
		Healthy:     record.Healthy,
		Inventory:   make([]planner.Item, len(record.Inventory)),
		Objects:     make(map[planner.ObjectID]*unstructured.Unstructured, len(objects)),
	}
	for i, item := range record.Inventory {
		prior.Inventory[i] = planner.Item{
			ID: idOf(item), Address: item.Address, Version: item.Version, UID: string(item.UID), LastRevision: item.LastRevision,
			Adopted: item.Adopted, Ran: item.Ran, DataVersion: versionOf(item),
		}
		for _, need := range item.Needs {
			prior.Inventory[i].Needs = append(prior.Inventory[i].Needs, planner.ObjectID(need.ObjectRef))
		}
	}
	for _, object := range objects {
		prior.Objects[planner.IDOf(object)] = object
	}
	return prior, nil
}

// RecordingOf returns what a revision consisted of, for going back to it.
func RecordingOf(record *release.Record) (*planner.Recording, error) {
	manifests, err := record.Objects()
	if err != nil {
		return nil, err
	}
	items := make(map[planner.ObjectID]release.Item, len(record.Inventory))
	for _, item := range record.Inventory {
		items[idOf(item)] = item
	}
	objects := make([]planner.Object, len(manifests))
	needs := make(map[planner.ObjectID][]planner.Need, len(manifests))
	for i, manifest := range manifests {
		id := planner.IDOf(manifest)
		item := items[id]
		objects[i] = planner.Object{
			ID: id, Manifest: manifest, Address: item.Address, Origin: planner.Origin(item.Origin),
			Role: planner.Role(item.Role), Version: versionOf(item), Timeout: item.Timeout,
		}
		for _, need := range item.Needs {
			needs[id] = append(needs[id], planner.Need{ID: planner.ObjectID(need.ObjectRef), Gate: planner.Gate(need.Gate)})
		}
	}
	return planner.NewRecording(record.Revision, objects, needs), nil
}

func idOf(item release.Item) planner.ObjectID {
	return planner.ObjectID{Group: item.Group, Kind: item.Kind, Namespace: item.Namespace, Name: item.Name}
}

func versionOf(item release.Item) *planner.DataVersion {
	if item.DataVersion == nil {
		return nil
	}
	return &planner.DataVersion{BaseName: item.DataVersion.BaseName, Version: item.DataVersion.Version}
}
