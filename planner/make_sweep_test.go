package planner_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"stowage/planner"
)

// position of a change in the plan.
func position(p *planner.Plan, kind, name string) int {
	return slices.IndexFunc(p.Changes, func(c planner.Change) bool { return c.ID.Kind == kind && c.ID.Name == name })
}

func TestWhatLeftTheConfigurationIsDeletedLast(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	c.carryOut(t, c.planHCL(t, shop, planner.Options{}))
	before, rest, _ := strings.Cut(shop, `app "front" {`)
	_, rest, _ = strings.Cut(rest, "\n}\n")
	p := c.planHCL(t, strings.Replace(before+rest, `image = "nginx:1.27"`, `image = "nginx:1.28"`, 1), planner.Options{})
	want := []string{"update Deployment back", "delete Service front", "delete Deployment front"}
	if d := cmp.Diff(want, summary(p)); d != "" {
		t.Fatal(d)
	}
	service, deployment := change(t, p, "Service", "front"), change(t, p, "Deployment", "front")
	if d := cmp.Diff([]planner.Need{{ID: change(t, p, "Deployment", "back").ID, Gate: planner.Ready}}, service.Needs); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]planner.Need{{ID: service.ID, Gate: planner.Gone}}, deployment.Needs); d != "" {
		t.Error(d)
	}
	if deployment.Live.UID == "" || deployment.Impact != "2 pods of front stop" || deployment.Reason != "left the configuration" {
		t.Errorf("%+v", deployment)
	}
}

func TestS36EmptyConfigurationNeedsPermission(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	c.carryOut(t, c.planHCL(t, shop, planner.Options{}))
	const empty = `release "shop" { namespace = "NAMESPACE" }`
	if _, err := c.tryPlanHCL(t, empty, planner.Options{}); err == nil || !strings.Contains(err.Error(), "--allow-empty") {
		t.Errorf("%v", err)
	}
	p := c.planHCL(t, empty, planner.Options{AllowEmpty: true})
	if p.Count(planner.Delete) < 4 {
		t.Errorf("%q", summary(p))
	}
}

const stored = `
release "shop" { namespace = "NAMESPACE" }
app "db" {
  kind  = "StatefulSet"
  image = "mysql:5.7"
  mount "/data" {
    claim { size = "1Gi" }
  }
  port "tcp" { number = 3306 }
}
app "files" {
  image = "nginx:1.27"
  mount "/data" {
    claim { size = "1Gi" }
  }
}
`

func TestS38DestroyKeepsClaimsUnlessAskedFor(t *testing.T) {
	t.Parallel()
	c := newCluster(t, false)
	c.carryOut(t, c.planHCL(t, stored, planner.Options{}))
	c.waitHealthy(t, "apps", "StatefulSet", "db")
	c.waitHealthy(t, "apps", "Deployment", "files")

	p := c.planHCL(t, stored, planner.Options{Destroy: true})
	want := []string{"delete Deployment files", "delete Service db", "delete StatefulSet db"}
	got := summary(p)
	slices.Sort(got)
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if position(p, "Service", "db") > position(p, "StatefulSet", "db") {
		t.Error("the Service goes after its workload")
	}
	var kept []string
	for _, k := range p.Kept {
		kept = append(kept, k.ID.Kind)
	}
	slices.Sort(kept)
	if d := cmp.Diff([]string{"Namespace", "PersistentVolumeClaim", "PersistentVolumeClaim"}, kept); d != "" {
		t.Error(d)
	}

	_, err := c.tryPlanHCL(t, stored, planner.Options{Destroy: true, DeleteNamespace: true})
	if errs := objectErrors(t, err); len(errs) != 1 || !strings.Contains(errs[0].Error(), "DATA: refused") {
		t.Errorf("%v", err)
	}

	p = c.planHCL(t, stored, planner.Options{Destroy: true, DeleteNamespace: true, DeleteData: true})
	if got := p.Count(planner.Delete); got != 6 || len(p.Kept) != 0 {
		t.Errorf("%q, kept %v", summary(p), p.Kept)
	}
	checkOrder(t, p)
	if last := p.Changes[len(p.Changes)-1]; last.ID.Kind != "Namespace" {
		t.Errorf("the last is %s", last.ID)
	}
}

func TestObjectWithoutItsLabelIsStillDeleted(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	c.carryOut(t, c.planHCL(t, shop, planner.Options{}))
	c.as(t, "kubectl-label", c.deployment("front"), `{"metadata":{"labels":{"stowage.dev/release":null}}}`)
	before, rest, _ := strings.Cut(shop, `app "front" {`)
	_, rest, _ = strings.Cut(rest, "\n}\n")
	p := c.planHCL(t, before+rest, planner.Options{})
	if d := cmp.Diff([]string{"delete Service front", "delete Deployment front"}, summary(p)); d != "" {
		t.Error(d)
	}
	p = c.planHCL(t, shop, planner.Options{})
	got := change(t, p, "Deployment", "front")
	if len(got.Drift) != 1 || got.Drift[0].Path != "metadata.labels[stowage.dev/release]" {
		t.Errorf("%s, drift %+v", got.Action, got.Drift)
	}
}

func TestS35RecreatedObjectIsNotDeleted(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	c.carryOut(t, c.planHCL(t, shop, planner.Options{}))
	for i := range c.prior.Inventory {
		if c.prior.Inventory[i].ID.Name == "front" {
			c.prior.Inventory[i].UID = "another"
		}
	}
	before, rest, _ := strings.Cut(shop, `app "front" {`)
	_, rest, _ = strings.Cut(rest, "\n}\n")
	p := c.planHCL(t, before+rest, planner.Options{})
	if !p.Empty() || len(p.Kept) != 2 || len(p.Warnings) != 2 {
		t.Errorf("%q, kept %v, warnings %v", summary(p), p.Kept, p.Warnings)
	}
}

func TestS35ForeignObjectWithOurLabelsIsNotDeleted(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	c.carryOut(t, c.planHCL(t, shop, planner.Options{}))
	for _, o := range c.objects(t, `
apiVersion: v1
kind: ConfigMap
metadata:
  name: theirs
  labels: {stowage.dev/release: shop, stowage.dev/app: front, app.kubernetes.io/managed-by: stowage}
data: {a: b}
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: theirs
  labels: {stowage.dev/release: shop}
spec:
  replicas: 0
  selector: {matchLabels: {a: b}}
  template:
    metadata: {labels: {a: b}}
    spec: {containers: [{name: x, image: nginx}]}
`) {
		if _, err := c.Create(t.Context(), o.Manifest); err != nil {
			t.Fatal(err)
		}
	}
	// Neither when the label is all there is to go by, nor when a run that was
	// interrupted has left their names in the record.
	for _, recorded := range []bool{false, true} {
		for _, options := range []planner.Options{{}, {Destroy: true, DeleteData: true}} {
			p := c.planHCL(t, without(t, shop, `app "front"`), options)
			kept := 0
			for _, k := range p.Kept {
				if k.ID.Name == "theirs" && k.Reason != "" {
					kept++
				}
			}
			if position(p, "ConfigMap", "theirs") >= 0 || position(p, "Deployment", "theirs") >= 0 || kept != 2 {
				t.Errorf("recorded %v, %+v: %q, kept %v", recorded, options, summary(p), p.Kept)
			}
		}
		c.prior.Inventory = append(c.prior.Inventory,
			planner.Item{ID: planner.ObjectID{Kind: "ConfigMap", Namespace: c.namespace, Name: "theirs"}, Version: "v1"},
			planner.Item{ID: c.deployment("theirs"), Version: "v1"})
	}
}

func TestS36DataThatLeftTheConfigurationNeedsPermission(t *testing.T) {
	t.Parallel()
	c := newCluster(t, false)
	c.carryOut(t, c.planHCL(t, stored, planner.Options{}))
	left := without(t, stored, `app "files"`)
	claim := planner.ObjectID{Kind: "PersistentVolumeClaim", Namespace: c.namespace, Name: "files-data"}
	p := c.planHCL(t, left, planner.Options{AllowEmpty: true, ForceConflicts: true, DeleteNamespace: true})
	if d := cmp.Diff([]planner.Kept{{ID: claim, Reason: "it holds data; --delete-data deletes it"}}, p.Kept); d != "" || position(p, claim.Kind, claim.Name) >= 0 {
		t.Errorf("%q, kept %s", summary(p), d)
	}
	p = c.planHCL(t, left, planner.Options{DeleteData: true})
	if got := change(t, p, claim.Kind, claim.Name); got.Action != planner.Delete || !strings.HasPrefix(got.Impact, "DATA: ") {
		t.Errorf("%s, impact %q", got.Action, got.Impact)
	}
	// The namespace goes with none of them.
	p = c.planHCL(t, stored, planner.Options{Destroy: true, DeleteData: true})
	if position(p, "Namespace", c.namespace) >= 0 || !slices.ContainsFunc(p.Kept, func(k planner.Kept) bool {
		return k.ID.Kind == "Namespace" && strings.Contains(k.Reason, "--delete-namespace")
	}) {
		t.Errorf("%q, kept %v", summary(p), p.Kept)
	}
}

// checkOrder checks that every change comes after those it needs.
func checkOrder(t *testing.T, p *planner.Plan) {
	t.Helper()
	for i, c := range p.Changes {
		for _, need := range c.Needs {
			if at := position(p, need.ID.Kind, need.ID.Name); at < 0 || at >= i {
				t.Errorf("%s needs %s, which is at %d of %d", c.ID, need.ID, at, i)
			}
		}
	}
}
