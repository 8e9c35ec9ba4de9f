package main_test

import (
	"context"
	"io"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"
	watchtools "k8s.io/client-go/tools/watch"
)

// patience is how long anything is waited for.
const patience = 30 * time.Second

// user is a client of one namespace of the cluster.
type user struct {
	t         *testing.T
	client    kubernetes.Interface
	namespace string
}

// await watches the objects named name (any if "") until one satisfies done, and returns it.
func await[T runtime.Object](u *user, getter rest.Interface, resource, name string, done func(T) bool) T {
	u.t.Helper()
	ctx, cancel := context.WithTimeout(u.t.Context(), patience)
	defer cancel()
	selector := fields.Everything()
	if name != "" {
		selector = fields.OneTermEqualSelector("metadata.name", name)
	}
	var zero, found T
	lw := cache.NewListWatchFromClient(getter, resource, u.namespace, selector)
	_, err := watchtools.UntilWithSync(ctx, lw, zero, nil, func(event watch.Event) (bool, error) {
		object, ok := event.Object.(T)
		if ok && event.Type != watch.Deleted && done(object) {
			found = object
			return true, nil
		}
		return false, nil
	})
	if err != nil {
		u.t.Fatalf("waiting for %s %s: %v", resource, name, err)
	}
	return found
}

func (u *user) pod(name string, done func(*corev1.Pod) bool) *corev1.Pod {
	u.t.Helper()
	return await(u, u.client.CoreV1().RESTClient(), "pods", name, done)
}

// event waits for an event of the given reason about the named object.
func (u *user) event(about, reason string) *corev1.Event {
	u.t.Helper()
	return await(u, u.client.CoreV1().RESTClient(), "events", "", func(e *corev1.Event) bool {
		return e.InvolvedObject.Name == about && e.Reason == reason
	})
}

func (u *user) createPod(name string, spec corev1.PodSpec) {
	u.t.Helper()
	pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: name}, Spec: spec}
	must(u.t)(u.client.CoreV1().Pods(u.namespace).Create(u.t.Context(), pod, metav1.CreateOptions{}))
}

func (u *user) logs(pod string, options *corev1.PodLogOptions) (string, error) {
	stream, err := u.client.CoreV1().Pods(u.namespace).GetLogs(pod, options).Stream(u.t.Context())
	if err != nil {
		return "", err
	}
	defer stream.Close()
	text, err := io.ReadAll(stream)
	return string(text), err
}

func must(t *testing.T) func(any, error) {
	return func(_ any, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
}

func namespace(name string) *corev1.Namespace {
	return &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name}}
}

func image(name string) corev1.PodSpec {
	return corev1.PodSpec{Containers: []corev1.Container{{Name: "main", Image: name}}}
}

func isReady(pod *corev1.Pod) bool {
	for _, c := range pod.Status.Conditions {
		if c.Type == corev1.PodReady {
			return c.Status == corev1.ConditionTrue
		}
	}
	return false
}

// waits tells that the pod's one container waits for reason.
func waits(reason string) func(*corev1.Pod) bool {
	return func(pod *corev1.Pod) bool {
		for _, c := range pod.Status.ContainerStatuses {
			return c.State.Waiting != nil && c.State.Waiting.Reason == reason
		}
		return false
	}
}
