package planner_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"stowage/planner"
)

func TestS33ImmutableFieldsOfEachKind(t *testing.T) {
	t.Parallel()
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
	t.Run("claim templates", func(t *testing.T) {
		_, err := c.tryPlan(t, strings.Replace(manifests, "storage: 1Gi", "storage: 1Mi", 1), planner.Options{})
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

// stateful is a configuration with all that changes in different ways.
const stateful = `release "shop" { namespace = "NAMESPACE" }
config "plain" {
  data      = { COLOR = "red" }
  versioned = false
}
config "shared" { data = { COLOR = "red" } }
secret "typed" {
  data      = { username = "x" }
  versioned = false
}
app "files" {
  image = "nginx:1.27"
  env   = { COLOR = config.shared.key.COLOR }
  port "http" { number = 80 }
  resources { requests = { cpu = "1m" } }
  autoscale {
    max = 2
    cpu = 80
  }
  mount "/data" {
    claim {
      size = "1Gi"
    }
  }
}
app "db" {
  kind  = "StatefulSet"
  image = "mysql:5.7"
  mount "/data" {
    claim {
      size = "3Gi"
    }
  }
}
app "fixed" {
  kind  = "StatefulSet"
  image = "mysql:9"
  mount "/fixed" {
    claim {
      size          = "5Gi"
      storage_class = "immediate"
    }
  }
}
`

func TestS33EachChangeSaysHowItIsMade(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	c.carryOut(t, c.planHCL(t, stateful, planner.Options{}))
	c.waitHealthy(t, "apps", "Deployment", "files")
	c.waitHealthy(t, "apps", "StatefulSet", "db")
	c.waitHealthy(t, "apps", "StatefulSet", "fixed")
	const refused = "DATA: refused: "
	cases := []struct {
		name, old, new string
		want           []string // of each change: action, kind and what it means
	}{
		{"image of a Deployment", "nginx:1.27", "nginx:1.28", []string{
			"update Deployment: 1 pod of files rolls, one more at a time (surge 25%)",
		}},
		{"image of a StatefulSet", "mysql:5.7", "mysql:8", []string{
			"update StatefulSet: DOWNTIME: 1 pod of db stops before the new one starts",
		}},
		{"strategy", `"nginx:1.27"`, `"nginx:1.28"` + "\n  rollout { strategy = \"recreate\" }", []string{
			"update Deployment: DOWNTIME: 1 pod of files stops before the new one starts",
		}},
		{"content of a versioned config", `"shared" { data = { COLOR = "red" }`, `"shared" { data = { COLOR = "blue" }`, []string{
			"create ConfigMap: new version of shared-",
			"update Deployment: 1 pod of files rolls, one more at a time (surge 25%)",
		}},
		{"content of another config", `data      = { COLOR = "red" }`, `data      = { COLOR = "blue" }`, []string{
			"update ConfigMap: no pod rolls; mounted files follow by themselves, environment variables when pods restart",
		}},
		{"type of a Secret", `data      = { username = "x" }`, `data      = { username = "x" }` + "\n  type = \"kubernetes.io/basic-auth\"", []string{
			"replace Secret: pods that start while it is replaced wait for it; running ones keep the old values",
		}},
		{"port of a Service", "number = 80 ", "number = 81 ", []string{
			"update Deployment: 1 pod of files rolls, one more at a time (surge 25%)", "update Service: ports change; no pod rolls",
		}},
		{"address of a Service", "port \"http\"", "service { headless = true }\n  port \"http\"", []string{
			"replace Service: DOWNTIME: Service files gets a new address and is gone for a moment",
		}},
		{"range of an autoscaler", "max = 2", "max = 7", []string{
			"update HorizontalPodAutoscaler: no pod rolls; files has 1 to 7 pods",
		}},
		{"more size of a claim", `"1Gi"`, `"2Gi"`, []string{
			"update PersistentVolumeClaim: grows from 1Gi to 2Gi; no pod restarts",
		}},
		{"less size of a claim", `"1Gi"`, `"1Mi"`, []string{
			refused + "a claim cannot shrink from 1Gi to 1Mi",
		}},
		{"access modes of a claim", `"1Gi"`, "\"1Gi\"\n      access_modes = [\"ReadWriteMany\"]", []string{
			refused + "spec.accessModes of a claim cannot be changed, and a new claim would be empty",
		}},
		{"storage class of a claim", `"1Gi"`, "\"1Gi\"\n      storage_class = \"immediate\"", []string{
			refused + "spec.storageClassName of a claim cannot be changed, and a new claim would be empty",
		}},
		{"claim template", `"3Gi"`, `"4Gi"`, []string{
			"replace StatefulSet: data-db-0 grows from 3Gi to 4Gi and stays; the StatefulSet is made anew around its pods, none of which restarts",
		}},
		{"claims of a class that lets none grow", `"5Gi"`, `"6Gi"`, []string{
			refused + "claim fixed-fixed-0 cannot grow from 5Gi to 6Gi: only dynamically provisioned pvc can be resized and " +
				"the storageclass that provisions the pvc must support resize",
		}},
		{"less size of a claim template", `"3Gi"`, `"2Gi"`, []string{
			refused + "the claims of data cannot shrink from 3Gi to 2Gi",
		}},
		{"access modes of a claim template", `"3Gi"`, "\"3Gi\"\n      access_modes = [\"ReadWriteMany\"]", []string{
			refused + "claim templates cannot be changed, and the claims they made hold data",
		}},
		{"size and storage class of a claim template", `"3Gi"`, "\"4Gi\"\n      storage_class = \"immediate\"", []string{
			refused + "claim templates cannot be changed, and the claims they made hold data",
		}},
		{"size and image", `"mysql:5.7"
  mount "/data" {
    claim {
      size = "3Gi"`, `"mysql:8"
  mount "/data" {
    claim {
      size = "4Gi"`, []string{
			"replace StatefulSet: data-db-0 grows from 3Gi to 4Gi and stays; the StatefulSet is made anew around its pods; " +
				"DOWNTIME: 1 pod of db stops before the new one starts",
		}},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			if strings.Count(stateful, tc.old) != 1 {
				t.Fatalf("%q is in the configuration %d times", tc.old, strings.Count(stateful, tc.old))
			}
			p, err := c.tryPlanHCL(t, strings.Replace(stateful, tc.old, tc.new, 1), planner.Options{})
			if d := cmp.Diff(tc.want, labels(t, p, err)); d != "" {
				t.Error(d)
			}
		})
	}
}

// labels writes what is to happen to each object, or why it is refused.
func labels(t *testing.T, p *planner.Plan, err error) []string {
	t.Helper()
	var lines []string
	if err != nil {
		for _, e := range objectErrors(t, err) {
			lines = append(lines, e.Err.Error())
		}
		return lines
	}
	for _, c := range p.Changes {
		if c.Action == planner.NoOp {
			continue
		}
		meaning := c.Impact
		if c.Action == planner.Create {
			meaning, _, _ = strings.Cut(c.Reason, "-")
			meaning += "-"
		}
		lines = append(lines, string(c.Action)+" "+c.ID.Kind+": "+meaning)
		if c.Action != planner.Create && c.Live.UID == "" {
			t.Errorf("%s is not pinned to a uid", c.ID)
		}
	}
	return lines
}

func expectReplace(t *testing.T, c planner.Change, reason, impact string) {
	t.Helper()
	if c.Action != planner.Replace || c.Reason != reason || (impact != "" && c.Impact != impact) || c.Checked || c.Unchecked == "" {
		t.Errorf("%s %s: reason %q, impact %q, checked %v", c.Action, c.ID, c.Reason, c.Impact, c.Checked)
	}
}

func TestS34AServiceGetsAnAddressWhenItIsNoLongerHeadless(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	const headless = "release \"petclinic\" { namespace = \"NAMESPACE\" }\napp \"one\" {\n  image = \"nginx\"\n  port \"http\" { number = 80 }\n  service { headless = true }\n}\n"
	c.carryOut(t, c.planHCL(t, headless, planner.Options{}))
	for _, typ := range []string{"ClusterIP", "NodePort"} {
		p := c.planHCL(t, strings.Replace(headless, "headless = true", `type = "`+typ+`"`, 1), planner.Options{})
		expectReplace(t, change(t, p, "Service", "one"), "spec.clusterIP is immutable",
			"DOWNTIME: Service one gets a new address and is gone for a moment")
	}
}
