package planner_test

import (
	"slices"
	"strings"
	"testing"

	"stowage/planner"
)

// strategyOf is the app with another rollout than blue-green.
func strategyOf(version, count, strategy string) string {
	return strings.Replace(blueGreenWith(version, count, ""), `strategy = "blue-green"`, `strategy = `+strategy, 1)
}

func rollingOf(version string) string { return strategyOf(version, "replicas = 3", `"rolling"`) }

// waitsFor reports whether a change of the plan waits for an object to pass a gate, be it
// by way of others.
func waitsFor(p *planner.Plan, from planner.Change, id planner.ObjectID, gate planner.Gate) bool {
	for _, need := range from.Needs {
		if need.ID == id && need.Gate == gate {
			return true
		}
		for _, c := range p.Changes {
			if c.ID == need.ID && waitsFor(p, c, id, gate) {
				return true
			}
		}
	}
	return false
}

func checkMove(t *testing.T, p *planner.Plan, from, to string, pods int64) {
	t.Helper()
	move := change(t, p, "Service", "web").Move
	if move == nil {
		t.Fatal("no traffic moves")
	}
	if move.From.String() != from || move.To.String() != to || move.Pods != pods {
		t.Errorf("traffic moves from %s to %s with %d pods", move.From, move.To, move.Pods)
	}
}

func TestFromRollingToBlueGreen(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	c.applyHCL(t, rollingOf("1.27"))
	p := c.planHCL(t, blueGreenOf("1.27"), planner.Options{})
	checkWrites(t, p, "create Deployment web-blue", "update Service web", "create Service web-preview", "delete Deployment web")
	checkOrder(t, p)
	checkPods(t, p, "web-blue", 3, "nginx:1.27")
	checkMove(t, p, "stable 1.27", "blue 1.27", 3)
	if len(p.Waiting) > 0 {
		t.Errorf("waiting %+v", p.Waiting)
	}
	service, old := change(t, p, "Service", "web"), change(t, p, "Deployment", "web")
	if want := "traffic moves from stable 1.27 to blue 1.27"; service.Impact != want {
		t.Errorf("impact %q, want %q", service.Impact, want)
	}
	if !waitsFor(p, service, c.deployment("web-blue"), planner.Ready) {
		t.Error("traffic moves before there are pods")
	}
	if !waitsFor(p, old, c.deployment("web-blue"), planner.Ready) || old.Reason != "Deployment web-blue takes its place" {
		t.Errorf("the old pods go for %q, after %v", old.Reason, old.Needs)
	}
	c.carryOut(t, p)
	c.checkUnchanged(t, blueGreenOf("1.27"))
}

func TestFromRollingToBlueGreenInterrupted(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	c.applyHCL(t, rollingOf("1.27"))
	c.carryOutUntil(t, c.planHCL(t, blueGreenOf("1.28"), planner.Options{}), "Deployment")
	p := c.planHCL(t, blueGreenOf("1.28"), planner.Options{})
	checkWrites(t, p, "update Service web", "create Service web-preview", "delete Deployment web")
	checkMove(t, p, "stable 1.27", "blue 1.28", 3)
}

func TestFromBlueGreenToRolling(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	c.applyHCL(t, blueGreenOf("1.27"))
	c.applyHCL(t, blueGreenOf("1.28"))
	p := c.planHCL(t, rollingOf("1.28"), planner.Options{})
	checkWrites(t, p, "create Deployment web", "delete Service web-preview", "delete Deployment web-green", "update Service web", "delete Deployment web-blue")
	checkOrder(t, p)
	checkMove(t, p, "blue 1.27", "stable 1.28", 3)
	service, idle, active := change(t, p, "Service", "web"), change(t, p, "Deployment", "web-green"), change(t, p, "Deployment", "web-blue")
	if !slices.Contains(service.Needs, planner.Need{ID: idle.ID, Gate: planner.Gone}) || !waitsFor(p, service, c.deployment("web"), planner.Ready) {
		t.Errorf("the Service selects all pods after %v", service.Needs)
	}
	if !waitsFor(p, idle, c.deployment("web"), planner.Ready) {
		t.Errorf("the idle color goes after %v", idle.Needs)
	}
	if !waitsFor(p, active, service.ID, planner.Applied) && !waitsFor(p, active, c.deployment("web"), planner.Ready) {
		t.Errorf("the active color goes after %v", active.Needs)
	}
	c.carryOut(t, p)
	c.checkUnchanged(t, rollingOf("1.28"))
}

func TestFromBlueGreenToRollingAutoscaled(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	c.applyHCL(t, blueGreenWith("1.27", autoscaledFrom, ""))
	c.scaleTo(t, "web-blue", 5)
	rolling := strategyOf("1.27", autoscaledFrom, `"rolling"`)
	p := c.planHCL(t, rolling, planner.Options{})
	checkPods(t, p, "web", 5, "nginx:1.27")
	service := change(t, p, "Service", "web").ID
	if scaler := change(t, p, "HorizontalPodAutoscaler", "web"); !waitsFor(p, scaler, service, planner.Ready) {
		t.Errorf("the autoscaler follows after %v", scaler.Needs)
	}
	c.carryOut(t, p)
	c.checkUnchanged(t, rolling)

	// And back: as many pods as there are now.
	c.scaleTo(t, "web", 7)
	p = c.planHCL(t, blueGreenWith("1.27", autoscaledFrom, ""), planner.Options{})
	checkPods(t, p, "web-blue", 7, "nginx:1.27")
	c.carryOut(t, p)
	c.checkUnchanged(t, blueGreenWith("1.27", autoscaledFrom, ""))
}

func TestFromCanaryToBlueGreenAndBack(t *testing.T) {
	t.Parallel()
	canary := func(version string) string { return strategyOf(version, "replicas = 3", "\"canary\"\nsteps = [50]") }
	c := newCluster(t, true)
	c.applyHCL(t, canary("1.27"))
	c.applyHCL(t, canary("1.28"))
	p := c.planHCL(t, blueGreenOf("1.28"), planner.Options{})
	checkWrites(t, p, "create Deployment web-blue", "update Service web", "create Service web-preview",
		"delete Deployment web", "delete Deployment web-canary")
	checkMove(t, p, "stable 1.27", "blue 1.28", 3)
	c.carryOut(t, p)
	c.checkUnchanged(t, blueGreenOf("1.28"))

	p = c.planHCL(t, canary("1.28"), planner.Options{})
	checkWrites(t, p, "create Deployment web", "delete Service web-preview", "update Service web", "delete Deployment web-blue")
	checkMove(t, p, "blue 1.28", "stable 1.28", 3)
	c.carryOut(t, p)
	c.checkUnchanged(t, canary("1.28"))
}

func TestFromRollingToBlueGreenWorkerAndBack(t *testing.T) {
	t.Parallel()
	rolling := strings.NewReplacer(`"blue-green"`, `"rolling"`, "worker   = true", "").Replace(workerOf("1"))
	c := newCluster(t, true)
	c.applyHCL(t, rolling)
	p := c.applyHCL(t, workerOf("1"))
	checkWrites(t, p, "create Deployment web-blue", "delete Deployment web")
	checkPods(t, p, "web-blue", 2, "nginx:1")
	p = c.applyHCL(t, rolling)
	checkWrites(t, p, "create Deployment web", "delete Deployment web-blue")
	c.checkUnchanged(t, rolling)
}
