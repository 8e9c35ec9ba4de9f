package planner_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	k8slabels "k8s.io/apimachinery/pkg/labels"

	"stowage/planner"
)

// checked is an app with a check, of which only the template and what it uses is
// planned: the check is the subject, and not how colors are placed.
const checked = `
release "shop" { namespace = "NAMESPACE" }

secret "smoke" {
  data = { token = "t0ken" }
}

app "web" {
  image = "example.com/web:1.0.0"
  port "http" { number = 8080 }
  rollout {
    strategy = "blue-green"
    check "smoke" {
      image   = "busybox:1.37"
      env     = { TOKEN = secret.smoke.key.token, EMPTY = "" }
      timeout = "30s"
    }
  }
}
`

// planCheck plans the check of a configuration, and nothing else of its app.
func (c *cluster) planCheck(t *testing.T, hcl string) *planner.Plan {
	t.Helper()
	objects := slices.DeleteFunc(mustRender(t, c.evaluate(t, hcl)), func(o planner.Object) bool {
		return o.Role == planner.RoleWorkload || o.Role == planner.RoleService
	})
	p, err := planner.Make(t.Context(), planner.Input{
		Release: "shop", Namespace: c.namespace, HistoryLimit: 1,
		Objects: objects, Graph: mustGraph(t, objects), Prior: c.prior,
	}, c.Client)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestCheckUnchangedIsNoChange(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	c.carryOut(t, c.planCheck(t, checked))
	p := c.planCheck(t, checked)
	if !p.Empty() {
		t.Fatalf("%q", summary(p))
	}
	check := change(t, p, "CronJob", "web-smoke")
	if check.Role != planner.RoleCheck || check.Health != nil { // there is nothing to wait for
		t.Errorf("role %q, health %+v", check.Role, check.Health)
	}
}

// A check goes on with the data that it uses: the new version is there before it is
// told of it, and the old one goes after that.
func TestCheckFollowsItsData(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	c.carryOut(t, c.planCheck(t, checked))
	old := c.list(t, "Secret")
	p := c.planCheck(t, strings.Replace(checked, `token = "t0ken"`, `token = "another"`, 1))
	c.carryOut(t, p)
	now := c.list(t, "Secret")
	if len(old) != 1 || len(now) != 1 || now[0] == old[0] {
		t.Fatalf("Secrets %q, and before %q", now, old)
	}
	want := []string{"create Secret " + now[0], "update CronJob web-smoke", "delete Secret " + old[0]}
	if diff := cmp.Diff(want, summary(p)); diff != "" {
		t.Error(diff)
	}
	check := change(t, p, "CronJob", "web-smoke")
	if diff := cmp.Diff([]planner.Need{{ID: planner.ObjectID{Kind: "Secret", Namespace: c.namespace, Name: now[0]}, Gate: planner.Applied}}, check.Needs); diff != "" {
		t.Error(diff)
	}
	if check.Impact != "no pod rolls; counts from the next run on" {
		t.Errorf("impact %q", check.Impact)
	}
}

// The pods of a check must get no requests, whatever finds the pods of its app.
func TestCheckIsBehindNoService(t *testing.T) {
	objects := mustRender(t, evaluate(t, "testdata/render/checks"))
	selectors := 0
	for _, o := range objects {
		for _, at := range [][]string{{"spec", "selector"}, {"spec", "selector", "matchLabels"}} {
			selector, ok, err := unstructured.NestedStringMap(o.Manifest.Object, at...)
			if err != nil || !ok {
				continue
			}
			selectors++
			for _, check := range objects {
				pod, _, _ := unstructured.NestedStringMap(check.Manifest.Object, "spec", "jobTemplate", "spec", "template", "metadata", "labels")
				if check.Role == planner.RoleCheck && k8slabels.SelectorFromSet(selector).Matches(k8slabels.Set(pod)) {
					t.Errorf("%s finds the pods of %s: %v", o.ID, check.ID, pod)
				}
			}
		}
	}
	if selectors < 4 {
		t.Errorf("%d selectors", selectors)
	}
}
