package main

import (
	"context"
	"slices"
	"sync"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"stowage/applier"
	"stowage/cmd/stowage/view"
	"stowage/internal/release"
	"stowage/planner"
)

// state is what there is in the cluster of the objects that a release recorded.
type state struct {
	manifests []*unstructured.Unstructured // as they were recorded
	plan      *planner.Plan                // that would make them so again, Secrets excepted
	live      map[planner.ObjectID]*unstructured.Unstructured
}

// stateOf compares what a release recorded with what there is: a plan of just
// that tells health and drift.
func (s *session) stateOf(ctx context.Context, r recorded) (*state, error) {
	manifests, err := r.record.Objects()
	if err != nil {
		return nil, err
	}
	objects := withoutSecrets(manifests)
	live := &observer{Reader: s.client, objects: make(map[planner.ObjectID]*unstructured.Unstructured)}
	plan, err := planner.Make(ctx, planner.Input{
		Release:      s.release.Name,
		Namespace:    s.release.Namespace,
		HistoryLimit: s.release.HistoryLimit,
		Objects:      objects,
		Graph:        asRecorded(objects),
		Prior:        r.prior,
		Options:      planner.Options{AllowEmpty: true, ForceConflicts: true, Report: true},
	}, live)
	return &state{manifests: manifests, plan: plan, live: live.objects}, err
}

// inspect reads the state of a release.
func inspect(ctx context.Context, s *session) (view.Status, error) {
	status := view.Status{Target: s.target, Release: s.release.Name, Objects: []view.StatusObject{}}
	recorded, err := s.read(ctx)
	status.Warnings = recorded.warnings
	if err != nil || recorded.record == nil {
		return status, err
	}
	record := recorded.record
	status.Target = s.targetOf(record)
	state, err := s.stateOf(ctx, recorded)
	if err != nil {
		return status, err
	}
	pending, unknown := s.pendingWith(ctx, record, state)
	status.Revision = statusRevisionOf(record, pending)
	pods, err := podsOf(ctx, s)
	status.Warnings = slices.Concat(status.Warnings, unknown, state.plan.Warnings, s.notices.take())
	switch {
	case apierrors.IsForbidden(err): // the objects are still worth showing
		status.Warnings = append(status.Warnings, planner.Warning{Summary: "The pods could not be read", Detail: err.Error()})
	case err != nil:
		return status, err
	}
	if status.Rollouts, err = rolloutsOf(ctx, s, state); err != nil {
		return status, err
	}
	for _, manifest := range state.manifests {
		status.Objects = append(status.Objects, statusOf(manifest, state, pods))
	}
	return status, nil
}

// rolloutsOf reads where the apps stand whose versions run side by side. A release
// without such apps costs no request.
func rolloutsOf(ctx context.Context, s *session, state *state) ([]planner.AppRollout, error) {
	sideBySide := func(u *unstructured.Unstructured) bool { return u.GetAnnotations()[planner.AnnotationRollout] != "" }
	if !slices.ContainsFunc(state.manifests, sideBySide) {
		return nil, nil
	}
	return planner.ReadRollouts(ctx, s.client, s.release.Name, s.release.Namespace)
}

func statusRevisionOf(record *release.Record, pending *view.Pending) *view.StatusRevision {
	return &view.StatusRevision{
		Number:   record.Revision,
		Status:   string(record.Status),
		Started:  record.Started,
		Finished: record.Finished,
		Who:      record.Who,
		Messages: messagesOf(record),
		Pending:  pending,
	}
}

// messagesOf returns what went wrong in a revision, one statement each. What
// failed in one that was found healthy later is history.
func messagesOf(record *release.Record) []string {
	if record.Status == release.Deployed {
		return nil
	}
	var messages []string
	for _, change := range record.Changes {
		if change.Status == string(applier.Failed) {
			messages = append(messages, planner.ObjectID(change.ObjectRef).String()+": "+change.Message)
		}
	}
	return append(messages, record.Messages...)
}

// withoutSecrets returns the recorded objects that can be compared with the
// cluster: all but Secrets, whose values are recorded nowhere.
func withoutSecrets(manifests []*unstructured.Unstructured) []planner.Object {
	var objects []planner.Object
	for _, manifest := range manifests {
		if id := planner.IDOf(manifest); !id.IsSecret() {
			objects = append(objects, planner.Object{ID: id, Manifest: manifest})
		}
	}
	return objects
}

// asRecorded is the order of objects that were in order when they were
// recorded.
type asRecorded []planner.Object

// Order returns the objects as they were recorded.
func (o asRecorded) Order() []planner.Object { return o }

// Needs returns nothing: nobody waits for anything.
func (o asRecorded) Needs(planner.ObjectID) []planner.Need { return nil }

// observer remembers the live objects that planning reads.
type observer struct {
	planner.Reader
	mu      sync.Mutex
	objects map[planner.ObjectID]*unstructured.Unstructured
}

// List lists, and remembers.
func (o *observer) List(ctx context.Context, kind schema.GroupVersionKind, namespace, selector string) ([]*unstructured.Unstructured, error) {
	objects, err := o.Reader.List(ctx, kind, namespace, selector)
	o.remember(objects...)
	return objects, err
}

// Get gets, and remembers.
func (o *observer) Get(ctx context.Context, kind schema.GroupVersionKind, namespace, name string) (*unstructured.Unstructured, error) {
	object, err := o.Reader.Get(ctx, kind, namespace, name)
	if err == nil {
		o.remember(object)
	}
	return object, err
}

func (o *observer) remember(objects ...*unstructured.Unstructured) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, object := range objects {
		o.objects[planner.IDOf(object)] = object
	}
}

// statusOf returns the state of one recorded object.
func statusOf(manifest *unstructured.Unstructured, state *state, pods map[sideLabels][]view.StatusPod) view.StatusObject {
	labels := manifest.GetLabels()
	object := view.StatusObject{
		ID:      planner.IDOf(manifest),
		App:     labels[planner.LabelApp],
		Version: labels[planner.LabelVersion],
		Health:  planner.Health{Condition: planner.NotFound},
	}
	if found := state.live[object.ID]; found != nil {
		object.Health = planner.HealthOf(found)
	}
	for i := range state.plan.Changes {
		c := &state.plan.Changes[i]
		if c.ID != object.ID {
			continue
		}
		object.Drift = c.Drift
		if c.Ran && object.Health.Condition == planner.NotFound {
			object.Health = planner.Health{Condition: planner.Current, Message: "has run"}
		}
	}
	if _, isWorkload, _ := unstructured.NestedMap(manifest.Object, "spec", "template"); isWorkload {
		object.Pods = pods[sideLabelsOf(labels)]
	}
	return object
}
