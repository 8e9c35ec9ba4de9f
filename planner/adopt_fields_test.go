package planner

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"
)

const adoptedLive = `
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: shop
  resourceVersion: "7"
  labels: {app: web, kapp.k14s.io/app: "1", team: blue}
  annotations:
    kubectl.kubernetes.io/last-applied-configuration: "{}"
    meta.helm.sh/release-name: web
  managedFields: []
spec:
  replicas: 3
  minReadySeconds: 5
  template:
    metadata:
      annotations: {kubectl.kubernetes.io/restartedAt: now}
    spec:
      containers:
        - name: web
          image: nginx:1
`

const adoptedWant = `
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: shop
  labels: {app: web}
spec:
  template:
    spec:
      containers:
        - name: web
          image: nginx:1
`

// TestWhatPassesFromWhom takes over an object with one entry of managed fields: all that a
// deployer has set passes but for what is left to others, of anybody else what the
// configuration has, and of the cluster's controllers nothing.
func TestWhatPassesFromWhom(t *testing.T) {
	t.Parallel()
	const (
		all = `{"f:metadata":{"f:labels":{"f:team":{}}},"f:spec":{"f:minReadySeconds":{},"f:replicas":{},"f:template":{` +
			`"f:metadata":{"f:annotations":{"f:kubectl.kubernetes.io/restartedAt":{}}},` +
			`"f:spec":{"f:containers":{"k:{\"name\":\"web\"}":{".":{},"f:image":{},"f:name":{}}}}}}}`
		leftBehind = `{"f:spec":{"f:replicas":{},"f:template":{"f:metadata":{"f:annotations":{"f:kubectl.kubernetes.io/restartedAt":{}}}}}}`
		deployed   = `{"f:metadata":{"f:annotations":{"f:kubectl.kubernetes.io/last-applied-configuration":{}},"f:labels":{"f:team":{}}},` +
			`"f:spec":{"f:minReadySeconds":{},"f:template":{"f:spec":{"f:containers":{"k:{\"name\":\"web\"}":{".":{},"f:image":{},"f:name":{}}}}}}}`
		shared = `{"f:metadata":{"f:annotations":{"f:kubectl.kubernetes.io/last-applied-configuration":{}}},` +
			`"f:spec":{"f:template":{"f:spec":{"f:containers":{"k:{\"name\":\"web\"}":{".":{},"f:image":{},"f:name":{}}}}}}}`
		kept = `{"f:metadata":{"f:labels":{"f:team":{}}},"f:spec":{"f:minReadySeconds":{},"f:replicas":{},"f:template":{` +
			`"f:metadata":{"f:annotations":{"f:kubectl.kubernetes.io/restartedAt":{}}}}}}`
		mark = `{"f:metadata":{"f:annotations":{"f:kubectl.kubernetes.io/last-applied-configuration":{}}}}`
	)
	tests := []struct {
		manager, operation, subresource string
		passes, stays                   string
	}{
		{"kubectl-client-side-apply", "Update", "", deployed, leftBehind},
		{"kubectl", "Apply", "", deployed, leftBehind},
		{"helm", "Update", "", deployed, leftBehind},
		{"Go-http-client", "Update", "", deployed, leftBehind}, // Helm, since its mark is there
		{"argocd-controller", "Apply", "", deployed, leftBehind},
		{"some-program", "Update", "", shared, kept},
		{"some-program", "Apply", "", shared, kept},
		{"kube-controller-manager", "Update", "", mark, all},
		{"kubectl", "Update", "status", mark, all},
		{"kube-controller-manager", "Update", "scale", mark, all},
	}
	for _, test := range tests {
		t.Run(strings.Join([]string{test.manager, test.operation, test.subresource}, " "), func(t *testing.T) {
			t.Parallel()
			tree := parsed(t, all).Object
			live := parsed(t, adoptedLive)
			entry := map[string]any{
				"manager": test.manager, "operation": test.operation, "apiVersion": "apps/v1", "fieldsType": "FieldsV1",
				"fieldsV1": tree, "time": "2026-01-02T03:04:05Z",
			}
			if test.subresource != "" {
				entry["subresource"] = test.subresource
			}
			setAt(live.Object, fieldPaths("metadata.managedFields")[0], []any{entry}, true)
			result, err := takeOver(live, parsed(t, adoptedWant), false)
			if err != nil {
				t.Fatal(err)
			}
			own, others := ownTree(result.after()), []string{}
			for _, o := range ownershipsOf(result.after()) {
				if !o.ours() {
					others = append(others, jsonOf(o.tree))
				}
			}
			if d := cmp.Diff(test.passes, jsonOf(own)); d != "" {
				t.Errorf("what passes (-want +got):\n%s", d)
			}
			if d := cmp.Diff([]string{test.stays}, others); d != "" {
				t.Errorf("what stays (-want +got):\n%s", d)
			}
			if passes := slices.Contains(result.managers, test.manager); passes != (test.passes != mark) {
				t.Errorf("the managers whose fields pass are %v", result.managers)
			}
		})
	}
}

// TestWhatNobodyOwnsPasses takes over an object without managed fields: what the
// configuration has becomes stowage's, and nothing else.
func TestWhatNobodyOwnsPasses(t *testing.T) {
	t.Parallel()
	live, want := parsed(t, adoptedLive), parsed(t, adoptedWant)
	live.SetAnnotations(nil)
	result, err := takeOver(live, want, false)
	if err != nil {
		t.Fatal(err)
	}
	const own = `{"f:metadata":{"f:labels":{"f:app":{}}},` +
		`"f:spec":{"f:template":{"f:spec":{"f:containers":{"k:{\"name\":\"web\"}":{".":{},"f:image":{},"f:name":{}}}}}}}`
	if d := cmp.Diff(own, jsonOf(ownTree(result.after()))); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// TestMarksPassWithTheirTool takes the marks of tools over with them alone, and those that
// the configuration has under no circumstances.
func TestMarksPassWithTheirTool(t *testing.T) {
	t.Parallel()
	live, want := parsed(t, adoptedLive), parsed(t, adoptedWant)
	names := func(tools bool) string {
		var all []string
		for _, p := range marksOn(live, want, tools) {
			all = append(all, p[2].field)
		}
		return strings.Join(all, " ")
	}
	if got := names(false); got != "kubectl.kubernetes.io/last-applied-configuration" {
		t.Errorf("without tools: %s", got)
	}
	if got := names(true); got != "kubectl.kubernetes.io/last-applied-configuration meta.helm.sh/release-name kapp.k14s.io/app" {
		t.Errorf("with tools: %s", got)
	}
	want.SetLabels(map[string]string{"kapp.k14s.io/app": "1"})
	if got := names(true); strings.Contains(got, "kapp") {
		t.Errorf("with a mark in the configuration: %s", got)
	}
}

func parsed(t *testing.T, text string) *unstructured.Unstructured {
	t.Helper()
	u := &unstructured.Unstructured{}
	if err := yaml.Unmarshal([]byte(text), &u.Object); err != nil {
		t.Fatal(err)
	}
	return u
}
