package planner_test

import (
	"testing"

	"stowage/planner"
)

// back plans to go back, and checks which of the two Deployments goes first.
func (c *cluster) back(t *testing.T, to *planner.Recording, first, second string) *planner.Plan {
	t.Helper()
	p := c.rollback(t, planner.Rollback{To: to})
	if !needs(t, p, "Deployment", second, first) || needs(t, p, "Deployment", first, second) {
		t.Errorf("%s does not wait for %s", second, first)
	}
	checkOrder(t, p)
	return p
}

func TestRollbackOfAndIntoCanaries(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	const count = "replicas = 10"
	stable := c.settle(t, c.planHCL(t, canaryWith("1.27", count, canarySteps), planner.Options{}))
	begun := c.settle(t, c.planHCL(t, canaryWith("1.28", count, canarySteps), planner.Options{}))
	half := c.settle(t, c.planSwitch(t, planner.CanaryNext, "web"))

	// From half to a tenth: the stable version grows first, though it shrank at that time.
	p := c.back(t, begun, "web", "web-canary")
	checkSummary(t, p, "update Deployment web", "update Deployment web-canary")
	checkPods(t, p, "web", 9, "nginx:1.27")
	checkPods(t, p, "web-canary", 1, "nginx:1.28")
	c.settle(t, p)
	c.checkCanaryUnchanged(t, "1.28", count)

	// And back again: the canary does.
	p = c.back(t, half, "web-canary", "web")
	checkPods(t, p, "web-canary", 5, "nginx:1.28")
	c.settle(t, p)

	// Out of the canary: it goes last.
	p = c.rollback(t, planner.Rollback{To: stable})
	checkSummary(t, p, "update Deployment web", "delete Deployment web-canary")
	if !needs(t, p, "Deployment", "web-canary", "web") {
		t.Error("the canary goes before the stable version has its pods back")
	}
	c.settle(t, p)
	c.checkCanaryUnchanged(t, "1.27", count)

	// Into it: it is there first.
	p = c.back(t, begun, "web-canary", "web")
	checkSummary(t, p, "create Deployment web-canary", "update Deployment web")
	c.settle(t, p)
	promoted := c.planSwitch(t, planner.CanaryPromote, "web")
	c.settle(t, promoted)
	p = c.back(t, half, "web-canary", "web")
	checkSummary(t, p, "create Deployment web-canary", "update Deployment web")
	checkPods(t, p, "web", 5, "nginx:1.27")
}
