package planner_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"stowage/planner"
)

const canaryApp = `release "shop" { namespace = "NAMESPACE" }
app "web" {
  version = "VERSION"
  image   = "nginx:VERSION"
  COUNT
  config = { RELEASED = "VERSION" }
  port "http" { number = 80 }
  resources { requests = { cpu = "1m" } }
  ROLLOUT
}
`

const canarySteps = `rollout {
    strategy = "canary"
    steps    = [10, 50]
  }`

// canaryOf is the app with three pods in a version.
func canaryOf(version string) string { return canaryWith(version, "replicas = 3", canarySteps) }

func canaryWith(version, count, rollout string) string {
	return strings.NewReplacer("VERSION", version, "COUNT", count, "ROLLOUT", rollout).Replace(canaryApp)
}

// pods returns how many pods a Deployment of the plan gets, and the image that they run.
func pods(t *testing.T, p *planner.Plan, name string) (int64, string) {
	t.Helper()
	u := change(t, p, "Deployment", name).Object
	count, _ := numberOfPods(u)
	containers, _, _ := unstructured.NestedSlice(u.Object, "spec", "template", "spec", "containers")
	image, _ := containers[0].(map[string]any)["image"].(string)
	return count, image
}

// numberOfPods returns how many pods a manifest sets, if it does.
func numberOfPods(u *unstructured.Unstructured) (int64, bool) {
	spec, _ := u.Object["spec"].(map[string]any)
	switch count := spec["replicas"].(type) {
	case int64:
		return count, true
	case int32:
		return int64(count), true
	}
	return 0, false
}

// needs reports whether a change waits until a Deployment is ready.
func needs(t *testing.T, p *planner.Plan, kind, name, ready string) bool {
	t.Helper()
	c := change(t, p, kind, name)
	id := planner.ObjectID{Group: "apps", Kind: "Deployment", Namespace: c.ID.Namespace, Name: ready}
	return slices.Contains(c.Needs, planner.Need{ID: id, Gate: planner.Ready})
}

func checkPods(t *testing.T, p *planner.Plan, name string, wantCount int64, wantImage string) {
	t.Helper()
	if count, image := pods(t, p, name); count != wantCount || image != wantImage {
		t.Errorf("%s has %d pods of %s, want %d of %s", name, count, image, wantCount, wantImage)
	}
}

func checkSummary(t *testing.T, p *planner.Plan, want ...string) {
	t.Helper()
	var written []string // without the versions of data
	for _, line := range summary(p) {
		if !strings.Contains(line, "ConfigMap") {
			written = append(written, line)
		}
	}
	if d := cmp.Diff(want, written); d != "" {
		t.Fatalf("(-want +got):\n%s", d)
	}
}

func TestCanaryFirstDeploy(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	p := c.planHCL(t, canaryOf("1.27"), planner.Options{})
	checkSummary(t, p, "create Deployment web", "create Service web")
	checkPods(t, p, "web", 3, "nginx:1.27")
	if len(p.Waiting) != 0 {
		t.Errorf("waiting: %+v", p.Waiting)
	}
	c.carryOut(t, p)
	if p := c.planHCL(t, canaryOf("1.27"), planner.Options{}); !p.Empty() {
		t.Errorf("not empty: %q", summary(p))
	}
}

func TestCanaryOfAnotherVersionStopsAtTheFirstStep(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	c.deploy(t, canaryOf("1.27"))
	p := c.planHCL(t, canaryOf("1.28"), planner.Options{})
	checkSummary(t, p, "create Deployment web-canary", "update Deployment web")
	checkPods(t, p, "web", 2, "nginx:1.27")
	checkPods(t, p, "web-canary", 1, "nginx:1.28")
	if !needs(t, p, "Deployment", "web", "web-canary") {
		t.Error("the stable version gives up its pod before the canary is ready")
	}
	got := []string{change(t, p, "Deployment", "web-canary").Impact, change(t, p, "Deployment", "web").Impact}
	want := []string{"1 new pod beside those of web: 10% of 3 pods is 1 (33%)", "scales 3 -> 2; 10% of 3 pods is 1 (33%)"}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if len(p.Waiting) != 1 {
		t.Fatalf("waiting: %+v", p.Waiting)
	}
	w := p.Waiting[0]
	if w.App != "web" || w.Weight != 10 || w.Active.String() != "stable 1.27" || w.Next.String() != "canary 1.28" || w.Active.Pods != 2 || w.Next.Pods != 1 {
		t.Errorf("waiting: %+v", w)
	}
	c.carryOut(t, p)

	// Both versions of the data are there, and recorded.
	if names := c.list(t, "ConfigMap"); len(names) != 2 {
		t.Errorf("ConfigMaps %q", names)
	}
	if len(c.prior.Objects) != 5 {
		t.Errorf("%d objects are recorded", len(c.prior.Objects))
	}
	// The Service leads to both.
	c.waitHealthy(t, "apps", "Deployment", "web-canary")
	c.waitHealthy(t, "apps", "Deployment", "web")

	p = c.planHCL(t, canaryOf("1.28"), planner.Options{})
	if !p.Empty() || len(p.Waiting) != 1 || p.Waiting[0].Next.Ready != 1 {
		t.Errorf("%q, waiting %+v", summary(p), p.Waiting)
	}
}

func TestCanaryOfAThirdVersionStartsAgain(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	c.deploy(t, canaryOf("1.27"))
	c.deploy(t, canaryOf("1.28"))
	c.atStep(t, "50", 1, 2)

	p := c.planHCL(t, canaryOf("1.29"), planner.Options{})
	checkSummary(t, p, "update Deployment web", "update Deployment web-canary")
	checkPods(t, p, "web", 2, "nginx:1.27")
	checkPods(t, p, "web-canary", 1, "nginx:1.29")
	if !needs(t, p, "Deployment", "web-canary", "web") || needs(t, p, "Deployment", "web", "web-canary") {
		t.Error("the canary gives up a pod before the stable version has it back")
	}
	if got := change(t, p, "Deployment", "web-canary").Impact; got != "another version, back at the first step: 10% of 3 pods is 1 (33%)" {
		t.Error(got)
	}
	c.carryOut(t, p)
	if p := c.planHCL(t, canaryOf("1.29"), planner.Options{}); !p.Empty() || p.Waiting[0].Weight != 10 {
		t.Errorf("%q, waiting %+v", summary(p), p.Waiting)
	}
}

// atStep puts the canary at another step, as a switch does.
func (c *cluster) atStep(t *testing.T, weight string, stable, canary int64) {
	t.Helper()
	for name, count := range map[string]int64{"web": stable, "web-canary": canary} {
		id := planner.ObjectID{Group: "apps", Kind: "Deployment", Namespace: c.namespace, Name: name}
		u := c.prior.Objects[id].DeepCopy()
		if err := unstructured.SetNestedField(u.Object, count, "spec", "replicas"); err != nil {
			t.Fatal(err)
		}
		if name == "web-canary" {
			u.SetAnnotations(map[string]string{
				planner.AnnotationBuild: u.GetAnnotations()[planner.AnnotationBuild], planner.AnnotationWeight: weight,
				planner.AnnotationRollout: u.GetAnnotations()[planner.AnnotationRollout],
			})
		}
		c.mustApply(t, u)
		c.prior.Objects[id] = u
	}
}

func TestCanaryUnchangedAtALaterStep(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	c.deploy(t, canaryOf("1.27"))
	c.deploy(t, canaryWith("1.28", "replicas = 4", canarySteps))
	c.atStep(t, "50", 2, 2)
	p := c.planHCL(t, canaryWith("1.28", "replicas = 4", canarySteps), planner.Options{})
	if !p.Empty() || p.Waiting[0].Weight != 50 {
		t.Errorf("%q, waiting %+v", summary(p), p.Waiting)
	}
	// Another number of pods is divided at the same step.
	p = c.planHCL(t, canaryWith("1.28", "replicas = 8", canarySteps), planner.Options{})
	checkPods(t, p, "web", 4, "nginx:1.27")
	checkPods(t, p, "web-canary", 4, "nginx:1.28")
}

func TestCanaryGoesWhenTheStableVersionIsConfiguredAgain(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	c.deploy(t, canaryOf("1.27"))
	c.deploy(t, canaryOf("1.28"))
	p := c.planHCL(t, canaryOf("1.27"), planner.Options{})
	checkSummary(t, p, "update Deployment web", "delete Deployment web-canary")
	checkPods(t, p, "web", 3, "nginx:1.27")
	if !needs(t, p, "Deployment", "web-canary", "web") {
		t.Error("the canary goes before the stable version has its pods back")
	}
	if len(p.Waiting) != 0 {
		t.Errorf("waiting: %+v", p.Waiting)
	}

	// A run that was killed after the first write has left the delete to do, which waits all the same.
	c.mustApply(t, change(t, p, "Deployment", "web").Object)
	p = c.planHCL(t, canaryOf("1.27"), planner.Options{})
	checkSummary(t, p, "delete Deployment web-canary")
	if !needs(t, p, "Deployment", "web-canary", "web") {
		t.Error("the canary goes before the stable version has its pods back")
	}
}

func TestCanaryOfAnAppThatRolledBefore(t *testing.T) {
	t.Parallel()
	for name, count := range map[string]string{"declared": "replicas = 3", "not declared": ""} {
		t.Run(name, func(t *testing.T) {
			c := newCluster(t, true)
			c.deploy(t, canaryWith("1.27", count, ""))
			p := c.planHCL(t, canaryWith("1.28", count, canarySteps), planner.Options{})
			checkSummary(t, p, "create Deployment web-canary", "update Deployment web")
			if _, image := pods(t, p, "web"); image != "nginx:1.27" {
				t.Errorf("the stable version is %s", image)
			}

			// Alone, the strategy rolls nothing; and back.
			same := c.planHCL(t, canaryWith("1.27", count, canarySteps), planner.Options{})
			checkSummary(t, same, "update Deployment web")
			if got := change(t, same, "Deployment", "web").Impact; got != "no pod rolls" {
				t.Error(got)
			}
			c.carryOut(t, p)

			p = c.planHCL(t, canaryWith("1.28", count, ""), planner.Options{})
			checkSummary(t, p, "update Deployment web", "delete Deployment web-canary")
			if !needs(t, p, "Deployment", "web-canary", "web") {
				t.Error("the canary goes before the new version is everywhere")
			}
		})
	}
}

func TestCanaryOfAnAutoscaledApp(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	c.deploy(t, canaryWith("1.27", autoscaledFrom, canarySteps))
	c.scale(t, "Deployment") // to 9
	p := c.planHCL(t, canaryWith("1.28", autoscaledFrom, canarySteps), planner.Options{})
	checkSummary(t, p, "create Deployment web-canary")
	checkPods(t, p, "web-canary", 1, "nginx:1.28")
	if got := change(t, p, "Deployment", "web-canary").Impact; got != "1 new pod beside those of web: 10% is 1 pod beside 9 (10%)" {
		t.Error(got)
	}
	if w := p.Waiting[0]; w.Active.Pods != 9 || w.Next.Pods != 1 {
		t.Errorf("waiting: %+v", w)
	}
	target, _, _ := unstructured.NestedString(change(t, p, "HorizontalPodAutoscaler", "web").Object.Object, "spec", "scaleTargetRef", "name")
	if target != "web" {
		t.Errorf("the autoscaler scales %s", target)
	}
	c.carryOut(t, p)
	if got := c.replicasOf(t, "Deployment"); got != 9 {
		t.Errorf("%d pods", got)
	}
	// What the autoscaler does is nothing to change.
	if p := c.planHCL(t, canaryWith("1.28", autoscaledFrom, canarySteps), planner.Options{}); !p.Empty() {
		t.Errorf("not empty: %q", summary(p))
	}
}

// What runs is not known to somebody who may not list Deployments, and a version
// must not go to the wrong one.
func TestCanaryNeedsToSeeWhatRuns(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	c.deploy(t, canaryOf("1.27"))
	c.allow(t, "blind", []string{"get", "patch", "create"}, allKinds)
	_, err := c.tryPlanHCL(t, canaryOf("1.28"), planner.Options{})
	if err == nil || !strings.Contains(err.Error(), "which versions run side by side is not known") {
		t.Errorf("err = %v", err)
	}
}
