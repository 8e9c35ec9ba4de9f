package view_test

import (
	"bytes"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"stowage/cmd/stowage/view"
	"stowage/planner"
)

func TestManifestsMaskSecrets(t *testing.T) {
	secret := &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "v1", "kind": "Secret",
		"metadata":   map[string]any{"name": "mysql-c8d7f6g5h4", "namespace": "petclinic"},
		"data":       map[string]any{"password": "aHVudGVyMg=="},
		"stringData": map[string]any{"user": "root-user"},
	}}
	config := &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "v1", "kind": "ConfigMap",
		"metadata": map[string]any{"name": "plain", "namespace": "petclinic"},
		"data":     map[string]any{"answer": "0042", "text": "two\nlines\n"},
	}}
	objects := []planner.Object{
		{ID: planner.IDOf(config), Manifest: config, Address: "config.plain", Origin: at("plain.hcl", 3)},
		{ID: planner.IDOf(secret), Manifest: secret, Address: "secret.mysql", Origin: at("mysql.hcl", 7)},
	}
	var masked, shown bytes.Buffer
	if err := view.Manifests(&masked, objects, false); err != nil {
		t.Fatal(err)
	}
	golden(t, "manifests.yaml", masked.Bytes())
	if err := view.Manifests(&shown, objects, true); err != nil {
		t.Fatal(err)
	}
	for _, value := range []string{"aHVudGVyMg==", "root-user"} {
		if strings.Contains(masked.String(), value) || !strings.Contains(shown.String(), value) {
			t.Errorf("%s: in masked output: %v, in unmasked: %v", value, strings.Contains(masked.String(), value), strings.Contains(shown.String(), value))
		}
	}
	if secret.Object["data"].(map[string]any)["password"] != "aHVudGVyMg==" {
		t.Error("the object itself was changed")
	}
}
