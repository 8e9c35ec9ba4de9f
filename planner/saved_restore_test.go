package planner_test

import (
	"errors"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/json"

	"stowage/internal/testcluster"
	"stowage/planner"
)

var savedKey = []byte("0123456789abcdef0123456789abcdef")

// save returns a plan as it is read after it was written down, and what was written.
func save(t *testing.T, p *planner.Plan) (*planner.Saved, string) {
	t.Helper()
	text, err := json.Marshal(planner.Save(p, savedKey))
	if err != nil {
		t.Fatal(err)
	}
	var saved planner.Saved
	if err := json.Unmarshal(text, &saved); err != nil {
		t.Fatal(err)
	}
	if err := saved.Check(); err != nil {
		t.Fatal(err)
	}
	return &saved, string(text)
}

// noConfiguration is for plans that are to find all values of Secrets in the cluster.
func noConfiguration() ([]planner.Object, error) {
	return nil, errors.New("the configuration was asked for")
}

// restored reads a saved plan back, and returns what has moved.
func (c *cluster) restored(t *testing.T, s *planner.Saved) (*planner.Plan, []string) {
	t.Helper()
	plan, err := s.Restore(t.Context(), c.Client, savedKey, noConfiguration)
	var moved *planner.MovedError
	if err != nil && !errors.As(err, &moved) {
		t.Fatal(err)
	}
	var texts []string
	if moved != nil {
		for _, one := range moved.All.Errors {
			texts = append(texts, timestamps.ReplaceAllString(one.Error(), "TIME"))
		}
	}
	return plan, texts
}

var timestamps = regexp.MustCompile(`\d{4}-\d\d-\d\dT[0-9:]+Z`)

// TestS31AllThatMovedIsNamed moves everything that a plan was made from.
func TestS31AllThatMovedIsNamed(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	manifests := readFile(t, "testdata/plan/petclinic.yaml")
	c.carryOut(t, c.plan(t, manifests, planner.Options{}))
	changed := strings.NewReplacer("value: \"0123\"", "value: \"0124\"", "mysql:5.7", "mysql:8").Replace(manifests) +
		"---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: extra\n  labels: {stowage.dev/release: petclinic}\ndata: {a: b}\n"
	saved, text := save(t, c.plan(t, changed, planner.Options{Saved: true}))
	for _, secret := range []string{"petclinic-canary", "cGV0Y2xpbmljLWNhbmFyeQ"} {
		if strings.Contains(text, secret) {
			t.Errorf("the saved plan holds %q", secret)
		}
	}
	if _, moved := c.restored(t, saved); len(moved) > 0 {
		t.Fatalf("moved: %q", moved)
	}

	web, service := planner.ObjectID{Kind: "Deployment", Name: "petclinic"}, planner.ObjectID{Kind: "Service", Name: "petclinic"}
	c.as(t, "kubectl-edit", web, `{"spec":{"replicas":4,"template":{"spec":{"containers":[{"name":"petclinic","env":[{"name":"ALPHA","value":"0125"}]}]}}}}`)
	c.as(t, "kubectl-label", web, `{"metadata":{"labels":{"stowage.dev/app":null}}}`)
	c.as(t, "kubectl-edit", service, `{"spec":{"ports":[{"$patch":"delete","port":8080},{"name":"other","port":9}],"type":"ClusterIP"}}`)
	cluster := testcluster.Start(t).Client
	core := cluster.CoreV1()
	if err := core.Services(c.namespace).Delete(t.Context(), "mysql", metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	config, err := core.ConfigMaps(c.namespace).Get(t.Context(), "petclinic-config-7d41h0w3rb", metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if err := core.ConfigMaps(c.namespace).Delete(t.Context(), config.Name, metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	config.ResourceVersion, config.UID, config.ManagedFields = "", "", nil
	config.Name, config.Labels = "petclinic-config-7d41h0w3rb", map[string]string{"stowage.dev/release": "petclinic"}
	if _, err := core.ConfigMaps(c.namespace).Create(t.Context(), config, metav1.CreateOptions{FieldManager: "kubectl-create"}); err != nil {
		t.Fatal(err)
	}
	config.Name, config.Labels, config.ResourceVersion = "extra", nil, "" // which no LIST shows
	if _, err := core.ConfigMaps(c.namespace).Create(t.Context(), config, metav1.CreateOptions{FieldManager: "kubectl-create"}); err != nil {
		t.Fatal(err)
	}

	c.requests.take()
	_, moved := c.restored(t, saved)
	want := []string{
		`petclinic.hcl:51: Service mysql: was deleted since the plan was made`,
		`petclinic.hcl:63: ConfigMap petclinic-config-7d41h0w3rb: was deleted since the plan was made, and made anew: made by kubectl-create at TIME`,
		`petclinic.hcl:74: Deployment petclinic: metadata.labels[stowage.dev/app]: has changed since the plan was made: it is gone now`,
		`petclinic.hcl:74: Deployment petclinic: spec.replicas: has changed since the plan was made: it is 4 now, written by kubectl-edit at TIME`,
		`petclinic.hcl:74: Deployment petclinic: spec.template.spec.containers[petclinic].env[ALPHA].value: has changed since the plan was made: it is "0125" now, written by kubectl-edit at TIME`,
		`petclinic.hcl:114: Service petclinic: spec.ports[8080/TCP]: has changed since the plan was made: it is gone now`,
		`petclinic.hcl:114: Service petclinic: spec.type: has changed since the plan was made: it is "ClusterIP" now, written by kubectl-edit at TIME`,
		`petclinic.hcl:127: ConfigMap extra: was absent when the plan was made, and is there now: made by kubectl-create at TIME`,
	}
	slices.Sort(want)
	slices.Sort(moved)
	if d := cmp.Diff(want, moved); d != "" {
		t.Error(d)
	}
	if got := writes(c.requests.take()); len(got) > 0 {
		t.Errorf("looking wrote: %q", got)
	}
}

// TestS31WhatIsNobodysOfOursMayMove moves status, foreign fields and an autoscaler's
// number of pods.
func TestS31WhatIsNobodysOfOursMayMove(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	c.carryOut(t, c.planHCL(t, countedBy("Deployment", autoscaledFrom), planner.Options{}))
	updated := strings.Replace(countedBy("Deployment", autoscaledFrom), "nginx:1.27", "nginx:1.28", 1)
	plan := c.planHCL(t, updated, planner.Options{Saved: true})
	saved, _ := save(t, plan)

	c.scale(t, "Deployment")
	web := planner.ObjectID{Kind: "Deployment", Name: "web"}
	c.as(t, "kubectl-label", web, `{"metadata":{"labels":{"team":"web"},"annotations":{"note":"1"}},"spec":{"progressDeadlineSeconds":599}}`)
	apps := testcluster.Start(t).Client.AppsV1()
	status := []byte(`{"status":{"conditions":[{"type":"Moved","status":"True"}]}}`)
	if _, err := apps.Deployments(c.namespace).Patch(t.Context(), "web", types.MergePatchType, status, metav1.PatchOptions{}, "status"); err != nil {
		t.Fatal(err)
	}
	c.waitFor(t, "apps", "Deployment", "web", func(planner.Health) bool { return c.replicasOf(t, "Deployment") == 9 })
	restored, moved := c.restored(t, saved)
	if len(moved) > 0 {
		t.Fatalf("moved: %q", moved)
	}
	before, after := change(t, plan, "Deployment", "web"), change(t, restored, "Deployment", "web")
	if after.Live.UID != before.Live.UID || after.Live.ResourceVersion == before.Live.ResourceVersion {
		t.Errorf("pinned to %+v, planned for %+v", after.Live, before.Live)
	}
	c.carryOut(t, restored)
	if got := c.replicasOf(t, "Deployment"); got != 9 {
		t.Errorf("%d pods, and the autoscaler wants 9", got)
	}
}

// TestS31NoOpCostsNoMoreThanAPlan counts requests.
func TestS31NoOpCostsNoMoreThanAPlan(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	manifests := readFile(t, "testdata/plan/petclinic.yaml")
	c.carryOut(t, c.plan(t, manifests, planner.Options{}))
	c.waitHealthy(t, "apps", "StatefulSet", "mysql")
	c.waitHealthy(t, "apps", "Deployment", "petclinic")
	c.requests.take()
	saved, _ := save(t, c.plan(t, manifests, planner.Options{Saved: true}))
	planned := resources(c.requests.take())
	plan, moved := c.restored(t, saved)
	if len(moved) > 0 || !plan.Empty() {
		t.Fatalf("moved: %q, %q", moved, summary(plan))
	}
	for _, request := range resources(c.requests.take()) {
		if !slices.Contains(planned, request) {
			t.Errorf("asks for %s, which planning does not", request)
		}
	}
	secret := change(t, plan, "Secret", "mysql-k3v9tq2xwz").Object.Object["data"].(map[string]any)
	if secret["password"] != "cGV0Y2xpbmljLWNhbmFyeQ==" { // what is logged is to be redacted
		t.Errorf("the values of the Secret that stays: %v", secret)
	}
}
