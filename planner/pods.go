package planner

import (
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// podLabelsOf returns the labels of the pods that an object makes. They are not to be
// modified.
func podLabelsOf(u *unstructured.Unstructured) map[string]any {
	_, at := podSpecAt(u)
	fields := append(strings.Split(strings.TrimSuffix(at, ".spec"), "."), "metadata", "labels")
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
