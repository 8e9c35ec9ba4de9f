package planner_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"

	"stowage/internal/testcluster"
	"stowage/planner"
)

func TestS42AnAutoscaledIdleColorIsSizedToTheLiveCount(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	autoscaled := func(version string) string { return blueGreenWith(version, autoscaledFrom, "") }
	p := c.applyHCL(t, autoscaled("1.27"))
	if got := change(t, p, "HorizontalPodAutoscaler", "web"); scaledBy(got) != "web-blue" {
		t.Errorf("the autoscaler scales %s", scaledBy(got))
	}
	c.checkUnchanged(t, autoscaled("1.27"))

	c.scaleTo(t, "web-blue", 9)
	p = c.applyHCL(t, autoscaled("1.28"))
	checkPods(t, p, "web-green", 9, "nginx:1.28")
	if got := change(t, p, "HorizontalPodAutoscaler", "web"); got.Action != planner.NoOp || scaledBy(got) != "web-blue" {
		t.Errorf("%s: the autoscaler scales %s", got.Action, scaledBy(got))
	}
	c.checkUnchanged(t, autoscaled("1.28"))

	// The autoscaler goes with the traffic, and chooses the number from then on.
	c.steer(t, "green", "blue")
	c.retarget(t, "web-green")
	c.checkUnchanged(t, autoscaled("1.28"))
	c.scaleTo(t, "web-green", 4)
	c.checkUnchanged(t, autoscaled("1.28"))

	// The other color's number is nobody's business, until a version goes there.
	p = c.planHCL(t, autoscaled("1.29"), planner.Options{})
	checkWrites(t, p, "update Deployment web-blue")
	checkPods(t, p, "web-blue", 4, "nginx:1.29")

	// Nobody declares a number any more: it stays as it is.
	p = c.planHCL(t, blueGreenWith("1.28", "", ""), planner.Options{})
	checkWrites(t, p, "delete HorizontalPodAutoscaler web")
}

// scaleTo gives a Deployment another number of pods, as an autoscaler does.
func (c *cluster) scaleTo(t *testing.T, name string, pods int) {
	t.Helper()
	patch, options := fmt.Appendf(nil, `{"spec":{"replicas":%d}}`, pods), metav1.PatchOptions{FieldManager: "kube-controller-manager"}
	deployments := testcluster.Start(t).Client.AppsV1().Deployments(c.namespace)
	if _, err := deployments.Patch(t.Context(), name, types.MergePatchType, patch, options, "scale"); err != nil {
		t.Fatal(err)
	}
}

func scaledBy(c planner.Change) string {
	name, _, _ := unstructured.NestedString(c.Object.Object, "spec", "scaleTargetRef", "name")
	return name
}

// retarget has the autoscaler follow the active color, as a switch does.
func (c *cluster) retarget(t *testing.T, name string) {
	t.Helper()
	id := planner.ObjectID{Group: "autoscaling", Kind: "HorizontalPodAutoscaler", Namespace: c.namespace, Name: "web"}
	u := c.prior.Objects[id].DeepCopy()
	if err := unstructured.SetNestedField(u.Object, name, "spec", "scaleTargetRef", "name"); err != nil {
		t.Fatal(err)
	}
	c.mustApply(t, u)
	c.prior.Objects[id] = u
}

func TestBlueGreenKeepsANumberThatNobodyDeclares(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	undeclared := func(version string) string { return blueGreenWith(version, "", "") }
	c.applyHCL(t, undeclared("1.27"))
	c.scaleTo(t, "web-blue", 4)
	c.checkUnchanged(t, undeclared("1.27"))
	p := c.applyHCL(t, undeclared("1.28"))
	checkPods(t, p, "web-green", 4, "nginx:1.28")
	c.steer(t, "green", "blue")
	c.checkUnchanged(t, undeclared("1.28"))

	// Whoever has chosen a number does not stand in the way of the next version.
	c.as(t, "kubectl-edit", c.deployment("web-blue"), `{"spec":{"replicas":1}}`)
	p = c.planHCL(t, undeclared("1.29"), planner.Options{})
	checkPods(t, p, "web-blue", 4, "nginx:1.29")
}

const workerApp = `release "shop" { namespace = "NAMESPACE" }
app "web" {
  version  = "VERSION"
  image    = "nginx:VERSION"
  replicas = 2
  rollout {
    strategy = "blue-green"
    worker   = true
  }
}
`

func workerOf(version string) string { return strings.ReplaceAll(workerApp, "VERSION", version) }

func TestBlueGreenWorkerHasNoPodsBeforeTheSwitch(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	p := c.applyHCL(t, workerOf("1"))
	checkPods(t, p, "web-blue", 2, "nginx:1")
	if got := annotation(t, p, "web-blue", planner.AnnotationActive); got != "1" {
		t.Errorf("blue works since revision %q", got)
	}
	c.checkUnchanged(t, workerOf("1"))

	p = c.applyHCL(t, workerOf("2"))
	checkWrites(t, p, "create Deployment web-green")
	checkPods(t, p, "web-green", 0, "nginx:2")
	if got := annotation(t, p, "web-green", planner.AnnotationActive); got != "" {
		t.Errorf("green works since revision %q", got)
	}
	if green := change(t, p, "Deployment", "web-green"); green.Impact != "no pods until a switch; blue 1 goes on working" {
		t.Errorf("impact %q", green.Impact)
	}
	c.checkUnchanged(t, workerOf("2"))
}

// A switch of a worker that was killed has left both colors working.
func TestBlueGreenWorkerOfAnUnfinishedSwitch(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	c.applyHCL(t, workerOf("1"))
	c.applyHCL(t, workerOf("2"))
	c.work(t, "web-green", 2, "3")

	p := c.planHCL(t, workerOf("2"), planner.Options{})
	checkWrites(t, p, "update Deployment web-green")
	checkPods(t, p, "web-green", 0, "nginx:2")
	if got := annotation(t, p, "web-green", planner.AnnotationActive); got != "" {
		t.Errorf("green works since revision %q", got)
	}
	p = c.planHCL(t, workerOf("1"), planner.Options{})
	checkWrites(t, p, "update Deployment web-blue", "update Deployment web-green")
	checkPods(t, p, "web-green", 0, "nginx:2")
}

// work has a color work, as a switch does.
func (c *cluster) work(t *testing.T, name string, pods int64, since string) {
	t.Helper()
	u := c.prior.Objects[c.deployment(name)].DeepCopy()
	annotations := u.GetAnnotations()
	annotations[planner.AnnotationActive] = since
	u.SetAnnotations(annotations)
	if err := unstructured.SetNestedField(u.Object, pods, "spec", "replicas"); err != nil {
		t.Fatal(err)
	}
	c.mustApply(t, u)
}

func TestBlueGreenInterruptedFirstDeploy(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	p := c.planHCL(t, blueGreenOf("1.27"), planner.Options{})
	c.carryOutUntil(t, p, "Deployment")
	p = c.planHCL(t, blueGreenOf("1.27"), planner.Options{})
	checkWrites(t, p, "create Service web", "create Service web-preview")

	// Another version takes the place of the one that never had traffic.
	p = c.planHCL(t, blueGreenOf("1.28"), planner.Options{})
	checkWrites(t, p, "update Deployment web-blue", "create Service web", "create Service web-preview")
	if color := colorBehind(t, p, "web"); color != "blue" || len(p.Waiting) > 0 {
		t.Errorf("traffic goes to %s, waiting %+v", color, p.Waiting)
	}
}

// carryOutUntil does what a plan says up to the first object of a kind, as a run does
// that is killed then.
func (c *cluster) carryOutUntil(t *testing.T, p *planner.Plan, kind string) {
	t.Helper()
	last := slices.IndexFunc(p.Changes, func(change planner.Change) bool { return change.ID.Kind == kind && change.Action != planner.NoOp })
	before, rest := c.prior, p.Changes[last+1:]
	p.Changes = p.Changes[:last+1]
	c.carryOut(t, p)
	c.prior.Interrupted = true
	for i := range rest {
		if rest[i].Object != nil {
			c.prior.Objects[rest[i].ID] = rest[i].Object
		}
		if before == nil {
			continue
		}
		for _, item := range before.Inventory {
			if item.ID == rest[i].ID {
				if rest[i].Object != nil {
					item.LastRevision = p.Release.ToRevision
				}
				c.prior.Inventory = append(c.prior.Inventory, item)
			}
		}
	}
}

func TestBlueGreenServiceThatSomebodyDeleted(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	c.applyHCL(t, blueGreenOf("1.27"))
	c.applyHCL(t, blueGreenOf("1.28"))
	c.steer(t, "green", "blue")
	c.mustDelete(t, &planner.Change{
		ID: planner.ObjectID{Kind: "Service", Namespace: c.namespace, Name: "web"}, Live: &planner.LiveRef{},
	})
	p := c.planHCL(t, blueGreenOf("1.28"), planner.Options{})
	checkWrites(t, p, "create Service web")
	if color := colorBehind(t, p, "web"); color != "green" {
		t.Errorf("traffic goes to %s", color)
	}
	p = c.planHCL(t, blueGreenOf("1.29"), planner.Options{})
	checkWrites(t, p, "update Deployment web-blue", "create Service web")
	if color := colorBehind(t, p, "web"); color != "green" {
		t.Errorf("traffic goes to %s", color)
	}
}

func TestBlueGreenActiveColorThatSomebodyDeleted(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	c.applyHCL(t, blueGreenOf("1.27"))
	p := c.applyHCL(t, blueGreenOf("1.28"))
	c.mustDelete(t, &planner.Change{ID: c.deployment("web-blue"), Live: change(t, p, "Deployment", "web-blue").Live})

	// Nothing answers: what is up already with the version gets the traffic.
	p = c.planHCL(t, blueGreenOf("1.28"), planner.Options{})
	checkWrites(t, p, "update Service web", "update Service web-preview")
	if color, preview := colorBehind(t, p, "web"), colorBehind(t, p, "web-preview"); color != "green" || preview != "blue" {
		t.Errorf("traffic goes to %s, the preview to %s", color, preview)
	}
	// Any other version is made where the traffic goes.
	p = c.planHCL(t, blueGreenOf("1.29"), planner.Options{})
	checkWrites(t, p, "create Deployment web-blue")
}

func TestBlueGreenKnowsTheSecretsOfBothVersions(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	c.applyHCL(t, blueGreenOf("1.27"))
	c.forgetValues()
	p := c.planHCL(t, blueGreenOf("1.28"), planner.Options{})
	for _, version := range []string{"1.27", "1.28"} {
		if text := p.Redactor().Text("got token of " + version); strings.Contains(text, "token of") {
			t.Errorf("an app's log would show %q", text)
		}
	}
}

// forgetValues leaves of the prior revision's Secrets what records have.
func (c *cluster) forgetValues() {
	for id, u := range c.prior.Objects {
		if !id.IsSecret() {
			continue
		}
		u = u.DeepCopy()
		data, _ := u.Object["data"].(map[string]any)
		for key := range data {
			data[key] = nil
		}
		c.prior.Objects[id] = u
	}
}

func TestBlueGreenComparesDataWithTheNewestVersion(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	c.applyHCL(t, blueGreenOf("1.27"))
	c.applyHCL(t, blueGreenOf("1.28"))
	for _, active := range [][2]string{{"blue", "green"}, {"green", "blue"}} {
		c.steer(t, active[0], active[1])
		p := c.planHCL(t, blueGreenOf("1.29"), planner.Options{})
		for _, change := range p.Changes {
			if change.Action != planner.Create || change.ID.Kind != "ConfigMap" {
				continue
			}
			if change.Data == nil || len(change.Data.Keys) != 1 || change.Data.Keys[0].Before != "1.28" {
				t.Errorf("with %s active: %+v", active[0], change.Data)
			}
		}
	}
}

func TestBlueGreenHasToKnowBothVersions(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	c.allow(t, "no-lists", []string{"get", "patch", "create"}, []string{"deployments", "services", "configmaps", "secrets"})
	_, err := c.tryPlanHCL(t, blueGreenOf("1.27"), planner.Options{})
	if errs := objectErrors(t, err); !strings.Contains(errs[0].Error(), "which versions run side by side is not known") {
		t.Errorf("%v", errs[0])
	}
}
