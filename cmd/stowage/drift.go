package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"stowage/applier"
	"stowage/cmd/stowage/view"
	"stowage/internal/release"
	"stowage/planner"
)

// checkDriftOnly returns an error when --drift-only meets a flag that is about what is to
// be applied: it is about what was.
func (o *planOptions) checkDriftOnly() error {
	switch {
	case !o.driftOnly && o.identity.name != "":
		return usage("name the directory of the configuration instead", "--release reads no configuration, which a plan is made from: it goes with --drift-only alone")
	case !o.driftOnly:
		return nil
	case o.out.file != "":
		return usage("plan without --drift-only makes what apply undoes drift with", "--drift-only only tells what was changed, and there is nothing of it to save with --out")
	case o.destroy || len(o.target.addresses) > 0:
		return usage("", "--drift-only is about the whole release as it was applied: it goes neither with --destroy nor with --target")
	case o.permissions != permissionFlags{}:
		return usage("", "--drift-only changes nothing, so there is nothing to allow or to force")
	}
	return nil
}

// runDriftOnly shows what somebody changed since the release was applied. It ends with
// errChanges when there is any of that, and with another error when it cannot tell.
func (o *planOptions) runDriftOnly(ctx context.Context, session *session, recorded recorded) error {
	if recorded.record == nil {
		return session.absent()
	}
	drift, err := session.drift(ctx, recorded, session.client)
	if err != nil {
		return err
	}
	plan := *drift
	plan.Warnings = slices.Concat(recorded.warnings, plan.Warnings, session.notices.take())
	planned := view.Planned{Plan: &plan, Target: session.targetOf(recorded.record), Pending: recorded.pending, Where: o.identity.flags()}
	if err := o.show(planned); err != nil {
		return err
	}
	if !plan.Empty() {
		return errChanges
	}
	if unchecked := plan.Unchecked(); unchecked > 0 {
		return &hintError{
			fmt.Errorf("nothing has drifted that could be read, but of %d objects nothing is known", unchecked),
			"telling drift takes the right to list their kinds in the namespace of the release",
		}
	}
	return nil
}

// drift compares the cluster with the revision that was deployed last: the newest one or,
// while that has failed or not ended, one before.
func (s *session) drift(ctx context.Context, r recorded, cluster planner.Reader) (*planner.Plan, error) {
	from := r.record
	if number := deployedLast(r.record); number != from.Revision {
		var err error
		if from, err = s.revision(ctx, number); err != nil {
			return nil, err
		}
	}
	recording, err := applier.RecordingOf(from)
	if err != nil {
		return nil, err
	}
	since := planner.Since{Release: s.release.Name, Namespace: s.release.Namespace, From: recording, Newest: r.prior}
	if from != r.record {
		since.Leaving = leavingIn(r.record)
	}
	return planner.Drift(ctx, since, cluster)
}

// deployedLast returns the newest revision that was deployed with success; where none was,
// the newest one.
func deployedLast(record *release.Record) int {
	readable := cmp.Or(record.ContentRevision, record.Revision)
	if record.Status == release.Deployed || len(record.Healthy) == 0 {
		return readable
	}
	return record.Healthy[0]
}

// leavingIn returns the objects that a run was to take away or to make anew.
func leavingIn(record *release.Record) []planner.ObjectID {
	var leaving []planner.ObjectID
	for _, change := range record.Changes {
		if action := planner.Action(change.Action); action == planner.Delete || action == planner.Replace {
			leaving = append(leaving, planner.ObjectID(change.ObjectRef))
		}
	}
	return leaving
}
