package planner_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/yaml"

	"stowage/planner"
)

// TestS47YAMLAsResources writes the objects of all YAML in the test data as resource blocks
// and expects the same objects of them.
func TestS47YAMLAsResources(t *testing.T) {
	var files []string
	for _, pattern := range []string{"testdata/*/*.yaml", "testdata/*/*/*.yaml", "../cmd/stowage/testdata/examples/*.yaml"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
	}
	const least = 20
	if len(files) < least {
		t.Fatalf("%d files", len(files))
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(filepath.Dir(file))+"_"+filepath.Base(file), ".yaml"), func(t *testing.T) {
			checkRoundTrip(t, objectsIn(t, file))
		})
	}
}

// apiVersions are those of the kinds that apps become.
var apiVersions = map[string]string{
	"Deployment": "apps/v1", "StatefulSet": "apps/v1", "DaemonSet": "apps/v1", "Job": "batch/v1", "CronJob": "batch/v1",
	"Service": "v1", "Ingress": "networking.k8s.io/v1",
}

// TestS47FieldsAsResources does the same with an object for every field of the kinds that
// apps become.
func TestS47FieldsAsResources(t *testing.T) {
	for _, root := range reached {
		t.Run(root.kind, func(t *testing.T) {
			var objects []*unstructured.Unstructured
			for i, leaf := range leavesOf(reflect.TypeOf(root.spec), nil) {
				u := &unstructured.Unstructured{Object: map[string]any{"spec": plain(leaf.structure(root.kind))}}
				u.SetAPIVersion(apiVersions[root.kind])
				u.SetKind(root.kind)
				u.SetName(fmt.Sprintf("x%d", i))
				u.SetNamespace("r")
				objects = append(objects, u)
			}
			checkRoundTrip(t, objects)
		})
	}
}

// objectsIn reads the objects of a file of test data, as a user would apply them.
func objectsIn(t *testing.T, file string) []*unstructured.Unstructured {
	t.Helper()
	var objects []*unstructured.Unstructured
	seen := map[planner.ObjectID]bool{}
	given := strings.NewReplacer("$node_port", "30080", "NAMESPACE", "r") // what tests fill in
	for _, text := range strings.Split("\n"+given.Replace(readFile(t, file)), "\n---") {
		var object map[string]any
		if err := yaml.Unmarshal([]byte(text), &object); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		u := &unstructured.Unstructured{Object: object}
		if object["kind"] == nil || !scheme.Scheme.Recognizes(u.GroupVersionKind()) || seen[planner.IDOf(u)] {
			continue // comments; kinds that are known from their definitions only
		}
		exact, err := json.Marshal(object)
		if err != nil {
			t.Fatal(err)
		}
		u = &unstructured.Unstructured{}
		if err := u.UnmarshalJSON(exact); err != nil {
			t.Fatal(err)
		}
		seen[planner.IDOf(u)] = true
		metadata := map[string]any{"name": u.GetName(), "namespace": u.GetNamespace()}
		for _, name := range []string{"labels", "annotations"} {
			if values, ok := u.Object["metadata"].(map[string]any)[name].(map[string]any); ok {
				maps.DeleteFunc(values, func(key string, _ any) bool { return isOurs(key) })
				if len(values) > 0 {
					metadata[name] = values
				}
			}
		}
		u.Object["metadata"] = metadata
		delete(u.Object, "status")
		if u.GetNamespace() == "" {
			u.SetNamespace("r")
		}
		objects = append(objects, u)
	}
	return objects
}

// isOurs reports whether stowage itself may write a label or annotation.
func isOurs(key string) bool {
	return strings.HasPrefix(key, "stowage.dev/") || strings.HasPrefix(key, "app.kubernetes.io/")
}

// checkRoundTrip renders objects from resource blocks and compares.
func checkRoundTrip(t *testing.T, objects []*unstructured.Unstructured) {
	t.Helper()
	var text strings.Builder
	text.WriteString("release \"r\" {}\n")
	for i, u := range objects {
		text.WriteString(asResource(t, fmt.Sprintf("block-%d", i), u))
	}
	rendered := map[planner.ObjectID]*unstructured.Unstructured{}
	for _, o := range mustRender(t, evaluateText(t, text.String())) {
		rendered[o.ID] = o.Manifest
	}
	for _, want := range objects {
		id := planner.IDOf(want)
		got := rendered[id]
		if got == nil { // of a kind that is in no namespace
			id.Namespace = ""
			got = rendered[id]
			want.SetNamespace("")
		}
		if got == nil {
			t.Errorf("%s is not rendered", id)
			continue
		}
		got = got.DeepCopy()
		for _, name := range []string{"labels", "annotations"} {
			values, _, _ := unstructured.NestedStringMap(got.Object, "metadata", name)
			maps.DeleteFunc(values, func(key, _ string) bool { return isOurs(key) })
			unstructured.RemoveNestedField(got.Object, "metadata", name)
			if len(values) > 0 {
				_ = unstructured.SetNestedStringMap(got.Object, values, "metadata", name)
			}
		}
		if diff := cmp.Diff(withoutEmpty(want.Object), withoutEmpty(got.Object)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", id, diff)
		}
	}
}

// withoutEmpty leaves out what says the same as nothing: nulls and an empty namespace.
func withoutEmpty(object map[string]any) map[string]any {
	text, err := json.Marshal(object)
	if err != nil {
		panic(err)
	}
	u := map[string]any{}
	if err := json.Unmarshal(text, &u); err != nil {
		panic(err)
	}
	return dropNulls(u).(map[string]any)
}

func dropNulls(v any) any {
	switch v := v.(type) {
	case map[string]any:
		maps.DeleteFunc(v, func(key string, value any) bool { return value == nil || key == "namespace" && value == "" })
		for key, value := range v {
			v[key] = dropNulls(value)
		}
	case []any:
		for i, value := range v {
			v[i] = dropNulls(value)
		}
	}
	return v
}

// asResource writes an object as a resource block.
func asResource(t *testing.T, label string, u *unstructured.Unstructured) string {
	t.Helper()
	var text strings.Builder
	write := func(name string, v any) {
		value, err := json.Marshal(v) // JSON is HCL, but for templates
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&text, "  %s = %s\n", name, strings.NewReplacer("${", "$${", "%{", "%%{").Replace(string(value)))
	}
	fmt.Fprintf(&text, "resource %q %q {\n", u.GetKind(), label)
	write("api_version", u.GetAPIVersion())
	write("name", u.GetName())
	if clusterScoped := map[string]bool{"Namespace": true, "ClusterRole": true, "ClusterRoleBinding": true, "PersistentVolume": true,
		"StorageClass": true, "PriorityClass": true, "IngressClass": true, "CustomResourceDefinition": true}; !clusterScoped[u.GetKind()] {
		write("namespace", u.GetNamespace())
	}
	for name, v := range u.Object {
		switch name {
		case "apiVersion", "kind":
		case "metadata":
			for _, part := range []string{"labels", "annotations"} {
				if values, ok := v.(map[string]any)[part]; ok {
					write(part, values)
				}
			}
		default:
			write(name, v)
		}
	}
	return text.String() + "}\n"
}
