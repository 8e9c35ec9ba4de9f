package planner_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"stowage/planner"
)

// existing has an app, a CronJob and a resource, with the labels of their pods to be said.
const existing = `
release "shop" {
  namespace     = "NAMESPACE"
  history_limit = 1
}
config "colors" { data = { COLOR = "VALUE" } }
app "web" {
  image = "nginx:1.27"
  WEB
  env_from { config = config.colors }
}
app "nightly" {
  kind  = "CronJob"
  image = "nginx:1.27"
  NIGHTLY
  env_from { config = config.colors }
  cron { schedule = "0 0 31 2 *" }
}
`

func existingWith(color, web, nightly string) string {
	return strings.NewReplacer("VALUE", color, "WEB", web, "NIGHTLY", nightly).Replace(existing)
}

// TestUsersOfConfigurationAreListedOnce shows what it costs that pods have not the label of
// their release: no request more, but for all there is in the namespace.
func TestUsersOfConfigurationAreListedOnce(t *testing.T) {
	t.Parallel()
	const ours = "?labelSelector=stowage.dev%2Frelease%3Dshop&"
	for name, c := range map[string]struct{ web, nightly, selector string }{
		"labels of stowage": {"", "", ours},
		"labels of others":  {`selector = { app = "web" }`, "", "?"},
		"no labels":         {"", "pod_labels = {}", "?"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cluster := newCluster(t, true)
			cluster.carryOut(t, cluster.planHCL(t, existingWith("1", c.web, c.nightly), planner.Options{}))
			cluster.requests.take()
			cluster.planHCL(t, existingWith("2", c.web, c.nightly), planner.Options{})
			var got []string
			for _, r := range cluster.requests.take() {
				for _, made := range []string{"/pods?", "/replicasets?", "/jobs?", "/controllerrevisions?"} {
					if i := strings.Index(r, made); i >= 0 {
						got = append(got, strings.TrimSuffix(r[i:], "limit=500"))
					}
				}
			}
			slices.Sort(got)
			want := []string{"/jobs" + c.selector, "/pods" + c.selector, "/replicasets" + c.selector}
			if d := cmp.Diff(want, got); d != "" {
				t.Error(d)
			}
		})
	}
}

// TestVersionOfAJobWithoutLabelsIsKept has a Job run that a CronJob has made, neither it nor
// its pods with a label.
func TestVersionOfAJobWithoutLabelsIsKept(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	version := func(color string) string { return existingWith(color, "replicas = 0", "pod_labels = {}") }
	c.carryOut(t, c.planHCL(t, version("1"), planner.Options{}))
	cronJob := c.live(t, "batch", "CronJob", "nightly")
	spec, _, _ := unstructured.NestedMap(cronJob.Object, "spec", "jobTemplate", "spec")
	spec["suspend"] = true
	job := &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "batch/v1", "kind": "Job",
		"metadata": map[string]any{
			"name": "nightly-1", "namespace": c.namespace,
			"ownerReferences": []any{map[string]any{
				"apiVersion": "batch/v1", "kind": "CronJob", "name": "nightly", "uid": string(cronJob.GetUID()), "controller": true,
			}},
		},
		"spec": spec,
	}}
	c.mustApply(t, job)
	for _, color := range []string{"2", "3", "4"} {
		c.carryOut(t, c.planHCL(t, version(color), planner.Options{}))
	}
	p := c.planHCL(t, version("4"), planner.Options{})
	if !slices.ContainsFunc(p.Kept, func(k planner.Kept) bool { return k.Reason == "Job nightly-1 uses it" }) {
		t.Errorf("kept %v, want a configuration that Job nightly-1 uses", p.Kept)
	}
	c.remove(t, planner.IDOf(job))
	p = c.planHCL(t, version("4"), planner.Options{})
	if slices.ContainsFunc(p.Kept, func(k planner.Kept) bool { return strings.Contains(k.Reason, "nightly-1") }) {
		t.Errorf("kept %v, and the Job is gone", p.Kept)
	}
}

// TestACanaryDoesNotLoseThePodsOfOthers shows that a stable Deployment which nobody would find
// any more is no part of a plan.
func TestACanaryDoesNotLoseThePodsOfOthers(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	theirs := canaryWith("1.27", `selector = { app = "web" }`, "")
	c.carryOut(t, c.planHCL(t, theirs, planner.Options{}))
	for _, version := range []string{"1.27", "1.28"} {
		_, err := c.tryPlanHCL(t, canaryOf(version), planner.Options{})
		errs := objectErrors(t, err)
		if len(errs) != 1 || errs[0].Field != "spec.selector" || !strings.Contains(errs[0].Hint, `strategy = "blue-green" first`) {
			t.Errorf("%s: %v, want one about spec.selector, with what to do", version, errs)
		}
	}
}
