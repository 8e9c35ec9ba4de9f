package applier

import (
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
)

// How long the pods of a workload have to stay up until it counts as ready when
// nothing in them says that it is: to Kubernetes a container without a readiness
// probe is ready as soon as it runs, so that one that crashes at its start is
// available for a moment, and again after each restart.
const (
	// unprobed is a little more than a kubelet takes to notice that a container
	// has ended: it looks once a second.
	unprobed = 1200 * time.Millisecond
	// afterRestart is for pods of which a container has crashed already.
	afterRestart = 5 * time.Second
)

// proof is since when a workload has been up, as far as it was watched.
type proof struct {
	since    time.Time // zero: it is not
	restarts int32     // of its containers by then
}

// unproven returns how much longer a workload that is up has to stay so. It is
// nothing for one that says when it is ready, by probes or by minReadySeconds, and
// for one whose containers have been running for long enough already.
func (w *waiter) unproven(workload *unstructured.Unstructured, now time.Time) time.Duration {
	if w.pods == nil || isJob(workload) || w.pods.failure() != nil || saysWhenReady(workload) {
		return 0
	}
	need, restarts := toProve(typed(w.groupPods()), now)
	if w.up.since.IsZero() || w.up.restarts != restarts {
		w.up = proof{now, restarts}
	}
	return need - now.Sub(w.up.since)
}

// saysWhenReady reports whether a workload has any means to tell that it works
// besides that it runs, or has nothing to run.
func saysWhenReady(workload *unstructured.Unstructured) bool {
	if replicas, found, _ := unstructured.NestedInt64(workload.Object, "spec", "replicas"); found && replicas == 0 {
		return true
	}
	if seconds, _, _ := unstructured.NestedInt64(workload.Object, "spec", "minReadySeconds"); seconds > 0 {
		return true
	}
	template, _, _ := unstructured.NestedMap(workload.Object, "spec", "template", "spec")
	var spec corev1.PodSpec
	if len(template) == 0 || runtime.DefaultUnstructuredConverter.FromUnstructured(template, &spec) != nil {
		return true
	}
	running := slices.DeleteFunc(spec.InitContainers, func(c corev1.Container) bool { return c.RestartPolicy == nil }) // but sidecars
	for _, c := range append(running, spec.Containers...) {
		if c.ReadinessProbe == nil && c.StartupProbe == nil {
			return false
		}
	}
	return true
}

// toProve returns how long the pods that stay have to be watched before they
// count, and how often their containers were restarted. What has been running for
// long enough has nothing left to prove.
func toProve(pods []*corev1.Pod, now time.Time) (need time.Duration, restarts int32) {
	for _, pod := range pods {
		if pod.DeletionTimestamp != nil {
			continue
		}
		started := slices.DeleteFunc(slices.Clone(pod.Status.InitContainerStatuses), isDone) // sidecars among them
		for _, s := range append(started, pod.Status.ContainerStatuses...) {
			restarts += s.RestartCount
			needs := unprobed
			if s.RestartCount > 0 {
				needs = afterRestart
			}
			const rounding = time.Second // the API keeps whole seconds
			if s.State.Running == nil || now.Sub(s.State.Running.StartedAt.Time) < needs+rounding {
				need = max(need, needs)
			}
		}
	}
	return need, restarts
}

// isDone reports whether an init container has done its work.
func isDone(s corev1.ContainerStatus) bool {
	return s.State.Terminated != nil && s.State.Terminated.ExitCode == 0
}
