package applier

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
)

// Reasons of events that are looked for.
const (
	failedCreate     = "FailedCreate" // of pods, by the controller of a workload
	failedScheduling = "FailedScheduling"
	failedMount      = "FailedMount" // by the kubelet

	// What an autoscaler has to say to a pod without a node: the Cluster
	// Autoscaler's two verdicts, and Karpenter's good one. Its bad one is a
	// FailedScheduling that is not the scheduler's.
	triggeredScaleUp  = "TriggeredScaleUp"
	notTriggerScaleUp = "NotTriggerScaleUp"
	nominated         = "Nominated"

	failedBinding = "FailedBinding" // of a claim that no volume and no class is there for
)

// eventsAbout returns the events about an object. An empty uid takes those about
// all objects that had the name.
func (r *run) eventsAbout(ctx context.Context, kind, namespace, name string, uid types.UID) ([]corev1.Event, error) {
	objects, err := r.cluster.Events(ctx, kind, namespace, name, uid)
	events := make([]corev1.Event, 0, len(objects))
	for _, u := range objects {
		var event corev1.Event
		if runtime.DefaultUnstructuredConverter.FromUnstructured(u.Object, &event) == nil {
			events = append(events, event)
		}
	}
	return events, err
}

// warns reports whether an event tells of trouble. Some do that are not called
// warnings.
func warns(e corev1.Event) bool {
	return e.Type == corev1.EventTypeWarning || e.Reason == notTriggerScaleUp || e.Reason == failedBinding
}

// seen returns when an event was seen last. Which field says so depends on the
// API that it was written through.
func seen(e corev1.Event) time.Time {
	times := []time.Time{e.EventTime.Time, e.FirstTimestamp.Time, e.LastTimestamp.Time}
	if e.Series != nil {
		times = append(times, e.Series.LastObservedTime.Time)
	}
	latest := slices.MaxFunc(times, time.Time.Compare)
	if latest.IsZero() {
		return e.CreationTimestamp.Time
	}
	return latest
}

// timesSeen returns how often an event was seen.
func timesSeen(e corev1.Event) int {
	n := max(e.Count, 1)
	if e.Series != nil {
		n = max(n, e.Series.Count)
	}
	return int(n)
}

// newest returns the event seen last of those that matter, or nil.
func newest(events []corev1.Event, matters func(corev1.Event) bool) *corev1.Event {
	events = slices.DeleteFunc(slices.Clone(events), func(e corev1.Event) bool { return !matters(e) })
	if len(events) == 0 {
		return nil
	}
	last := slices.MaxFunc(events, func(a, b corev1.Event) int { return seen(a).Compare(seen(b)) })
	return &last
}

// refusedPods returns why the pods of a workload are not made, as its events say;
// nil when they say nothing.
func (r *run) refusedPods(ctx context.Context, workload *unstructured.Unstructured) *finding {
	events, err := r.eventsAbout(ctx, workload.GetKind(), workload.GetNamespace(), workload.GetName(), workload.GetUID())
	if err != nil {
		return nil // the timeout will tell that they cannot be read
	}
	last := newest(events, func(e corev1.Event) bool { return e.Reason == failedCreate })
	// An older one may have been overcome.
	if last == nil || time.Since(seen(*last)) > time.Minute {
		return nil
	}
	return &finding{outlook: hopeless, reason: last.Reason, message: last.Message}
}

// missingMount returns which ConfigMap, Secret or key is missing that a volume of
// the pod is made from, as its events say, and nothing when they do not.
func (r *run) missingMount(ctx context.Context, namespace, pod string) string {
	events, err := r.eventsAbout(ctx, podKind.Kind, namespace, pod, "")
	if err != nil {
		return ""
	}
	last := newest(events, func(e corev1.Event) bool { return e.Reason == failedMount })
	if last == nil || !missingSource.MatchString(last.Message) {
		return ""
	}
	return last.Message
}

// missingSource matches what a kubelet says of such a volume.
var missingSource = regexp.MustCompile(`(?:configmap|secret) "[^"]*" not found|references non-existent (?:config|secret) key`)

// noNode returns what an autoscaler said last to a pod that has no node if it was
// that none will be added for it, and nothing otherwise: no word may mean that
// there is no autoscaler, or that it has not looked yet.
func (r *run) noNode(ctx context.Context, namespace string, f *finding) string {
	events, err := r.eventsAbout(ctx, podKind.Kind, namespace, f.pod, "")
	if err != nil {
		return ""
	}
	last := newest(events, func(e corev1.Event) bool { return autoscalers(e, f.scheduler) })
	if last == nil || last.Reason == triggeredScaleUp || last.Reason == nominated {
		return ""
	}
	return last.Message
}

// autoscalers reports whether an event is an autoscaler's verdict on a pod of
// that scheduler.
func autoscalers(e corev1.Event, scheduler string) bool {
	switch e.Reason {
	case triggeredScaleUp, notTriggerScaleUp, nominated:
		return true
	case failedScheduling:
		by := e.ReportingController
		if by == "" {
			by = e.Source.Component
		}
		return by != scheduler && !strings.HasSuffix(by, "-scheduler")
	}
	return false
}
