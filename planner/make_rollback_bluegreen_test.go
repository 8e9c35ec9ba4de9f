package planner_test

import (
	"slices"
	"strings"
	"testing"

	"stowage/planner"
)

func TestS42RollbackToAVersionThatIsStillUpMovesTrafficAlone(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	first := c.deploy(t, blueGreenOf("1.27"))
	c.deploy(t, blueGreenOf("1.28"))
	c.steer(t, "green", "blue")
	p := c.rollback(t, planner.Rollback{To: first})
	checkWrites(t, p, "update Service web", "update Service web-preview")
	checkMove(t, p, "green 1.28", "blue 1.27", 3)
	service, preview := change(t, p, "Service", "web"), change(t, p, "Service", "web-preview")
	if service.Reason != "back to revision 1" || selectorColor(service.Move.Preview) != "none" {
		t.Errorf("%q, the preview leads to %s meanwhile", service.Reason, selectorColor(service.Move.Preview))
	}
	if !slices.Contains(preview.Needs, planner.Need{ID: service.ID, Gate: planner.Ready}) {
		t.Errorf("the preview follows after %v", preview.Needs)
	}
	checkPods(t, p, "web-green", 3, "nginx:1.28") // stays, and is recorded
	if preview.Impact != "the preview leads to green 1.28" {
		t.Errorf("impact %q", preview.Impact)
	}
	c.carryOut(t, p)
	c.prior.RollbackTo = 1
	if p := c.rollback(t, planner.Rollback{To: first}); !p.Empty() {
		t.Errorf("a second time: %q", summary(p))
	}
	c.checkUnchanged(t, blueGreenOf("1.28"))
}

func TestRollbackScalesUpWhatIsTooSmallFirst(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	first := c.deploy(t, blueGreenOf("1.27"))
	c.deploy(t, blueGreenOf("1.28"))
	c.steer(t, "green", "blue")
	c.rescale(t, "web-blue", 0)
	p := c.rollback(t, planner.Rollback{To: first})
	checkWrites(t, p, "update Deployment web-blue", "update Service web", "update Service web-preview")
	checkPods(t, p, "web-blue", 3, "nginx:1.27")
	if !needs(t, p, "Service", "web", "web-blue") {
		t.Error("traffic moves before there are pods")
	}
}

func TestRollbackOfWhatHasNoTrafficMovesNone(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	first := c.deploy(t, blueGreenOf("1.27"))
	second := c.deploy(t, blueGreenOf("1.28"))
	c.deploy(t, blueGreenOf("1.29"))

	p := c.rollback(t, planner.Rollback{To: second})
	checkWrites(t, p, "update Deployment web-green")
	checkPods(t, p, "web-green", 3, "nginx:1.28")
	if len(p.Waiting) != 1 || p.Waiting[0].Next.String() != "green 1.28" {
		t.Errorf("waiting %+v", p.Waiting)
	}
	// A run that was killed goes on to the same end.
	c.carryOutUntil(t, p, "Service")
	c.prior.RollbackTo = 2
	checkWrites(t, c.rollback(t, planner.Rollback{To: second}), "update Deployment web-green")

	p = c.rollback(t, planner.Rollback{To: first})
	checkWrites(t, p, "delete Deployment web-green")
}

// Neither color runs it any more: it goes to the idle one, and then traffic does.
func TestRollbackToAVersionThatIsGone(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	first := c.deploy(t, blueGreenOf("1.27"))
	c.deploy(t, blueGreenOf("1.28"))
	c.steer(t, "green", "blue")
	c.deploy(t, blueGreenOf("1.29"))
	c.steer(t, "blue", "green")

	p := c.rollback(t, planner.Rollback{To: first})
	checkWrites(t, p, "update Deployment web-green", "update Service web", "update Service web-preview")
	checkOrder(t, p)
	checkPods(t, p, "web-green", 3, "nginx:1.27")
	checkPods(t, p, "web-blue", 3, "nginx:1.29")
	checkMove(t, p, "blue 1.29", "green 1.27", 3)
	if green := change(t, p, "Deployment", "web-green"); !strings.HasPrefix(green.Reason, "back to revision 1") {
		t.Errorf("reason %q", green.Reason)
	}
	c.carryOut(t, p)
	c.checkUnchanged(t, blueGreenOf("1.27"))
}

func TestRollbackOfOneBlueGreenApp(t *testing.T) {
	t.Parallel()
	two := func(version string) string {
		return blueGreenOf(version) + strings.SplitN(strings.Replace(blueGreenOf(version), `app "web"`, `app "shop"`, 1), "\n", 2)[1]
	}
	c := newCluster(t, true)
	first := c.deploy(t, two("1.27"))
	second := c.deploy(t, two("1.28"))
	c.steer(t, "green", "blue")
	p := c.rollback(t, planner.Rollback{To: first, App: "web", From: second})
	checkWrites(t, p, "update Service web", "update Service web-preview")
	checkMove(t, p, "green 1.28", "blue 1.27", 3)
	checkPods(t, p, "shop-green", 3, "nginx:1.28")
}

func TestRollbackFromBlueGreenToRolling(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	first := c.deploy(t, rollingOf("1.27"))
	second := c.deploy(t, blueGreenOf("1.27"))
	c.deploy(t, blueGreenOf("1.28"))
	p := c.rollback(t, planner.Rollback{To: first})
	checkWrites(t, p, "create Deployment web", "delete Service web-preview", "delete Deployment web-green", "update Service web", "delete Deployment web-blue")
	checkOrder(t, p)
	checkMove(t, p, "blue 1.27", "stable 1.27", 3)
	c.carryOut(t, p)

	p = c.rollback(t, planner.Rollback{To: second})
	checkWrites(t, p, "create Deployment web-blue", "update Service web", "create Service web-preview", "delete Deployment web")
	checkMove(t, p, "stable 1.27", "blue 1.27", 3)
}

// An idle color would get traffic as long as the Service does not tell colors apart.
func TestRollbackFromRollingToTwoColors(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	c.deploy(t, blueGreenOf("1.27"))
	both := c.deploy(t, blueGreenOf("1.28"))
	c.deploy(t, rollingOf("1.28"))
	p := c.rollback(t, planner.Rollback{To: both})
	checkOrder(t, p)
	checkMove(t, p, "stable 1.28", "blue 1.27", 3)
	idle, service := change(t, p, "Deployment", "web-green"), change(t, p, "Service", "web")
	if idle.Action != planner.Create || !slices.Contains(idle.Needs, planner.Need{ID: service.ID, Gate: planner.Ready}) {
		t.Errorf("%s the idle color after %v", idle.Action, idle.Needs)
	}
}

func TestRollbackOfAWorkerStartsOneBeforeTheOtherStops(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	first := c.deploy(t, workerOf("1"))
	c.deploy(t, workerOf("2"))
	c.work(t, "web-green", 2, "3")
	c.rest(t, "web-blue")

	p := c.rollback(t, planner.Rollback{To: first})
	checkWrites(t, p, "update Deployment web-blue", "update Deployment web-green")
	checkPods(t, p, "web-blue", 2, "nginx:1")
	checkPods(t, p, "web-green", 0, "nginx:2")
	old := change(t, p, "Deployment", "web-green")
	if old.Move == nil || old.Move.To.String() != "blue 1" || !needs(t, p, "Deployment", "web-green", "web-blue") {
		t.Errorf("green stops with %+v after %v", old.Move, old.Needs)
	}
}

// rest has a color stop working, as a switch does.
func (c *cluster) rest(t *testing.T, name string) {
	t.Helper()
	u := c.prior.Objects[c.deployment(name)].DeepCopy()
	annotations := u.GetAnnotations()
	delete(annotations, planner.AnnotationActive)
	u.SetAnnotations(annotations)
	c.prior.Objects[c.deployment(name)] = u
	c.rescale(t, name, 0)
}
