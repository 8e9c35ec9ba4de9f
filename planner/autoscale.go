package planner

import (
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// scaledBy returns the workload that an autoscaler chooses the number of pods of.
func scaledBy(autoscaler *unstructured.Unstructured) ObjectID {
	text := func(field string) string {
		value, _, _ := unstructured.NestedString(autoscaler.Object, "spec", "scaleTargetRef", field)
		return value
	}
	kind := schema.FromAPIVersionAndKind(text("apiVersion"), text("kind"))
	return ObjectID{Group: kind.Group, Kind: kind.Kind, Namespace: autoscaler.GetNamespace(), Name: text("name")}
}
