package kube

import (
	"strings"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
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

func TestLogsOfAContainerAndOfItsRunBefore(t *testing.T) {
	c := dial(t)
	namespace := testcluster.Start(t).Namespace(t)
	pods := schema.GroupVersionKind{Version: "v1", Kind: "Pod"}
	pod := object(pods, namespace, "p", "spec", map[string]any{
		"containers": []any{map[string]any{"name": "main", "image": "simulate.local/crash-loop"}},
	})
	if _, err := c.Create(t.Context(), pod); err != nil {
		t.Fatal(err)
	}
	waitFor(t, c, pods, namespace, restarted)
	for _, previous := range []bool{false, true} {
		log, err := c.Logs(t.Context(), namespace, "p", "main", previous, 1)
		if err != nil {
			t.Fatal(err)
		}
		if lines := strings.Count(string(log), "\n"); lines != 1 {
			t.Errorf("previous %t: %d lines, want the last one:\n%s", previous, lines, log)
		}
	}
	if _, err := c.Logs(t.Context(), namespace, "p", "another", false, 1); !apierrors.IsBadRequest(err) {
		t.Errorf("log of a container that the pod does not have: %v", err)
	}
}

// restarted reports whether the first container of a pod has run twice.
func restarted(pod *unstructured.Unstructured) bool {
	statuses, _, _ := unstructured.NestedSlice(pod.Object, "status", "containerStatuses")
	if len(statuses) == 0 {
		return false
	}
	count, _, _ := unstructured.NestedInt64(statuses[0].(map[string]any), "restartCount")
	return count > 0
}
