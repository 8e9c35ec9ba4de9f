package main

import (
	"context"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"stowage/cmd/stowage/view"
	"stowage/internal/release"
	"stowage/planner"
)

// pending tells of the newest revision, when its run has not recorded an end,
// whether that still goes on and which of its changes are in the cluster; nil when
// it has. What cannot be found out is told as warnings: it is no reason not to
// go on.
func (s *session) pending(ctx context.Context, r recorded) (*view.Pending, []planner.Warning) {
	if r.record == nil || r.record.Status != release.Pending {
		return nil, nil
	}
	state, err := s.stateOf(ctx, r)
	if err != nil {
		pending, warnings := s.pendingWith(ctx, r.record, nil)
		return pending, append(warnings, planner.Warning{
			Summary: "Which changes of the interrupted run are in the cluster could not be found out", Detail: err.Error(),
		})
	}
	return s.pendingWith(ctx, r.record, state)
}

// pendingWith does so with the state of the record's objects, if that is known.
func (s *session) pendingWith(ctx context.Context, record *release.Record, state *state) (*view.Pending, []planner.Warning) {
	if record.Status != release.Pending {
		return nil, nil
	}
	pending := &view.Pending{Revision: record.Revision}
	var warnings []planner.Warning
	holder, err := s.store.Holder(ctx)
	if err != nil {
		warnings = append(warnings, planner.Warning{Summary: "Whether its run still goes on could not be found out", Detail: err.Error()})
	}
	pending.Holder = holder
	pending.Applying = holder != nil && isAtWork(*holder, time.Now())
	if state != nil {
		for _, change := range record.Changes {
			id := planner.ObjectID(change.ObjectRef)
			action := planner.Action(change.Action)
			pending.Changes = append(pending.Changes, view.PendingChange{ID: id, Action: action, State: state.of(id, action)})
		}
	}
	return pending, warnings
}

// clockSkew is how far the clocks of two machines are trusted to differ.
const clockSkew = time.Minute

// isAtWork reports whether a holder of the lock is at work, as far as can be
// known: it still renews the lock, and its process is not known to have ended.
func isAtWork(holder release.Holder, now time.Time) bool {
	return !isDead(holder) && now.Sub(holder.Renewed) < release.DefaultLockTTL+clockSkew
}

// of returns whether a change of the recorded objects is in the cluster.
func (s *state) of(id planner.ObjectID, action planner.Action) view.PendingState {
	live := s.live[id]
	if action == planner.Delete {
		if live == nil {
			return view.Made
		}
		return view.NotMade
	}
	if live == nil {
		return view.NotMade
	}
	for i := range s.plan.Changes {
		if change := &s.plan.Changes[i]; change.ID == id && change.Object != nil {
			if change.Action == planner.NoOp {
				return view.Made
			}
			return view.NotMade
		}
	}
	return unplannedState(live)
}

// unplannedState tells of a Secret, whose values are recorded nowhere: that it is
// as it should be is known of one that nobody can change.
func unplannedState(live *unstructured.Unstructured) view.PendingState {
	if immutable, _, _ := unstructured.NestedBool(live.Object, "immutable"); immutable {
		return view.Made
	}
	return view.NotKnown
}
