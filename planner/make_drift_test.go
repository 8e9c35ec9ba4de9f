package planner_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"stowage/planner"
)

func (c *cluster) deployment(name string) planner.ObjectID {
	return planner.ObjectID{Group: "apps", Kind: "Deployment", Namespace: c.namespace, Name: name}
}

func TestS30DriftIsSaidAndUndone(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	c.carryOut(t, c.planHCL(t, shop, planner.Options{}))
	before := time.Now().Add(-2 * time.Second)
	c.as(t, "kubectl-set", c.deployment("aside"), `{"spec":{"template":{"spec":{"containers":[{"name":"aside","image":"nginx:1.28"}]}}}}`)
	// Nobody declared this one.
	c.as(t, "kubectl-edit", c.deployment("aside"), `{"spec":{"minReadySeconds":1},"metadata":{"annotations":{"note":"x"}}}`)

	p := c.planHCL(t, shop, planner.Options{})
	if d := cmp.Diff([]string{"update Deployment aside"}, summary(p)); d != "" {
		t.Fatal(d)
	}
	got := change(t, p, "Deployment", "aside")
	const path = "spec.template.spec.containers[aside].image"
	want := []planner.FieldOwner{{Path: path, Manager: "kubectl-set", Live: "nginx:1.28", Config: "nginx:1.27"}}
	if d := cmp.Diff(want, got.Drift, cmpopts.IgnoreFields(planner.FieldOwner{}, "Time")); d != "" {
		t.Error(d)
	}
	if got.Drift[0].Time.Before(before) {
		t.Errorf("time %v is before the change", got.Drift[0].Time)
	}
	wantDiff := []planner.FieldDiff{{Path: path, Op: planner.Update, Before: "nginx:1.28", After: "nginx:1.27"}}
	if d := cmp.Diff(wantDiff, got.Diff); d != "" {
		t.Error(d)
	}
	if want := "drift by kubectl-set at " + got.Drift[0].Time.UTC().Format(time.RFC3339); got.Reason != want {
		t.Errorf("reason %q, want %q", got.Reason, want)
	}
	c.carryOut(t, p)
	if p := c.planHCL(t, shop, planner.Options{}); !p.Empty() {
		t.Errorf("not empty: %q", summary(p))
	}
	if n, _ := c.live(t, "apps", "Deployment", "aside").Object["spec"].(map[string]any)["minReadySeconds"].(int64); n != 1 {
		t.Error("a field that nobody declared was not left alone")
	}
}

func TestS30RemovedFieldIsDrift(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	c.carryOut(t, c.planHCL(t, shop, planner.Options{}))
	c.as(t, "kubectl-set", c.deployment("front"), `{"spec":{"template":{"spec":{"containers":[{"name":"front","env":[{"name":"GREETING","$patch":"delete"}]}]}}}}`)
	p := c.planHCL(t, shop, planner.Options{})
	got := change(t, p, "Deployment", "front")
	if len(got.Drift) != 1 || got.Drift[0].Manager != "unknown" || got.Drift[0].Path != "spec.template.spec.containers[front].env" {
		t.Errorf("%+v", got.Drift)
	}
}

func TestFieldTakenOverWithTheSameValueIsTakenBack(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	c.carryOut(t, c.planHCL(t, shop, planner.Options{}))
	for _, image := range []string{"nginx:1.28", "nginx:1.27"} {
		c.as(t, "kubectl-set", c.deployment("aside"), `{"spec":{"template":{"spec":{"containers":[{"name":"aside","image":"`+image+`"}]}}}}`)
	}
	p := c.planHCL(t, shop, planner.Options{})
	got := change(t, p, "Deployment", "aside")
	if got.Action != planner.Update || len(got.Diff) != 0 || got.Impact != "no pod rolls; no value changes" {
		t.Errorf("%+v", got)
	}
	c.carryOut(t, p)
	if p := c.planHCL(t, shop, planner.Options{}); !p.Empty() {
		t.Errorf("not empty: %q", summary(p))
	}
}

func TestConflictNamesManagerAndValue(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	c.carryOut(t, c.planHCL(t, shop, planner.Options{}))
	c.as(t, "scaler", c.deployment("aside"), `{"spec":{"replicas":4}}`)
	scaled := strings.Replace(shop, "app \"aside\" {", "app \"aside\" {\n  replicas = 2", 1)

	_, err := c.tryPlanHCL(t, scaled, planner.Options{})
	errs := objectErrors(t, err)
	if len(errs) != 1 || errs[0].Field != "spec.replicas" || errs[0].ID.Name != "aside" || errs[0].Origin.Line == 0 {
		t.Fatalf("%v", err)
	}
	for _, part := range []string{"owned by scaler since ", "live 4, config 2"} {
		if !strings.Contains(errs[0].Error(), part) {
			t.Errorf("%q does not say %q", errs[0].Error(), part)
		}
	}
	if !strings.Contains(errs[0].Hint, "--force-conflicts") {
		t.Errorf("hint %q", errs[0].Hint)
	}

	p := c.planHCL(t, scaled, planner.Options{ForceConflicts: true})
	got := change(t, p, "Deployment", "aside")
	if len(got.Drift) != 1 || got.Impact != "scales 4 -> 2" {
		t.Errorf("drift %+v, impact %q", got.Drift, got.Impact)
	}
}

func TestForeignObjectNamesItsOwner(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	foreign := c.objects(t, `
apiVersion: v1
kind: Service
metadata:
  name: front
  labels: {app.kubernetes.io/managed-by: Helm}
  annotations: {meta.helm.sh/release-name: web, meta.helm.sh/release-namespace: x}
spec:
  ports: [{port: 80}]
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: back
spec:
  selector: {matchLabels: {a: b}}
  template:
    metadata: {labels: {a: b}}
    spec: {containers: [{name: x, image: nginx}]}
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: aside
  labels: {stowage.dev/release: other}
spec:
  selector: {matchLabels: {a: b}}
  template:
    metadata: {labels: {a: b}}
    spec: {containers: [{name: x, image: nginx}]}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: unrelated}
`)
	for _, o := range foreign {
		if _, err := c.Create(t.Context(), o.Manifest); err != nil {
			t.Fatal(err)
		}
	}
	_, err := c.tryPlanHCL(t, shop, planner.Options{})
	var got []string
	for _, e := range objectErrors(t, err) {
		got = append(got, e.ID.String()+": "+e.Err.Error())
	}
	want := []string{
		"Service front: exists already and belongs to Helm release web",
		"Deployment back: exists already and belongs to field manager stowage",
		"Deployment aside: exists already and belongs to stowage release other",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestS39PlanHoldsNoSecretValue(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	c.carryOut(t, c.planHCL(t, shop, planner.Options{}))
	changed := strings.Replace(shop, "first-secret-canary", "second-secret-canary", 1)
	// Somebody wrote a secret where everybody can read it.
	c.as(t, "kubectl-set", c.deployment("aside"), `{"spec":{"template":{"spec":{"containers":[{"name":"aside","image":"nginx:second-secret-canary"}]}}}}`)
	p := c.planHCL(t, changed, planner.Options{})
	text, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(text), "canary") || strings.Contains(string(text), "Y2FuYXJ5") || strings.Contains(string(text), "LWNhbmFye") {
		t.Errorf("%s", text)
	}
	if len(change(t, p, "Deployment", "aside").Drift) != 1 {
		t.Error("the drift is not shown at all")
	}
}
