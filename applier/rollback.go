package applier

import (
	"context"
	"fmt"
	"time"

	"stowage/internal/release"
	"stowage/planner"
)

// Rollback is the second walk of a run that failed.
type Rollback struct {
	To     int            // the revision that it goes back to; 0: there is none
	Moves  []planner.Move // that it takes back, and nothing else; nil: all is to be as revision To says
	Plan   *planner.Plan  // nil when it could not be planned
	Result *Result        // nil when nothing was walked
	Err    error          // why it failed; nil: all is as revision To says
}

func (b *Rollback) duration() time.Duration {
	if b.Result == nil {
		return 0
	}
	return b.Result.Duration
}

// revision returns the newest revision after the rollback.
func (b *Rollback) revision(before int) int {
	if b.Result == nil {
		return before
	}
	return b.Result.Revision
}

// goBack undoes what is to be undone of a run that failed; nil: nothing is.
func (r *run) goBack(ctx context.Context, result *Result) *Rollback {
	if r.goesBack(result) {
		return r.rollBack(ctx)
	}
	if moves := r.unconfirmed(); len(moves) > 0 {
		return r.undo(ctx, moves)
	}
	return nil
}

// goesBack reports whether the policy is to go back from where the run ended. A
// run that was stopped by somebody leaves the rest to them.
func (r *run) goesBack(result *Result) bool {
	return r.opts.OnFailure == RollBack && r.recorder.current != nil && r.plan.Release.RollbackTo == 0 && r.plan.Release.Switch == "" &&
		!r.plan.Release.Destroy && !result.Interrupted && r.lock.lostErr() == nil
}

// rollBack plans the last healthy revision from what was recorded of it, and
// walks that plan.
func (r *run) rollBack(ctx context.Context) *Rollback {
	back := &Rollback{}
	record, _, err := r.recorder.store.LastHealthy(ctx, r.recorder.revision())
	switch {
	case err != nil:
		back.Err = fmt.Errorf("the revision to go back to cannot be read: %w", err)
		return back
	case record == nil:
		back.Err = ErrNoHealthyRevision
		return back
	}
	back.To = record.Revision
	if back.Plan, back.Err = r.planBack(ctx, record); back.Err != nil {
		return back
	}
	r.events.send(Event{Type: RollbackBegun, Plan: back.Plan})
	opts := r.opts
	opts.Outputs = nil // those of what failed
	opts.Prior, opts.NewKey = r.recorder.current, nil
	opts.Commit, opts.Dirty, opts.ConfigDir, opts.Env = record.Commit, record.Dirty, record.ConfigDir, record.Env
	opts.OnFailure = Continue // the more of it gets back, the better
	back.Result, back.Err = newRun(r.cluster, r.recorder.store, back.Plan, opts, r.events, r.lock).all(ctx)
	return back
}

func (r *run) planBack(ctx context.Context, to *release.Record) (*planner.Plan, error) {
	recording, err := RecordingOf(to)
	if err != nil {
		return nil, err
	}
	prior, err := PriorOf(r.recorder.current)
	if err != nil {
		return nil, err
	}
	return planner.Make(ctx, planner.Input{
		Release: r.plan.Release.Name, Namespace: r.plan.Release.Namespace, HistoryLimit: r.plan.Release.HistoryLimit,
		Prior: prior, Rollback: &planner.Rollback{To: recording},
		Options: planner.Options{ForceConflicts: r.opts.ForceConflicts},
	}, r.cluster)
}
