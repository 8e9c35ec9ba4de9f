package planner_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"stowage/planner"
)

func TestPlanAfterApplyIsEmpty(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	manifests := readFile(t, "testdata/plan/petclinic.yaml")
	first := c.plan(t, manifests, planner.Options{})
	if got := writes(c.requests.take()); len(got) > 0 {
		t.Errorf("planning wrote: %q", got)
	}
	if got := first.Count(planner.Create); got != 6 {
		t.Errorf("%d creates, want 6: %q", got, summary(first))
	}
	c.carryOut(t, first)
	c.waitHealthy(t, "apps", "StatefulSet", "mysql")
	c.waitHealthy(t, "apps", "Deployment", "petclinic")
	c.requests.take()

	second := c.plan(t, manifests, planner.Options{})
	if !second.Empty() || second.Release.ToRevision != 1 {
		text, _ := json.MarshalIndent(second, "", "  ")
		t.Errorf("not empty: %s", text)
	}
	want := []string{"configmaps", "deployments", "namespaces", "secrets", "services", "statefulsets"}
	if got := resources(c.requests.take()); !slices.Equal(got, want) {
		t.Errorf("requests on %q, want %q", got, want)
	}
}

func TestS28OneEnvVarIsOneLine(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	manifests := readFile(t, "testdata/plan/petclinic.yaml")
	c.carryOut(t, c.plan(t, manifests, planner.Options{}))
	for _, before := range []string{"ALPHA", "DATASOURCE_PASSWORD", "ZULU"} {
		added := strings.Replace(manifests, "        - name: "+before+"\n", "        - name: NEW\n          value: \"007\"\n        - name: "+before+"\n", 1)
		p := c.plan(t, added, planner.Options{})
		got := change(t, p, "Deployment", "petclinic")
		want := []planner.FieldDiff{{
			Path: "spec.template.spec.containers[petclinic].env[NEW]", Op: planner.Create,
			After: map[string]any{"name": "NEW", "value": "007"},
		}}
		if d := cmp.Diff(want, got.Diff); d != "" {
			t.Errorf("before %s: %s", before, d)
		}
		if got.Impact != "3 pods of petclinic roll, one more at a time (surge 25%)" || !got.Checked {
			t.Errorf("before %s: impact %q, checked %v", before, got.Impact, got.Checked)
		}
	}
}
