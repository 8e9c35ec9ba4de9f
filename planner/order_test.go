package planner

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

func TestListsAreSentInTheLiveOrder(t *testing.T) {
	live := liveObject(t, "deployment-petclinic")
	list := func(u *unstructured.Unstructured, name string) []any {
		spec, _, _ := unstructured.NestedSlice(u.Object, "spec", "template", "spec", "containers")
		found, _ := spec[0].(map[string]any)[name].([]any)
		return found
	}
	rendered := func(name string, items ...any) *unstructured.Unstructured {
		return set(t, manifests(t)["deployment-petclinic"], "spec/template/spec/containers/0/"+name, items)
	}
	env := func(name, value string) any { return map[string]any{"name": name, "value": value} }
	port := func(number int64, fields ...any) any {
		p := map[string]any{"containerPort": number}
		for i := 0; i < len(fields); i += 2 {
			p[fields[i].(string)] = fields[i+1]
		}
		return p
	}
	names := []string{}
	for _, item := range maplist(list(live, "env")) {
		names = append(names, item["name"].(string))
	}
	if diff := cmp.Diff([]string{"ALPHA", "DATASOURCE_PASSWORD", "ZULU"}, names); diff != "" {
		t.Fatalf("the fixture is another one: %s", diff)
	}
	const first, middle, last = "ALPHA", "DATASOURCE_PASSWORD", "ZULU"
	for _, test := range []struct {
		name       string
		field      string
		want, sent []any
	}{
		{"another order", "env", []any{env(last, "1"), env(middle, "2"), env(first, "3")}, []any{env(first, "3"), env(middle, "2"), env(last, "1")}},
		{"a new one keeps its place", "env", []any{env(last, "1"), env("NEW", ""), env(first, "3")}, []any{env(first, "3"), env("NEW", ""), env(last, "1")}},
		{"one that uses another", "env", []any{env(last, "1"), env(first, "$(ZULU)")}, []any{env(last, "1"), env(first, "$(ZULU)")}},
		{"one that uses no other", "env", []any{env(last, "1"), env(first, "$$(ZULU) $(MORE)")}, []any{env(first, "$$(ZULU) $(MORE)"), env(last, "1")}},
		{"one that uses what it does not find", "env", []any{env(last, "$(ALPHA)"), env(first, "1")}, []any{env(last, "$(ALPHA)"), env(first, "1")}},
		{"only new ones", "env", []any{env("B", ""), env("A", "")}, []any{env("B", ""), env("A", "")}},
		{"the same name twice", "env", []any{env(last, "1"), env(first, "2"), env(first, "3")}, []any{env(first, "2"), env(last, "1"), env(first, "3")}},
		{"without names", "args", []any{"b", "a"}, []any{"b", "a"}},
		{"ports that say no protocol", "ports", []any{port(53, "protocol", "UDP"), port(53), port(8080)}, []any{port(8080), port(53), port(53, "protocol", "UDP")}},
	} {
		want := rendered(test.field, test.want...)
		before := want.DeepCopy()
		if diff := cmp.Diff(test.sent, list(inLiveOrder(want, live), test.field)); diff != "" {
			t.Errorf("%s: %s", test.name, diff)
		}
		if !equalValues(before.Object, want.Object) {
			t.Errorf("%s: the rendered manifest was changed", test.name)
		}
	}
}

func TestInitContainersKeepTheirOrder(t *testing.T) {
	item := func(name string) any { return map[string]any{"name": name} }
	live := []any{item("a"), item("b")}
	want := []any{item("b"), item("a")}
	trees := []fieldTree{{`k:{"name":"a"}`: fieldTree{}, `k:{"name":"b"}`: fieldTree{}}}
	if got, changed := orderedList("initContainers", trees, want, live); changed || !equalValues(got, want) {
		t.Errorf("sent as %v", got)
	}
	if got, changed := orderedList("containers", trees, want, live); !changed || !equalValues(got, live) {
		t.Errorf("other containers are sent as %v", got)
	}
}

func BenchmarkInLiveOrder700(b *testing.B) {
	wants := manifests(b)
	lives := map[string]*unstructured.Unstructured{}
	for name := range wants {
		lives[name] = liveObject(b, name)
	}
	b.ReportAllocs()
	for b.Loop() {
		for range 117 {
			for name, want := range wants {
				if got := inLiveOrder(want, lives[name]); got != want {
					b.Fatal(name)
				}
			}
		}
	}
}
