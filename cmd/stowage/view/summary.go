package view

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"stowage/planner"
)

// keysShown is how many keys of a new ConfigMap or Secret are named.
const keysShown = 6

// summaryOf says in one line what a new object is, as far as people care when
// they read a plan; empty for objects of which the name says it all.
func summaryOf(change *planner.Change) string {
	if change.Action != planner.Create || change.Object == nil || change.Data != nil {
		return ""
	}
	object := change.Object.Object
	switch change.ID.Kind {
	case "Deployment", "StatefulSet", "DaemonSet", "Job":
		return workloadSummary(object)
	case "CronJob":
		job, _, _ := unstructured.NestedMap(object, "spec", "jobTemplate")
		return workloadSummary(job)
	case "Service":
		return serviceSummary(object)
	case "ConfigMap", "Secret":
		return keysSummary(object)
	case "PersistentVolumeClaim":
		size, _, _ := unstructured.NestedString(object, "spec", "resources", "requests", "storage")
		return size
	}
	return ""
}

// workloadSummary returns "image nginx, 3 replicas".
func workloadSummary(object map[string]any) string {
	containers, _, _ := unstructured.NestedSlice(object, "spec", "template", "spec", "containers")
	var parts []string
	for _, container := range containers {
		fields, _ := container.(map[string]any)
		if image, ok := fields["image"].(string); ok {
			parts = append(parts, "image "+image)
		}
	}
	if replicas, found, _ := unstructured.NestedInt64(object, "spec", "replicas"); found {
		parts = append(parts, plural(int(replicas), "replica"))
	}
	return strings.Join(parts, ", ")
}

// serviceSummary returns "NodePort, port 8080 and on every node 31080".
func serviceSummary(object map[string]any) string {
	kind, _, _ := unstructured.NestedString(object, "spec", "type")
	if address, _, _ := unstructured.NestedString(object, "spec", "clusterIP"); address == "None" {
		kind = "headless"
	}
	var parts []string
	if kind != "" {
		parts = append(parts, kind)
	}
	ports, _, _ := unstructured.NestedSlice(object, "spec", "ports")
	for _, port := range ports {
		fields, _ := port.(map[string]any)
		text := fmt.Sprintf("port %v", fields["port"])
		if node, ok := fields["nodePort"]; ok {
			text += fmt.Sprintf(" and on every node %v", node)
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, ", ")
}

// keysSummary returns "keys A, B and 3 more". Values are not shown: those of a
// Secret must not be, and those of a ConfigMap can be files.
func keysSummary(object map[string]any) string {
	var keys []string
	for _, field := range []string{"data", "stringData", "binaryData"} {
		values, _ := object[field].(map[string]any)
		keys = append(keys, slices.Collect(maps.Keys(values))...)
	}
	if len(keys) == 0 {
		return "no keys"
	}
	slices.Sort(keys)
	more := ""
	if len(keys) > keysShown {
		more = fmt.Sprintf(" and %d more", len(keys)-keysShown)
		keys = keys[:keysShown]
	}
	word := "keys "
	if len(keys) == 1 {
		word = "key "
	}
	return word + strings.Join(keys, ", ") + more
}

// plural returns "1 pod" or "3 pods".
func plural(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return fmt.Sprintf("%d %ss", n, word)
}
