package applier

import (
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
)

var (
	podKind        = schema.GroupVersionKind{Version: "v1", Kind: "Pod"}
	claimKind      = schema.GroupVersionKind{Version: "v1", Kind: "PersistentVolumeClaim"}
	replicaSetKind = schema.GroupVersionKind{Group: "apps", Version: "v1", Kind: "ReplicaSet"}
	sliceKind      = schema.GroupVersionKind{Group: "discovery.k8s.io", Version: "v1", Kind: "EndpointSlice"}
)

// annotationRevision is on a Deployment and, with the same value, on its newest
// ReplicaSet.
const annotationRevision = "deployment.kubernetes.io/revision"

// newestSet returns the ReplicaSet of a Deployment's newest revision, or nil when
// it is not there yet.
func newestSet(deployment *unstructured.Unstructured, sets []*unstructured.Unstructured) *unstructured.Unstructured {
	revision := deployment.GetAnnotations()[annotationRevision]
	for _, set := range sets {
		if ownerOf(set) == deployment.GetUID() && set.GetAnnotations()[annotationRevision] == revision {
			return set
		}
	}
	return nil
}

// podsOf returns the pods that are controlled by the owner, of its newest
// revision where it marks that on pods.
func podsOf(workload *unstructured.Unstructured, owner types.UID, pods []*unstructured.Unstructured) []*unstructured.Unstructured {
	var found []*unstructured.Unstructured
	for _, pod := range pods {
		if owner != "" && ownerOf(pod) == owner && isNewest(workload, pod) {
			found = append(found, pod)
		}
	}
	return found
}

// isNewest reports whether a pod is of the newest revision of its workload, as
// far as the pod itself tells. The pods of a Deployment are told apart by their
// ReplicaSet.
func isNewest(workload, pod *unstructured.Unstructured) bool {
	labels := pod.GetLabels()
	switch workload.GetKind() {
	case "StatefulSet":
		revision, _, _ := unstructured.NestedString(workload.Object, "status", "updateRevision")
		return revision == "" || labels["controller-revision-hash"] == revision
	case "DaemonSet":
		generation := workload.GetAnnotations()["deprecated.daemonset.template.generation"]
		return generation == "" || labels["pod-template-generation"] == generation
	}
	return true
}

func ownerOf(u *unstructured.Unstructured) types.UID {
	if owner := metav1.GetControllerOfNoCopy(u); owner != nil {
		return owner.UID
	}
	return ""
}

// typed returns the pods as such. One that cannot be read is left out: it is
// only there to explain.
func typed(pods []*unstructured.Unstructured) []*corev1.Pod {
	all := make([]*corev1.Pod, 0, len(pods))
	for _, u := range pods {
		var pod corev1.Pod
		if runtime.DefaultUnstructuredConverter.FromUnstructured(u.Object, &pod) == nil {
			all = append(all, &pod)
		}
	}
	return all
}

// isLeaving reports whether any of the pods is being deleted.
func isLeaving(pods []*unstructured.Unstructured) bool {
	for _, pod := range pods {
		if pod.GetDeletionTimestamp() != nil {
			return true
		}
	}
	return false
}
