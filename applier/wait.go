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
		if message := r.secrets.Text(state.message()); message != said {
			said = message
			r.tellWaiting(c, message)
		}
		select {
		case <-ctx.Done():
		case <-w.changed:
		case <-state.patience:
		case <-expired.C:
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
	pods   *stream
	sets   *stream // ReplicaSets, followed when a Deployment is in trouble

	trouble string    // key of the finding that lasts
	since   time.Time // when it was first seen
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
	if w.app() != "" {
		w.pods = w.follow(ctx, podKind, topic{app: w.app()})
	}
	return w
}

// app returns the app whose pods the object runs, or nothing.
func (w *waiter) app() string {
	if w.change.Role != planner.RoleWorkload || w.change.Object == nil {
		return ""
	}
	return appOf(w.change.Object)
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
		return s, nil
	}
	s.over = s.health.Condition == planner.Failed
	w.explain(ctx, &s)
	w.judge(ctx, &s)
	return s, nil
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

// explain looks for the reason in the workload and its pods.
func (w *waiter) explain(ctx context.Context, s *state) {
	if w.pods == nil || unobserved(s.object) {
		return
	}
	if err := w.pods.failure(); err != nil && ctx.Err() == nil {
		s.missing = append(s.missing, "its pods cannot be watched: "+err.Error())
	}
	all := w.pods.app(w.app())
	if f := diagnoseWorkload(s.object); f != nil && !isLeaving(all) {
		s.finding = f
		return
	}
	findings := diagnose(typed(all))
	if len(findings) == 0 {
		return
	}
	// Old pods may be in trouble that the change is about to end, so before
	// anything is given up it must be clear that the new ones are.
	if findings[0].outlook > hopeful {
		owner := w.owner(ctx, s)
		findings = diagnose(typed(podsOf(s.object, owner, all)))
	}
	if len(findings) > 0 {
		s.finding = &findings[0]
	}
}

// unobserved reports whether the controller has yet to see the newest spec. Till
// then pods and conditions are those of the revision before.
func unobserved(u *unstructured.Unstructured) bool {
	seen, ok, _ := unstructured.NestedInt64(u.Object, "status", "observedGeneration")
	return ok && seen < u.GetGeneration()
}

// owner returns the uid of the object that controls the newest pods, or nothing
// when it is not known.
func (w *waiter) owner(ctx context.Context, s *state) types.UID {
	if w.kind.GroupKind() != (schema.GroupKind{Group: "apps", Kind: "Deployment"}) {
		return s.object.GetUID()
	}
	if w.sets == nil {
		w.sets = w.follow(ctx, replicaSetKind, topic{app: w.app()})
	}
	if err := w.sets.failure(); err != nil && ctx.Err() == nil {
		s.missing = append(s.missing, "its ReplicaSets cannot be watched: "+err.Error())
	}
	return newestSet(s.object, w.sets.app(w.app()))
}

// persistence is how long a doubtful state may last: a kubelet tries again
// within that time.
const persistence = 10 * time.Second

// judge gives up what is hopeless, and what is doubtful for too long.
func (w *waiter) judge(ctx context.Context, s *state) {
	key := ""
	switch {
	case s.finding == nil && w.pods != nil:
		key = "unexplained"
	case s.finding != nil && s.finding.outlook == hopeless:
		s.over = true
		return
	case s.finding != nil && s.finding.outlook == doubtful:
		key = s.finding.key()
	}
	if key != w.trouble {
		w.trouble, w.since = key, time.Now()
	}
	if key == "" {
		return
	}
	left := persistence - time.Since(w.since)
	if left <= 0 && s.finding == nil {
		// Kinds without a condition for it tell only by an event that their pods
		// are refused.
		s.finding = w.run.refusedPods(ctx, s.object)
		w.since, left = time.Now(), persistence
	}
	if s.finding != nil && (left <= 0 || s.finding.outlook == hopeless) {
		s.over = true
		return
	}
	s.patience = time.After(left)
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
