package planner_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"stowage/planner"
)

func TestImmutableFields(t *testing.T) {
	c := newCluster(t, true)
	manifests := readFile(t, "testdata/plan/petclinic.yaml")
	c.carryOut(t, c.plan(t, manifests, planner.Options{}))

	t.Run("StatefulSet's service name", func(t *testing.T) {
		p := c.plan(t, strings.Replace(manifests, "serviceName: mysql", "serviceName: other", 1), planner.Options{})
		got := change(t, p, "StatefulSet", "mysql")
		want := []planner.FieldDiff{{Path: "spec.serviceName", Op: planner.Update, Before: "mysql", After: "other"}}
		if d := cmp.Diff(want, got.Diff); d != "" {
			t.Error(d)
		}
		expectReplace(t, got, "spec.serviceName is immutable", "DOWNTIME: 1 pod of mysql stops before the new one starts")
	})
	t.Run("Deployment's selector", func(t *testing.T) {
		before, after, _ := strings.Cut(manifests, "kind: Deployment")
		changed := before + "kind: Deployment" + strings.ReplaceAll(after, "app.kubernetes.io/name: petclinic", "app.kubernetes.io/name: clinic")
		p := c.plan(t, changed, planner.Options{})
		expectReplace(t, change(t, p, "Deployment", "petclinic"), "spec.selector is immutable", "DOWNTIME: 3 pods of petclinic stop before new ones start")
	})
	t.Run("Service that becomes headless", func(t *testing.T) {
		changed := strings.Replace(manifests, "spec:\n  selector: {app.kubernetes.io/name: mysql", "spec:\n  clusterIP: None\n  selector: {app.kubernetes.io/name: mysql", 1)
		p := c.plan(t, changed, planner.Options{})
		expectReplace(t, change(t, p, "Service", "mysql"), "spec.clusterIP is immutable", "DOWNTIME: Service mysql gets a new address and is gone for a moment")
	})
	t.Run("immutable ConfigMap", func(t *testing.T) {
		p := c.plan(t, strings.Replace(manifests, "test_config_v1", "test_config_v2", 1), planner.Options{})
		expectReplace(t, change(t, p, "ConfigMap", "petclinic-config-7d41h0w3rb"), "data is immutable", "")
	})
	t.Run("S33 claim templates", func(t *testing.T) {
		_, err := c.tryPlan(t, strings.Replace(manifests, "storage: 1Gi", "storage: 2Gi", 1), planner.Options{})
		errs := objectErrors(t, err)
		if len(errs) != 1 || errs[0].Field != "spec.volumeClaimTemplates" || !strings.HasPrefix(errs[0].Err.Error(), "DATA: refused") {
			t.Errorf("%v", err)
		}
	})
	t.Run("not immutable but wrong", func(t *testing.T) {
		_, err := c.tryPlan(t, strings.Replace(manifests, "replicas: 3", "replicas: -3", 1), planner.Options{})
		errs := objectErrors(t, err)
		if len(errs) != 1 || errs[0].Field != "spec.replicas" || errs[0].ID.Name != "petclinic" || errs[0].Origin.File != "petclinic.hcl" {
			t.Errorf("%v", err)
		}
	})
	t.Run("wrong and immutable", func(t *testing.T) {
		wrong := strings.Replace(manifests, "replicas: 1\n", "replicas: -1\n", 1)
		_, err := c.tryPlan(t, strings.Replace(wrong, "serviceName: mysql", "serviceName: other", 1), planner.Options{})
		if errs := objectErrors(t, err); len(errs) == 0 {
			t.Errorf("%v", err)
		}
	})
	t.Run("unknown field", func(t *testing.T) {
		_, err := c.tryPlan(t, strings.Replace(manifests, "  replicas: 3\n", "  replica: 3\n", 1), planner.Options{})
		errs := objectErrors(t, err)
		if len(errs) != 1 || !strings.Contains(errs[0].Error(), "spec.replica") {
			t.Errorf("%v", err)
		}
	})
}

func expectReplace(t *testing.T, c planner.Change, reason, impact string) {
	t.Helper()
	if c.Action != planner.Replace || c.Reason != reason || (impact != "" && c.Impact != impact) || c.Checked || c.Unchecked == "" {
		t.Errorf("%s %s: reason %q, impact %q, checked %v", c.Action, c.ID, c.Reason, c.Impact, c.Checked)
	}
}
