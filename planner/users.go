package planner

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"golang.org/x/sync/errgroup"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// The kinds whose objects use configuration and are made by controllers.
var (
	podKind        = schema.GroupVersionKind{Version: "v1", Kind: "Pod"}
	replicaSetKind = schema.GroupVersionKind{Group: "apps", Version: "v1", Kind: "ReplicaSet"}
	revisionKind   = schema.GroupVersionKind{Group: "apps", Version: "v1", Kind: "ControllerRevision"}
	jobKind        = schema.GroupVersionKind{Group: "batch", Version: "v1", Kind: "Job"}
)

// users are what uses objects, in words, by the object that is used. The first
// to be found is said.
type users map[ObjectID]string

func (u users) add(user *unstructured.Unstructured) {
	for id := range referencesOf(user) {
		u[id] = cmp.Or(u[id], fmt.Sprintf("%s uses it", IDOf(user)))
	}
}

// desiredUsers tells which desired object uses each of the items, if one does: a
// manifest may name what another block, or nobody, has made.
func (m *maker) desiredUsers(items []Item) users {
	found := users{}
	if len(items) > 0 {
		for _, o := range m.in.Objects {
			found.add(o.Manifest)
		}
	}
	return found
}

// users tells for each item what still uses it once the plan is carried out, if
// anything does.
func (m *maker) users(ctx context.Context, items []Item) (users, error) {
	found := m.desiredUsers(items)
	workloads := m.workloads()
	for _, w := range workloads {
		if !w.goes {
			found.add(w.after)
		}
	}
	namespaces := make([]string, 0, 1)
	for _, item := range items {
		namespaces = append(namespaces, item.ID.Namespace)
	}
	for _, namespace := range unique(namespaces) {
		made, err := m.madeByControllers(ctx, namespace)
		if err != nil {
			return nil, err
		}
		for _, item := range items {
			if why := made.unknown; why != "" && item.ID.Namespace == namespace {
				found[item.ID] = cmp.Or(found[item.ID], why)
			}
		}
		for _, u := range workloads.users(made, m.in.HistoryLimit) {
			found.add(u)
		}
	}
	return found, nil
}

// made are the objects of controllers in one namespace.
type made struct {
	pods, sets, revisions, jobs []*unstructured.Unstructured
	unknown                     string // what could not be listed, in words
}

// usersOfData are the kinds that controllers make and that use configuration, with the
// kinds of the workloads that they are made for; nil: any.
var usersOfData = []struct {
	kind schema.GroupVersionKind
	of   []string
	in   func(*made) *[]*unstructured.Unstructured
}{
	{podKind, nil, func(m *made) *[]*unstructured.Unstructured { return &m.pods }},
	{replicaSetKind, []string{"Deployment"}, func(m *made) *[]*unstructured.Unstructured { return &m.sets }},
	{revisionKind, []string{"StatefulSet", "DaemonSet"}, func(m *made) *[]*unstructured.Unstructured { return &m.revisions }},
	{jobKind, []string{"Job", "CronJob"}, func(m *made) *[]*unstructured.Unstructured { return &m.jobs }},
}

// madeByControllers lists what uses configuration, as far as the release has
// workloads that it can belong to. Without the right to list there is no telling
// what is used.
func (m *maker) madeByControllers(ctx context.Context, namespace string) (made, error) {
	var found made
	selector := m.selectorOfPods(namespace)
	group, ctx := errgroup.WithContext(ctx)
	for _, list := range usersOfData {
		if list.of != nil && !m.mayHave(list.of) {
			continue
		}
		group.Go(func() error {
			objects, err := m.reader.List(ctx, list.kind, namespace, selector)
			switch {
			case apierrors.IsForbidden(err):
				m.mu.Lock()
				defer m.mu.Unlock()
				found.unknown = fmt.Sprintf("it could not be checked whether a %s uses it", list.kind.Kind)
			case err != nil:
				return fmt.Errorf("cannot list %s in namespace %s: %w", list.kind.Kind, namespace, err)
			}
			*list.in(&found) = objects
			return nil
		})
	}
	err := group.Wait()
	return found, err
}

// selectorOfPods returns the labels of what controllers have made for the release in a
// namespace: none where workloads give their pods other labels than the release's. What
// belongs to nobody we know counts as well then, if it uses something of ours.
func (m *maker) selectorOfPods(namespace string) string {
	for _, objects := range []map[ObjectID]*unstructured.Unstructured{m.live.objects, m.foreseen} {
		for id, u := range objects {
			if id.Namespace == namespace && podSpecOf(u) != nil && !LabelsPods(u, m.in.Release) {
				return ""
			}
		}
	}
	return LabelRelease + "=" + m.in.Release
}

// mayHave reports whether the release has objects of one of the kinds, or that
// is not known.
func (m *maker) mayHave(kinds []string) bool {
	for _, objects := range []map[ObjectID]*unstructured.Unstructured{m.live.objects, m.foreseen} {
		for id := range objects {
			if slices.Contains(kinds, id.Kind) {
				return true
			}
		}
	}
	for scope := range m.live.unreadable {
		if slices.Contains(kinds, scope.kind.Kind) {
			return true
		}
	}
	return false
}
