package planner_test

import (
	"strings"
	"testing"

	"stowage/planner"
)

func TestValidate(t *testing.T) {
	object := func(change func(map[string]any)) planner.Object {
		for _, o := range mustRender(t, evaluate(t, "testdata/render/petclinic")) {
			if o.ID.Kind == "Deployment" {
				o.Manifest = o.Manifest.DeepCopy()
				change(o.Manifest.Object["spec"].(map[string]any))
				return o
			}
		}
		t.Fatal("no Deployment")
		return planner.Object{}
	}
	cases := []struct {
		name   string
		change func(spec map[string]any)
		want   string // part of the error; empty: none
	}{
		{"as rendered", func(map[string]any) {}, ""},
		{"unknown field", func(spec map[string]any) { spec["replica"] = int64(1) }, `unknown field "spec.replica"`},
		{"wrong type", func(spec map[string]any) { spec["replicas"] = "three" }, "cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas"},
		{"no quantity", func(spec map[string]any) {
			container := spec["template"].(map[string]any)["spec"].(map[string]any)["containers"].([]any)[0].(map[string]any)
			container["resources"] = map[string]any{"requests": map[string]any{"cpu": "many"}}
		}, "quantities must match"},
	}
	for _, tc := range cases {
		err := planner.Validate(object(tc.change))
		if (err == nil) != (tc.want == "") || err != nil && !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: got %v, want %q", tc.name, err, tc.want)
		}
	}
	custom := object(func(spec map[string]any) { spec["anything"] = true })
	custom.Manifest.SetAPIVersion("example.com/v1")
	if err := planner.Validate(custom); err != nil {
		t.Errorf("a kind that is not built in: %v", err)
	}
}
