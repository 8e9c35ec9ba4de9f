package planner_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"stowage/planner"
)

// leaving writes an app that leaves its image and its number of pods to others.
func leaving(arguments string) string {
	return `release "shop" { namespace = "NAMESPACE" }
app "web" {
  ` + arguments + `
  lifecycle { ignore_changes = ["spec.replicas", "spec.template.spec.containers[web].image"] }
}`
}

func (c *cluster) webSpec(t *testing.T) (replicas int64, image string) {
	t.Helper()
	spec := c.live(t, "apps", "Deployment", "web").Object["spec"].(map[string]any)
	container := spec["template"].(map[string]any)["spec"].(map[string]any)["containers"].([]any)[0].(map[string]any)
	return spec["replicas"].(int64), container["image"].(string)
}

func (c *cluster) expectWeb(t *testing.T, replicas int64, image string) {
	t.Helper()
	if n, i := c.webSpec(t); n != replicas || i != image {
		t.Errorf("%d pods of %s, want %d of %s", n, i, replicas, image)
	}
}

func (c *cluster) expectNothing(t *testing.T, hcl string) {
	t.Helper()
	if p := c.planHCL(t, hcl, planner.Options{}); !p.Empty() {
		t.Errorf("not empty: %q", summary(p))
	}
}

func TestS30IgnoredFieldsAreLeftToOthers(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	c.carryOut(t, c.planHCL(t, leaving(`
		image = "nginx:1.27"
		replicas = 2`), planner.Options{}))
	c.expectWeb(t, 2, "nginx:1.27") // they are set when the object is made
	changed := leaving(`
		image = "nginx:1.28"
		replicas = 3`)
	c.expectNothing(t, changed)

	c.as(t, "kubectl-set", c.deployment("web"), `{"spec":{"replicas":5,"template":{"spec":{"containers":[{"name":"web","image":"nginx:1.29"}]}}}}`)
	c.expectNothing(t, changed)

	p := c.planHCL(t, strings.Replace(changed, "replicas", `env = { A = "b" }
		replicas`, 1), planner.Options{})
	got := change(t, p, "Deployment", "web")
	if len(got.Drift) != 0 || len(got.Diff) != 1 || got.Diff[0].Path != "spec.template.spec.containers[web].env" {
		t.Errorf("%+v", got)
	}
	c.carryOut(t, p)
	c.expectWeb(t, 5, "nginx:1.29")
}

func TestS30FieldsAreGivenUpWithoutBeingEmptied(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	sent := strings.Replace(leaving(`
		image = "nginx:1.27"
		replicas = 2`), "lifecycle {", "lifecycle {} \n #", 1)
	c.carryOut(t, c.planHCL(t, sent, planner.Options{}))
	given := leaving(`image = "nginx:1.27"`)
	p := c.planHCL(t, given, planner.Options{})
	want := []string{"metadata.annotations[stowage.dev/ignore-changes]"}
	var paths []string
	for _, d := range change(t, p, "Deployment", "web").Diff {
		paths = append(paths, d.Path)
	}
	if d := cmp.Diff(want, paths); d != "" {
		t.Error(d)
	}
	c.carryOut(t, p)
	c.expectWeb(t, 2, "nginx:1.27")
	c.expectNothing(t, given)

	// Who no longer ignores them sets them again.
	c.as(t, "kubectl-set", c.deployment("web"), `{"spec":{"replicas":5}}`)
	p, err := c.tryPlanHCL(t, sent, planner.Options{ForceConflicts: true})
	if err != nil {
		t.Fatal(err)
	}
	c.carryOut(t, p)
	c.expectWeb(t, 2, "nginx:1.27")
}

// TestS33ReplaceIsPermitted changes a field that the API server lets nobody change, and
// that stowage knows nothing of.
func TestS33ReplaceIsPermitted(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	quota := func(scope, lifecycle string) string {
		return `release "shop" { namespace = "NAMESPACE" }
resource "ResourceQuota" "pods" {
  spec = { hard = { pods = 10 }, scopes = ["` + scope + `"] }
  ` + lifecycle + `
}`
	}
	c.carryOut(t, c.planHCL(t, quota("BestEffort", ""), planner.Options{}))
	_, err := c.tryPlanHCL(t, quota("NotBestEffort", ""), planner.Options{})
	errs := objectErrors(t, err)
	if len(errs) != 1 || !strings.Contains(errs[0].Err.Error(), "immutable") || !strings.Contains(errs[0].Hint, "set replace in a lifecycle block") {
		t.Fatal(err)
	}
	p := c.planHCL(t, quota("NotBestEffort", "lifecycle { replace = true }"), planner.Options{})
	if d := cmp.Diff([]string{"replace ResourceQuota pods"}, summary(p)); d != "" {
		t.Error(d)
	}
	if got := change(t, p, "ResourceQuota", "pods"); got.Reason != "spec.scopes is immutable" {
		t.Errorf("reason %q", got.Reason)
	}
}

func TestIgnoredFieldThatNothingHas(t *testing.T) {
	_, err := planner.Render(evaluateText(t, `release "r" {}
app "web" {
  image = "nginx"
  lifecycle {
    ignore_changes = ["spec.replicas", "spec.replica", "spec.template.spec.containers[web].imag"]
  }
}`))
	var got []string
	for _, e := range objectErrors(t, err) {
		got = append(got, e.Error()[strings.LastIndex(e.Error(), "main.hcl"):])
	}
	want := []string{
		"main.hcl:5: Deployment web: lifecycle.ignore_changes: no object of the block has a field spec.replica",
		"main.hcl:5: Deployment web: lifecycle.ignore_changes: no object of the block has a field spec.template.spec.containers[web].imag",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}
