package planner

import (
	"fmt"

	"github.com/fluxcd/cli-utils/pkg/kstatus/status"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// Condition is the health of an object in kstatus' words.
type Condition string

// The conditions, as of kstatus.
const (
	Current     Condition = "Current"
	InProgress  Condition = "InProgress"
	Failed      Condition = "Failed"
	Terminating Condition = "Terminating"
	NotFound    Condition = "NotFound"
	Unknown     Condition = "Unknown"
)

// Health says whether an object does its work, and if not, why.
type Health struct {
	Condition Condition `json:"condition"`
	Message   string    `json:"message,omitempty"`
}

// HealthOf says whether a live object does its work. It is a pure function of
// the object, nil meaning that there is none. Kinds without a rule here follow
// kstatus.
//
// What nobody can be waiting for is Current: a workload scaled to 0, a Service,
// with or without selector or address of its own, unless it is to get a load
// balancer's, a suspended Job, a claim that waits for its first pod, and a
// Deployment whose rollout somebody has paused, as it stands. The pods of that one
// are replaced when the rollout is resumed.
func HealthOf(u *unstructured.Unstructured) Health {
	if u == nil {
		return Health{NotFound, "does not exist"}
	}
	if u.GetDeletionTimestamp() != nil {
		return Health{Terminating, "is being deleted"}
	}
	id := IDOf(u)
	if rule, ok := healthRules[id.Group+"/"+id.Kind]; ok {
		return rule(u)
	}
	return kstatusOf(u)
}

// healthRules replace kstatus where it says "current" too early (a Deployment
// before its controller has seen the change, a running Job, a StatefulSet whose
// pods are ready but not available, a load balancer without an address) or
// never (a claim that waits for its first consumer, a paused rollout, an
// autoscaler that has nothing to measure yet).
var healthRules = map[string]func(*unstructured.Unstructured) Health{
	"apps/Deployment":        deploymentHealth,
	"apps/StatefulSet":       statefulSetHealth,
	"apps/DaemonSet":         daemonSetHealth,
	"batch/Job":              jobHealth,
	"/PersistentVolumeClaim": claimHealth,
	"/Service":               serviceHealth,
	"/Namespace":             namespaceHealth,

	"autoscaling/HorizontalPodAutoscaler": autoscalerHealth,
}

func kstatusOf(u *unstructured.Unstructured) Health {
	result, err := status.Compute(u)
	if err != nil {
		return Health{Unknown, err.Error()}
	}
	if result.Status == status.CurrentStatus {
		return Health{Condition: Current} // kstatus only says in other words that it is
	}
	return Health{Condition(result.Status), result.Message}
}

// unobserved reports whether the controller has yet to see the newest spec. A
// missing observedGeneration means that it has not seen the object at all.
func unobserved(u *unstructured.Unstructured) bool {
	seen, ok := intAt(u, "status", "observedGeneration")
	return !ok || seen < u.GetGeneration()
}

var notSeenYet = Health{InProgress, "its controller has not seen the change yet"}

func deploymentHealth(u *unstructured.Unstructured) Health {
	if unobserved(u) {
		return notSeenYet
	}
	desired := intOr(u, 1, "spec", "replicas")
	all := intOr(u, 0, "status", "replicas")
	updated := intOr(u, 0, "status", "updatedReplicas")
	available := intOr(u, 0, "status", "availableReplicas")
	progress := fmt.Sprintf("%d/%d updated, %d available", updated, desired, available)

	if paused, _, _ := unstructured.NestedBool(u.Object, "spec", "paused"); paused {
		return Health{Current, "rollout is paused: " + progress} // it will not move, so nobody should wait
	}
	if c := conditionOf(u, "Progressing"); c.reason == "ProgressDeadlineExceeded" {
		return Health{Failed, "progress deadline exceeded: " + progress}
	}
	switch {
	case updated < desired || available < desired:
		if c := conditionOf(u, "ReplicaFailure"); c.status == "True" {
			progress += "; pods cannot be created: " + c.message
		}
		return Health{InProgress, progress}
	case all > updated:
		return Health{InProgress, fmt.Sprintf("%s, %d old still there", progress, all-updated)}
	case all > desired:
		return Health{InProgress, fmt.Sprintf("%s, %d too many", progress, all-desired)}
	case desired == 0:
		return Health{Current, "scaled to 0"}
	}
	return Health{Current, fmt.Sprintf("%d/%d available", available, desired)}
}

func statefulSetHealth(u *unstructured.Unstructured) Health {
	if unobserved(u) {
		return notSeenYet
	}
	desired := intOr(u, 1, "spec", "replicas")
	all := intOr(u, 0, "status", "replicas")
	updated := intOr(u, 0, "status", "updatedReplicas")
	available := intOr(u, 0, "status", "availableReplicas")
	partition := intOr(u, 0, "spec", "updateStrategy", "rollingUpdate", "partition")
	strategy, _, _ := unstructured.NestedString(u.Object, "spec", "updateStrategy", "type")
	// Pods below the partition keep the old revision on purpose, and with
	// OnDelete all do until somebody deletes them.
	toUpdate := max(desired-partition, 0)
	if strategy == "OnDelete" {
		toUpdate = 0
	}
	switch {
	case updated < toUpdate || available < desired:
		return Health{InProgress, fmt.Sprintf("%d/%d updated, %d available", min(updated, desired), desired, available)}
	case all > desired:
		return Health{InProgress, fmt.Sprintf("%d/%d available, %d too many", available, desired, all-desired)}
	case toUpdate == desired && !oneRevision(u):
		return Health{InProgress, fmt.Sprintf("%d/%d updated, the rollout is being completed", updated, desired)}
	case desired == 0:
		return Health{Current, "scaled to 0"}
	case toUpdate < desired:
		return Health{Current, fmt.Sprintf("%d/%d available, %d updated", available, desired, updated)}
	}
	return Health{Current, fmt.Sprintf("%d/%d available", available, desired)}
}

// oneRevision reports whether all pods of a StatefulSet are of its newest revision.
func oneRevision(u *unstructured.Unstructured) bool {
	current, _, _ := unstructured.NestedString(u.Object, "status", "currentRevision")
	update, _, _ := unstructured.NestedString(u.Object, "status", "updateRevision")
	return current == update
}

func daemonSetHealth(u *unstructured.Unstructured) Health {
	if unobserved(u) {
		return notSeenYet
	}
	desired := intOr(u, 0, "status", "desiredNumberScheduled")
	updated := intOr(u, 0, "status", "updatedNumberScheduled")
	available := intOr(u, 0, "status", "numberAvailable")
	strategy, _, _ := unstructured.NestedString(u.Object, "spec", "updateStrategy", "type")
	if strategy == "OnDelete" {
		updated = desired
	}
	if updated < desired || available < desired {
		return Health{InProgress, fmt.Sprintf("%d/%d updated, %d available", updated, desired, available)}
	}
	return Health{Current, fmt.Sprintf("%d/%d available", available, desired)}
}

func jobHealth(u *unstructured.Unstructured) Health {
	completions := intOr(u, 1, "spec", "completions")
	succeeded := intOr(u, 0, "status", "succeeded")
	if c := conditionOf(u, "Failed"); c.status == "True" {
		return Health{Failed, joinWords(c.reason, c.message)}
	}
	if c := conditionOf(u, "Complete"); c.status == "True" {
		return Health{Current, fmt.Sprintf("%d/%d succeeded", succeeded, completions)}
	}
	if suspended, _, _ := unstructured.NestedBool(u.Object, "spec", "suspend"); suspended {
		return Health{Current, "is suspended"}
	}
	return Health{InProgress, fmt.Sprintf("%d/%d succeeded, %d running, %d failed", succeeded, completions,
		intOr(u, 0, "status", "active"), intOr(u, 0, "status", "failed"))}
}

// claimHealth takes a pending claim that nobody was asked to provision for one
// that waits for its first consumer: waiting for it would never end.
func claimHealth(u *unstructured.Unstructured) Health {
	phase, _, _ := unstructured.NestedString(u.Object, "status", "phase")
	switch phase {
	case "Bound":
		return Health{Current, "bound"}
	case "Lost":
		return Health{Failed, "its volume does not exist any more"}
	}
	annotations := u.GetAnnotations()
	for _, provisioner := range []string{"volume.kubernetes.io/storage-provisioner", "volume.beta.kubernetes.io/storage-provisioner"} {
		if name := annotations[provisioner]; name != "" {
			return Health{InProgress, "waiting for a volume from " + name}
		}
	}
	return Health{Current, "waiting for its first consumer"}
}

func serviceHealth(u *unstructured.Unstructured) Health {
	kind, _, _ := unstructured.NestedString(u.Object, "spec", "type")
	if kind != "LoadBalancer" {
		return Health{Condition: Current}
	}
	if addresses, _, _ := unstructured.NestedSlice(u.Object, "status", "loadBalancer", "ingress"); len(addresses) == 0 {
		return Health{InProgress, "waiting for the load balancer's address"}
	}
	return Health{Condition: Current}
}

func namespaceHealth(u *unstructured.Unstructured) Health {
	if phase, _, _ := unstructured.NestedString(u.Object, "status", "phase"); phase == "Terminating" {
		return Health{Terminating, "is being deleted"}
	}
	return Health{Condition: Current}
}

// autoscalerHealth: it is there, and that is all. How its workload does is told
// by the workload.
func autoscalerHealth(*unstructured.Unstructured) Health { return Health{Condition: Current} }

type objectCondition struct{ status, reason, message string }

// conditionOf returns a condition of the status, empty when it is not there.
func conditionOf(u *unstructured.Unstructured, kind string) objectCondition {
	state, _ := u.Object["status"].(map[string]any)
	conditions, _ := state["conditions"].([]any)
	for _, c := range conditions {
		m, _ := c.(map[string]any)
		if m["type"] == kind {
			var found objectCondition
			found.status, _ = m["status"].(string)
			found.reason, _ = m["reason"].(string)
			found.message, _ = m["message"].(string)
			return found
		}
	}
	return objectCondition{}
}

func intAt(u *unstructured.Unstructured, fields ...string) (int64, bool) {
	v, ok, _ := unstructured.NestedFieldNoCopy(u.Object, fields...)
	if !ok {
		return 0, false
	}
	return integer(v)
}

func intOr(u *unstructured.Unstructured, otherwise int64, fields ...string) int64 {
	if n, ok := intAt(u, fields...); ok {
		return n
	}
	return otherwise
}

func joinWords(reason, message string) string {
	if reason == "" || message == "" {
		return reason + message
	}
	return reason + ": " + message
}
