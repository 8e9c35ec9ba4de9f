package applier

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/resourceversion"

	"stowage/planner"
)

// ready waits until the object of a change does its work. The object is what the
// server made of it when it was written, nil when it was not.
func (r *run) ready(ctx context.Context, c *planner.Change, object *unstructured.Unstructured) error {
	if object != nil && planner.HealthOf(object).Condition == planner.Current {
		return nil
	}
	w := r.newWaiter(ctx, c, object)
	defer w.close()
	timeout := r.timeout(c)
	expired := time.NewTimer(timeout)
	defer expired.Stop()
	for said := ""; ; {
		state, err := w.look(ctx)
		switch {
		case ctx.Err() != nil:
			return stopped(ctx)
		case err != nil:
			return fmt.Errorf("it was written, but cannot be waited for: %w", r.refusal(err))
		case state.health.Condition == planner.Current:
			return nil
		case state.over:
			return w.notReady(ctx, state, 0)
		}
		if message := r.secrets.Text(state.message()); message != said && !state.proving {
			said = message
			r.tellWaiting(c, message)
		}
		select {
		case <-ctx.Done():
		case <-w.changed:
		case <-state.patience:
		case <-expired.C:
			if state.proving {
				return nil
			}
			return w.notReady(ctx, state, timeout)
		}
	}
}

// tellWaiting says what the wait for a change is for.
func (r *run) tellWaiting(c *planner.Change, message string) {
	e := eventOf(StepWaiting, c)
	e.Message = message
	r.events.send(e)
}

// timeout returns how long the object of a change is waited for.
func (r *run) timeout(c *planner.Change) time.Duration { return cmp.Or(c.Timeout, r.opts.Timeout) }

// waiter watches one object, and its pods if it has any.
type waiter struct {
	run     *run
	change  *planner.Change
	kind    schema.GroupVersionKind
	uid     types.UID
	written string // resource version; older states do not count
	changed chan struct{}
	stops   []func()

	object *stream
	pods   *stream // nil: it runs none
	group  group   // that its pods are in
	sets   *stream // ReplicaSets, followed when a Deployment is in trouble

	trouble string    // key of the finding that lasts
	since   time.Time // when it was first seen

	up proof
}

func (r *run) newWaiter(ctx context.Context, c *planner.Change, object *unstructured.Unstructured) *waiter {
	w := &waiter{run: r, change: c, changed: make(chan struct{}, 1)}
	if c.Live != nil {
		w.kind = schema.FromAPIVersionAndKind(c.Live.APIVersion, c.ID.Kind)
		w.uid = c.Live.UID
	}
	if c.Object != nil {
		w.kind = c.Object.GroupVersionKind()
	}
	if object != nil {
		w.uid, w.written = object.GetUID(), object.GetResourceVersion()
	}
	w.object = w.follow(ctx, w.kind, topic{object: c.ID.Name})
	if pods, runs := podsOfChange(c, r.plan.Release.Name); runs {
		w.group = pods
		w.pods = w.follow(ctx, podKind, topic{group: pods})
	}
	return w
}

// groupPods returns the pods of the app that the object is a part of. Those of Jobs are
// their own.
func (w *waiter) groupPods() []*unstructured.Unstructured {
	pods := w.pods.group(w.group)
	if isJob(w.change.Object) {
		return podsOf(w.change.Object, w.uid, pods)
	}
	return slices.DeleteFunc(pods, func(pod *unstructured.Unstructured) bool { return pod.GetLabels()[planner.LabelCheck] != "" })
}

func (w *waiter) follow(ctx context.Context, kind schema.GroupVersionKind, t topic) *stream {
	s := w.run.watches.stream(ctx, kind, w.change.ID.Namespace)
	w.stops = append(w.stops, s.follow(t, w.changed))
	return s
}

func (w *waiter) close() {
	for _, stop := range w.stops {
		stop()
	}
}

// state is what a waiter sees.
type state struct {
	health   planner.Health
	object   *unstructured.Unstructured // nil: it is not there
	finding  *finding                   // what explains it best; may be nil
	over     bool                       // it will not become ready
	proving  bool                       // it is ready, if it stays so until patience ends
	patience <-chan time.Time           // when to look again though nothing changed; may be nil
	missing  []string                   // what could not be looked at, and why
}

// message returns one line for whoever waits.
func (s *state) message() string {
	parts := []string{s.health.Message}
	if s.finding != nil && s.finding.pod != "" {
		parts = append(parts, s.finding.String())
		if s.finding.outlook > hopeful || s.finding.reason == "Unschedulable" {
			parts = append(parts, s.finding.message)
		}
	}
	parts = append(parts, s.missing...)
	parts = slices.DeleteFunc(parts, func(p string) bool { return p == "" })
	return strings.Join(parts, "; ")
}

// look judges what the watches show. An error means that the object cannot be
// followed.
func (w *waiter) look(ctx context.Context) (state, error) {
	v, known, err := w.object.object(w.change.ID.Name, w.uid)
	switch {
	case err != nil:
		return state{}, err
	case v.deleted:
		return state{over: true, health: planner.Health{Condition: planner.NotFound, Message: "was deleted while it was waited for"}}, nil
	case !known || v.object == nil || !w.isNew(v.object):
		return state{health: planner.Health{Condition: planner.InProgress, Message: "waiting for the first news of it"}}, nil
	}
	s := state{object: v.object, health: planner.HealthOf(v.object)}
	if s.health.Condition == planner.Current {
		if left := w.unproven(s.object, time.Now()); left > 0 {
			s.health.Condition, s.proving, s.patience = planner.InProgress, true, time.After(left)
		}
		return s, nil
	}
	w.up = proof{}
	if why := doom(s.object); isJob(s.object) && why != "" {
		s.health = planner.Health{Condition: planner.Failed, Message: why}
	}
	s.over = s.health.Condition == planner.Failed
	w.explain(ctx, &s)
	w.judge(ctx, &s)
	return s, nil
}

// doom returns why a Job has failed whose pods have yet to end, and nothing of any other.
// They are about to, and to take with them what they have written.
func doom(job *unstructured.Unstructured) string {
	conditions, _, _ := unstructured.NestedSlice(job.Object, "status", "conditions")
	for _, c := range conditions {
		condition, _ := c.(map[string]any)
		if condition["type"] == "FailureTarget" && condition["status"] == "True" {
			return fmt.Sprintf("%s: %s", condition["reason"], condition["message"])
		}
	}
	return ""
}

// isNew reports whether a state of the object is that which was written, or a
// later one.
func (w *waiter) isNew(u *unstructured.Unstructured) bool {
	if w.uid != "" && u.GetUID() != w.uid {
		return false
	}
	if w.written == "" {
		return true
	}
	order, err := resourceversion.CompareResourceVersion(u.GetResourceVersion(), w.written)
	return err != nil || order >= 0 // a server whose versions cannot be compared is believed
}

// notReady returns why the object is not ready, with all that is known.
func (w *waiter) notReady(ctx context.Context, s state, timedOut time.Duration) error {
	s.health.Message = w.run.secrets.Text(s.health.Message)
	return &NotReadyError{Health: s.health, TimedOut: timedOut, Evidence: w.run.evidence(ctx, w.change, &s)}
}

// gone waits until the object of that uid does not exist any more. The stream
// has seen it.
func (r *run) gone(ctx context.Context, c *planner.Change, s *stream, uid types.UID) error {
	changed := make(chan struct{}, 1)
	defer s.follow(topic{object: c.ID.Name}, changed)()
	timeout := r.timeout(c)
	expired := time.NewTimer(timeout)
	defer expired.Stop()
	for said := ""; ; {
		v, known, err := s.object(c.ID.Name, uid)
		switch {
		case ctx.Err() != nil:
			return stopped(ctx)
		case err != nil:
			return fmt.Errorf("it is being deleted, but cannot be waited for: %w", r.refusal(err))
		case known && (v.object == nil || v.object.GetUID() != uid):
			return nil
		}
		message := "is being deleted"
		if held := finalizersOf(v.object); len(held) > 0 {
			message += ", held by finalizer " + strings.Join(held, ", ")
		}
		if known && message != said {
			said = message
			r.tellWaiting(c, message)
		}
		select {
		case <-ctx.Done():
		case <-changed:
		case <-expired.C:
			return &NotGoneError{TimedOut: timeout, Finalizers: finalizersOf(v.object)}
		}
	}
}

func finalizersOf(u *unstructured.Unstructured) []string {
	if u == nil {
		return nil
	}
	return u.GetFinalizers()
}
