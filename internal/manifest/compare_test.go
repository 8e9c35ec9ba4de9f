package manifest

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	utiljson "k8s.io/apimachinery/pkg/util/json"
)

func podOf(spec string) string {
	return "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: " + spec
}

func containerOf(fields string) string {
	return podOf("{containers: [{name: a, image: nginx}, {name: web, image: nginx, " + fields + "}]}")
}

const container = "spec.containers[1]"

func TestCompareFindsWhatTheServerWouldSee(t *testing.T) {
	type list = []any
	for _, test := range []struct {
		name, want, got string
		differences     []Difference
	}{
		{"a default", containerOf("ports: [{containerPort: 80, protocol: TCP}]"), containerOf("ports: [{containerPort: 80}]"), nil},
		{"a quantity", containerOf("resources: {limits: {cpu: 1000m}}"), containerOf("resources: {limits: {cpu: 1}}"), nil},
		{"a value", containerOf("env: [{name: A, value: x}]"), containerOf("env: [{name: A, value: z}]"), []Difference{
			{Path: container + ".env[0].value", Field: "spec.containers[web].env[A].value", Want: "x", Got: "z"},
		}},
		{"text for a number", containerOf("livenessProbe: {httpGet: {port: 80}}"), containerOf(`livenessProbe: {httpGet: {port: "80"}}`), []Difference{
			{Path: container + ".livenessProbe.httpGet.port", Field: "spec.containers[web].livenessProbe.httpGet.port", Want: int64(80), Got: "80"},
		}},
		{"a missing item", containerOf("env: [{name: A, value: x}, {name: B}]"), containerOf("env: [{name: C}, {name: A, value: x}]"), []Difference{
			{Path: container + ".env[1]", Field: "spec.containers[web].env[B]", Want: values{"name": "B"}},
			{Path: container + ".env[0]", Field: "spec.containers[web].env[C]", Got: values{"name": "C"}},
		}},
		{"a missing field", containerOf("command: [a]"), containerOf("tty: true"), []Difference{
			{Path: container + ".command", Field: "spec.containers[web].command", Want: list{"a"}},
			{Path: container + ".tty", Field: "spec.containers[web].tty", Got: true},
		}},
		{"order that does not count", containerOf("env: [{name: A}, {name: B, value: $(C) $$(A)}], ports: [{containerPort: 1}, {containerPort: 1, protocol: UDP}]"),
			containerOf("env: [{name: B, value: $(C) $$(A)}, {name: A}], ports: [{containerPort: 1, protocol: UDP}, {containerPort: 1}]"), nil},
		{"order of variables", containerOf("env: [{name: A}, {name: B, value: x$(A)}]"), containerOf("env: [{name: B, value: x$(A)}, {name: A}]"), []Difference{
			{Path: container + ".env", Field: "spec.containers[web].env", Want: list{"A", "B"}, Got: list{"B", "A"}, Reordered: true},
		}},
		{"order of init containers", podOf("{initContainers: [{name: a}, {name: b}]}"), podOf("{initContainers: [{name: b}, {name: a}]}"), []Difference{
			{Path: "spec.initContainers", Field: "spec.initContainers", Want: list{"a", "b"}, Got: list{"b", "a"}, Reordered: true},
		}},
		{"order of arguments", containerOf("args: [a, b]"), containerOf("args: [b, a]"), []Difference{
			{Path: container + ".args[0]", Field: "spec.containers[web].args[0]", Want: "a", Got: "b"},
			{Path: container + ".args[1]", Field: "spec.containers[web].args[1]", Want: "b", Got: "a"},
		}},
		{"number of arguments", containerOf("args: [a]"), containerOf("args: [a, b]"), []Difference{
			{Path: container + ".args", Field: "spec.containers[web].args", Want: list{"a"}, Got: list{"a", "b"}},
		}},
		{"names twice", containerOf("env: [{name: A, value: x}, {name: A, value: z}]"), containerOf("env: [{name: A, value: z}, {name: A, value: x}]"), []Difference{
			{Path: container + ".env[0].value", Field: "spec.containers[web].env[0].value", Want: "x", Got: "z"},
			{Path: container + ".env[1].value", Field: "spec.containers[web].env[1].value", Want: "z", Got: "x"},
		}},
		{"a set", "{apiVersion: v1, kind: Pod, metadata: {finalizers: [a/a, b/b]}}", "{apiVersion: v1, kind: Pod, metadata: {finalizers: [b/b, c/c]}}", []Difference{
			{Path: "metadata.finalizers[0]", Field: "metadata.finalizers[a/a]", Want: "a/a"},
			{Path: "metadata.finalizers[1]", Field: "metadata.finalizers[c/c]", Got: "c/c"},
		}},
		{"a label with dots", "{apiVersion: v1, kind: Pod, metadata: {labels: {a.b/c: x}}}", "{apiVersion: v1, kind: Pod}", []Difference{
			{Path: "metadata.labels", Field: "metadata.labels", Want: values{"a.b/c": "x"}},
		}},
		{"an unknown field", "{apiVersion: v1, kind: Pod, spec: {futureField: 1}}", "{apiVersion: v1, kind: Pod, spec: {}}", []Difference{
			{Path: "spec.futureField", Field: "spec.futureField", Want: int64(1)},
		}},
		{"an empty directory", podOf("{volumes: [{name: a, emptyDir: {}}]}"), podOf("{volumes: [{name: a, hostPath: {path: /}}]}"), []Difference{
			{Path: "spec.volumes[0].emptyDir", Field: "spec.volumes[a].emptyDir", Want: values{}},
			{Path: "spec.volumes[0].hostPath", Field: "spec.volumes[a].hostPath", Got: values{"path": "/", "type": ""}},
		}},
		{"stringData", "{apiVersion: v1, kind: Secret, stringData: {a: x}}", "{apiVersion: v1, kind: Secret, data: {a: eA==}}", nil},
		{"a custom kind", "{apiVersion: example.com/v1, kind: T, spec: {items: [{name: a}, {name: b}], n: 1, nothing: null}}",
			"{apiVersion: example.com/v1, kind: T, spec: {items: [{name: b}, {name: a}], n: 1.0}}", []Difference{
				{Path: "spec.items[0].name", Field: "spec.items[0].name", Want: "a", Got: "b"},
				{Path: "spec.items[1].name", Field: "spec.items[1].name", Want: "b", Got: "a"},
			}},
		{"exact integers", "{apiVersion: example.com/v1, kind: T, spec: {number: 9007199254740993}}", "{apiVersion: example.com/v1, kind: T, spec: {number: 9007199254740992}}", []Difference{
			{Path: "spec.number", Field: "spec.number", Want: int64(9007199254740993), Got: int64(9007199254740992)},
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := Compare(objectOf(t, test.want), objectOf(t, test.got))
			if diff := cmp.Diff(test.differences, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func FuzzCompare(f *testing.F) {
	for _, u := range allDefaultsObjects(f) {
		text, err := u.MarshalJSON()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text), string(text))
	}
	f.Add(`{"apiVersion":"v1","kind":"Pod","spec":{"containers":[{"name":"a","env":[{"name":"A"},{"name":"A"},null]}]}}`,
		`{"apiVersion":"v1","kind":"Pod","spec":{"containers":[{"name":"a","env":[{"name":"A","value":"$(A"},3]},{"name":"a"}]}}`)
	f.Fuzz(func(t *testing.T, first, second string) {
		var a, b unstructured.Unstructured
		if utiljson.Unmarshal([]byte(first), &a.Object) != nil || utiljson.Unmarshal([]byte(second), &b.Object) != nil || a.Object == nil || b.Object == nil {
			return
		}
		there, back := Compare(&a, &b), Compare(&b, &a)
		if a.GroupVersionKind() == b.GroupVersionKind() && (len(there) == 0) != (len(back) == 0) {
			t.Errorf("%d differences one way, %d the other", len(there), len(back))
		}
	})
}
