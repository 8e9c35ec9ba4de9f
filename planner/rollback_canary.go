package planner

import "slices"

// orderCanaries has the two Deployments of each app whose canary a recording has go
// back in an order that takes away no pods: who gets more is ready before the other
// one gives up any. The order in which they were applied once may be the other one.
func (m *maker) orderCanaries(target *Recording) (*Recording, error) {
	objects := slices.Clone(target.objects)
	ordered := false
	for i, o := range objects {
		if !isDeployment(o.ID) || labelOf(o.Manifest, LabelTrack) != TrackCanary {
			continue
		}
		stable := slices.IndexFunc(objects, func(other Object) bool {
			return isDeployment(other.ID) && other.ID != o.ID && appOf(other) == appOf(o)
		})
		if stable < 0 {
			continue
		}
		first, second := i, stable
		if !grows(m.live.object(o.ID), replicasOf(o.Manifest)) {
			first, second = stable, i
		}
		objects[second].After = []Need{{objects[first].ID, Ready}}
		ordered = true
	}
	if !ordered {
		return target, nil
	}
	return recordingOf(target.Revision, objects, target.Needs)
}
