package kubelet

import (
	"context"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/klog/v2"
	statusutil "k8s.io/kubernetes/pkg/util/pod"
)

// sync does what is due for one pod.
func (k *kubelets) sync(ctx context.Context, name types.NamespacedName) error {
	object, err := k.pods.Pods(name.Namespace).Get(name.Name)
	if apierrors.IsNotFound(err) {
		k.forget(name)
		return nil
	}
	if err != nil {
		return err
	}
	node, err := k.nodes.Get(object.Spec.NodeName)
	if err != nil {
		return client(err)
	}
	p := k.pod(ctx, name, object, node)
	switch {
	case object.DeletionTimestamp != nil:
		return k.terminate(ctx, p)
	case object.Status.Phase == corev1.PodSucceeded || object.Status.Phase == corev1.PodFailed:
		return nil
	}
	now := time.Now()
	next := p.step(now, k.references)
	k.setBlocked(name, p.blocked)
	if err := k.report(ctx, p, p.shown(metav1.NewTime(now))); err != nil {
		return err
	}
	if !next.IsZero() {
		k.queue.AddAfter(name, time.Until(next))
	}
	return nil
}

// client drops an error that tells that the object is gone: there is nothing left to do.
func client(err error) error {
	if apierrors.IsNotFound(err) {
		return nil
	}
	return err
}

// pod is the simulation of object, which is new or known.
func (k *kubelets) pod(ctx context.Context, name types.NamespacedName, object *corev1.Pod, node *corev1.Node) *pod {
	k.mu.Lock()
	defer k.mu.Unlock()
	p := k.known[name]
	if p == nil || p.object.UID != object.UID {
		if p != nil {
			k.addresses.release(p.ip)
		}
		p = newPod(object, k.options)
		recorder := k.recorder(ctx, node.Name)
		p.tell = func(about *container, kind, reason, message string) {
			recorder.Event(involved(p.object, about), kind, reason, message)
		}
		k.known[name] = p
	}
	p.object = object
	p.hostIP = nodeIP(node)
	switch {
	case p.ip != "":
	case object.Spec.HostNetwork:
		p.ip = p.hostIP
	default:
		p.ip = k.addresses.take(node.Spec.PodCIDR)
	}
	return p
}

// involved is what an event is about: the pod, or one container of it.
func involved(object *corev1.Pod, about *container) *corev1.ObjectReference {
	ref := &corev1.ObjectReference{
		APIVersion: "v1", Kind: "Pod",
		Namespace: object.Namespace, Name: object.Name, UID: object.UID, ResourceVersion: object.ResourceVersion,
	}
	switch {
	case about == nil:
	case about.init:
		ref.FieldPath = fmt.Sprintf("spec.initContainers{%s}", about.spec.Name)
	default:
		ref.FieldPath = fmt.Sprintf("spec.containers{%s}", about.spec.Name)
	}
	return ref
}

func (k *kubelets) forget(name types.NamespacedName) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if p := k.known[name]; p != nil && !p.object.Spec.HostNetwork {
		k.addresses.release(p.ip)
	}
	delete(k.known, name)
	delete(k.blocked, name)
}

func (k *kubelets) setBlocked(name types.NamespacedName, blocked bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if blocked {
		k.blocked[name] = true
	} else {
		delete(k.blocked, name)
	}
}

// report writes the pod's status unless it is what was written last.
func (k *kubelets) report(ctx context.Context, p *pod, status *corev1.PodStatus) error {
	if equality.Semantic.DeepEqual(p.reported, status) {
		return nil
	}
	_, _, _, err := statusutil.PatchPodStatus(ctx, k.client, p.object.Namespace, p.object.Name, p.object.UID, p.object.Status, *status)
	if err != nil {
		return client(err)
	}
	p.reported = status
	return nil
}

// terminate ends a pod that is to be deleted. Simulated containers obey at once.
func (k *kubelets) terminate(ctx context.Context, p *pod) error {
	if grace := p.object.DeletionGracePeriodSeconds; grace == nil || *grace == 0 {
		return nil // removed already but for its finalizers
	}
	if len(p.object.Finalizers) > 0 {
		// Whoever holds the pod back, as the Job controller does, waits for its end to show.
		now := time.Now()
		p.stop(now)
		if err := k.report(ctx, p, p.shown(metav1.NewTime(now))); err != nil {
			return err
		}
	}
	err := k.client.CoreV1().Pods(p.object.Namespace).Delete(ctx, p.object.Name, metav1.DeleteOptions{
		GracePeriodSeconds: new(int64),
		Preconditions:      metav1.NewUIDPreconditions(string(p.object.UID)),
	})
	if err != nil && !apierrors.IsConflict(err) {
		klog.FromContext(ctx).V(2).Info("Deleting a simulated pod", "pod", klog.KObj(p.object), "err", err)
		return client(err)
	}
	return nil
}

func nodeIP(node *corev1.Node) string {
	for _, address := range node.Status.Addresses {
		if address.Type == corev1.NodeInternalIP {
			return address.Address
		}
	}
	return ""
}
