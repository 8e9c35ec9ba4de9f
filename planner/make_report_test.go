package planner_test

import (
	"strings"
	"testing"

	"stowage/planner"
)

func TestS22AReportTellsWhatStandsInTheWayAndAllTheRest(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	manifests := readFile(t, "testdata/plan/petclinic.yaml")
	wrong := strings.Replace(manifests, "replicas: 3", "replicas: -3", 1)
	if _, err := c.tryPlan(t, wrong, planner.Options{}); err == nil {
		t.Fatal("nothing stands in the way, so the test shows nothing")
	}
	p := c.plan(t, wrong, planner.Options{Report: true})
	if got := change(t, p, "Deployment", "petclinic"); got.Action != planner.Create {
		t.Errorf("Deployment petclinic is not there, and the action is %s", got.Action)
	}
	for _, w := range p.Warnings {
		if strings.Contains(w.Summary, "Deployment petclinic") && strings.Contains(w.Detail, "-3") && w.Origin.Line > 0 {
			return
		}
	}
	t.Errorf("no warning says what is wrong: %+v", p.Warnings)
}
