package planner

import (
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// podLabelsOf returns the labels of the pods that an object makes. They are not to be
// modified.
func podLabelsOf(u *unstructured.Unstructured) map[string]any {
	_, at := podSpecAt(u)
	fields := strings.Split(at, ".")
	fields = append(fields[:len(fields)-1], "metadata", "labels")
	v, _, _ := unstructured.NestedFieldNoCopy(u.Object, fields...)
	labels, _ := v.(map[string]any)
	return labels
}

// findsOwnPods reports whether an object of an app finds or makes pods with labels of
// stowage's own, and not with others that the configuration says.
func findsOwnPods(u *unstructured.Unstructured) bool {
	if u.GetKind() != "Service" {
		_, labelled := podLabelsOf(u)[LabelApp]
		return labelled
	}
	selector, _, _ := unstructured.NestedFieldNoCopy(u.Object, "spec", "selector")
	return within(map[string]any{labelName: labelOf(u, LabelApp), labelInstance: labelOf(u, LabelRelease)}, selector)
}

// LabelsPods reports whether the pods that a workload makes, and what else controllers make
// for it, have the label of its release.
func LabelsPods(u *unstructured.Unstructured, release string) bool {
	if u.GetKind() == "CronJob" {
		jobs, _, _ := unstructured.NestedString(u.Object, "spec", "jobTemplate", "metadata", "labels", LabelRelease)
		return jobs == release && podLabelsOf(u)[LabelRelease] == release
	}
	return podLabelsOf(u)[LabelRelease] == release
}

// MadeFor returns kind and name of the workload that a controller made a pod, or what it
// makes pods of, for: of a Deployment's pods that, and not the ReplicaSet in between, which is
// named after both the Deployment and the template. Both are empty for what nobody controls.
func MadeFor(u *unstructured.Unstructured) (kind, name string) {
	owner := metav1.GetControllerOfNoCopy(u)
	if owner == nil {
		return "", ""
	}
	if name, ok := strings.CutSuffix(owner.Name, "-"+labelOf(u, "pod-template-hash")); ok && owner.Kind == replicaSetKind.Kind {
		return deploymentKind.Kind, name
	}
	return owner.Kind, owner.Name
}
