package planner

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	utiljson "k8s.io/apimachinery/pkg/util/json"
	"sigs.k8s.io/yaml"
)

// liveObject reads an object as a real API server wrote it.
func liveObject(t testing.TB, name string) *unstructured.Unstructured {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata/live", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	u := &unstructured.Unstructured{}
	if err := utiljson.Unmarshal(text, &u.Object); err != nil {
		t.Fatal(err)
	}
	return u
}

// manifests reads what was applied to make the live objects, by "kind-name".
func manifests(t testing.TB) map[string]*unstructured.Unstructured {
	t.Helper()
	text, err := os.ReadFile("testdata/plan/petclinic.yaml")
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]*unstructured.Unstructured{}
	for doc := range bytes.SplitSeq(text, []byte("---\n")) {
		u := parseManifest(t, string(doc))
		found[strings.ToLower(u.GetKind())+"-"+u.GetName()] = u
	}
	return found
}

func parseManifest(t testing.TB, text string) *unstructured.Unstructured {
	t.Helper()
	u := &unstructured.Unstructured{}
	encoded, err := yaml.YAMLToJSON([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if err := utiljson.Unmarshal(encoded, &u.Object); err != nil {
		t.Fatal(err)
	}
	u.SetNamespace("fixtures")
	return u
}

func TestUnchangedObjects(t *testing.T) {
	for name, want := range manifests(t) {
		if !unchanged(liveObject(t, name), want) {
			t.Errorf("%s: counts as changed", name)
		}
	}
}

// set changes a copy: path is dotted, a number is an index, and nil removes.
func set(t testing.TB, u *unstructured.Unstructured, at string, value any) *unstructured.Unstructured {
	t.Helper()
	changed := u.DeepCopy()
	var current any = changed.Object
	parts := strings.Split(at, "/")
	for _, part := range parts[:len(parts)-1] {
		next, ok := step{field: part}.in(current)
		if list, isList := current.([]any); isList {
			next, ok = list[int(part[0]-'0')], true
		}
		if !ok {
			t.Fatalf("no %s in %s", part, at)
		}
		current = next
	}
	m, last := current.(map[string]any), parts[len(parts)-1]
	if value == nil {
		delete(m, last)
	} else {
		m[last] = value
	}
	return changed
}

func TestChangedManifestsAreSeen(t *testing.T) {
	const container = "spec/template/spec/containers/0/"
	tests := []struct {
		name, object, at string
		value            any
	}{
		{"a value", "deployment-petclinic", "spec/replicas", int64(4)},
		{"a string that looks like the number", "deployment-petclinic", "spec/replicas", "3"},
		{"a value within a list", "deployment-petclinic", container + "image", "other"},
		{"an env value", "deployment-petclinic", container + "env/0/value", "123"},
		{"a value by a reference", "deployment-petclinic", container + "env/0/valueFrom", map[string]any{"fieldRef": map[string]any{"fieldPath": "x"}}},
		{"an atomic list", "deployment-petclinic", container + "envFrom", []any{map[string]any{"configMapRef": map[string]any{"name": "x"}}}},
		{"an atomic map", "deployment-petclinic", container + "env/1/valueFrom/secretKeyRef/key", "x"},
		{"a removed field", "deployment-petclinic", container + "resources", nil},
		{"a removed field of a nested map", "deployment-petclinic", container + "resources/requests/cpu", nil},
		{"a removed item", "deployment-petclinic", container + "env", []any{
			map[string]any{"name": "ALPHA", "value": "0123"}, map[string]any{"name": "ZULU", "value": "1e3"},
		}},
		{"a removed list", "deployment-petclinic", container + "env", nil},
		{"a new field", "deployment-petclinic", "spec/minReadySeconds", int64(1)},
		{"a new field with the default", "deployment-petclinic", "spec/progressDeadlineSeconds", int64(600)},
		{"a new field of an item", "deployment-petclinic", container + "ports/0/protocol", "TCP"},
		{"a removed part of a key", "deployment-petclinic", container + "ports/2/protocol", nil},
		{"a new label", "deployment-petclinic", "metadata/labels/x", "y"},
		{"a new map", "deployment-petclinic", "metadata/annotations", map[string]any{"x": "y"}},
		{"an empty map", "deployment-petclinic", container + "securityContext", map[string]any{}},
		{"an empty list", "deployment-petclinic", container + "args", []any{}},
		{"a finalizer", "deployment-petclinic", "metadata/finalizers", []any{"x.y/z"}},
		{"another API version", "deployment-petclinic", "apiVersion", "apps/v2"},
		{"a Secret's key", "secret-mysql-k3v9tq2xwz", "data/other", "eA=="},
		{"a Secret's value", "secret-mysql-k3v9tq2xwz", "data/password", "eA=="},
		{"a claim template's size", "statefulset-mysql", "spec/volumeClaimTemplates/0/spec/resources/requests/storage", "2Gi"},
		{"a claim template's class", "statefulset-mysql", "spec/volumeClaimTemplates/0/spec/storageClassName", "fast"},
		{"a Service's port", "service-petclinic", "spec/ports/0/port", int64(81)},
	}
	base := manifests(t)
	for _, test := range tests {
		if unchanged(liveObject(t, test.object), set(t, base[test.object], test.at, test.value)) {
			t.Errorf("%s is not seen", test.name)
		}
	}
}

func TestChangedLiveObjectsAreSeen(t *testing.T) {
	want := manifests(t)["deployment-petclinic"]
	live := liveObject(t, "deployment-petclinic")
	env, _, _ := unstructured.NestedSlice(live.Object, "spec", "template", "spec", "containers")
	reordered := live.DeepCopy()
	containers, _, _ := unstructured.NestedFieldNoCopy(reordered.Object, "spec", "template", "spec", "containers")
	list := containers.([]any)[0].(map[string]any)["env"].([]any)
	list[0], list[2] = list[2], list[0]

	deleted := live.DeepCopy()
	deleted.Object["metadata"].(map[string]any)["deletionTimestamp"] = "2026-11-21T06:10:54Z"
	lost := live.DeepCopy()
	lost.SetManagedFields(nil)

	for name, changed := range map[string]*unstructured.Unstructured{
		"other value":     set(t, live, "spec/replicas", int64(9)),
		"value gone":      set(t, live, "spec/template/spec/containers/0/image", nil),
		"item gone":       set(t, live, "spec/template/spec/containers", append(env[:0:0], env[1:]...)),
		"another order":   reordered,
		"being deleted":   deleted,
		"nothing is ours": lost,
	} {
		if unchanged(changed, want) {
			t.Errorf("%s: not seen", name)
		}
	}
	if undeclared := set(t, live, "spec/minReadySeconds", int64(5)); !unchanged(undeclared, want) {
		t.Error("a field of somebody else counts as a change")
	}
	if float := set(t, live, "spec/replicas", float64(3)); !unchanged(float, want) {
		t.Error("3.0 is not 3")
	}
}

func TestEqualNumbersAreExact(t *testing.T) {
	const big = int64(1<<53 + 1)
	for _, test := range []struct {
		a, b any
		want bool
	}{
		{int64(1), float64(1), true}, {int64(1), int32(1), true}, {int64(1), "1", false}, {true, int64(1), false},
		{big, float64(big), false}, {big, big - 1, false}, {nil, int64(0), false}, {"", nil, false}, {1.5, 1.5, true},
	} {
		if got := equalValues(test.a, test.b); got != test.want {
			t.Errorf("equalValues(%v, %v) = %v", test.a, test.b, got)
		}
	}
}

// FuzzUnchanged feeds any field tree. It must neither panic nor, when live and
// want have nothing in common, find them equal.
func FuzzUnchanged(f *testing.F) {
	for name, want := range manifests(f) {
		tree, err := json.Marshal(ownTree(liveObject(f, name)))
		if err != nil {
			f.Fatal(err)
		}
		manifest, err := want.MarshalJSON()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(tree), string(manifest), string(manifest))
	}
	f.Add(`{"f:a":{"k:{\"x\":1}":{".":{}},"v:1":{},"i:0":{}}}`, `{"a":[{"x":1},1]}`, `{"a":[1,{"x":1.0}]}`)
	f.Fuzz(func(t *testing.T, tree, live, want string) {
		var fields fieldTree
		var l, w map[string]any
		if utiljson.Unmarshal([]byte(tree), &fields) != nil || utiljson.Unmarshal([]byte(live), &l) != nil || utiljson.Unmarshal([]byte(want), &w) != nil {
			return
		}
		if ownedMap(fields, withDefaults(l), withDefaults(appliedFields(w))) && !covered(appliedFields(w), l) {
			t.Errorf("found equal: %s and %s by %s", live, want, tree)
		}
		owns(fields, path{{field: "a"}, {kind: stepIndex}})
		differs := &differ{}
		differs.maps(nil, []fieldTree{fields}, l, w)
	})
}

// covered reports whether every scalar of want is somewhere in live, by path of
// map keys: a much weaker law than equality, and independent of the code tested.
func covered(want, live any) bool {
	switch w := want.(type) {
	case map[string]any:
		l, ok := live.(map[string]any)
		if !ok {
			return false
		}
		for k, v := range w {
			if !covered(v, l[k]) {
				return false
			}
		}
		return true
	case []any:
		l, ok := live.([]any)
		if !ok || len(l) < len(w) {
			return false
		}
		for _, item := range w {
			found := false
			for _, other := range l {
				found = found || covered(item, other)
			}
			if !found {
				return false
			}
		}
		return true
	}
	return equalValues(want, live)
}

func BenchmarkUnchanged700(b *testing.B) {
	wants := manifests(b)
	lives := map[string]*unstructured.Unstructured{}
	for name := range wants {
		lives[name] = liveObject(b, name)
	}
	b.ReportAllocs()
	for b.Loop() {
		for range 117 { // 6 objects each: 702
			for name, want := range wants {
				if !unchanged(lives[name], want) {
					b.Fatal(name)
				}
			}
		}
	}
}
