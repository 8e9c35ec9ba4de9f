package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"stowage/cmd/stowage/view"
	"stowage/planner"
)

var podKind = schema.GroupVersionKind{Version: "v1", Kind: "Pod"}

// podOwner tells which pods belong to which workload: by the labels of an app, and of its
// versions which run side by side, or by the workload itself, whose pods have none of these.
type podOwner struct {
	app, color, track, check string
	namespace, kind, name    string
}

func ownerByLabels(labels map[string]string) podOwner {
	return podOwner{
		app: labels[planner.LabelApp], color: labels[planner.LabelColor],
		track: labels[planner.LabelTrack], check: labels[planner.LabelCheck],
	}
}

// ownerOf returns whose a pod is.
func (s *session) ownerOf(pod *unstructured.Unstructured) podOwner {
	if labels := pod.GetLabels(); labels[planner.LabelRelease] == s.release.Name {
		return ownerByLabels(labels)
	}
	kind, name := planner.MadeFor(pod)
	return podOwner{namespace: pod.GetNamespace(), kind: kind, name: name}
}

// ownerFor returns whose the pods of a workload are.
func (s *session) ownerFor(workload *unstructured.Unstructured) podOwner {
	if planner.LabelsPods(workload, s.release.Name) {
		return ownerByLabels(workload.GetLabels())
	}
	return podOwner{namespace: workload.GetNamespace(), kind: workload.GetKind(), name: workload.GetName()}
}

// podsOf returns the pods of the recorded workloads of a release, sorted by name: those
// with its label, or all of a namespace where a workload gives them others. What is forbidden
// to be listed in one namespace is an error, and the pods of the others are returned.
func podsOf(ctx context.Context, s *session, manifests []*unstructured.Unstructured) (map[podOwner][]view.StatusPod, error) {
	selectors := map[string]string{s.release.Namespace: planner.LabelRelease + "=" + s.release.Name}
	for _, manifest := range manifests {
		if isWorkload(manifest) && !planner.LabelsPods(manifest, s.release.Name) {
			selectors[manifest.GetNamespace()] = ""
		}
	}
	pods := make(map[podOwner][]view.StatusPod)
	var forbidden error
	for namespace, selector := range selectors {
		objects, err := s.client.List(ctx, podKind, namespace, selector)
		if apierrors.IsForbidden(err) {
			forbidden = err
			continue
		}
		if err != nil {
			return nil, err
		}
		for _, object := range objects {
			var pod corev1.Pod
			if err := runtime.DefaultUnstructuredConverter.FromUnstructured(object.Object, &pod); err != nil {
				return nil, fmt.Errorf("pod %s: %w", object.GetName(), err)
			}
			of := s.ownerOf(object)
			pods[of] = append(pods[of], podStatus(&pod))
		}
	}
	for _, of := range pods {
		slices.SortFunc(of, func(a, b view.StatusPod) int { return cmp.Compare(a.Name, b.Name) })
	}
	return pods, forbidden
}

// isWorkload reports whether an object makes pods of a template.
func isWorkload(u *unstructured.Unstructured) bool {
	_, found, _ := unstructured.NestedFieldNoCopy(u.Object, "spec", "template", "spec")
	return found
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
