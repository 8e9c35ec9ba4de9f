package applier

import (
	"context"
	"fmt"
	"slices"
	"time"

	discoveryv1 "k8s.io/api/discovery/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"

	"stowage/planner"
)

// endpointsTimeout bounds every wait for EndpointSlices to show what has been done
// already: their controller takes milliseconds.
const endpointsTimeout = 30 * time.Second

// endpoints follows where the Services of a release lead: their EndpointSlices, and
// the pods that these name.
type endpoints struct {
	slices, pods *stream
	apps         []string
}

// endpoints begins to follow those of the Services of apps.
func (r *run) endpoints(ctx context.Context, namespace string, apps ...string) (*endpoints, error) {
	e := &endpoints{
		slices: r.watches.stream(ctx, sliceKind, namespace),
		pods:   r.watches.stream(ctx, podKind, namespace),
		apps:   apps,
	}
	err := e.slices.sync(ctx)
	if err == nil {
		err = e.pods.sync(ctx)
	}
	switch {
	case err == nil:
		return e, nil
	case ctx.Err() != nil:
		err = stopped(ctx)
	default:
		err = fmt.Errorf("where its Service leads cannot be watched: %w", r.refusal(err))
	}
	return nil, err
}

// endpoint is where a Service leads.
type endpoint struct {
	pod   string
	ready bool
	// labels of the pod; nil: it is not known yet, or it is no pod.
	labels labels.Set
}

// of returns where a Service leads.
func (e *endpoints) of(app, service string) []endpoint {
	var all []endpoint
	for _, u := range e.slices.group(group{app: app}) {
		var slice discoveryv1.EndpointSlice
		if u.GetLabels()[discoveryv1.LabelServiceName] != service ||
			runtime.DefaultUnstructuredConverter.FromUnstructured(u.Object, &slice) != nil {
			continue
		}
		for i := range slice.Endpoints {
			all = append(all, e.endpoint(&slice.Endpoints[i]))
		}
	}
	return all
}

func (e *endpoints) endpoint(from *discoveryv1.Endpoint) endpoint {
	to := endpoint{ready: from.Conditions.Ready == nil || *from.Conditions.Ready}
	if ref := from.TargetRef; ref != nil && ref.Kind == podKind.Kind {
		to.pod = ref.Name
		if v, _, _ := e.pods.object(ref.Name, ""); v.object != nil && v.object.GetUID() == ref.UID {
			to.labels = v.object.GetLabels()
		}
	}
	return to
}

// readyPods returns the pods of an app that are ready, as endpoints. Those of a workload
// whose pods have other labels than stowage's are among them.
func (e *endpoints) readyPods(app string, workload planner.ObjectID) []endpoint {
	var all []endpoint
	pods := slices.Concat(e.pods.group(group{app: app}), e.pods.group(group{kind: workload.Kind, name: workload.Name}))
	for _, pod := range typed(pods) {
		if pod.DeletionTimestamp == nil && podCondition(pod, "Ready").Status == "True" {
			all = append(all, endpoint{pod: pod.Name, ready: true, labels: pod.Labels})
		}
	}
	return all
}

// failure returns why the endpoints cannot be followed any longer.
func (e *endpoints) failure() error {
	if err := e.slices.failure(); err != nil {
		return err
	}
	return e.pods.failure()
}

// readyOf counts the endpoints that are ready and lead to one side of an app.
func readyOf(all []endpoint, side planner.Side) int64 {
	n := int64(0)
	for _, e := range all {
		if e.ready && isOf(e.labels, side) {
			n++
		}
	}
	return n
}

// isOf reports whether a pod's labels are those of one side of an app.
func isOf(pod labels.Set, side planner.Side) bool {
	color, track := pod[planner.LabelColor], pod[planner.LabelTrack]
	switch planner.Color(side.Name) {
	case planner.Blue, planner.Green:
		return color == side.Name
	}
	if side.Name == planner.TrackCanary {
		return track == side.Name
	}
	return pod != nil && color == "" && track == "" && pod[planner.LabelCheck] == ""
}

// strays returns the pods among the endpoints that a selector does not match.
func strays(all []endpoint, selector labels.Set) []string {
	var pods []string
	for _, e := range all {
		if e.labels == nil || !selector.AsSelectorPreValidated().Matches(e.labels) {
			pods = append(pods, e.pod)
		}
	}
	slices.Sort(pods)
	return slices.Compact(pods)
}

// selectorOf returns the selector of a Service.
func selectorOf(service *unstructured.Unstructured) labels.Set {
	selector, _, _ := unstructured.NestedStringMap(service.Object, "spec", "selector")
	return selector
}

// await returns when done says so. It is a timeout when that takes longer than limit,
// which is not an error: false.
func (e *endpoints) await(ctx context.Context, limit time.Duration, done func() bool) (bool, error) {
	changed := make(chan struct{}, 1) // of its own: one that waits takes what wakes it
	for _, app := range e.apps {
		defer e.slices.follow(topic{group: group{app: app}}, changed)()
	}
	defer e.pods.follow(topic{}, changed)()
	expired := time.NewTimer(limit)
	defer expired.Stop()
	for {
		switch err := e.failure(); {
		case ctx.Err() != nil:
			return false, stopped(ctx)
		case err != nil:
			return false, err
		case done():
			return true, nil
		}
		select {
		case <-ctx.Done():
		case <-changed:
		case <-expired.C:
			return false, nil
		}
	}
}
