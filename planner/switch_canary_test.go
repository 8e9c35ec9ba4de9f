package planner_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"stowage/planner"
)

// withCanary is a cluster with a stable version and the canary of another one.
func withCanary(t *testing.T, count string) *cluster {
	t.Helper()
	c := newCluster(t, true)
	c.settle(t, c.planHCL(t, canaryWith("1.27", count, canarySteps), planner.Options{}))
	c.settle(t, c.planHCL(t, canaryWith("1.28", count, canarySteps), planner.Options{}))
	return c
}

func TestCanaryStepByStep(t *testing.T) {
	c := withCanary(t, "replicas = 4")
	p := c.planSwitch(t, planner.CanaryNext, "web")
	checkSummary(t, p, "update Deployment web-canary", "update Deployment web")
	checkPods(t, p, "web-canary", 2, "nginx:1.28")
	checkPods(t, p, "web", 2, "nginx:1.27")
	if !needs(t, p, "Deployment", "web", "web-canary") {
		t.Error("the stable version gives up a pod before the canary has it")
	}
	if len(p.Waiting) != 1 || p.Waiting[0].Weight != 50 || p.Waiting[0].Next.Pods != 2 || p.Waiting[0].Active.Pods != 2 {
		t.Errorf("waiting: %+v", p.Waiting)
	}
	if got := change(t, p, "Deployment", "web").Reason; got != "50% of 4 pods is 2 (50%)" {
		t.Error(got)
	}
	if p.Release.Switch != planner.CanaryNext || !cmp.Equal(p.Release.SwitchApps, []string{"web"}) {
		t.Errorf("%+v", p.Release)
	}
	c.settle(t, p)
	c.checkCanaryUnchanged(t, "1.28", "replicas = 4")

	// After the last step comes the promotion.
	p = c.planSwitch(t, planner.CanaryNext, "web")
	checkSummary(t, p, "update Deployment web", "delete Deployment web-canary")
	checkPods(t, p, "web", 4, "nginx:1.28")
	if !needs(t, p, "Deployment", "web-canary", "web") {
		t.Error("the canary goes before the stable version is ready")
	}
	c.settle(t, p)
	c.checkCanaryUnchanged(t, "1.28", "replicas = 4")

	p = c.planSwitch(t, planner.CanaryNext, "web")
	if !p.Empty() || len(p.Warnings) != 1 || !strings.Contains(p.Warnings[0].Summary, "web: it has no canary") {
		t.Errorf("%q, warnings %+v", summary(p), p.Warnings)
	}
}

// checkCanaryUnchanged checks that an apply of what was applied has nothing to do.
func (c *cluster) checkCanaryUnchanged(t *testing.T, version, count string) {
	t.Helper()
	if p := c.planHCL(t, canaryWith(version, count, canarySteps), planner.Options{}); !p.Empty() {
		for _, change := range p.Changes {
			t.Errorf("%s %s: %+v", change.Action, change.ID, change.Diff)
		}
	}
}

func TestCanaryPromotedAtOnce(t *testing.T) {
	c := withCanary(t, "replicas = 3")
	p := c.planSwitch(t, planner.CanaryPromote, "web")
	checkSummary(t, p, "update Deployment web", "delete Deployment web-canary")
	checkPods(t, p, "web", 3, "nginx:1.28")
	if !needs(t, p, "Deployment", "web-canary", "web") {
		t.Error("the canary goes before the stable version is ready")
	}

	// What a run that was killed has left of it is ended by the same command.
	c.mustApply(t, change(t, p, "Deployment", "web").Object)
	c.prior.Interrupted = true
	for _, operation := range []planner.Operation{planner.CanaryPromote, planner.CanaryNext} {
		p = c.planSwitch(t, operation, "web")
		checkSummary(t, p, "delete Deployment web-canary")
		if !needs(t, p, "Deployment", "web-canary", "web") {
			t.Error("the canary goes before the stable version is ready")
		}
	}
	if _, err := c.trySwitch(t, planner.Switch{Operation: planner.CanaryAbort, Apps: []string{"web"}}); err == nil ||
		!strings.Contains(err.Error(), "canary 1.28 is stable already, and only its canary is left") {
		t.Errorf("err = %v", err)
	}
}

func TestCanaryAborted(t *testing.T) {
	for name, count := range map[string]string{"declared": "replicas = 3", "autoscaled": autoscaledFrom} {
		t.Run(name, func(t *testing.T) {
			c := withCanary(t, count)
			p := c.planSwitch(t, planner.CanaryAbort, "web")
			if count == "replicas = 3" {
				checkSummary(t, p, "update Deployment web", "delete Deployment web-canary")
				checkPods(t, p, "web", 3, "nginx:1.27")
			} else {
				checkSummary(t, p, "delete Deployment web-canary")
			}
			if !needs(t, p, "Deployment", "web-canary", "web") {
				t.Error("the canary goes before the stable version has its pods back")
			}
			c.settle(t, p)
			c.checkCanaryUnchanged(t, "1.27", count)

			if p = c.planSwitch(t, planner.CanaryAbort, "web"); !p.Empty() {
				t.Errorf("not empty: %q", summary(p))
			}
			p = c.planHCL(t, canaryWith("1.28", count, canarySteps), planner.Options{})
			if len(p.Waiting) != 1 || p.Waiting[0].Weight != 10 {
				t.Errorf("waiting: %+v", p.Waiting)
			}
		})
	}
}

func TestCanaryOfAnAutoscaledAppStepByStep(t *testing.T) {
	c := withCanary(t, autoscaledFrom)
	c.scale(t, "Deployment") // to 9
	p := c.planSwitch(t, planner.CanaryNext, "web")
	checkSummary(t, p, "update Deployment web-canary")
	checkPods(t, p, "web-canary", 9, "nginx:1.28")
	c.settle(t, p)
	c.checkCanaryUnchanged(t, "1.28", autoscaledFrom)
	p = c.planSwitch(t, planner.CanaryPromote, "web")
	if count, declared := numberOfPods(change(t, p, "Deployment", "web").Object); declared {
		t.Errorf("sets %d pods, which is the autoscaler's to do", count)
	}
	c.settle(t, p)
	if got := c.replicasOf(t, "Deployment"); got != 9 {
		t.Errorf("%d pods", got)
	}
	c.checkCanaryUnchanged(t, "1.28", autoscaledFrom)
}

func TestACanaryThatIsNotThereGetsNoMore(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	c.settle(t, c.planHCL(t, canaryOf("1.27"), planner.Options{}))
	bad := strings.Replace(canaryOf("1.28"), "nginx:1.28", "simulate.local/never-ready:1.28", 1)
	c.carryOut(t, c.planHCL(t, bad, planner.Options{}))
	for _, operation := range []planner.Operation{planner.CanaryNext, planner.CanaryPromote} {
		_, err := c.trySwitch(t, planner.Switch{Operation: operation, Apps: []string{"web"}})
		var there *planner.NotThereError
		if !errors.As(err, &there) || there.Side.String() != "canary 1.28" || there.Ready != 0 || there.Wanted != 1 {
			t.Errorf("%s: %v", operation, err)
		}
	}
	p := c.planSwitch(t, planner.CanaryAbort, "web")
	checkSummary(t, p, "update Deployment web", "delete Deployment web-canary")
}

// A step that a killed run has begun is ended, not overtaken.
func TestACanaryStepHalfDone(t *testing.T) {
	c := withCanary(t, "replicas = 4")
	p := c.planSwitch(t, planner.CanaryNext, "web")
	c.mustApply(t, change(t, p, "Deployment", "web-canary").Object)
	c.prior.Interrupted = true
	p = c.planSwitch(t, planner.CanaryNext, "web")
	checkSummary(t, p, "update Deployment web")
	checkPods(t, p, "web", 2, "nginx:1.27")
	if !needs(t, p, "Deployment", "web", "web-canary") {
		t.Error("the stable version gives up a pod before the canary has it")
	}
	if len(p.Warnings) != 1 || p.Warnings[0].Summary != "web: the step to 50% was begun and did not end; it is ended now" {
		t.Errorf("warnings: %+v", p.Warnings)
	}
	// An apply ends it too.
	p = c.planHCL(t, canaryWith("1.28", "replicas = 4", canarySteps), planner.Options{})
	checkSummary(t, p, "update Deployment web")
	checkPods(t, p, "web", 2, "nginx:1.27")
}
