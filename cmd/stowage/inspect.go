package main

import (
	"context"
	"slices"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

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

// stateOf compares what a release recorded with what there is: a plan of just that tells
// which of it is done.
func (s *session) stateOf(ctx context.Context, r recorded) (*state, error) {
	return s.stateWith(ctx, r, newObserver(s.client))
}

func (s *session) stateWith(ctx context.Context, r recorded, live *observer) (*state, error) {
	manifests, err := r.record.Objects()
	if err != nil {
		return nil, err
	}
	objects := withoutSecrets(manifests)
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
	status.Target = s.targetOf(recorded.record)
	live := newObserver(s.client)
	manifests, err := s.inspectRevision(ctx, &status, recorded, live)
	if err != nil {
		return status, err
	}
	drift, err := s.drift(ctx, recorded, live)
	if err != nil {
		return status, err
	}
	status.Drift = view.DriftOf(drift)
	pods, err := podsOf(ctx, s, manifests)
	status.Warnings = slices.Concat(status.Warnings, s.notices.take())
	switch {
	case apierrors.IsForbidden(err): // the objects are still worth showing
		status.Warnings = append(status.Warnings, planner.Warning{Summary: "The pods could not be read", Detail: err.Error()})
	case err != nil:
		return status, err
	}
	if status.Rollouts, err = rolloutsOf(ctx, s, manifests); err != nil {
		return status, err
	}
	for _, manifest := range manifests {
		status.Objects = append(status.Objects, s.statusOf(manifest, recorded, live, pods))
	}
	return status, nil
}

// inspectRevision tells of the newest revision, and returns its objects. Of one whose run
// has not recorded a good end, what it was to make is looked at as well.
func (s *session) inspectRevision(
	ctx context.Context, status *view.Status, r recorded, live *observer,
) ([]*unstructured.Unstructured, error) {
	if r.record.Status == release.Deployed {
		status.Revision = statusRevisionOf(r.record, nil)
		return r.record.Objects()
	}
	state, err := s.stateWith(ctx, r, live)
	if err != nil {
		return nil, err
	}
	pending, unknown := s.pendingWith(ctx, r.record, state)
	status.Revision = statusRevisionOf(r.record, pending)
	status.Warnings = slices.Concat(status.Warnings, unknown, state.plan.Warnings)
	return state.manifests, nil
}

// rolloutsOf reads where the apps stand whose versions run side by side. A release
// without such apps costs no request.
func rolloutsOf(ctx context.Context, s *session, manifests []*unstructured.Unstructured) ([]planner.AppRollout, error) {
	sideBySide := func(u *unstructured.Unstructured) bool { return u.GetAnnotations()[planner.AnnotationRollout] != "" }
	if !slices.ContainsFunc(manifests, sideBySide) {
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

// statusOf returns the state of one recorded object.
func (s *session) statusOf(
	manifest *unstructured.Unstructured, r recorded, live *observer, pods map[podOwner][]view.StatusPod,
) view.StatusObject {
	labels := manifest.GetLabels()
	object := view.StatusObject{
		ID:      planner.IDOf(manifest),
		App:     labels[planner.LabelApp],
		Version: labels[planner.LabelVersion],
		Health:  planner.Health{Condition: planner.NotFound},
	}
	if found := live.objects[object.ID]; found != nil {
		object.Health = planner.HealthOf(found)
	} else if r.prior.HasRun(object.ID) {
		object.Health = planner.Health{Condition: planner.Current, Message: "has run"}
	}
	if isWorkload(manifest) {
		object.Pods = pods[s.ownerFor(manifest)]
	}
	return object
}
