package planner

import (
	"context"
	"fmt"
	"slices"

	"golang.org/x/sync/errgroup"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

var endpointsKind = schema.GroupVersionKind{Group: "discovery.k8s.io", Version: "v1", Kind: "EndpointSlice"}

// crowd are the pods of a release and who gets traffic among them.
type crowd struct {
	pods  map[ObjectID]*unstructured.Unstructured
	ready map[ObjectID][]ObjectID // by Service: the pods of its ready endpoints
}

// readCrowd reads both, at the same time, with one LIST for each. EndpointSlices have the
// labels of their Service.
func readCrowd(ctx context.Context, r Reader, release, namespace string) (*crowd, error) {
	var pods, slices []*unstructured.Unstructured
	group, ctx := errgroup.WithContext(ctx)
	list := func(kind schema.GroupVersionKind, into *[]*unstructured.Unstructured) {
		group.Go(func() (err error) {
			if *into, err = r.List(ctx, kind, namespace, LabelRelease+"="+release); err != nil {
				return fmt.Errorf("cannot list %ss in namespace %s: %w", kind.Kind, namespace, err)
			}
			return nil
		})
	}
	list(podKind, &pods)
	list(endpointsKind, &slices)
	if err := group.Wait(); err != nil {
		return nil, err
	}
	return newCrowd(pods, slices), nil
}

func newCrowd(pods, endpointSlices []*unstructured.Unstructured) *crowd {
	c := &crowd{pods: map[ObjectID]*unstructured.Unstructured{}, ready: map[ObjectID][]ObjectID{}}
	for _, pod := range pods {
		c.pods[IDOf(pod)] = pod
	}
	for _, s := range endpointSlices {
		service := ObjectID{Kind: serviceKind.Kind, Namespace: s.GetNamespace(), Name: s.GetLabels()["kubernetes.io/service-name"]}
		for _, e := range maplist(s.Object["endpoints"]) {
			if pod, ok := readyPod(e); ok {
				c.ready[service] = append(c.ready[service], pod)
			}
		}
	}
	for service, ready := range c.ready {
		slices.SortFunc(ready, compareIDs)
		c.ready[service] = slices.Compact(ready) // one in a slice for each family of addresses
	}
	return c
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
	for _, id := range c.ready[IDOf(service)] {
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

// isReady reports whether a pod gets traffic where a Service selects it.
func isReady(pod *unstructured.Unstructured) bool { return conditionOf(pod, "Ready").status == "True" }
