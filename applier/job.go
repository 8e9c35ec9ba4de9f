package applier

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"

	"stowage/internal/release"
	"stowage/planner"
)

// isJob reports whether an object is a Job, which is ready when it has come to its end.
func isJob(u *unstructured.Unstructured) bool {
	return u != nil && u.GroupVersionKind().GroupKind() == schema.GroupKind{Group: "batch", Kind: "Job"}
}

// runJob has a Job do its work, and takes it away when it has ended, whichever way. Its
// last lines are the step's. That it succeeds is waited for in any case: it is run for that.
func (r *run) runJob(ctx context.Context, i int, applied func()) error {
	c := &r.plan.Changes[i]
	job, err := r.apply(ctx, c)
	if err != nil {
		return err
	}
	defer func() { r.outcomes[i] = outcome{uid: job.GetUID(), gone: r.takeAway(ctx, job)} }()
	applied()
	err = r.completes(ctx, c, job)
	if err == nil {
		r.steps[i].Logs = r.said(ctx, c.ID.Namespace, job.GetUID(), &release.Evidence{}).Logs
	}
	return err
}

// completes waits until a Job has come to its end. One that fails has its last lines in
// the evidence.
func (r *run) completes(ctx context.Context, c *planner.Change, job *unstructured.Unstructured) error {
	err := r.ready(ctx, c, job)
	notReady := (*NotReadyError)(nil)
	if !isStop(err) && errors.As(err, &notReady) && len(notReady.Evidence.Logs) == 0 {
		var uid types.UID
		switch {
		case job != nil:
			uid = job.GetUID()
		case c.Live != nil:
			uid = c.Live.UID
		}
		notReady.Evidence = r.said(ctx, c.ID.Namespace, uid, notReady.Evidence)
	}
	return err
}

// takeAway deletes a Job with its pods, and reports whether that was done. One that cannot
// be deleted stays among what the release has, for the next run to delete.
func (r *run) takeAway(ctx context.Context, job *unstructured.Unstructured) bool {
	ctx, cancel := r.lock.writing(ctx)
	defer cancel()
	err := r.cluster.Delete(ctx, job.GroupVersionKind(), job.GetNamespace(), job.GetName(), job.GetUID(), metav1.DeletePropagationBackground)
	return err == nil || apierrors.IsNotFound(err)
}

// said adds what a Job's pods show, and the last lines that one of them wrote: the one
// that is known to tell the most, or else the newest. They are read anew, since the Job
// may have ended before it was told that they did.
func (r *run) said(ctx context.Context, namespace string, job types.UID, e *release.Evidence) *release.Evidence {
	walking := ctx
	ctx, cancel := context.WithTimeout(context.WithoutCancel(walking), collectTimeout)
	defer cancel()
	defer context.AfterFunc(walking, cancel)()
	all, err := r.cluster.List(ctx, podKind, namespace, "batch.kubernetes.io/controller-uid="+string(job))
	if err != nil {
		e.Missing = append(e.Missing, fmt.Sprintf("its pods cannot be read: %v", r.secrets.Error(err)))
	}
	pods := typed(all)
	if found := diagnose(pods); e.Pod == "" && len(found) > 0 {
		r.add(e, &found[0])
	}
	if e.Pod == "" && len(pods) > 0 {
		newest := slices.MaxFunc(pods, func(a, b *corev1.Pod) int { return a.CreationTimestamp.Compare(b.CreationTimestamp.Time) })
		e.Pod, e.Container = newest.Name, newest.Spec.Containers[0].Name
	}
	if e.Container != "" {
		e.Logs = r.log(ctx, e, namespace, false)
	}
	return e
}

// delay lets requests under way end before a change is made that they would not survive.
func (r *run) delay(ctx context.Context, c *planner.Change) error {
	if c.Delay <= 0 {
		return nil
	}
	r.tellWaiting(c, "requests under way end: "+c.Delay.String())
	over := time.NewTimer(c.Delay)
	defer over.Stop()
	select {
	case <-ctx.Done():
		return stopped(ctx)
	case <-over.C:
		return nil
	}
}
