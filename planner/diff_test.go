package planner

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// lines writes changes as "op path: before -> after".
func lines(changes []fieldChange) []string {
	var texts []string
	for _, ch := range changes {
		texts = append(texts, fmt.Sprintf("%s %s: %v -> %v", ch.op, ch.path, ch.before, ch.after))
	}
	return texts
}

func TestDiffPaths(t *testing.T) {
	const container = "spec/template/spec/containers/0/"
	const at = "spec.template.spec.containers[petclinic]"
	live := liveObject(t, "deployment-petclinic")
	item := func(list string, i int, field string, value any) *unstructured.Unstructured {
		changed := live.DeepCopy()
		items, _, _ := unstructured.NestedFieldNoCopy(changed.Object, "spec", "template", "spec", "containers")
		got := items.([]any)[0].(map[string]any)[list].([]any)
		if field == "" {
			items.([]any)[0].(map[string]any)[list] = slices.Delete(got, i, i+1)
		} else {
			got[i].(map[string]any)[field] = value
		}
		return changed
	}
	reordered := live.DeepCopy()
	items, _, _ := unstructured.NestedFieldNoCopy(reordered.Object, "spec", "template", "spec", "containers")
	slices.Reverse(items.([]any)[0].(map[string]any)["env"].([]any))

	tests := map[string]struct {
		after *unstructured.Unstructured
		want  []string
	}{
		"nothing":        {live, nil},
		"status":         {set(t, live, "status/replicas", int64(7)), nil},
		"generation":     {set(t, live, "metadata/generation", int64(7)), nil},
		"value":          {set(t, live, "spec/replicas", int64(5)), []string{"update spec.replicas: 3 -> 5"}},
		"env value":      {item("env", 0, "value", "1"), []string{"update " + at + ".env[ALPHA].value: 0123 -> 1"}},
		"env removed":    {item("env", 0, "", nil), []string{"delete " + at + ".env[ALPHA]: map[name:ALPHA value:0123] -> <nil>"}},
		"two-part key":   {item("ports", 2, "name", "x"), []string{"update " + at + ".ports[53/UDP].name: dns-udp -> x"}},
		"atomic list":    {set(t, live, container+"envFrom/0/configMapRef/name", "x"), []string{"update " + at + ".envFrom[0].configMapRef.name: petclinic-config-7d41h0w3rb -> x"}},
		"label":          {set(t, live, "metadata/labels/a.b~c", "x"), []string{"create metadata.labels[a.b~c]: <nil> -> x"}},
		"annotations":    {set(t, live, "metadata/annotations", nil), []string{"delete metadata.annotations[deployment.kubernetes.io/revision]: 1 -> <nil>"}},
		"new map":        {set(t, live, container+"lifecycle", map[string]any{"a": "b"}), []string{"create " + at + ".lifecycle: <nil> -> map[a:b]"}},
		"only the order": {reordered, []string{"update " + at + ".env: [ALPHA DATASOURCE_PASSWORD ZULU] -> [ZULU DATASOURCE_PASSWORD ALPHA]"}},
	}
	for name, test := range tests {
		if d := cmp.Diff(test.want, lines(diffObjects(live, test.after))); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
}

func TestDiffOfPlainLists(t *testing.T) {
	list := func(words string) map[string]any {
		var items []any
		for word := range strings.FieldsSeq(words) {
			items = append(items, word)
		}
		return map[string]any{"args": items}
	}
	tests := []struct {
		before, after string
		want          []string
	}{
		{"a b c", "a b c", nil},
		{"a b c", "a x c", []string{"update args[1]: b -> x"}},
		{"a c", "a b c", []string{"create args[1]: <nil> -> b"}},
		{"a b c", "a c", []string{"delete args[1]: b -> <nil>"}},
		{"a a", "a a a", []string{"create args[2]: <nil> -> a"}},
		{"", "a", []string{"create args[0]: <nil> -> a"}},
	}
	for _, test := range tests {
		var d differ
		d.maps(nil, nil, list(test.before), list(test.after))
		if diff := cmp.Diff(test.want, lines(d.changes)); diff != "" {
			t.Errorf("%q to %q: %s", test.before, test.after, diff)
		}
	}
}

func TestDiffOfDataIsByKey(t *testing.T) {
	before := parseManifest(t, `{apiVersion: v1, kind: ConfigMap, metadata: {name: x}}`)
	after := parseManifest(t, `{apiVersion: v1, kind: ConfigMap, metadata: {name: x}, data: {a.yaml: "1", b: "2"}}`)
	want := []string{"create data[a.yaml]: <nil> -> 1", "create data.b: <nil> -> 2"}
	if d := cmp.Diff(want, lines(diffObjects(before, after))); d != "" {
		t.Error(d)
	}
}

func TestDataChanges(t *testing.T) {
	before := parseManifest(t, `{apiVersion: v1, kind: ConfigMap, metadata: {name: x-1}, data: {a: "1", b: "2"}, binaryData: {p: AAEC}}`)
	after := parseManifest(t, `{apiVersion: v1, kind: ConfigMap, metadata: {name: x-2}, data: {a: "1", b: "3", c: ""}, binaryData: {p: AAECAw==}}`)
	want := []string{"update b: 2 -> 3", "create c: <nil> -> ", "update p: (3 bytes) -> (4 bytes)"}
	if d := cmp.Diff(want, lines(dataChanges(before, after))); d != "" {
		t.Error(d)
	}
	plain := parseManifest(t, `{apiVersion: v1, kind: Secret, metadata: {name: x-2}, stringData: {a: hello}}`)
	encoded := parseManifest(t, `{apiVersion: v1, kind: Secret, metadata: {name: x-1}, data: {a: aGVsbG8=}}`)
	if got := dataChanges(encoded, plain); len(got) != 0 {
		t.Errorf("%v", lines(got))
	}
}

func BenchmarkDiff(b *testing.B) {
	before := liveObject(b, "deployment-petclinic")
	after := set(b, before, "spec/replicas", int64(4))
	b.ReportAllocs()
	for b.Loop() {
		if len(diffObjects(before, after)) != 1 {
			b.Fatal("no diff")
		}
	}
}
