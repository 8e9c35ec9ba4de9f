package planner_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"stowage/internal/testcluster"
	"stowage/planner"
)

const counted = `release "shop" { namespace = "NAMESPACE" }
app "web" {
  kind  = "KIND"
  image = "nginx:1.27"
  resources { requests = { cpu = "1m" } }
  COUNT
}
`

const autoscaledFrom = `autoscale {
    min = 2
    max = 20
    cpu = 80
  }`

func countedBy(kind, count string) string {
	return strings.NewReplacer("KIND", kind, "COUNT", count).Replace(counted)
}

// scale does what an autoscaler does.
func (c *cluster) scale(t *testing.T, kind string) {
	t.Helper()
	patch, options := []byte(`{"spec":{"replicas":9}}`), metav1.PatchOptions{FieldManager: "kube-controller-manager"}
	apps := testcluster.Start(t).Client.AppsV1()
	var err error
	if kind == "StatefulSet" {
		_, err = apps.StatefulSets(c.namespace).Patch(t.Context(), "web", types.MergePatchType, patch, options, "scale")
	} else {
		_, err = apps.Deployments(c.namespace).Patch(t.Context(), "web", types.MergePatchType, patch, options, "scale")
	}
	if err != nil {
		t.Fatal(err)
	}
}

// replicasOf returns the number of pods that the workload is asked to have.
func (c *cluster) replicasOf(t *testing.T, kind string) int64 {
	t.Helper()
	spec, _ := c.live(t, "apps", kind, "web").Object["spec"].(map[string]any)
	count, _ := spec["replicas"].(int64)
	return count
}

func TestS29FromAFixedNumberToAnAutoscaler(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"Deployment", "StatefulSet"} {
		t.Run(kind, func(t *testing.T) {
			c := newCluster(t, true)
			c.carryOut(t, c.planHCL(t, countedBy(kind, "replicas = 3"), planner.Options{}))
			c.requests.take()

			// The number that only stowage owns is nothing to change, and nothing to ask about.
			p := c.planHCL(t, countedBy(kind, autoscaledFrom), planner.Options{})
			if d := cmp.Diff([]string{"create HorizontalPodAutoscaler web"}, summary(p)); d != "" {
				t.Error(d)
			}
			asked := slices.DeleteFunc(c.requests.take(), func(r string) bool { return !strings.HasPrefix(r, "PATCH ") })
			if len(asked) != 1 || !strings.Contains(asked[0], "/horizontalpodautoscalers/web") {
				t.Errorf("dry-runs: %q", asked)
			}
			c.carryOut(t, p)

			// An update holds it, though the configuration has none.
			updated := strings.Replace(countedBy(kind, autoscaledFrom), "nginx:1.27", "nginx:1.28", 1)
			p = c.planHCL(t, updated, planner.Options{})
			got := change(t, p, kind, "web")
			if len(got.Diff) != 1 || got.Hold == nil || *got.Hold != 3 {
				t.Errorf("holds %v, diff %+v", got.Hold, got.Diff)
			}
			if _, rendered := got.Object.Object["spec"].(map[string]any)["replicas"]; rendered {
				t.Error("what is recorded has a number of pods")
			}
			c.carryOut(t, p)
			if got := c.replicasOf(t, kind); got != 3 {
				t.Errorf("%d pods", got)
			}

			// The autoscaler's is left to it.
			c.scale(t, kind)
			p = c.planHCL(t, countedBy(kind, autoscaledFrom), planner.Options{})
			if got := change(t, p, kind, "web"); len(got.Diff) != 1 || got.Hold != nil {
				t.Errorf("holds %v, diff %+v", got.Hold, got.Diff)
			}
			c.carryOut(t, p)
			if got := c.replicasOf(t, kind); got != 9 {
				t.Errorf("%d pods", got)
			}

			// And it is taken back, the autoscaler first.
			p = c.planHCL(t, countedBy(kind, "replicas = 4"), planner.Options{})
			if d := cmp.Diff([]string{"delete HorizontalPodAutoscaler web", "update " + kind + " web"}, summary(p)); d != "" {
				t.Error(d)
			}
			checkOrder(t, p)
			autoscaler := planner.Need{ID: change(t, p, "HorizontalPodAutoscaler", "web").ID, Gate: planner.Gone}
			if needs := change(t, p, kind, "web").Needs; len(needs) != 1 || needs[0] != autoscaler {
				t.Errorf("needs %v", needs)
			}
		})
	}
}

func TestS29WithoutADryRun(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	c.carryOut(t, c.planHCL(t, countedBy("Deployment", "replicas = 3"), planner.Options{}))
	c.allow(t, "reader", []string{"get", "list"}, allKinds)
	p := c.planHCL(t, strings.Replace(countedBy("Deployment", autoscaledFrom), "nginx:1.27", "nginx:1.28", 1), planner.Options{})
	got := change(t, p, "Deployment", "web")
	if len(got.Diff) != 1 || got.Hold == nil || *got.Hold != 3 || got.Checked {
		t.Errorf("checked %v, holds %v, diff %+v", got.Checked, got.Hold, got.Diff)
	}
}

// An object that lost its label is found by the dry-run, which has to be asked
// again with the number.
func TestS29OfAnObjectWithoutItsLabel(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	c.carryOut(t, c.planHCL(t, countedBy("Deployment", "replicas = 3"), planner.Options{}))
	c.as(t, "kubectl-label", c.deployment("web"), `{"metadata":{"labels":{"stowage.dev/release":null}}}`)
	p := c.planHCL(t, countedBy("Deployment", autoscaledFrom), planner.Options{})
	got := change(t, p, "Deployment", "web")
	if len(got.Diff) != 1 || got.Diff[0].Path != "metadata.labels[stowage.dev/release]" || got.Hold == nil {
		t.Errorf("holds %v, diff %+v", got.Hold, got.Diff)
	}
	c.carryOut(t, p)
	if got := c.replicasOf(t, "Deployment"); got != 3 {
		t.Errorf("%d pods", got)
	}
}

func TestAReplacedWorkloadBeginsWithTheAutoscalersNumber(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	const workload = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {stowage.dev/release: petclinic}}
spec:
  selector: {matchLabels: {a: b}}
  template:
    metadata: {labels: {a: b, c: d}}
    spec: {containers: [{name: x, image: nginx}]}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web, labels: {stowage.dev/release: petclinic}}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
  maxReplicas: 20
`
	c.carryOut(t, c.plan(t, workload, planner.Options{}))
	c.scale(t, "Deployment")
	p := c.plan(t, strings.Replace(workload, "matchLabels: {a: b}", "matchLabels: {c: d}", 1), planner.Options{})
	got := change(t, p, "Deployment", "web")
	if got.Action != planner.Replace || got.Hold == nil || *got.Hold != 9 {
		t.Errorf("%s, holds %v", got.Action, got.Hold)
	}
}

func TestARollbackOverAnAutoscaler(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	fixed := c.deploy(t, countedBy("Deployment", "replicas = 3"))
	autoscaled := c.deploy(t, strings.Replace(countedBy("Deployment", autoscaledFrom), "nginx:1.27", "nginx:1.28", 1))
	c.scale(t, "Deployment")

	p := c.rollback(t, planner.Rollback{To: fixed})
	if d := cmp.Diff([]string{"delete HorizontalPodAutoscaler web", "update Deployment web"}, summary(p)); d != "" {
		t.Fatal(d)
	}
	if got := change(t, p, "Deployment", "web"); got.Hold != nil || len(got.Drift) != 1 || got.Drift[0].Path != "spec.replicas" {
		t.Errorf("holds %v, drift %+v", got.Hold, got.Drift)
	}
	c.carryOut(t, p)
	if got := c.replicasOf(t, "Deployment"); got != 3 {
		t.Errorf("%d pods, want those of the revision", got)
	}

	c.carryOut(t, c.rollback(t, planner.Rollback{To: autoscaled}))
	if got := c.replicasOf(t, "Deployment"); got != 3 {
		t.Errorf("%d pods, want as many as before until the autoscaler decides", got)
	}
	if p := c.rollback(t, planner.Rollback{To: autoscaled}); !p.Empty() {
		t.Errorf("not empty: %q", summary(p))
	}
}
