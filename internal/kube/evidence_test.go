package kube

import (
	"testing"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"stowage/internal/testcluster"
)

func TestEventsAreThoseOfOneObject(t *testing.T) {
	c := dial(t)
	namespace := testcluster.Start(t).Namespace(t)
	events := schema.GroupVersionKind{Version: "v1", Kind: "Event"}
	for name, about := range map[string]map[string]any{
		"mine":    {"kind": "Pod", "name": "p", "uid": "1", "namespace": namespace},
		"former":  {"kind": "Pod", "name": "p", "uid": "0", "namespace": namespace},
		"another": {"kind": "Pod", "name": "q", "uid": "2", "namespace": namespace},
	} {
		event := object(events, namespace, name, "involvedObject", about, "reason", "Failed", "message", name)
		if _, err := c.Create(t.Context(), event); err != nil {
			t.Fatal(err)
		}
	}
	got, err := c.Events(t.Context(), "Pod", namespace, "p", "1")
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 1 || got[0].Object["message"] != "mine" {
		t.Errorf("events of the pod: %v", got)
	}
	if got, err = c.Events(t.Context(), "Pod", namespace, "p", ""); err != nil || len(got) != 2 {
		t.Errorf("events of all pods of that name: %v, %v", got, err)
	}
}
