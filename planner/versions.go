package planner

import (
	"context"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

var (
	podKind        = schema.GroupVersionKind{Version: "v1", Kind: "Pod"}
	replicaSetKind = schema.GroupVersionKind{Group: "apps", Version: "v1", Kind: "ReplicaSet"}
	revisionKind   = schema.GroupVersionKind{Group: "apps", Version: "v1", Kind: "ControllerRevision"}
)

// sweepVersions decides about versions of configuration that are not desired: a
// version stays while a revision that can be rolled back to has it, and while
// something that runs uses it.
func (m *maker) sweepVersions(ctx context.Context, old []Item) error {
	if m.writes() {
		return m.sweepOutside(ctx, old, m.in.Prior.Revision+1)
	}
	// A plan that writes nothing makes no revision, so that nothing leaves the
	// window; but if something has to go, the delete itself makes one.
	retained, expired := m.window(old, m.in.Prior.Revision)
	if len(expired) == 0 {
		m.keepRetained(retained)
		return nil
	}
	kept := len(m.kept)
	if err := m.sweepOutside(ctx, old, m.in.Prior.Revision); err != nil || !m.writes() {
		return err
	}
	m.kept, m.deletes = m.kept[:kept], nil
	return m.sweepOutside(ctx, old, m.in.Prior.Revision+1)
}

// window splits the items by whether a revision retained beside revision to has them.
func (m *maker) window(old []Item, to int) (retained, expired []Item) {
	for _, item := range old {
		if item.LastRevision > to-m.in.HistoryLimit {
			retained = append(retained, item)
		} else {
			expired = append(expired, item)
		}
	}
	return retained, expired
}

func (m *maker) keepRetained(items []Item) {
	for _, item := range items {
		m.keep(item.ID, fmt.Sprintf("revision %d can be rolled back to", item.LastRevision))
	}
}

// sweepOutside keeps what the revisions retained beside revision to need, and
// deletes what nothing else needs.
func (m *maker) sweepOutside(ctx context.Context, old []Item, to int) error {
	retained, expired := m.window(old, to)
	m.keepRetained(retained)
	if len(expired) == 0 {
		return nil
	}
	users, err := m.users(ctx, expired)
	if err != nil {
		return err
	}
	for _, item := range expired {
		if user := users[item.ID]; user != "" {
			m.keep(item.ID, user)
		} else if u, ok := m.removable(item); ok {
			m.remove(u, "no retained revision needs it")
		}
	}
	return nil
}

// users tells for each item what still uses it, if anything does. What this plan
// changes or deletes does not count: its old pods are gone before the first
// delete.
func (m *maker) users(ctx context.Context, items []Item) (map[ObjectID]string, error) {
	users := map[ObjectID]string{}
	namespaces := make([]string, 0, 1)
	for _, item := range items {
		namespaces = append(namespaces, item.ID.Namespace)
	}
	for _, namespace := range unique(namespaces) {
		for _, kind := range []schema.GroupVersionKind{podKind, replicaSetKind, revisionKind} {
			if kind == revisionKind && len(m.unfinishedRevisions()) == 0 {
				continue
			}
			objects, err := m.reader.List(ctx, kind, namespace, LabelRelease+"="+m.in.Release)
			if apierrors.IsForbidden(err) {
				for _, item := range items {
					users[item.ID] = fmt.Sprintf("it could not be checked whether a %s uses it", kind.Kind)
				}
				continue
			}
			if err != nil {
				return nil, fmt.Errorf("cannot list %s in namespace %s: %w", kind.Kind, namespace, err)
			}
			m.countUsers(users, objects)
		}
	}
	return users, nil
}

func (m *maker) countUsers(users map[ObjectID]string, objects []*unstructured.Unstructured) {
	changing := m.changingApps()
	unfinished := m.unfinishedRevisions()
	for _, u := range objects {
		if changing[u.GetLabels()[LabelApp]] || !runs(u, unfinished) {
			continue
		}
		for id := range referencesOf(u) {
			users[id] = fmt.Sprintf("%s uses it", IDOf(u))
		}
	}
}

// runs reports whether an object has or may get running pods.
func runs(u *unstructured.Unstructured, unfinished map[string]bool) bool {
	switch u.GetKind() {
	case "Pod":
		phase, _, _ := unstructured.NestedString(u.Object, "status", "phase")
		return phase != "Succeeded" && phase != "Failed"
	case "ReplicaSet":
		return intOr(u, 1, "spec", "replicas") > 0
	}
	return unfinished[u.GetName()]
}

// unfinishedRevisions names the ControllerRevisions that StatefulSets still make
// pods of while they roll to another one.
func (m *maker) unfinishedRevisions() map[string]bool {
	names := map[string]bool{}
	for id, u := range m.live.objects {
		if id.Kind == "StatefulSet" && !oneRevision(u) {
			current, _, _ := unstructured.NestedString(u.Object, "status", "currentRevision")
			names[current] = true
		}
	}
	return names
}

// changingApps names the apps whose workload this plan changes or deletes.
func (m *maker) changingApps() map[string]bool {
	apps := map[string]bool{}
	for _, list := range [][]*Change{m.changes, m.deletes} {
		for _, c := range list {
			if c.Role != RoleWorkload || c.Action == NoOp {
				continue
			}
			if u := m.live.objects[c.ID]; u != nil {
				apps[u.GetLabels()[LabelApp]] = true
			}
		}
	}
	delete(apps, "")
	return apps
}
