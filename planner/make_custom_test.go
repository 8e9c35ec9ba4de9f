package planner_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"stowage/planner"
)

// berth returns a kind of the test's own and an object of it. They belong to a
// release that is named after the namespace: the definition is in none.
func (c *cluster) berth(t *testing.T) (definition, resource planner.Object) {
	t.Helper()
	group := c.namespace + ".example.com"
	labels := map[string]any{planner.LabelRelease: c.namespace, planner.LabelHome: c.namespace}
	definition.Manifest = &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
		"metadata": map[string]any{"name": "berths." + group, "labels": labels},
		"spec": map[string]any{
			"group": group, "scope": "Namespaced",
			"names": map[string]any{"kind": "Berth", "plural": "berths"},
			"versions": []any{map[string]any{
				"name": "v1", "served": true, "storage": true,
				"schema": map[string]any{"openAPIV3Schema": map[string]any{
					"type": "object", "x-kubernetes-preserve-unknown-fields": true,
				}},
			}},
		},
	}}
	resource.Manifest = &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": group + "/v1", "kind": "Berth",
		"metadata": map[string]any{"name": "a-berth", "namespace": c.namespace, "labels": labels},
		"spec":     map[string]any{"depth": int64(12)},
	}}
	definition.ID, resource.ID = planner.IDOf(definition.Manifest), planner.IDOf(resource.Manifest)
	return definition, resource
}

// planDestroy plans to delete that release.
func (c *cluster) planDestroy(t *testing.T, options planner.Options) *planner.Plan {
	t.Helper()
	options.Destroy = true
	p, err := planner.Make(t.Context(), planner.Input{
		Release: c.namespace, Namespace: c.namespace, HistoryLimit: 3, Prior: c.prior, Options: options,
	}, c.Client)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func (c *cluster) waitEstablished(t *testing.T, id planner.ObjectID) {
	t.Helper()
	kind := schema.GroupVersionKind{Group: id.Group, Version: "v1", Kind: id.Kind}
	deadline, tick := time.After(30*time.Second), time.NewTicker(50*time.Millisecond)
	defer tick.Stop()
	for {
		u, err := c.Get(t.Context(), kind, "", id.Name)
		if err != nil {
			t.Fatal(err)
		}
		if planner.HealthOf(u).Condition == planner.Current {
			return
		}
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("%s: %+v", id, planner.HealthOf(u))
		}
	}
}

func TestS38CustomResourcesGoBeforeTheirDefinitions(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	definition, resource := c.berth(t)
	c.prior = &planner.Prior{Revision: 1}
	t.Cleanup(func() {
		kind := definition.Manifest.GroupVersionKind()
		_ = c.Delete(t.Context(), kind, "", definition.ID.Name, "", metav1.DeletePropagationBackground)
	})
	for _, o := range []planner.Object{definition, resource} {
		live := c.mustApply(t, o.Manifest)
		c.prior.Inventory = append(c.prior.Inventory, planner.Item{ID: o.ID, Version: "v1", UID: string(live.GetUID()), LastRevision: 1})
		if o.ID == definition.ID {
			c.waitEstablished(t, o.ID)
		}
	}

	kept := c.planDestroy(t, planner.Options{})
	if d := cmp.Diff([]string{"delete Berth a-berth"}, summary(kept)); d != "" {
		t.Error(d)
	}
	want := []planner.Kept{{ID: definition.ID, Reason: "deleting it would delete all its custom resources; --delete-data does"}}
	if d := cmp.Diff(want, kept.Kept); d != "" {
		t.Errorf("S36: %s", d)
	}

	p := c.planDestroy(t, planner.Options{DeleteData: true})
	if d := cmp.Diff([]string{"delete Berth a-berth", "delete CustomResourceDefinition " + definition.ID.Name}, summary(p)); d != "" {
		t.Fatal(d)
	}
	last := p.Changes[1]
	if d := cmp.Diff([]planner.Need{{ID: resource.ID, Gate: planner.Gone}}, last.Needs); d != "" {
		t.Error(d)
	}
	if last.Impact != "DATA: all custom resources of its kind go with it" {
		t.Errorf("impact %q", last.Impact)
	}
	c.carryOut(t, p)
}

func TestACustomResourceWaitsForItsDefinition(t *testing.T) {
	c := &cluster{namespace: "harbour"}
	definition, resource := c.berth(t)
	graph := mustGraph(t, []planner.Object{resource, definition})
	want := []planner.Need{{ID: definition.ID, Gate: planner.Ready}}
	if d := cmp.Diff(want, graph.Needs(resource.ID)); d != "" {
		t.Error(d)
	}
	if first := graph.Order()[0].ID; first != definition.ID {
		t.Errorf("%s comes first", first)
	}
}
