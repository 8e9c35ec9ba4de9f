package applier

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"

	"stowage/internal/release"
	"stowage/planner"
)

const (
	// collectTimeout bounds the search for evidence: the error must not wait
	// for it much longer.
	collectTimeout = 15 * time.Second
	eventLimit     = 5
	logLines       = 20
)

// evidence gathers what is known of an object that did not become ready. What
// cannot be read is said in it.
func (r *run) evidence(ctx context.Context, c *planner.Change, s *state) *release.Evidence {
	ctx, cancel := context.WithTimeout(ctx, collectTimeout)
	defer cancel()
	e := &release.Evidence{App: appOf(c.Object), Missing: s.missing}
	if f := s.finding; f != nil {
		e.Pod, e.Container, e.Reason = f.pod, f.container, f.reason
		e.Message = r.secrets.Text(f.message)
		e.ExitCode, e.Signal, e.Restarts = f.exitCode, f.signal, f.restarts
	}
	if s.object != nil {
		r.addEvents(ctx, e, c.ID, s.object.GetUID())
	}
	if s.finding != nil && s.finding.ran {
		r.addLogs(ctx, e, c.ID.Namespace)
	}
	return e
}

// addEvents adds the newest warnings about the object and the pod.
func (r *run) addEvents(ctx context.Context, e *release.Evidence, id planner.ObjectID, uid types.UID) {
	events, err := r.warnings(ctx, id.Kind, id.Namespace, id.Name, uid)
	if err == nil && e.Pod != "" {
		var about []corev1.Event
		about, err = r.warnings(ctx, podKind.Kind, id.Namespace, e.Pod, "")
		events = append(events, about...)
	}
	if err != nil {
		e.Missing = append(e.Missing, fmt.Sprintf("events cannot be read: %v", r.secrets.Error(err)))
	}
	slices.SortStableFunc(events, func(a, b corev1.Event) int { return seen(a).Compare(seen(b)) })
	for _, event := range events[max(0, len(events)-eventLimit):] {
		e.Events = append(e.Events, release.EventLine{
			Object:  event.InvolvedObject.Kind + " " + event.InvolvedObject.Name,
			Reason:  event.Reason,
			Message: r.secrets.Text(strings.TrimSpace(event.Message)),
			Count:   int(max(event.Count, 1)),
		})
	}
}

// warnings returns the warning events about an object.
func (r *run) warnings(ctx context.Context, kind, namespace, name string, uid types.UID) ([]corev1.Event, error) {
	objects, err := r.cluster.Events(ctx, kind, namespace, name, uid)
	var warnings []corev1.Event
	for _, u := range objects {
		var event corev1.Event
		if runtime.DefaultUnstructuredConverter.FromUnstructured(u.Object, &event) == nil && event.Type == corev1.EventTypeWarning {
			warnings = append(warnings, event)
		}
	}
	return warnings, err
}

// seen returns when an event was seen last. Which field says so depends on the
// API that it was written through.
func seen(e corev1.Event) time.Time {
	latest := e.CreationTimestamp.Time
	if e.Series != nil && e.Series.LastObservedTime.After(latest) {
		latest = e.Series.LastObservedTime.Time
	}
	for _, t := range []time.Time{e.EventTime.Time, e.FirstTimestamp.Time, e.LastTimestamp.Time} {
		if t.After(latest) {
			latest = t
		}
	}
	return latest
}

// addLogs adds the last lines of the container, and those of the run before its
// last restart.
func (r *run) addLogs(ctx context.Context, e *release.Evidence, namespace string) {
	e.Logs = r.log(ctx, e, namespace, false)
	if e.Restarts > 0 {
		e.Previous = r.log(ctx, e, namespace, true)
	}
}

func (r *run) log(ctx context.Context, e *release.Evidence, namespace string, previous bool) []string {
	text, err := r.cluster.Logs(ctx, namespace, e.Pod, e.Container, previous, logLines)
	if err != nil {
		which := "log"
		if previous {
			which = "log of the run before"
		}
		e.Missing = append(e.Missing, fmt.Sprintf("the %s cannot be read: %v", which, r.secrets.Error(err)))
		return nil
	}
	lines := r.secrets.Text(strings.TrimRight(string(text), "\n"))
	if lines == "" {
		return nil
	}
	return strings.Split(lines, "\n")
}

// refusedPods returns why the pods of a workload are not made, as its events say;
// nil when they say nothing.
func (r *run) refusedPods(ctx context.Context, workload *unstructured.Unstructured) *finding {
	events, err := r.warnings(ctx, workload.GetKind(), workload.GetNamespace(), workload.GetName(), workload.GetUID())
	if err != nil {
		return nil // the timeout will tell that they cannot be read
	}
	var newest *corev1.Event
	for i := range events {
		e := &events[i]
		if e.Reason == "FailedCreate" && (newest == nil || seen(*e).After(seen(*newest))) {
			newest = e
		}
	}
	// An older one may have been overcome.
	if newest == nil || time.Since(seen(*newest)) > time.Minute {
		return nil
	}
	return &finding{outlook: hopeless, reason: newest.Reason, message: newest.Message}
}
