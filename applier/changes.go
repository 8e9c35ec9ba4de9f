package applier

import (
	"errors"
	"maps"
	"slices"

	"stowage/internal/release"
	"stowage/planner"
)

// plannedChanges returns what a plan is about to do, for the record.
func plannedChanges(plan *planner.Plan) []release.Change {
	var changes []release.Change
	for i := range plan.Changes {
		if c := &plan.Changes[i]; c.Action != planner.NoOp {
			changes = append(changes, recordedChange(c))
		}
	}
	return changes
}

// madeChanges returns the same with how it went. What was to stay as it is and
// did not become ready is among it.
func madeChanges(plan *planner.Plan, steps []Step) []release.Change {
	var changes []release.Change
	for i := range plan.Changes {
		c, s := &plan.Changes[i], &steps[i]
		if c.Action == planner.NoOp && s.Status != Failed {
			continue
		}
		change := recordedChange(c)
		addOutcome(&change, s)
		changes = append(changes, change)
	}
	return changes
}

// mendedChanges returns what an earlier run has recorded of its changes, with what
// is known of them now. What it wrote and did not see the end of is done.
func mendedChanges(recorded, now []release.Change) []release.Change {
	failed := map[release.ObjectRef]release.Change{}
	for _, change := range now {
		failed[change.ObjectRef] = change
	}
	var changes []release.Change
	for _, change := range recorded {
		if failure, ok := failed[change.ObjectRef]; ok {
			change.Status, change.Message, change.Evidence = failure.Status, failure.Message, failure.Evidence
			delete(failed, change.ObjectRef)
		} else if change.Status == "" {
			change.Status = string(Done)
		}
		changes = append(changes, change)
	}
	for _, change := range now {
		if _, left := failed[change.ObjectRef]; left {
			changes = append(changes, change)
		}
	}
	return changes
}

// recordedChange returns a change without the values of fields: the objects of
// the revision and of the one before have them.
func recordedChange(c *planner.Change) release.Change {
	change := release.Change{
		ObjectRef: release.ObjectRef(c.ID), Action: string(c.Action),
		Address: c.Address, Origin: release.Origin(c.Origin), Reason: c.Reason, Impact: c.Impact,
	}
	for _, field := range c.Diff {
		change.Fields = append(change.Fields, field.Path)
	}
	return change
}

func addOutcome(change *release.Change, s *Step) {
	change.Status, change.Message = string(s.Status), s.Message
	if s.Err == nil {
		return
	}
	change.Message = s.Err.Error()
	if object := (*ObjectError)(nil); errors.As(s.Err, &object) {
		change.Message = object.Err.Error()
	}
	if notReady := (*NotReadyError)(nil); errors.As(s.Err, &notReady) {
		change.Evidence = notReady.Evidence
	}
}

// changedBy returns what a plan does, in short.
func changedBy(plan *planner.Plan) release.Changed {
	changed := release.Changed{
		Adopted: plan.Count(planner.Adopt),
		Created: plan.Count(planner.Create), Updated: plan.Count(planner.Update),
		Replaced: plan.Count(planner.Replace), Deleted: plan.Count(planner.Delete),
	}
	apps := map[string]bool{}
	for i := range plan.Changes {
		if c := &plan.Changes[i]; c.App != "" && c.Action != planner.NoOp {
			apps[c.App] = true
		}
	}
	changed.Apps = slices.Sorted(maps.Keys(apps))
	return changed
}
