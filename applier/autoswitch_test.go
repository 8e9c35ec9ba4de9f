package applier_test

import (
	"slices"
	"testing"

	"stowage/applier"
	"stowage/internal/release"
	"stowage/planner"
)

// switching returns an app whose traffic each apply moves.
func switching(image, rollout string) string {
	return colored("web", image, "    auto_switch = true\n"+rollout)
}

func TestAnApplyMovesTrafficAndTellsWhen(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.mustApply(t, switching("nginx:1", ""))
	out := s.mustApply(t, switching("nginx:2", ""))
	s.checkLeads(t, planner.Green, "web")
	if moved := out.step(t, "Service", "web").Moved; moved == nil || moved.Followed <= 0 {
		t.Errorf("moved %+v", moved)
	}
	if plan, _ := s.plan(t, switching("nginx:2", "")); !plan.Empty() {
		t.Errorf("the next plan is not empty: %+v", plan.Changes)
	}
}

func TestAnApplyWhoseCheckFailsAfterItMovedTrafficMovesItBack(t *testing.T) {
	t.Parallel()
	for _, policy := range []applier.Policy{applier.Stop, applier.RollBack} {
		t.Run(string(policy), func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			s.mustApply(t, switching("nginx:1", failsAfter))
			s.apply(t, switching("nginx:2", failsAfter)) // may leave it to the next apply to move the traffic
			plan, opts := s.plan(t, switching("nginx:2", failsAfter))
			opts.OnFailure = policy
			out := s.run(t.Context(), plan, opts, nil)
			back := out.Rollback
			if out.err == nil || back == nil || back.Err != nil {
				t.Fatalf("%v; rollback %+v", out.err, back)
			}
			if isUndo := len(back.Moves) == 1; isUndo != (policy == applier.Stop) {
				t.Errorf("taken back: %+v", back.Moves)
			}
			if to := s.leads(t, "web"); to != "blue" {
				t.Errorf("web leads to %s", to)
			}
			s.checkFree(t)
		})
	}
}

func TestAFailureElsewhereLeavesConfirmedTrafficWhereItIs(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.mustApply(t, switching("nginx:1", ""))
	broken := `app "bad" { image = "simulate.local/image-pull-error" }`
	plan, opts := s.plan(t, switching("nginx:2", "")+broken)
	opts.OnFailure = applier.Continue
	out := s.run(t.Context(), plan, opts, nil)
	if out.Rollback != nil || out.Record != release.Failed {
		t.Errorf("rollback %+v, recorded as %s", out.Rollback, out.Record)
	}
	if to := s.leads(t, "web"); to != "green" {
		t.Errorf("web leads to %s", to)
	}
}

func TestAChangeOfStrategyDeletesTheOldPodsOnceTrafficHasFollowed(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	rolling := `
app "web" {
  image    = "nginx:1"
  replicas = 2
  port "http" { number = 80 }
}
`
	s.mustApply(t, rolling)
	for _, change := range []struct{ config, gone string }{
		{colored("web", "nginx:2", ""), "web"}, {rolling, "web-blue"},
	} {
		out := s.mustApply(t, change.config)
		at := func(kind applier.EventType, id string) int {
			return slices.IndexFunc(out.events, func(e applier.Event) bool { return e.Type == kind && e.ID.String() == id })
		}
		moved, deleted := at(applier.StepDone, "Service web"), at(applier.StepStarted, "Deployment "+change.gone)
		if moved < 0 || deleted < moved || out.events[moved].Moved == nil {
			t.Errorf("Deployment %s was deleted at event %d, the traffic had moved at %d", change.gone, deleted, moved)
		}
	}
}
