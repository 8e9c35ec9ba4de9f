package planner

import (
	"fmt"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// podLabel is a label of the pods of a namespace.
type podLabel struct{ namespace, name, value string }

// byPodLabel returns the workloads with each label that pods have, so that those which a
// selector finds need not be looked for among all. Pods that stand alone, and those of a
// CronJob, come and go: what Services lead to is not judged by them.
func byPodLabel(objects []Object) map[podLabel][]Object {
	index := map[podLabel][]Object{}
	for _, o := range objects {
		if _, at := podSpecAt(o.Manifest); at != "spec.template.spec" {
			continue
		}
		for name, value := range podLabelsOf(o.Manifest) {
			text, _ := value.(string)
			key := podLabel{o.ID.Namespace, name, text}
			index[key] = append(index[key], o)
		}
	}
	return index
}

// selected returns the workloads of a namespace whose pods have all labels of a selector, of
// which there is at least one.
func (c *objectCheck) selected(namespace string, selector map[string]any) []Object {
	var fewest []Object
	first := true
	for name, value := range selector {
		text, _ := value.(string)
		if some := c.byPodLabel[podLabel{namespace, name, text}]; first || len(some) < len(fewest) {
			fewest, first = some, false
		}
	}
	return slices.DeleteFunc(slices.Clone(fewest), func(o Object) bool { return !within(selector, podLabelsOf(o.Manifest)) })
}

// targetPorts reports Services that name a port which no container of the pods that
// they select has.
func (c *objectCheck) targetPorts(o Object) {
	if o.ID.Group != "" || o.ID.Kind != serviceKind.Kind {
		return
	}
	value, _, _ := unstructured.NestedFieldNoCopy(o.Manifest.Object, "spec", "selector")
	selector, _ := value.(map[string]any)
	behind := c.selected(o.ID.Namespace, selector)
	var names []string
	for _, workload := range behind {
		spec, _ := podSpecAt(workload.Manifest)
		for _, list := range []string{"initContainers", "containers"} { // a sidecar is one of the former
			for _, container := range maplist(spec[list]) {
				names = append(names, portNames(container)...)
			}
		}
	}
	for i, p := range portsOf(o.Manifest) {
		if name, ok := p["targetPort"].(string); ok && len(behind) > 0 && !slices.Contains(names, name) {
			c.fail(o, fmt.Sprintf("spec.ports[%d].targetPort", i), hintOf(name, names), "refers to port %q, which no container behind the Service has", name)
		}
	}
}

// selectors reports a workload that takes the pods of another one for its own. Two apps that were
// there already have the selectors that they have, and controllers let each other's pods be.
func (c *objectCheck) selectors(o Object) {
	selector := selectorOf(o.Manifest)
	for _, other := range c.selected(o.ID.Namespace, selector) {
		if other.ID != o.ID && selectorOf(other.Manifest) != nil && (!wasThere(o) || !wasThere(other)) {
			c.fail(o, "spec.selector", "give one of the two labels that the other has not", "also selects the pods of %s, at %s", other.ID, other.Origin)
		}
	}
}

// wasThere reports whether an object is the workload of an app that says by which labels its pods
// are found.
func wasThere(o Object) bool {
	return strings.Contains("."+o.Address, ".app.") && !findsOwnPods(o.Manifest)
}

// selectorOf returns the labels that a workload finds its pods by, or nil: for what is
// none, and for one with expressions or without labels, about which the server decides.
func selectorOf(u *unstructured.Unstructured) map[string]any {
	if id := IDOf(u); id.Group != "apps" || !slices.Contains([]string{"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"}, id.Kind) {
		return nil
	}
	value, _, _ := unstructured.NestedFieldNoCopy(u.Object, "spec", "selector")
	raw, _ := value.(map[string]any)
	if _, more := raw["matchExpressions"]; more || len(raw) == 0 {
		return nil
	}
	labels, _ := raw["matchLabels"].(map[string]any)
	if len(labels) == 0 {
		return nil
	}
	return labels
}
