package planner_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"stowage/planner"
)

// writesOf returns what a run writes, one after the other.
func writesOf(p *planner.Plan) []*unstructured.Unstructured {
	var objects []*unstructured.Unstructured
	for _, c := range p.Changes {
		if c.Action == planner.NoOp {
			continue
		}
		if c.Move != nil && c.Move.Preview != nil {
			objects = append(objects, c.Move.Preview)
		}
		objects = append(objects, c.ToApply())
	}
	return objects
}

// killed records a plan as a run does that is killed before it has recorded an end.
func (c *cluster) killed(p *planner.Plan) {
	prior := *c.prior
	prior.Revision, prior.Interrupted, prior.Switched = p.Release.ToRevision, true, p.Release.Switch != ""
	prior.Objects, prior.Inventory = maps.Clone(prior.Objects), slices.Clone(prior.Inventory)
	for _, change := range p.Changes {
		if change.Action == planner.Run {
			prior.Inventory = append(prior.Inventory, planner.Item{ID: change.ID, Version: "v1"})
			continue
		}
		prior.Objects[change.ID] = change.Object
		for i := range prior.Inventory {
			if prior.Inventory[i].ID == change.ID {
				prior.Inventory[i].LastRevision = p.Release.ToRevision
			}
		}
	}
	c.prior, c.newest = &prior, recordingOf(p)
}

// Whatever a killed run has written of a switch: the same command ends it, --back takes
// it back, and an apply puts right what has not followed the traffic.
func TestS43ASwitchKilledBetweenTwoWrites(t *testing.T) {
	t.Parallel()
	hcl := strings.Replace(with(colors, "keep_previous = 1"), "replicas = 2\n", "resources { requests = { cpu = \"1m\" } }\n autoscale {\n min = 2\n max = 9\n cpu = 80\n}\n", 1)
	c := newCluster(t, true)
	c.settle(t, c.planHCL(t, versions(hcl, "1.0.0", "1.0.0"), planner.Options{}))
	c.as(t, "autoscaler", c.deployment("web-blue"), `{"spec":{"replicas":2}}`)
	c.settle(t, c.planHCL(t, versions(hcl, "1.0.1", "1.0.0"), planner.Options{}))
	p := c.planSwitch(t, planner.SwitchForward, "web")
	writes := writesOf(p)
	c.killed(p)

	const (
		service, preview = "update Service web", "update Service web-preview"
		scaler, old      = "update HorizontalPodAutoscaler web", "update Deployment web-blue"
	)
	states := []struct {
		after                string
		forward, back, apply []string
	}{
		{"the record", []string{service, preview, scaler, old}, nil, nil},
		{"the preview was parked", []string{service, preview, scaler, old}, []string{preview}, []string{preview}},
		{"traffic moved", []string{preview, scaler, old}, []string{service, preview}, []string{preview, scaler}},
		{"the preview followed", []string{scaler, old}, []string{service, preview}, []string{scaler}},
		{"the autoscaler followed", []string{old}, []string{service, preview, scaler}, nil},
		{"the old color shrank", nil, []string{old, service, preview, scaler}, nil},
	}
	if len(writes) != len(states)-1 {
		t.Fatalf("%d writes", len(writes))
	}
	for i, state := range states {
		if i > 0 {
			c.mustApply(t, writes[i-1])
		}
		for operation, want := range map[planner.Operation][]string{planner.SwitchForward: state.forward, planner.SwitchBack: state.back} {
			if d := cmp.Diff(want, summary(c.planSwitch(t, operation, "web"))); d != "" {
				t.Errorf("killed after %s, %s: %s", state.after, operation, d)
			}
		}
		got := summary(c.planHCL(t, versions(hcl, "1.0.1", "1.0.0"), planner.Options{}))
		slices.Sort(got)
		slices.Sort(state.apply)
		if d := cmp.Diff(state.apply, got); d != "" {
			t.Errorf("killed after %s, apply: %s", state.after, d)
		}
	}
}

// A run that was killed while pods came up is gone on with: they are waited for.
func TestS43ASwitchKilledWhileItScalesUp(t *testing.T) {
	c := deployed(t, colors)
	c.settle(t, c.planSwitch(t, planner.SwitchRetire, "web"))
	p := c.planSwitch(t, planner.SwitchForward, "web")
	c.mustApply(t, change(t, p, "Deployment", "web-green").Object)
	c.killed(p)
	p = c.planSwitch(t, planner.SwitchForward, "web")
	if d := cmp.Diff([]string{"update Service web", "update Service web-preview"}, summary(p)); d != "" {
		t.Error(d)
	}
	service, green := change(t, p, "Service", "web"), change(t, p, "Deployment", "web-green")
	if d := cmp.Diff([]planner.Need{{ID: green.ID, Gate: planner.Ready}}, service.Needs); d != "" || green.Health == nil {
		t.Errorf("the move does not wait for the pods: %s, %+v", d, green.Health)
	}
	if p := c.planSwitch(t, planner.SwitchBack, "web"); !p.Empty() {
		t.Errorf("back: %q", summary(p))
	}
}

// What a run that was killed had meant to make of objects is neither done nor recorded by
// a switch.
func TestS43ASwitchOnWhatAKilledApplyHasLeft(t *testing.T) {
	c := deployed(t, colors)
	next := strings.Replace(versions(colors, "1.0.2", "1.0.1"), `port "http" { number = 80 }`, "port \"http\" { number = 80 }\n  port \"more\" { number = 81 }", 1)
	c.killed(c.planHCL(t, next+"app \"more\" {\n image = \"nginx:1.27\"\n}\n", planner.Options{}))

	p := c.planSwitch(t, planner.SwitchForward, "web")
	if d := cmp.Diff([]string{"update Service web", "update Service web-preview"}, summary(p)); d != "" {
		t.Fatal(d)
	}
	service := change(t, p, "Service", "web")
	if ports, _, _ := unstructured.NestedSlice(service.Object.Object, "spec", "ports"); len(ports) != 1 || service.Move.To.String() != "green 1.0.1" {
		t.Errorf("ports %v, %+v", ports, service.Move)
	}
	for _, change := range p.Changes {
		if change.ID.Name == "more" {
			t.Error("an object that was never made is recorded as there")
		}
		if change.ID.Name == "web-green" && change.Object.GetLabels()[planner.LabelVersion] != "1.0.1" {
			t.Errorf("%s is recorded as %v", change.ID, change.Object.GetLabels())
		}
	}
	if n := len(slices.DeleteFunc(slices.Clone(p.Changes), func(c planner.Change) bool { return c.ID.Kind != "ConfigMap" })); n != 2 {
		t.Errorf("%d ConfigMaps are recorded, of two versions", n)
	}
}
