package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"stowage/cmd/stowage/view"
	"stowage/planner"
)

var podKind = schema.GroupVersionKind{Version: "v1", Kind: "Pod"}

// sideLabels tell which pods belong to which workload: the app's, and that of its
// versions which run side by side.
type sideLabels struct{ app, color, track, check string }

func sideLabelsOf(labels map[string]string) sideLabels {
	return sideLabels{labels[planner.LabelApp], labels[planner.LabelColor], labels[planner.LabelTrack], labels[planner.LabelCheck]}
}

// podsOf returns the pods of a release by workload, sorted by name.
func podsOf(ctx context.Context, s *session) (map[sideLabels][]view.StatusPod, error) {
	objects, err := s.client.List(ctx, podKind, s.release.Namespace, planner.LabelRelease+"="+s.release.Name)
	if err != nil {
		return nil, err
	}
	pods := make(map[sideLabels][]view.StatusPod)
	for _, object := range objects {
		var pod corev1.Pod
		if err := runtime.DefaultUnstructuredConverter.FromUnstructured(object.Object, &pod); err != nil {
			return nil, fmt.Errorf("pod %s: %w", object.GetName(), err)
		}
		of := sideLabelsOf(pod.Labels)
		pods[of] = append(pods[of], podStatus(&pod))
	}
	for _, of := range pods {
		slices.SortFunc(of, func(a, b view.StatusPod) int { return cmp.Compare(a.Name, b.Name) })
	}
	return pods, nil
}

func podStatus(pod *corev1.Pod) view.StatusPod {
	status := view.StatusPod{Name: pod.Name, State: podState(pod), Node: pod.Spec.NodeName}
	if len(pod.Spec.Containers) > 0 {
		status.Image = pod.Spec.Containers[0].Image
	}
	for _, condition := range pod.Status.Conditions {
		if condition.Type == corev1.PodReady {
			status.Ready = condition.Status == corev1.ConditionTrue
		}
	}
	for _, container := range slices.Concat(pod.Status.InitContainerStatuses, pod.Status.ContainerStatuses) {
		status.Restarts += container.RestartCount
	}
	return status
}

// podState returns what keeps a container of the pod from running, or else the
// pod's phase.
func podState(pod *corev1.Pod) string {
	if pod.DeletionTimestamp != nil {
		return "Terminating"
	}
	for _, container := range slices.Concat(pod.Status.InitContainerStatuses, pod.Status.ContainerStatuses) {
		if waiting := container.State.Waiting; waiting != nil && waiting.Reason != "" && waiting.Reason != "PodInitializing" {
			return waiting.Reason
		}
		if ended := container.State.Terminated; ended != nil && ended.ExitCode != 0 {
			return ended.Reason
		}
	}
	if pod.Status.Reason != "" {
		return pod.Status.Reason
	}
	return string(pod.Status.Phase)
}
