package planner_test

import (
	"slices"
	"strings"
	"testing"

	"stowage/planner"
)

const smokeCheck = `check "smoke" {
      image = "busybox:1.37"
    }`

func autoSwitching(version string, more ...string) string {
	return blueGreenWith(version, "replicas = 3", strings.Join(append([]string{"auto_switch = true"}, more...), "\n"))
}

func TestAutoSwitchMovesTrafficInTheSamePlan(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	c.applyHCL(t, autoSwitching("1.27"))
	p := c.planHCL(t, autoSwitching("1.28", "keep_previous = 1"), planner.Options{})
	checkWrites(t, p, "create Deployment web-green", "update Service web", "update Deployment web-blue", "update Service web-preview")
	checkOrder(t, p)
	checkPods(t, p, "web-green", 3, "nginx:1.28")
	checkPods(t, p, "web-blue", 1, "nginx:1.27")
	checkMove(t, p, "blue 1.27", "green 1.28", 3)
	if len(p.Waiting) > 0 {
		t.Errorf("waiting %+v", p.Waiting)
	}

	service, preview, old := change(t, p, "Service", "web"), change(t, p, "Service", "web-preview"), change(t, p, "Deployment", "web-blue")
	if ready := service.Move.Ready; ready == nil || *ready != preview.ID {
		t.Errorf("%v tells that green is there", ready)
	}
	if color := selectorColor(service.Move.Preview); color != "none" || colorBehind(t, p, "web-preview") != "blue" {
		t.Errorf("the preview leads to %s meanwhile, and to %s then", color, colorBehind(t, p, "web-preview"))
	}
	if !needs(t, p, "Service", "web", "web-green") {
		t.Errorf("traffic moves after %v", service.Needs)
	}
	moved := planner.Need{ID: service.ID, Gate: planner.Ready}
	if !slices.Contains(preview.Needs, moved) || !slices.Contains(old.Needs, moved) || old.Delay == 0 {
		t.Errorf("the preview follows after %v, blue shrinks %s after %v", preview.Needs, old.Delay, old.Needs)
	}
	c.carryOut(t, p)
	c.checkUnchanged(t, autoSwitching("1.28", "keep_previous = 1"))
}

func TestAutoSwitchKeepsThePreviousColorWhole(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	c.applyHCL(t, autoSwitching("1.27"))
	p := c.planHCL(t, autoSwitching("1.28"), planner.Options{})
	checkWrites(t, p, "create Deployment web-green", "update Service web", "update Service web-preview")
}

func TestAutoSwitchMovesWhatWaitsAlready(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	c.applyHCL(t, blueGreenOf("1.27"))
	c.applyHCL(t, blueGreenOf("1.28"))
	p := c.planHCL(t, autoSwitching("1.28"), planner.Options{})
	checkWrites(t, p, "update Deployment web-green", "update Service web", "update Service web-preview")
	checkMove(t, p, "blue 1.27", "green 1.28", 3)
}

func TestAutoSwitchRunsChecksBeforeAndAfter(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	first := c.planHCL(t, autoSwitching("1.27", smokeCheck), planner.Options{})
	checkWrites(t, first, "create Deployment web-blue", "create Service web", "create Service web-preview", "create CronJob web-smoke")
	c.carryOut(t, first)

	p := c.planHCL(t, autoSwitching("1.28", smokeCheck, "keep_previous = 0"), planner.Options{})
	checkWrites(t, p, "create Deployment web-green", "run Job web-smoke-before-2", "update Service web",
		"run Job web-smoke-after-2", "update Deployment web-blue", "update Service web-preview")
	checkOrder(t, p)
	service, before, after := change(t, p, "Service", "web"), change(t, p, "Job", "web-smoke-before-2"), change(t, p, "Job", "web-smoke-after-2")
	if !waitsFor(p, before, c.deployment("web-green"), planner.Ready) || before.Impact != "asks web-preview:80" {
		t.Errorf("%q after %v", before.Impact, before.Needs)
	}
	if !waitsFor(p, service, before.ID, planner.Ready) {
		t.Errorf("traffic moves after %v", service.Needs)
	}
	if !waitsFor(p, after, service.ID, planner.Ready) || after.Impact != "asks web:80" {
		t.Errorf("%q after %v", after.Impact, after.Needs)
	}
	if old := change(t, p, "Deployment", "web-blue"); !waitsFor(p, old, after.ID, planner.Ready) {
		t.Errorf("blue goes after %v", old.Needs)
	}

	// A run that was killed right after the move has left the preview leading nowhere.
	c.carryOutUntil(t, c.planHCL(t, strings.Replace(autoSwitching("1.28", smokeCheck), "auto_switch = true", "", 1), planner.Options{}), "Deployment")
	c.steer(t, "green", "none")
	p = c.planHCL(t, autoSwitching("1.28", smokeCheck), planner.Options{})
	checkWrites(t, p, "update Deployment web-green", "update Service web-preview", "run Job web-smoke-after-4")
	// Or right before: what the preview was asked need not be asked again.
	c.steer(t, "blue", "none")
	p = c.planHCL(t, autoSwitching("1.28", smokeCheck), planner.Options{})
	checkWrites(t, p, "update Deployment web-green", "update Service web", "update Service web-preview", "run Job web-smoke-after-5")
}

// What the checks ask has to be there: the first apply with a preview leads it to the version.
func TestAutoSwitchWaitsForAPreviewToCheck(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	c.applyHCL(t, autoSwitching("1.27", "preview = false"))
	p := c.applyHCL(t, autoSwitching("1.28", smokeCheck))
	checkWrites(t, p, "create Deployment web-green", "create Service web-preview", "create CronJob web-smoke")
	if len(p.Waiting) != 1 {
		t.Errorf("waiting %+v", p.Waiting)
	}
	p = c.planHCL(t, autoSwitching("1.28", smokeCheck), planner.Options{})
	checkWrites(t, p, "run Job web-smoke-before-3", "update Service web", "update Service web-preview", "run Job web-smoke-after-3")
}

func TestAutoSwitchOfAWorker(t *testing.T) {
	t.Parallel()
	auto := func(version string) string {
		return strings.Replace(workerOf(version), "worker   = true", "worker = true\nauto_switch = true", 1)
	}
	c := newCluster(t, true)
	c.applyHCL(t, auto("1"))
	p := c.planHCL(t, auto("2"), planner.Options{})
	checkWrites(t, p, "create Deployment web-green", "update Deployment web-blue")
	checkPods(t, p, "web-green", 2, "nginx:2")
	checkPods(t, p, "web-blue", 0, "nginx:1")
	blue, green := annotation(t, p, "web-blue", planner.AnnotationActive), annotation(t, p, "web-green", planner.AnnotationActive)
	if blue != "" || green != "2" {
		t.Errorf("blue works since revision %q, green since %q", blue, green)
	}
	old := change(t, p, "Deployment", "web-blue")
	if old.Move == nil || old.Impact != "work moves from blue 1 to green 2" || !needs(t, p, "Deployment", "web-blue", "web-green") {
		t.Errorf("%q after %v", old.Impact, old.Needs)
	}
	c.carryOut(t, p)
	c.checkUnchanged(t, auto("2"))
}

func TestAutoSwitchTakesTheAutoscalerAlong(t *testing.T) {
	t.Parallel()
	auto := func(version string) string {
		return blueGreenWith(version, autoscaledFrom, "auto_switch = true\nkeep_previous = 0")
	}
	c := newCluster(t, true)
	c.applyHCL(t, auto("1.27"))
	c.scaleTo(t, "web-blue", 5)
	p := c.planHCL(t, auto("1.28"), planner.Options{})
	checkWrites(t, p, "create Deployment web-green", "update Service web", "update HorizontalPodAutoscaler web",
		"update Deployment web-blue", "update Service web-preview")
	checkPods(t, p, "web-green", 5, "nginx:1.28")
	checkPods(t, p, "web-blue", 0, "nginx:1.27")
	scaler := change(t, p, "HorizontalPodAutoscaler", "web")
	if scaledBy(scaler) != "web-green" || !waitsFor(p, scaler, change(t, p, "Service", "web").ID, planner.Ready) {
		t.Errorf("%s is scaled after %v", scaledBy(scaler), scaler.Needs)
	}
	if old := change(t, p, "Deployment", "web-blue"); !waitsFor(p, old, scaler.ID, planner.Applied) {
		t.Errorf("blue shrinks after %v", old.Needs)
	}
	c.carryOut(t, p)
	c.checkUnchanged(t, auto("1.28"))
}
