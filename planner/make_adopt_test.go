package planner_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"

	"stowage/planner"
)

// found creates an object as kubectl does, and removes it with the test.
func (c *cluster) found(t *testing.T, resource schema.GroupVersionResource, namespace string, object map[string]any) *unstructured.Unstructured {
	t.Helper()
	client, err := dynamic.NewForConfig(c.config)
	if err != nil {
		t.Fatal(err)
	}
	objects := client.Resource(resource).Namespace(namespace)
	made, err := objects.Create(t.Context(), &unstructured.Unstructured{Object: object}, metav1.CreateOptions{FieldManager: "kubectl-create"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := objects.Delete(context.WithoutCancel(t.Context()), made.GetName(), metav1.DeleteOptions{}); err != nil {
			t.Error(err)
		}
	})
	return made
}

const adoptedRole = `
release "petclinic" {
  namespace = "NAMESPACE"
}

resource "ClusterRole" "reader" {
  name  = "NAMESPACE-reader"
  rules = [{ apiGroups = [""], resources = ["pods"], verbs = ["get"] }]
}
`

// TestS37AnObjectOfNoNamespaceWhoseFieldsHavePassed goes on with an adoption that ended after
// its first write: where only the label tells whose an object is, it is adopted once more.
func TestS37AnObjectOfNoNamespaceWhoseFieldsHavePassed(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	name := c.namespace + "-reader"
	roles := schema.GroupVersionResource{Group: "rbac.authorization.k8s.io", Version: "v1", Resource: "clusterroles"}
	c.found(t, roles, "", map[string]any{
		"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole",
		"metadata": map[string]any{"name": name, "labels": map[string]any{"team": "blue"}},
		"rules":    []any{map[string]any{"apiGroups": []any{""}, "resources": []any{"pods"}, "verbs": []any{"get"}}},
	})
	c.requests.take()

	plan := c.planHCL(t, adoptedRole, planner.Options{Adopt: true})
	role := change(t, plan, "ClusterRole", name)
	if role.Action != planner.Adopt || role.Adoption.From != "kubectl create" || !slices.Equal(role.Adoption.Managers, []string{"kubectl-create"}) {
		t.Errorf("%s %+v, want it adopted from kubectl create", role.Action, role.Adoption)
	}
	want := []planner.FieldDiff{{Path: "metadata.labels.team", Op: planner.Delete, Before: "blue"}}
	if d := cmp.Diff(want, role.Diff); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	requests := c.requests.take()
	asked := slices.DeleteFunc(slices.Clone(requests), func(r string) bool { return !strings.Contains(r, name) })
	if len(asked) != 2 || len(writes(requests)) > 0 { // one to read it, one to try it
		t.Errorf("it took %d requests, %d of them writes: %v", len(asked), len(writes(requests)), asked)
	}

	patch, err := role.Adoption.Patch(role.Object)
	if err != nil {
		t.Fatal(err)
	}
	kind := role.Object.GroupVersionKind()
	passed, err := c.JSONPatch(t.Context(), kind, "", name, patch)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.JSONPatch(t.Context(), kind, "", name, patch); !apierrors.IsConflict(err) {
		t.Errorf("the same patch once more: %v, want a Conflict", err)
	}
	if passed.GetLabels()["team"] != "blue" || passed.GetLabels()[planner.LabelRelease] != "" {
		t.Errorf("the first write changes more than who owns what: %v", passed.GetLabels())
	}

	again := change(t, c.planHCL(t, adoptedRole, planner.Options{Adopt: true}), "ClusterRole", name)
	if again.Action != planner.Adopt || again.Adoption.From != "a run of stowage that did not end" {
		t.Errorf("%s %+v, want it adopted again", again.Action, again.Adoption)
	}
	if d := cmp.Diff(want, again.Diff); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	c.mustApply(t, again.Object)
	if rest := summary(c.planHCL(t, adoptedRole, planner.Options{})); len(rest) > 0 {
		t.Errorf("afterwards, there is to do: %v", rest)
	}
}

const adoptedIngress = `
release "petclinic" {
  namespace = "NAMESPACE"
}

ingress "shop" {
  host "shop.example.com" {
    path "/" {
      service = "shop"
      port    = 80
    }
  }
  tls { secret = "SECRET" }
}
`

// What ran with a reference that leads nowhere can be taken over with it, which is told. A
// new one like that is an error, as everywhere.
func TestS37AReferenceThatLedNowhereBefore(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	path := map[string]any{
		"path": "/", "pathType": "Prefix",
		"backend": map[string]any{"service": map[string]any{"name": "shop", "port": map[string]any{"number": int64(80)}}},
	}
	c.found(t, schema.GroupVersionResource{Group: "networking.k8s.io", Version: "v1", Resource: "ingresses"}, c.namespace, map[string]any{
		"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": map[string]any{"name": "shop"},
		"spec": map[string]any{
			"rules": []any{map[string]any{"host": "shop.example.com", "http": map[string]any{"paths": []any{path}}}},
			"tls":   []any{map[string]any{"hosts": []any{"shop.example.com"}, "secretName": "shop-tls"}},
		},
	})
	configuration := func(secret string) string { return strings.ReplaceAll(adoptedIngress, "SECRET", secret) }

	plan := c.planHCL(t, configuration("shop-tls"), planner.Options{Adopt: true})
	if got := change(t, plan, "Ingress", "shop"); got.Action != planner.Adopt || len(got.Diff) > 0 {
		t.Errorf("%s %v, want it adopted as it is", got.Action, got.Diff)
	}
	var told []string
	for _, w := range plan.Warnings {
		told = append(told, w.Summary)
	}
	want := []string{
		"Ingress shop refers to Secret shop-tls, which is neither in the configuration nor in the cluster, as it did before",
		"Ingress shop refers to Service shop, which is neither in the configuration nor in the cluster, as it did before",
	}
	if d := cmp.Diff(want, told); d != "" {
		t.Errorf("warnings (-want +got):\n%s", d)
	}

	_, err := c.tryPlanHCL(t, configuration("other"), planner.Options{Adopt: true})
	if lines := refused(t, err); len(lines) != 1 || !strings.Contains(lines[0], "Secret other") {
		t.Errorf("another Secret that is not there: %v", lines)
	}
}
