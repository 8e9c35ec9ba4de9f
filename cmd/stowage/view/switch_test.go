package view_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/go-multierror"

	"stowage/applier"
	"stowage/cmd/stowage/view"
	"stowage/internal/release"
	"stowage/planner"
)

var movedAt = time.Date(2026, 3, 4, 12, 0, 3, 0, time.UTC)

func side(name, version string, pods, ready int64, deployed int) planner.Side {
	return planner.Side{Name: name, Workload: id("Deployment", "petclinic-"+name), Version: version, Pods: pods, Ready: ready, Deployed: deployed}
}

// toGreen moves an app from blue 1.0.0 to green 1.0.1.
func toGreen(app string) *planner.Move {
	return &planner.Move{App: app, From: side("blue", "1.0.0", 3, 3, 1), To: side("green", "1.0.1", 3, 3, 3), Pods: 3}
}

// switchPlan moves the traffic of one app and the work of another, with all that
// may be part of that.
func switchPlan() *planner.Plan {
	worker := toGreen("mailer")
	worker.From.Pods, worker.From.Ready, worker.To.Pods, worker.To.Ready = 1, 1, 0, 0
	update := func(kind, name, reason string) planner.Change {
		return planner.Change{ID: id(kind, name), Action: planner.Update, Reason: reason, Checked: true}
	}
	grow, shrink := update("Deployment", "mailer-green", "it takes over the work"), update("Deployment", "petclinic-blue", "keep_previous = 1")
	grow.Role, grow.Impact = planner.RoleWorkload, "scales 0 -> 1"
	shrink.Role, shrink.Impact, shrink.Delay = planner.RoleWorkload, "scales 3 -> 1", 5*time.Second
	check := planner.Change{ID: id("Job", "petclinic-smoke-before-4"), Action: planner.Run, Role: planner.RoleCheck, Reason: "check smoke, before traffic moves"}
	service, old := update("Service", "petclinic", "switch to green 1.0.1"), update("Deployment", "mailer-blue", "switch to green 1.0.1")
	service.Move, old.Move, old.Role = toGreen("petclinic"), worker, planner.RoleWorkload
	preview := update("Service", "petclinic-preview", "it shows the idle color")
	preview.Impact = "traffic moves to other pods; no pod rolls"
	return &planner.Plan{
		Release: planner.ReleaseInfo{
			Name: "petclinic", Namespace: "petclinic", FromRevision: 3, ToRevision: 4, HistoryLimit: 10,
			Switch: planner.SwitchForward, SwitchApps: []string{"mailer", "petclinic"},
		},
		Changes: []planner.Change{noOp("ConfigMap", "petclinic-config-5k2m9tq8xc"), noOp("Deployment", "petclinic-green"), grow, check, service, old, preview, shrink},
		Kept:    []planner.Kept{{ID: id("ConfigMap", "petclinic-config-7d41h0w3rb"), Reason: "a switch leaves it"}},
	}
}

func TestSwitchPlanShowsWhichVersionFollowsWhich(t *testing.T) {
	long := switchPlan()
	long.Changes[4].Move.To.Version = "1.0.1.RELEASE-with-a-name-that-is-long"
	empty := switchPlan()
	empty.Changes, empty.Warnings = empty.Changes[:2], []planner.Warning{{Summary: "petclinic: green 1.0.1 is active already"}}
	empty.Release.ToRevision = 3
	retire := switchPlan()
	retire.Release.Switch, retire.Release.SwitchApps, retire.Changes = planner.SwitchRetire, []string{"petclinic"}, retire.Changes[7:]
	for name, plan := range map[string]*planner.Plan{
		"plan_switch": switchPlan(), "plan_switch_long": long, "plan_switch_none": empty, "plan_switch_retire": retire,
	} {
		show := func(s view.Screen) error { return view.Plan(s, view.Planned{Plan: plan, Target: target}) }
		golden(t, name+".txt", shown(t, 120, show))
		golden(t, name+"_80.txt", shown(t, 80, show))
	}
}

// switchEvents plays the events of carrying out switchPlan.
func switchEvents(consume func(applier.Event)) {
	plan := switchPlan()
	var events []applier.Event
	for i := range plan.Changes {
		change := &plan.Changes[i]
		if change.Action == planner.NoOp {
			continue
		}
		done := applier.Event{Type: applier.StepDone, ID: change.ID, Action: change.Action, Duration: 40 * time.Millisecond}
		if change.Move != nil {
			done.Moved = &applier.Moved{Move: *change.Move, At: movedAt, Followed: 80 * time.Millisecond}
		}
		if change.Action == planner.Run {
			done.Logs = []string{"GET http://petclinic-preview:8080/", "200 OK\x1b[2J"}
		}
		events = append(events,
			applier.Event{Type: applier.StepStarted, ID: change.ID, Action: change.Action},
			applier.Event{Type: applier.StepWaiting, ID: change.ID, Action: change.Action, Message: "requests under way end: 5s"}, done)
	}
	for _, e := range events {
		e.Time = movedAt
		consume(e)
	}
}

func TestSwitchProgressTellsOfMovesAndChecks(t *testing.T) {
	golden(t, "progress_switch.txt", shown(t, 80, func(s view.Screen) error {
		progress := view.NewProgress(s, switchPlan())
		switchEvents(progress.Event)
		return progress.Close()
	}))
	golden(t, "events_switch.jsonl", shown(t, 80, func(s view.Screen) error {
		lines := view.NewJSONLines(s.Out, noonClock)
		switchEvents(lines.Event)
		lines.Result(switchResult())
		lines.Summary(view.EndedDone, 0)
		return lines.Err()
	}))
}

func switchResult() *applier.Result {
	result := &applier.Result{Revision: 4, Record: "deployed", Duration: 6 * time.Second}
	for _, change := range switchPlan().Changes {
		done := step(change.ID, change.Action, applier.Done)
		if change.Move != nil {
			done.Moved = &applier.Moved{Move: *change.Move, At: movedAt, Followed: 80 * time.Millisecond}
		}
		result.Steps = append(result.Steps, done)
	}
	return result
}

func TestSwitchOutcomeSaysWhenTrafficMovedAndWhatTakesItBack(t *testing.T) {
	golden(t, "outcome_switch.txt", shown(t, 80, func(s view.Screen) error {
		return view.Outcome(s, view.Planned{Plan: switchPlan(), Where: "-n petclinic"}, switchResult(), view.Applied)
	}))
	// A switch to the version that was deployed first is taken back by one to the newest.
	back, result := switchPlan(), switchResult()
	back.Release.Switch = planner.SwitchBack
	for i := range result.Steps {
		if moved := result.Steps[i].Moved; moved != nil {
			moved.Move.From, moved.Move.To = moved.Move.To, moved.Move.From
		}
	}
	got := string(shown(t, 80, func(s view.Screen) error {
		return view.Outcome(s, view.Planned{Plan: back}, result, view.Applied)
	}))
	if want := "  Back: stowage switch petclinic mailer\n"; !strings.HasSuffix(got, want) {
		t.Errorf("got:\n%s\nwant at its end:\n%s", got, want)
	}
}

func TestNotThereNamesWhatIsMissing(t *testing.T) {
	err := &planner.NotThereError{
		App: "petclinic", Side: side("green", "1.0.1", 3, 1, 3), Ready: 1, Wanted: 3,
		Reasons: []string{"Pod petclinic-green-5d8f waits: ImagePullBackOff Back-off pulling image \"petclinic:1.0.1\" from a registry that does not have it"},
	}
	golden(t, "not_there.txt", shown(t, 80, func(s view.Screen) error { return view.NotThere(s, err, "no traffic was moved") }))
}

func waiting() []planner.Waiting {
	return []planner.Waiting{
		{App: "petclinic", Strategy: "blue-green", Active: side("blue", "1.0.0", 3, 3, 1), Next: side("green", "1.0.1", 3, 1, 3)},
		{App: "mailer", Strategy: "blue-green", Worker: true, Active: side("blue", "2.1", 1, 1, 1), Next: side("green", "2.2", 0, 0, 3)},
		{App: "api", Strategy: "canary", Active: side("stable", "4", 9, 9, 1), Next: side("canary", "5", 1, 1, 3), Weight: 10, Steps: []int32{10, 50}},
		{App: "web", Strategy: "canary", Active: side("stable", "4", 1, 1, 1), Next: side("canary", "5", 1, 1, 3), Weight: 50, Steps: []int32{10, 50}},
	}
}

func TestWaitingNamesTheNextCommand(t *testing.T) {
	plan := oneValueChanged()
	plan.Waiting = waiting()
	for name, stage := range map[string]view.Stage{
		"waiting_planned": view.NotApplied, "waiting_applied": view.Applied, "waiting_deployed": view.AppliedOnly, "waiting_found": view.AsFound,
	} {
		golden(t, name+".txt", shown(t, 80, func(s view.Screen) error {
			return view.Waiting(s, view.Planned{Plan: plan, Where: "-C shop"}, stage)
		}))
	}
	golden(t, "waiting_plan.json", shown(t, 80, func(s view.Screen) error {
		return view.PlanJSON(s.Out, view.Planned{Plan: &planner.Plan{Waiting: waiting()}, Where: "-C shop"})
	}))
}

func TestStatusShowsBothSides(t *testing.T) {
	status := statusOf()
	status.Revision.Messages = nil
	blue, green := side("blue", "1.0.0", 3, 3, 1), side("green", "1.0.1", 3, 3, 3)
	blue.Endpoints = 3
	stable, canary := side("stable", "4", 9, 9, 1), side("canary", "5", 1, 1, 3)
	stable.Endpoints, canary.Endpoints = 9, 1
	status.Rollouts = []planner.AppRollout{
		{App: "api", Strategy: "canary", Sides: []planner.Side{stable, canary}, Active: "stable", Newest: "canary", Weight: 10, Steps: []int32{10, 50}},
		{App: "mailer", Strategy: "blue-green", Worker: true, Sides: []planner.Side{side("blue", "", 1, 1, 1)}, Active: "blue", Newest: "blue"},
		{App: "petclinic", Strategy: "blue-green", Sides: []planner.Side{blue, green}, Active: "blue", Newest: "green"},
	}
	for name, width := range map[string]int{"status_sides.txt": 120, "status_sides_80.txt": 80} {
		golden(t, name, shown(t, width, func(s view.Screen) error { return view.ShowStatus(s, status) }))
	}
	golden(t, "status_sides.json", shown(t, 80, func(s view.Screen) error { return view.StatusJSON(s.Out, status) }))
	status.Rollouts[2].Unfinished = true
	golden(t, "status_unfinished_80.txt", shown(t, 80, func(s view.Screen) error { return view.ShowStatus(s, status) }))
}

// failedSwitch is a run of switchPlan whose check failed once the traffic had moved.
func failedSwitch(moved bool) (*applier.Result, error) {
	result := switchResult()
	check := &result.Steps[3]
	check.Status, check.Err = applier.Failed, &applier.ObjectError{ID: check.ID, Err: &applier.NotReadyError{
		Health:   planner.Health{Condition: planner.Failed, Message: "BackoffLimitExceeded"},
		Evidence: &release.Evidence{Container: "smoke", Logs: []string{"GET http://petclinic:8080/", "500 Internal Server Error"}},
	}}
	for i := range result.Steps {
		if s := &result.Steps[i]; !moved && s.Moved != nil {
			s.Moved, s.Status, s.Message = nil, applier.Skipped, "Job petclinic-smoke-before-4 failed"
		}
	}
	return result, multierror.Append(nil, check.Err)
}

func TestFailedSwitchSaysWhereTheTrafficIs(t *testing.T) {
	plan := backPlan()
	plan.Release.RollbackTo, plan.Release.Switch, plan.Release.SwitchApps = 0, planner.SwitchBack, []string{"petclinic"}
	moves := []planner.Move{*toGreen("petclinic"), *toGreen("mailer")}
	back := &applier.Result{Revision: 5, Record: "deployed", Duration: 80 * time.Millisecond, Steps: []applier.Step{step(id("Service", "petclinic"), planner.Update, applier.Done)}}
	lost := &applier.Result{Revision: 5, Record: "failed", Duration: time.Second, Steps: []applier.Step{step(id("Service", "petclinic"), planner.Update, applier.Failed)}}
	refused := &applier.ObjectError{ID: id("Service", "petclinic"), Err: &applier.RejectedError{Message: "exceeded quota: services"}}
	lost.Steps[0].Err = refused
	for name, rollback := range map[string]*applier.Rollback{
		"failure_switch":            nil,
		"failure_switch_moved_back": {To: 3, Moves: moves, Plan: plan, Result: back},
		"failure_switch_not_back":   {To: 3, Moves: moves, Plan: plan, Result: lost, Err: multierror.Append(nil, refused)},
		"failure_switch_unplanned":  {To: 3, Moves: moves, Err: errors.New("the traffic cannot be moved back: forbidden")},
	} {
		result, err := failedSwitch(rollback != nil)
		result.Rollback = rollback
		golden(t, name+"_80.txt", shown(t, 80, func(s view.Screen) error { return view.Failure(s, switchPlan(), result, err) }))
	}
	golden(t, "progress_switch_back.txt", shown(t, 80, func(s view.Screen) error {
		progress := view.NewProgress(s, switchPlan())
		progress.Event(applier.Event{Type: applier.RollbackBegun, Time: movedAt, Plan: plan})
		return progress.Close()
	}))
}

// A switch that has nothing to do may still find out how a killed one ended.
func TestOutcomeOfASwitchWithNothingToDo(t *testing.T) {
	empty := switchPlan()
	empty.Changes = empty.Changes[:2]
	for record, want := range map[release.Status]string{"deployed": "\nRevision 4 is now recorded as deployed.\n", "": ""} {
		result := &applier.Result{Revision: 4, Record: record}
		got := string(shown(t, 80, func(s view.Screen) error { return view.Outcome(s, view.Planned{Plan: empty}, result, view.Applied) }))
		if got != want {
			t.Errorf("recorded as %q: %q, want %q", record, got, want)
		}
	}
}

func TestCanaryOutcomeNamesTheNextStepOrThePromotion(t *testing.T) {
	step := switchPlan()
	step.Release.Switch, step.Release.SwitchApps = planner.CanaryNext, []string{"api"}
	step.Changes, step.Waiting = step.Changes[:3], waiting()[2:3]
	last := switchPlan()
	last.Release.Switch, last.Release.SwitchApps = planner.CanaryNext, []string{"api"}
	last.Changes = []planner.Change{{ID: id("Deployment", "api"), Action: planner.Update}, {ID: id("Deployment", "api-canary"), Action: planner.Delete}}
	for want, plan := range map[string]*planner.Plan{
		"\nTook the next step of api, as revision 4, in 3.0s.\n\napi: canary 5 is at 10%, step 1 of 2, beside stable 4.\n" +
			"  Next: stowage switch api --next  (50%; or --promote, --abort)\n": step,
		"\nPromoted the canary of api, as revision 4, in 3.0s.\n": last,
	} {
		result := &applier.Result{Revision: 4, Record: "deployed", Duration: 3 * time.Second}
		got := string(shown(t, 80, func(s view.Screen) error { return view.Outcome(s, view.Planned{Plan: plan}, result, view.Applied) }))
		if got != want {
			t.Errorf("got:\n%s\nwant:\n%s", got, want)
		}
	}
	none := switchPlan()
	none.Release.Switch, none.Changes = planner.CanaryNext, none.Changes[:1]
	got := string(shown(t, 80, func(s view.Screen) error { return view.Plan(s, view.Planned{Plan: none, Target: target}) }))
	if !strings.HasSuffix(got, "\n\nThere is no next step.\n") {
		t.Errorf("got:\n%s", got)
	}
}
