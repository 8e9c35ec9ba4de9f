package view_test

import (
	"bytes"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/go-multierror"

	"stowage/applier"
	"stowage/cmd/stowage/view"
	"stowage/planner"
)

// backPlan is the plan that goes back from oneValueChanged.
func backPlan() *planner.Plan {
	plan := oneValueChanged()
	plan.Release.FromRevision, plan.Release.ToRevision, plan.Release.RollbackTo = 4, 5, 3
	return plan
}

func backResult() *applier.Result {
	return &applier.Result{Revision: 5, Record: "deployed", Duration: 2 * time.Second, Steps: []applier.Step{
		step(id("Deployment", "petclinic"), planner.Update, applier.Done),
		step(id("Service", "mysql"), planner.NoOp, applier.Done),
	}}
}

// failedBack is a rollback of which one object could not be brought back.
func failedBack() *applier.Rollback {
	result := backResult()
	result.Record = "failed"
	failed := &result.Steps[0]
	failed.Status = applier.Failed
	failed.Err = &applier.ObjectError{ID: failed.ID, Action: failed.Action, Origin: failed.Origin, Err: &applier.RejectedError{Message: "exceeded quota: pods"}}
	return &applier.Rollback{To: 3, Plan: backPlan(), Result: result, Err: multierror.Append(nil, failed.Err)}
}

func TestS14FailureAfterARollbackTellsWhereTrafficIsAndEvidenceLast(t *testing.T) {
	for name, back := range map[string]*applier.Rollback{
		"failure_back":         {To: 3, Plan: backPlan(), Result: backResult()},
		"failure_back_nothing": {To: 3, Plan: backPlan()},
		"failure_back_failed":  failedBack(),
		"failure_back_refused": {To: 3, Err: multierror.Append(nil, &planner.ObjectError{
			ID: id("Secret", "mysql-c8d7f6g5h4"), Origin: at("mysql.hcl", 3), Err: errors.New("is gone, and no record holds its values"),
		})},
		"failure_back_nowhere": {Err: applier.ErrNoHealthyRevision},
		"failure_back_unread":  {Err: errors.New("the revision to go back to cannot be read: forbidden")},
	} {
		t.Run(name, func(t *testing.T) {
			result, err := failedResult()
			abandoned := step(id("Deployment", "slow"), planner.Update, applier.Failed)
			abandoned.Err = &applier.ObjectError{ID: abandoned.ID, Err: applier.ErrAbandoned}
			result.Steps = append(result.Steps, abandoned)
			result.Rollback = back
			show := func(s view.Screen) error { return view.Failure(s, oneValueChanged(), result, err) }
			golden(t, name+".txt", shown(t, 120, show))
			golden(t, name+"_80.txt", shown(t, 80, show))
		})
	}
}

func TestFailureOfARollback(t *testing.T) {
	back := failedBack()
	got := shown(t, 100, func(s view.Screen) error { return view.Failure(s, back.Plan, back.Result, back.Err) })
	golden(t, "failure_of_rollback.txt", got)
	lost := backResult()
	lost.Steps[0].Err = &applier.ObjectError{ID: lost.Steps[0].ID, Err: applier.ErrLockLost}
	lost.Steps[0].Status = applier.Failed
	got = shown(t, 100, func(s view.Screen) error { return view.Failure(s, back.Plan, lost, applier.ErrLockLost) })
	golden(t, "failure_lock_lost.txt", got)
}

func TestOutcomeOfARollback(t *testing.T) {
	plan := backPlan()
	plan.Release.RollbackApp = "petclinic"
	want := "\nWent back to revision 3 of petclinic, app petclinic alone, as revision 5: 0 created, 1 changed, 0 replaced, 0 deleted; 5 unchanged, in 2.0s.\n"
	if got := shown(t, 80, func(s view.Screen) error {
		return view.Outcome(s, view.Planned{Plan: plan}, backResult(), view.Applied)
	}); string(got) != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

// lockedThenBack plays the events of a run that waits for the lock, fails and
// goes back.
func lockedThenBack(consume func(applier.Event)) {
	deployment := id("Deployment", "petclinic")
	abandoned := &applier.ObjectError{ID: id("Deployment", "slow"), Err: applier.ErrAbandoned}
	for _, e := range []applier.Event{
		{Type: applier.RunStarted},
		{Type: applier.LockWaiting, Holder: holder()},
		{Type: applier.LockTakenOver, Holder: holder()},
		{Type: applier.RecordWritten, Revision: 4, Record: "pending"},
		{Type: applier.StepStarted, ID: deployment, Action: planner.Update},
		{Type: applier.StepStarted, ID: id("Deployment", "slow"), Action: planner.Create},
		{Type: applier.StepFailed, ID: deployment, Action: planner.Update, Err: errors.New("crash loop"), Duration: 4 * time.Second},
		{Type: applier.StepFailed, ID: id("Deployment", "slow"), Action: planner.Create, Err: abandoned, Duration: time.Second},
		{Type: applier.RecordWritten, Revision: 4, Record: "failed"},
		{Type: applier.RollbackBegun, Plan: backPlan()},
		{Type: applier.StepStarted, ID: deployment, Action: planner.Update},
		{Type: applier.StepWaiting, ID: deployment, Action: planner.Update, Message: "0/3 updated"},
		{Type: applier.StepDone, ID: deployment, Action: planner.Update, Duration: 2 * time.Second},
	} {
		e.Time = morning
		consume(e)
	}
}

func TestProgressShowsTheLockAndTheRollbackAsItsOwnPart(t *testing.T) {
	got := shown(t, 80, func(s view.Screen) error {
		progress := view.NewProgress(s, oneValueChanged())
		lockedThenBack(progress.Event)
		return progress.Close()
	})
	golden(t, "progress_back.txt", got)
	var out bytes.Buffer
	progress := view.NewProgress(view.Screen{Out: &out, Width: 80, Live: true}, oneValueChanged())
	lockedThenBack(progress.Event)
	if err := progress.Close(); err != nil {
		t.Fatal(err)
	}
	golden(t, "progress_back.txt", []byte(screenOf(t, out.String())))
}

func TestS24TheWaitForTheLockIsVisible(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		progress := view.NewProgress(view.Screen{Out: &out, Width: 120}, oneValueChanged())
		progress.Event(applier.Event{Type: applier.LockWaiting, Time: time.Now(), Holder: holder()})
		<-time.After(61 * time.Second)
		progress.Event(applier.Event{Type: applier.RecordWritten, Time: time.Now()})
		<-time.After(61 * time.Second)
		if err := progress.Close(); err != nil {
			t.Fatal(err)
		}
		golden(t, "progress_locked.txt", out.Bytes())
	})
}

func TestRollbackEventsAsJSONLines(t *testing.T) {
	var out bytes.Buffer
	lines := view.NewJSONLines(&out, noonClock)
	lines.Plan(view.Planned{Plan: oneValueChanged(), Target: target})
	lockedThenBack(lines.Event)
	result, _ := failedResult()
	result.Rollback = failedBack()
	lines.Result(result)
	lines.Summary(view.EndedRolledBack, 3)
	if err := lines.Again("release petclinic was changed by somebody else"); err != nil {
		t.Fatal(err)
	}
	golden(t, "events_back.jsonl", out.Bytes())
}
