package applier

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"

	"stowage/planner"
)

// step makes one change and tells how that went.
func (r *run) step(ctx context.Context, i int, applied func()) error {
	c, began := &r.plan.Changes[i], time.Now()
	if !r.settled(c) {
		r.events.send(eventOf(StepStarted, c))
	}
	return r.conclude(i, began, r.change(ctx, i, applied))
}

// conclude notes and tells how a change went. It returns the error as that of the step.
func (r *run) conclude(i int, began time.Time, err error) error {
	c, s := &r.plan.Changes[i], &r.steps[i]
	if lost := r.lock.lostErr(); lost != nil && errors.Is(err, context.Canceled) {
		err = lost // a write was cut short
	}
	s.Status, s.Duration = Done, time.Since(began)
	e := eventOf(StepDone, c)
	if err != nil {
		s.Status, s.Err = Failed, objectError(c, err)
		e = eventOf(StepFailed, c)
		e.Err = s.Err
		if notReady := (*NotReadyError)(nil); errors.As(err, &notReady) {
			e.Evidence = notReady.Evidence
		}
	}
	e.Duration, e.Moved, e.Logs = s.Duration, s.Moved, s.Logs
	r.events.send(e)
	return s.Err
}

// settled reports whether there is nothing to do for a change: the object is as
// it should be, and ready when that counts.
func (r *run) settled(c *planner.Change) bool {
	ready := r.opts.NoWait && !r.holdsUp(c) || c.Health == nil || c.Health.Condition == planner.Current
	return c.Action == planner.NoOp && ready
}

func objectError(c *planner.Change, err error) *ObjectError {
	e := &ObjectError{ID: c.ID, Action: c.Action, Origin: c.Origin, Err: err}
	if changed := (*ChangedError)(nil); errors.As(err, &changed) {
		e.Hint = "plan again to see what has changed"
		if len(changed.Fields) > 0 {
			e.Hint += "; --force-conflicts takes the fields over"
		}
	}
	return e
}

// change writes what the change says and waits until its object is ready, or
// gone.
func (r *run) change(ctx context.Context, i int, applied func()) error {
	c, out := &r.plan.Changes[i], &r.outcomes[i]
	if err := r.delay(ctx, c); err != nil {
		return err
	}
	switch c.Action {
	case planner.NoOp:
		applied()
		if r.settled(c) {
			return nil
		}
		return r.waitFor(ctx, i, nil)
	case planner.Run:
		return r.runJob(ctx, i, applied)
	case planner.Delete:
		return r.remove(ctx, c, out, applied, r.opts.NoWait)
	case planner.Replace:
		if err := r.grow(ctx, c); err != nil {
			return err
		}
		if err := r.remove(ctx, c, out, func() {}, false); err != nil {
			return err
		}
	case planner.Create, planner.Update, planner.Adopt:
	default:
		return fmt.Errorf("the plan has an unknown action %q", c.Action)
	}
	object, err := r.apply(ctx, c)
	if err != nil {
		return err
	}
	*out = outcome{uid: object.GetUID()}
	applied()
	if r.opts.NoWait && !r.holdsUp(c) {
		return nil
	}
	if err := r.waitFor(ctx, i, object); err != nil || !redirects(c) {
		return err
	}
	return r.arrives(ctx, c)
}

// waitFor waits until the object does its work, or has done it.
func (r *run) waitFor(ctx context.Context, i int, object *unstructured.Unstructured) error {
	c := &r.plan.Changes[i]
	if !isJob(c.Object) {
		return r.ready(ctx, c, object)
	}
	err := r.completes(ctx, c, object)
	r.outcomes[i].ran = err == nil
	return err
}

// holdsUp reports whether a change is a Job that others are to come after, which is
// waited for in any case.
func (r *run) holdsUp(c *planner.Change) bool {
	return isJob(c.Object) && slices.ContainsFunc(r.plan.Changes, func(other planner.Change) bool {
		return other.Action != planner.Delete && slices.Contains(other.Needs, planner.Need{ID: c.ID, Gate: planner.Ready})
	})
}

// apply writes the object.
func (r *run) apply(ctx context.Context, c *planner.Change) (*unstructured.Unstructured, error) {
	ctx, cancel := r.lock.writing(ctx)
	defer cancel()
	if c.Action == planner.Adopt {
		var err error
		if c, err = r.adopt(ctx, c); err != nil {
			return nil, r.refusal(err)
		}
	}
	if c.Action != planner.Update || c.Live == nil {
		object, err := r.cluster.Apply(ctx, c.ToApply(), false)
		return object, r.refusal(err)
	}
	if r.opts.ForceConflicts || len(c.Drift) > 0 {
		return r.takeOver(ctx, c)
	}
	// The uid makes sure that it is the planned object, and not absent. That
	// nobody else's field is overwritten, the API server sees to.
	object, err := r.cluster.Apply(ctx, pinned(c.ToApply(), c.Live.UID, ""), false)
	if c.Hold != nil && len(fieldConflicts(err)) > 0 {
		object, err = r.cluster.Apply(ctx, pinned(c.Object, c.Live.UID, ""), false)
	}
	if isPrecondition(err) {
		if _, changed := r.same(ctx, c); changed != nil {
			err = changed
		}
	}
	return object, r.refusal(err)
}

// remove deletes the object that the plan says, and nothing else of its name.
func (r *run) remove(ctx context.Context, c *planner.Change, out *outcome, applied func(), noWait bool) error {
	kind, uid, err := r.target(c)
	if err != nil {
		return err
	}
	var seen *stream
	if !noWait {
		seen, err = r.watches.holding(ctx, kind, c.ID.Namespace, c.ID.Name)
		switch {
		case ctx.Err() != nil:
			return stopped(ctx)
		case err != nil:
			return fmt.Errorf("it is not deleted, since it cannot be watched: %w", r.refusal(err))
		}
	}
	if r.isHome(c.ID) {
		r.lock.giveBack(ctx) // the lock goes with the namespace, which is the last to be deleted
	}
	err = r.startDelete(ctx, c, kind, uid)
	if err != nil && !apierrors.IsNotFound(err) {
		return r.refusal(err)
	}
	applied()
	if err == nil && !noWait {
		if err := r.gone(ctx, c, seen, uid); err != nil {
			return err
		}
	}
	*out = outcome{gone: true}
	return nil
}

func (r *run) startDelete(ctx context.Context, c *planner.Change, kind schema.GroupVersionKind, uid types.UID) error {
	ctx, cancel := r.lock.writing(ctx)
	defer cancel()
	// A workload stays until its pods are gone, so that what they use goes
	// after them.
	propagation := metav1.DeletePropagationBackground
	if c.Role == planner.RoleWorkload {
		propagation = metav1.DeletePropagationForeground
	}
	if c.KeepPods {
		propagation = metav1.DeletePropagationOrphan
	}
	err := r.cluster.Delete(ctx, kind, c.ID.Namespace, c.ID.Name, uid, propagation)
	if !apierrors.IsConflict(err) {
		return err
	}
	live, getErr := r.cluster.Get(ctx, kind, c.ID.Namespace, c.ID.Name)
	switch {
	case getErr != nil:
		return getErr
	case live.GetUID() != uid:
		return &ChangedError{What: "was deleted and made anew by somebody else; the new one is not deleted"}
	case live.GetDeletionTimestamp() != nil:
		return nil // its deletion began before
	}
	return err
}

// target returns what a deletion needs to know of the object.
func (r *run) target(c *planner.Change) (schema.GroupVersionKind, types.UID, error) {
	var apiVersion string
	var uid types.UID
	if item, ok := r.recorder.item(c.ID); ok {
		apiVersion = schema.GroupVersion{Group: item.Group, Version: item.Version}.String()
		uid = item.UID
	}
	if c.Live != nil {
		uid = c.Live.UID
		if c.Live.APIVersion != "" {
			apiVersion = c.Live.APIVersion
		}
	}
	if apiVersion == "" || uid == "" {
		return schema.GroupVersionKind{}, "", fmt.Errorf("the plan does not say which %s is meant; it is not deleted", c.ID)
	}
	return schema.FromAPIVersionAndKind(apiVersion, c.ID.Kind), uid, nil
}

// pinned returns the object as one that only applies to the live object of that
// uid and, unless empty, resource version.
func pinned(object *unstructured.Unstructured, uid types.UID, resourceVersion string) *unstructured.Unstructured {
	content := maps.Clone(object.Object)
	metadata, _ := content["metadata"].(map[string]any)
	content["metadata"] = maps.Clone(metadata)
	pin := &unstructured.Unstructured{Object: content}
	pin.SetUID(uid)
	pin.SetResourceVersion(resourceVersion)
	return pin
}
