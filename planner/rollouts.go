package planner

import (
	"context"
	"fmt"
	"slices"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"stowage/dsl"
)

var (
	deploymentKind = schema.GroupVersionKind{Group: "apps", Version: "v1", Kind: "Deployment"}
	serviceKind    = schema.GroupVersionKind{Version: "v1", Kind: "Service"}
	autoscalerKind = schema.GroupVersionKind{Group: "autoscaling", Version: "v2", Kind: "HorizontalPodAutoscaler"}
)

// ReadRollouts tells where each app of a release whose versions run side by side stands
// in the cluster, sorted by name: one LIST for each kind. Without the right to list
// pods and EndpointSlices it is not known who has which share of the endpoints.
func ReadRollouts(ctx context.Context, r Reader, release, namespace string) ([]AppRollout, error) {
	kinds := []schema.GroupVersionKind{deploymentKind, serviceKind, autoscalerKind}
	scopes := make([]scope, len(kinds))
	for i, kind := range kinds {
		scopes[i] = scope{kind, namespace}
	}
	live, err := readLive(ctx, r, release, namespace, scopes, nil)
	if err != nil {
		return nil, err
	}
	if err := live.unreadable[groupScope{deploymentKind.GroupKind(), namespace}]; err != nil {
		return nil, fmt.Errorf("cannot list Deployments in namespace %s: %w", namespace, err)
	}
	names := appsSideBySide(live.objects)
	if len(names) == 0 {
		return nil, nil
	}
	seen, err := readCrowd(ctx, r, release, namespace)
	if apierrors.IsForbidden(err) {
		seen, err = &crowd{}, nil
	}
	if err != nil {
		return nil, err
	}
	rollouts := make([]AppRollout, len(names))
	for i, name := range names {
		if rollouts[i], err = sidesOf(name, live.objects).state(seen); err != nil {
			return nil, err
		}
	}
	return rollouts, nil
}

// appsSideBySide names the apps that have Deployments with versions side by side.
func appsSideBySide(objects map[ObjectID]*unstructured.Unstructured) []string {
	var names []string
	for id, u := range objects {
		if app := u.GetLabels()[LabelApp]; app != "" && isDeployment(id) && isSide(u) {
			names = append(names, app)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// isSide reports whether a live Deployment has one of the versions of an app that run
// side by side.
func isSide(u *unstructured.Unstructured) bool { return u.GetAnnotations()[AnnotationRollout] != "" }

// rollout returns that of what was deployed last; nil when the versions do not run side
// by side. While a strategy changes, the Service tells which one still has the traffic.
func (s *sides) rollout() (*Rollout, error) {
	order := []*unstructured.Unstructured{s.colors[s.newest()], s.canary, s.plain}
	if s.service != nil && colorOf(s.service) == "" {
		order = []*unstructured.Unstructured{s.canary, s.plain, s.colors[s.newest()]}
	}
	for _, u := range append(order, s.colors[Blue], s.colors[Green]) {
		if u == nil {
			continue
		}
		if r, err := rolloutOf(u); r != nil || err != nil {
			return r, at(u, err)
		}
	}
	return nil, nil
}

// at says which object an error is about.
func at(u *unstructured.Unstructured, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", IDOf(u), err)
}

// state describes where the app stands.
func (s *sides) state(crowd *crowd) (AppRollout, error) {
	r, err := s.rollout()
	if err != nil {
		return AppRollout{}, err
	}
	state := AppRollout{App: s.app, Strategy: r.Strategy, Worker: r.Worker}
	if r.Strategy == dsl.Canary {
		s.canaryState(&state, r)
	} else {
		s.colorState(&state)
	}
	if s.service == nil {
		return state, nil
	}
	for i := range state.Sides {
		state.Sides[i].Endpoints = crowd.endpointsOf(s.service, s.podsOf(state.Sides[i].Name))
	}
	return state, nil
}

func (s *sides) colorState(state *AppRollout) {
	for _, color := range []Color{Blue, Green} {
		if u := s.colors[color]; u != nil {
			state.Sides = append(state.Sides, sideOf(string(color), u))
		}
	}
	state.Active, state.Newest = string(s.active()), string(s.newest())
	state.Unfinished = s.active() != "" && s.unfinished()
}

// unfinished reports whether something has not followed the traffic.
func (s *sides) unfinished() bool {
	active := s.active()
	switch {
	case s.preview != nil && selectedColor(s.preview) != string(active.Other()):
		return true
	case s.autoscaler != nil && s.colors[active] != nil && scaledBy(s.autoscaler) != IDOf(s.colors[active]):
		return true
	}
	return s.service == nil && s.mark(active.Other(), AnnotationActive) > 0
}

// The names of the sides of an app with a canary.
const (
	sideStable = "stable"
	sideCanary = "canary"
)

func (s *sides) canaryState(state *AppRollout, r *Rollout) {
	state.Steps = r.Steps
	if s.plain != nil {
		state.Sides = append(state.Sides, sideOf(sideStable, s.plain))
		state.Active, state.Newest = sideStable, sideStable
	}
	if s.canary != nil {
		state.Sides = append(state.Sides, sideOf(sideCanary, s.canary))
		state.Newest = sideCanary
		state.Weight = weightOn(s.canary)
	}
}

// podsOf tells which pods are those of a side.
func (s *sides) podsOf(side string) func(pod *unstructured.Unstructured) bool {
	return func(pod *unstructured.Unstructured) bool {
		labels := pod.GetLabels()
		if labels[LabelApp] != s.app {
			return false
		}
		switch side {
		case sideStable:
			return labels[LabelColor] == "" && labels[LabelTrack] == ""
		case sideCanary:
			return labels[LabelTrack] == TrackCanary
		}
		return labels[LabelColor] == side
	}
}
