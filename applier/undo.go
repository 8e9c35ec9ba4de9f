package applier

import (
	"context"
	"fmt"
	"slices"
	"time"

	"stowage/internal/release"
	"stowage/planner"
)

// undoTimeout bounds moving traffic back, which no interrupt cuts short: it is what an
// interrupt is to lead to.
const undoTimeout = 3 * time.Minute

// unconfirmed returns the moves of a run that are not known to be right: the endpoints of
// the Service did not follow, or what was to check the version since has failed or did not
// end. Apps that switch together count as one.
func (r *run) unconfirmed() []planner.Move {
	if r.recorder.current == nil || r.lock.lostErr() != nil {
		return nil
	}
	var moves, doubtful []planner.Move
	for i := range r.steps {
		moved := r.steps[i].Moved
		if moved == nil || !isColor(moved.Move.From) || !isColor(moved.Move.To) {
			continue
		}
		moves = append(moves, moved.Move)
		if r.steps[i].Status != Done || !r.isChecked(i) {
			doubtful = append(doubtful, moved.Move)
		}
	}
	if r.plan.Release.Switch != "" && len(doubtful) > 0 {
		return moves
	}
	return doubtful
}

func isColor(side planner.Side) bool {
	return slices.Contains([]planner.Color{planner.Blue, planner.Green}, planner.Color(side.Name))
}

// isChecked reports whether all Jobs have succeeded that wait for a change, directly or not.
func (r *run) isChecked(change int) bool {
	behind := map[planner.ObjectID]bool{r.plan.Changes[change].ID: true}
	for grown := true; grown; {
		grown = false
		for i := range r.plan.Changes {
			c := &r.plan.Changes[i]
			if !behind[c.ID] && slices.ContainsFunc(c.Needs, func(n planner.Need) bool { return behind[n.ID] }) {
				behind[c.ID], grown = true, true
			}
		}
	}
	for i := range r.plan.Changes {
		if c := &r.plan.Changes[i]; c.Action == planner.Run && behind[c.ID] && r.steps[i].Status != Done {
			return false
		}
	}
	return true
}

// undo moves traffic back by a second walk, recorded as a revision of its own: a switch back.
func (r *run) undo(ctx context.Context, moves []planner.Move) *Rollback {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), undoTimeout)
	defer cancel()
	back := &Rollback{To: r.plan.Release.FromRevision, Moves: moves}
	if back.Plan, back.Err = r.planUndo(ctx, moves); back.Err != nil {
		return back
	}
	r.events.send(Event{Type: RollbackBegun, Plan: back.Plan})
	opts := r.opts
	opts.Outputs = nil // those of what failed
	opts.Prior, opts.NewKey, opts.OnFailure = r.recorder.current, nil, Stop
	if before := r.opts.Prior; before != nil && before.Status == release.Deployed && r.plan.Release.Switch != "" {
		opts.undoes = before.Revision
	}
	back.Result, back.Err = newRun(r.cluster, r.recorder.store, back.Plan, opts, r.events, r.lock).all(ctx)
	return back
}

// planUndo plans a switch of each app to the side that it came from.
func (r *run) planUndo(ctx context.Context, moves []planner.Move) (*planner.Plan, error) {
	from, err := RecordingOf(r.recorder.current)
	if err != nil {
		return nil, err
	}
	prior, err := PriorOf(r.recorder.current)
	if err != nil {
		return nil, err
	}
	request := &planner.Switch{Operation: planner.SwitchBack, Sides: map[string]string{}, From: from, NoChecks: true}
	for _, move := range moves {
		request.Apps = append(request.Apps, move.App)
		request.Sides[move.App] = move.From.Name
	}
	plan, err := planner.Make(ctx, planner.Input{
		Release: r.plan.Release.Name, Namespace: r.plan.Release.Namespace, HistoryLimit: r.plan.Release.HistoryLimit,
		Prior: prior, Switch: request, Options: planner.Options{ForceConflicts: r.opts.ForceConflicts},
	}, r.cluster)
	if err != nil {
		return nil, fmt.Errorf("the traffic cannot be moved back: %w", err)
	}
	return plan, nil
}
