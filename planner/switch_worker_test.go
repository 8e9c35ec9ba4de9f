package planner_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"stowage/planner"
)

const worker = `
release "shop" { namespace = "NAMESPACE" }
app "mail" {
  version  = "WEB"
  image    = "nginx:1.27"
  replicas = 2
  env      = { GREETING = "WEB" }
  rollout {
    strategy = "blue-green"
    worker   = true
  }
}
`

// works tells of both colors of the worker how many pods they are to have, and whether
// they are marked as active.
func (c *cluster) works(t testing.TB) string {
	t.Helper()
	var states []string
	for _, name := range []string{"mail-blue", "mail-green"} {
		u := c.live(t, "apps", "Deployment", name)
		spec, _ := u.Object["spec"].(map[string]any)
		pods, _ := spec["replicas"].(int64)
		states = append(states, strconv.FormatInt(pods, 10)+" "+u.GetAnnotations()[planner.AnnotationActive])
	}
	return strings.Join(states, ", ")
}

func TestAWorkerIsSwitched(t *testing.T) {
	c := deployed(t, worker)
	if got := c.works(t); got != "2 1, 0 " {
		t.Fatal(got)
	}
	for i, step := range []struct {
		operation planner.Operation
		want      []string
		leaves    string
	}{
		{planner.SwitchForward, []string{"update Deployment mail-green", "update Deployment mail-blue"}, "0 , 2 3"},
		{planner.SwitchBack, []string{"update Deployment mail-blue", "update Deployment mail-green"}, "2 4, 0 "},
	} {
		p := c.planSwitch(t, step.operation, "mail")
		if d := cmp.Diff(step.want, summary(p)); d != "" {
			t.Fatal(d)
		}
		_, starts, _ := strings.Cut(step.want[0], "update Deployment ")
		_, stops, _ := strings.Cut(step.want[1], "update Deployment ")
		stop := change(t, p, "Deployment", stops)
		if d := cmp.Diff([]planner.Need{{ID: change(t, p, "Deployment", starts).ID, Gate: planner.Ready}}, stop.Needs); d != "" {
			t.Error(d)
		}
		if stop.Move == nil || stop.Move.Ready != nil || stop.Move.Pods != 2 || !strings.HasPrefix(stop.Impact, "work moves from ") {
			t.Errorf("%+v, %q", stop.Move, stop.Impact)
		}
		c.settle(t, p)
		if got := c.works(t); got != step.leaves {
			t.Errorf("after %s: %s, want %s", step.operation, got, step.leaves)
		}
		if p := c.planSwitch(t, step.operation, "mail"); !p.Empty() || len(p.Warnings) != 1 {
			t.Errorf("%d: again: %q, %q", i, summary(p), warningsOf(p))
		}
		if p := c.planHCL(t, versions(worker, "1.0.1", ""), planner.Options{}); !p.Empty() {
			t.Errorf("after %s, an apply: %q", step.operation, summary(p))
		}
	}
}

// A run that is killed between the two writes leaves both versions at work.
func TestS43AWorkerHalfSwitched(t *testing.T) {
	half := deployed(t, worker)
	p := half.planSwitch(t, planner.SwitchForward, "mail")
	half.mustApply(t, change(t, p, "Deployment", "mail-green").Object)
	half.prior.Interrupted = true
	if got := half.works(t); got != "2 1, 2 3" {
		t.Fatal(got)
	}
	if got := half.states(t); !slices.Equal(got, []string{"mail blue-green: active blue, newest green; blue 1.0.0 2/2 endpoints 0; green 1.0.1 0/2 endpoints 0; unfinished"}) &&
		!slices.Equal(got, []string{"mail blue-green: active blue, newest green; blue 1.0.0 2/2 endpoints 0; green 1.0.1 2/2 endpoints 0; unfinished"}) {
		t.Errorf("%q", got)
	}
	for operation, want := range map[planner.Operation]string{
		planner.SwitchForward: "update Deployment mail-blue",
		planner.SwitchBack:    "update Deployment mail-green",
		planner.SwitchRetire:  "update Deployment mail-green",
	} {
		p := half.planSwitch(t, operation, "mail")
		if d := cmp.Diff([]string{want}, summary(p)); d != "" {
			t.Errorf("%s: %s", operation, d)
		}
		stops := p.Changes[slices.IndexFunc(p.Changes, func(c planner.Change) bool { return c.Action != planner.NoOp })]
		if moves := stops.Move != nil; moves != (operation == planner.SwitchForward) {
			t.Errorf("%s moves: %v", operation, moves)
		}
		if operation == planner.SwitchForward && (len(stops.Needs) != 1 || stops.Needs[0].ID.Name != "mail-green") {
			t.Errorf("%s does not wait for the new version: %v", operation, stops.Needs)
		}
	}
	if d := cmp.Diff([]string{"update Deployment mail-green"}, summary(half.planHCL(t, versions(worker, "1.0.1", ""), planner.Options{}))); d != "" {
		t.Errorf("an apply: %s", d)
	}
}
