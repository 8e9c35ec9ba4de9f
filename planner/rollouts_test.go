package planner_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"stowage/planner"
)

// states reads where the apps stand, in a line each.
func (c *cluster) states(t testing.TB) []string {
	t.Helper()
	rollouts, err := planner.ReadRollouts(t.Context(), c.Client, "shop", c.namespace)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, r := range rollouts {
		line := fmt.Sprintf("%s %s: active %s, newest %s", r.App, r.Strategy, r.Active, r.Newest)
		for _, side := range r.Sides {
			line += fmt.Sprintf("; %s %d/%d endpoints %d", side, side.Ready, side.Pods, side.Endpoints)
		}
		if r.Unfinished {
			line += "; unfinished"
		}
		lines = append(lines, line)
	}
	return lines
}

func TestS43StatusNamesTheLiveColor(t *testing.T) {
	c := deployed(t, colors)
	c.requests.take()
	got := c.states(t)
	want := []string{
		"api blue-green: active blue, newest green; blue 1.0.0 1/1 endpoints 1; green 1.0.1 1/1 endpoints 0",
		"web blue-green: active blue, newest green; blue 1.0.0 2/2 endpoints 2; green 1.0.1 2/2 endpoints 0",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]string{"deployments", "endpointslices", "horizontalpodautoscalers", "pods", "services"}, resources(c.requests.take())); d != "" {
		t.Error(d)
	}
	p := c.planSwitch(t, planner.SwitchForward, "web")
	service := change(t, p, "Service", "web")

	// A run that is killed between any two writes leaves one color with the traffic.
	c.mustApply(t, service.Move.Preview)
	if got := c.states(t)[1]; !strings.HasPrefix(got, "web blue-green: active blue, ") || !strings.HasSuffix(got, "; unfinished") {
		t.Error(got)
	}
	c.mustApply(t, service.Object)
	c.waitEndpoints(t, "web")
	want[1] = "web blue-green: active green, newest green; blue 1.0.0 2/2 endpoints 0; green 1.0.1 2/2 endpoints 2"
	if got := c.states(t)[1]; got != want[1]+"; unfinished" {
		t.Error(got)
	}
	c.settle(t, p)
	if got := c.states(t); !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}

func TestRolloutsWithoutTheRightToSeeEndpoints(t *testing.T) {
	c := deployed(t, colors)
	c.allow(t, "reader", []string{"get", "list"}, []string{"deployments", "services", "namespaces", "configmaps", "secrets"})
	if got, want := c.states(t)[1], "web blue-green: active blue, newest green; blue 1.0.0 2/2 endpoints 0; green 1.0.1 2/2 endpoints 0"; got != want {
		t.Error(got)
	}
	if _, err := c.trySwitch(t, planner.Switch{Operation: planner.SwitchForward, Apps: []string{"web"}}); err == nil || !strings.Contains(err.Error(), "cannot list") {
		t.Errorf("a switch: %v", err)
	}
}

func TestNoRolloutsOfAppsThatReplaceTheirPods(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	c.deploy(t, shop)
	if got := c.states(t); got != nil {
		t.Errorf("%q", got)
	}
}
