package planner_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"stowage/planner"
)

// TestS47SameAsWrittenByHand compares what the API server makes of manifests as
// people write them and of the same in HCL. Labels are the tool's own.
func TestS47SameAsWrittenByHand(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	written := map[planner.ObjectID]any{}
	for _, o := range c.objects(t, readFile(t, "testdata/written/manifests.yaml")) {
		written[o.ID] = c.asStored(t, o)
	}
	rendered := map[planner.ObjectID]any{}
	for _, o := range mustRender(t, c.evaluate(t, readFile(t, "testdata/written/main.hcl"))) {
		if o.Role != planner.RoleNamespace {
			rendered[o.ID] = c.asStored(t, o)
		}
	}
	if diff := cmp.Diff(written, rendered); diff != "" {
		t.Errorf("-written +rendered:\n%s", diff)
	}
}

// asStored returns an object as the API server would store it, without what
// it chooses itself and without labels.
func (c *cluster) asStored(t *testing.T, o planner.Object) map[string]any {
	t.Helper()
	stored, err := c.DryRun(t.Context(), o.Manifest)
	if err != nil {
		t.Fatal(err)
	}
	unstructured.RemoveNestedField(stored.Object, "metadata")
	unstructured.RemoveNestedField(stored.Object, "status")
	removeAll(stored.Object, "labels", "selector", "clusterIP", "clusterIPs")
	return stored.Object
}

// removeAll removes fields of these names at any depth.
func removeAll(v any, names ...string) {
	switch v := v.(type) {
	case map[string]any:
		for _, name := range names {
			delete(v, name)
		}
		for _, value := range v {
			removeAll(value, names...)
		}
	case []any:
		for _, value := range v {
			removeAll(value, names...)
		}
	}
}
