package planner

import (
	"context"
	"fmt"
	"slices"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

var endpointsKind = schema.GroupVersionKind{Group: "discovery.k8s.io", Version: "v1", Kind: "EndpointSlice"}

// crowd are the pods of a release, and who gets traffic among them.
type crowd struct {
	pods   map[ObjectID]*unstructured.Unstructured
	behind map[ObjectID][]ObjectID // by Service: the pods of its ready endpoints
}

// readCrowd reads both, with one LIST for each. EndpointSlices have the labels of their
// Service.
func readCrowd(ctx context.Context, r Reader, release, namespace string) (*crowd, error) {
	c, err := readPods(ctx, r, release, namespace)
	if err != nil {
		return nil, err
	}
	endpointSlices, err := listOf(ctx, r, endpointsKind, release, namespace)
	if err != nil {
		return nil, err
	}
	for _, s := range endpointSlices {
		service := ObjectID{Kind: serviceKind.Kind, Namespace: s.GetNamespace(), Name: s.GetLabels()["kubernetes.io/service-name"]}
		for _, e := range maplist(s.Object["endpoints"]) {
			if pod, ok := readyPod(e); ok {
				c.behind[service] = append(c.behind[service], pod)
			}
		}
	}
	for service, ready := range c.behind {
		c.behind[service] = unique(ready) // one in a slice for each family of addresses
	}
	return c, nil
}

// readPods reads the pods alone.
func readPods(ctx context.Context, r Reader, release, namespace string) (*crowd, error) {
	c := &crowd{pods: map[ObjectID]*unstructured.Unstructured{}, behind: map[ObjectID][]ObjectID{}}
	pods, err := listOf(ctx, r, podKind, release, namespace)
	if err != nil {
		return nil, err
	}
	for _, pod := range pods {
		c.pods[IDOf(pod)] = pod
	}
	return c, nil
}

func listOf(ctx context.Context, r Reader, kind schema.GroupVersionKind, release, namespace string) ([]*unstructured.Unstructured, error) {
	objects, err := r.List(ctx, kind, namespace, LabelRelease+"="+release)
	if err != nil {
		return nil, fmt.Errorf("cannot list %ss in namespace %s: %w", kind.Kind, namespace, err)
	}
	return objects, nil
}

// readyPod returns the pod that an endpoint leads to, if it gets traffic. What is not
// said to be unready is ready.
func readyPod(endpoint map[string]any) (ObjectID, bool) {
	if ready, said, _ := unstructured.NestedBool(endpoint, "conditions", "ready"); said && !ready {
		return ObjectID{}, false
	}
	target, _ := endpoint["targetRef"].(map[string]any)
	id := ObjectID{}
	id.Kind, _ = target["kind"].(string)
	id.Namespace, _ = target["namespace"].(string)
	id.Name, _ = target["name"].(string)
	return id, id.Kind == podKind.Kind
}

// endpointsOf counts the ready endpoints of a Service that are some pods.
func (c *crowd) endpointsOf(service *unstructured.Unstructured, are func(*unstructured.Unstructured) bool) int64 {
	n := int64(0)
	for _, id := range c.behind[IDOf(service)] {
		if pod := c.pods[id]; pod != nil && are(pod) {
			n++
		}
	}
	return n
}

// some returns pods, by name, those that are on their way out left out.
func (c *crowd) some(are func(*unstructured.Unstructured) bool) []*unstructured.Unstructured {
	var pods []*unstructured.Unstructured
	for _, pod := range c.pods {
		if are(pod) && runs(pod) {
			pods = append(pods, pod)
		}
	}
	slices.SortFunc(pods, func(a, b *unstructured.Unstructured) int { return compareIDs(IDOf(a), IDOf(b)) })
	return pods
}

// ready counts the pods that get traffic where a Service selects them.
func (c *crowd) ready(are func(*unstructured.Unstructured) bool) int64 {
	n := int64(0)
	for _, pod := range c.some(are) {
		if isReady(pod) {
			n++
		}
	}
	return n
}

func isReady(pod *unstructured.Unstructured) bool { return conditionOf(pod, "Ready").status == "True" }
