package applier

import (
	"context"
	"fmt"
	"maps"
	"strconv"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/labels"

	"stowage/planner"
)

// write parks the previews and moves one app after the other. Once the first is being
// moved, only the lock can end it. If one cannot be moved, all are left where they were.
func (m *moving) write(ctx context.Context) error {
	if err := m.park(ctx); err != nil {
		m.unpark(ctx)
		return err
	}
	for _, i := range m.changes {
		done, err := m.run.writeMove(ctx, &m.run.plan.Changes[i])
		if err != nil {
			_ = m.fail(i, err)
			m.takeBack(ctx, &m.run.plan.Changes[i])
			m.unpark(ctx)
			return err
		}
		done.index = i
		m.run.outcomes[i] = outcome{uid: done.object.GetUID()}
		m.done = append(m.done, done)
	}
	return nil
}

// park has the previews lead nowhere, and waits until they do: they must not answer
// from what is about to have the traffic.
func (m *moving) park(ctx context.Context) error {
	for _, i := range m.changes {
		if preview := m.run.plan.Changes[i].Move.Preview; preview != nil {
			if err := m.run.applyPreview(ctx, preview); err != nil {
				return m.fail(i, fmt.Errorf("the preview cannot be led away: %w", err))
			}
		}
	}
	limit := min(endpointsTimeout, m.run.timeout(&m.run.plan.Changes[m.changes[0]]))
	parked, err := m.ends.await(ctx, limit, func() bool { return m.leading() < 0 })
	if i := m.leading(); err == nil && !parked && i >= 0 {
		return m.fail(i, fmt.Errorf("the preview still led to %s after %s", m.run.plan.Changes[i].Move.To, limit))
	}
	return err
}

// leading returns the first change whose preview leads anywhere still; -1: none.
func (m *moving) leading() int {
	for _, i := range m.changes {
		move := m.run.plan.Changes[i].Move
		if move.Preview != nil && readyOf(m.ends.of(move.App, move.Preview.GetName()), move.To) > 0 {
			return i
		}
	}
	return -1
}

// unpark gives the previews back what they led to. That is as good as it gets: a
// preview that leads nowhere is put right by the next plan.
func (m *moving) unpark(ctx context.Context) {
	for _, i := range m.changes {
		move := m.run.plan.Changes[i].Move
		if move.Preview == nil {
			continue
		}
		before := move.Preview.DeepCopy()
		_ = unstructured.SetNestedField(before.Object, move.To.Name, "spec", "selector", planner.LabelColor)
		_ = m.run.applyPreview(ctx, before)
	}
}

// applyPreview writes the Service in front of the idle color, which nobody else has a say in.
func (r *run) applyPreview(ctx context.Context, preview *unstructured.Unstructured) error {
	ctx, cancel := r.lock.writing(ctx)
	defer cancel()
	for i := range r.plan.Changes {
		if c := &r.plan.Changes[i]; c.Live != nil && c.ID == planner.IDOf(preview) {
			preview = pinned(preview, c.Live.UID, "")
		}
	}
	_, err := r.cluster.Apply(ctx, preview, true)
	return r.refusal(err)
}

// takeBack moves back what was moved before a change that could not be made.
func (m *moving) takeBack(ctx context.Context, because *planner.Change) {
	for _, done := range m.done {
		c := &m.run.plan.Changes[done.index]
		back := &MovedBackError{To: c.Move.From, Because: because.ID}
		if back.Err = m.run.writeBack(ctx, c, done); back.Err != nil {
			m.run.steps[done.index].Moved = &Moved{Move: *c.Move, At: done.at}
		}
		_ = m.fail(done.index, back)
	}
}

// writeMove makes a change that moves traffic by one compare-and-swap: only if the
// object still is what the plan saw, or has changed since in what does not matter here.
func (r *run) writeMove(ctx context.Context, c *planner.Change) (*moved, error) {
	ctx, cancel := r.lock.writing(ctx)
	defer cancel()
	force := r.opts.ForceConflicts || len(c.Drift) > 0
	object, err := r.swap(ctx, c, force, func(live *unstructured.Unstructured) error { return unmoved(c, live) })
	if err != nil {
		return nil, err
	}
	return &moved{object: object, at: time.Now()}, nil
}

// unmoved returns an error when the traffic of a Service is not any more where it is to
// be moved from.
func unmoved(c *planner.Change, live *unstructured.Unstructured) error {
	selector := selectorOf(live)
	if c.Role != planner.RoleService || maps.Equal(selector, fromSelector(c)) || isOurs(live, c) {
		return nil
	}
	return &ChangedError{What: "selects " + selector.String() + " now"}
}

// isOurs reports whether a Service selects what the change says because we wrote that: an
// answer that was lost on the way makes the second attempt meet what the first one did.
func isOurs(live *unstructured.Unstructured, c *planner.Change) bool {
	if !maps.Equal(selectorOf(live), selectorOf(c.Object)) {
		return false
	}
	for _, entry := range live.GetManagedFields() {
		if entry.FieldsV1 != nil && strings.Contains(entry.FieldsV1.GetRawString(), `"f:selector"`) && entry.Manager != planner.FieldManager {
			return false
		}
	}
	return true
}

// fromSelector returns what a Service selects as long as its traffic has not moved.
func fromSelector(c *planner.Change) labels.Set {
	if c.Move.Selector != nil {
		return c.Move.Selector
	}
	selector := maps.Clone(selectorOf(c.Object))
	delete(selector, planner.LabelColor)
	switch from := planner.Color(c.Move.From.Name); from {
	case planner.Blue, planner.Green:
		selector[planner.LabelColor] = string(from)
	}
	return selector
}

// writeBack undoes writeMove, as long as nobody else has moved on from there.
func (r *run) writeBack(ctx context.Context, c *planner.Change, done *moved) error {
	ctx, cancel := r.lock.writing(ctx)
	defer cancel()
	back := *c
	back.Object, back.Hold = r.before(c), nil
	back.Live = &planner.LiveRef{UID: done.object.GetUID(), ResourceVersion: done.object.GetResourceVersion()}
	_, err := r.swap(ctx, &back, false, func(live *unstructured.Unstructured) error {
		if c.Role == planner.RoleService && !isOurs(live, c) && !isOurs(live, &back) {
			return &ChangedError{What: "selects " + selectorOf(live).String() + " now"}
		}
		return nil
	})
	return err
}

// before returns what an object was before it moved traffic, or work: that of a worker is
// marked as that of the revision before.
func (r *run) before(c *planner.Change) *unstructured.Unstructured {
	before := c.Object.DeepCopy()
	if c.Role == planner.RoleService {
		selector := map[string]any{}
		for key, value := range fromSelector(c) {
			selector[key] = value
		}
		_ = unstructured.SetNestedMap(before.Object, selector, "spec", "selector")
		return before
	}
	annotations := before.GetAnnotations()
	if annotations == nil {
		annotations = map[string]string{}
	}
	annotations[planner.AnnotationActive] = strconv.Itoa(r.plan.Release.FromRevision)
	before.SetAnnotations(annotations)
	_ = unstructured.SetNestedField(before.Object, c.Move.From.Pods, "spec", "replicas")
	return before
}
