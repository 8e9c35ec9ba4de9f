package kube

import (
	"strings"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"stowage/internal/testcluster"
)

func TestApplyOwnsItsFields(t *testing.T) {
	c := dial(t)
	namespace := testcluster.Start(t).Namespace(t)
	made, err := c.Apply(t.Context(), configMap(namespace, "c", "v1"), false)
	if err != nil {
		t.Fatal(err)
	}
	owners := made.GetManagedFields()
	if len(owners) != 1 || owners[0].Manager != FieldManager || owners[0].Operation != metav1.ManagedFieldsOperationApply {
		t.Errorf("managed fields %+v", owners)
	}
	again, err := c.Apply(t.Context(), configMap(namespace, "c", "v1"), false)
	if err != nil {
		t.Fatal(err)
	}
	if again.GetResourceVersion() != made.GetResourceVersion() {
		t.Error("applying the same again wrote something")
	}
}

func TestApplyTakesEveryCharacter(t *testing.T) {
	c := dial(t)
	var all strings.Builder
	for r := rune(0); r < 0x250; r++ {
		all.WriteRune(r)
	}
	all.WriteString("\u200b\u2028\u2029\ufeff\ufffd\ufffe\uffff\U0001f6a2\U0010ffff")
	want := configMap(testcluster.Start(t).Namespace(t), "c", all.String())
	applied, err := c.Apply(t.Context(), want, false)
	if err != nil {
		t.Fatal(err)
	}
	if value(applied) != all.String() {
		t.Errorf("came back as %q", value(applied))
	}
}

func TestApplyMeetsAnotherOwner(t *testing.T) {
	c := dial(t)
	namespace := testcluster.Start(t).Namespace(t)
	applied, err := c.Apply(t.Context(), configMap(namespace, "c", "ours"), false)
	if err != nil {
		t.Fatal(err)
	}
	// Whoever writes with another operation is another manager.
	theirs := configMap(namespace, "c", "theirs")
	theirs.SetResourceVersion(applied.GetResourceVersion())
	if _, err := c.Update(t.Context(), theirs); err != nil {
		t.Fatal(err)
	}

	if _, err := c.Apply(t.Context(), configMap(namespace, "c", "ours"), false); !apierrors.IsConflict(err) {
		t.Errorf("a field of another manager: %v", err)
	} else if !strings.Contains(err.Error(), ".data.key") {
		t.Errorf("the conflict names no field: %v", err)
	}
	forced, err := c.Apply(t.Context(), configMap(namespace, "c", "ours"), true)
	if err != nil {
		t.Fatal(err)
	}
	if value(forced) != "ours" {
		t.Errorf("forced, the field has %q", value(forced))
	}
	if _, err := c.Update(t.Context(), theirs); !apierrors.IsConflict(err) {
		t.Errorf("updating an old state: %v", err)
	}
}

func TestApplyRefusesUnknownFields(t *testing.T) {
	requests := &faults{decide: func(int, *request) fault { return nil }}
	c := dial(t, requests.wrap)
	namespace := testcluster.Start(t).Namespace(t)
	before := requests.seen
	wrong := configMap(namespace, "c", "v")
	wrong.Object["dota"] = map[string]any{}
	_, err := c.Apply(t.Context(), wrong, true)
	if err == nil || !strings.Contains(err.Error(), ".dota") {
		t.Errorf("unknown field: %v", err)
	}
	if requests.seen != before+1 {
		t.Errorf("%d requests for what can never succeed", requests.seen-before)
	}
}

func TestDryRunStoresNothing(t *testing.T) {
	c := dial(t)
	namespace := testcluster.Start(t).Namespace(t)
	result, err := c.DryRun(t.Context(), configMap(namespace, "c", "v"))
	if err != nil {
		t.Fatal(err)
	}
	if value(result) != "v" || result.GetUID() == "" {
		t.Errorf("dry run gives %v", result)
	}
	if _, err := c.Get(t.Context(), configMaps, namespace, "c"); !apierrors.IsNotFound(err) {
		t.Errorf("after a dry run: %v", err)
	}
}

func TestMergePatch(t *testing.T) {
	c := dial(t)
	namespace := testcluster.Start(t).Namespace(t)
	if _, err := c.Create(t.Context(), configMap(namespace, "c", "v1")); err != nil {
		t.Fatal(err)
	}
	patched, err := c.MergePatch(t.Context(), configMaps, namespace, "c", []byte(`{"data":{"key":"v2"}}`))
	if err != nil || value(patched) != "v2" {
		t.Errorf("patched: %v, %v", patched, err)
	}
}

func TestDeleteMeansOneObject(t *testing.T) {
	c := dial(t)
	namespace := testcluster.Start(t).Namespace(t)
	made, err := c.Create(t.Context(), configMap(namespace, "c", "v"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Create(t.Context(), configMap(namespace, "c", "w")); !apierrors.IsAlreadyExists(err) {
		t.Errorf("creating it twice: %v", err)
	}
	if err := c.Delete(t.Context(), configMaps, namespace, "c", "another-uid", ""); !apierrors.IsConflict(err) {
		t.Errorf("deleting another object of that name: %v", err)
	}
	if err := c.Delete(t.Context(), configMaps, namespace, "c", made.GetUID(), metav1.DeletePropagationBackground); err != nil {
		t.Error(err)
	}
	if err := c.Delete(t.Context(), configMaps, namespace, "c", made.GetUID(), ""); !apierrors.IsNotFound(err) {
		t.Errorf("deleting it twice: %v", err)
	}
}

func TestCustomKindAfterItsDefinition(t *testing.T) {
	c := dial(t)
	namespace := testcluster.Start(t).Namespace(t)
	definitions := schema.GroupVersionKind{Group: "apiextensions.k8s.io", Version: "v1", Kind: "CustomResourceDefinition"}
	group := namespace + ".example"
	carts := schema.GroupVersionKind{Group: group, Version: "v1", Kind: "Cart"}
	if _, err := c.List(t.Context(), carts, namespace, ""); err == nil {
		t.Fatal("the kind is there before its definition")
	}
	definition := object(definitions, "", "carts."+group, "spec", map[string]any{
		"group": group, "scope": "Namespaced",
		"names": map[string]any{"plural": "carts", "kind": "Cart"},
		"versions": []any{map[string]any{
			"name": "v1", "served": true, "storage": true,
			"schema": map[string]any{"openAPIV3Schema": map[string]any{
				"type": "object", "properties": map[string]any{"size": map[string]any{"type": "integer"}},
			}},
		}},
	})
	made, err := c.Apply(t.Context(), definition, false)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Delete(ctxOf(t), definitions, "", definition.GetName(), made.GetUID(), ""); err != nil {
			t.Error(err)
		}
	})
	waitFor(t, c, definitions, "", func(live *unstructured.Unstructured) bool {
		return live.GetName() == definition.GetName() && established(live)
	})
	applied, err := c.Apply(t.Context(), object(carts, namespace, "mine", "size", int64(1)<<53+1), false)
	if err != nil {
		t.Fatal(err)
	}
	if size := applied.Object["size"]; size != int64(1)<<53+1 {
		t.Errorf("size %v of type %[1]T", size)
	}
}

func established(definition *unstructured.Unstructured) bool {
	conditions, _, _ := unstructured.NestedSlice(definition.Object, "status", "conditions")
	for _, c := range conditions {
		if c := c.(map[string]any); c["type"] == "Established" && c["status"] == "True" {
			return true
		}
	}
	return false
}

func value(u *unstructured.Unstructured) string {
	v, _, _ := unstructured.NestedString(u.Object, "data", "key")
	return v
}
