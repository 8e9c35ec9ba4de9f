package planner

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"golang.org/x/sync/errgroup"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// sweep decides about all that the release has and the configuration has not
// (any more). What may still be needed, holds data, or is not surely ours is
// kept, with the reason.
func (m *maker) sweep(ctx context.Context) error {
	leftovers := m.withinTarget(m.leftovers())
	m.succeedJobs()
	if err := m.findUnlisted(ctx, leftovers); err != nil {
		return err
	}
	var old []Item
	users := m.desiredUsers(leftovers)
	for _, item := range leftovers {
		if item.DataVersion != nil && !m.in.Options.Destroy && !m.protects(item) {
			old = append(old, item)
			continue
		}
		u, ok := m.removable(item)
		switch {
		case !ok:
		case users[item.ID] != "":
			m.keep(item.ID, users[item.ID])
		default:
			m.remove(u, m.leftReason(item.ID))
		}
	}
	if err := m.sweepVersions(ctx, old); err != nil {
		return err
	}
	m.reportStrays()
	if err := m.sweepClaims(ctx); err != nil {
		return err
	}
	return m.orderDeletes()
}

// leftovers returns the inventory's items that are not desired.
func (m *maker) leftovers() []Item {
	var items []Item
	for _, item := range m.in.Prior.Inventory {
		if _, ok := m.desired[item.ID]; !ok {
			items = append(items, item)
		}
	}
	return items
}

// findUnlisted reads the items that no LIST showed: they are gone, or somebody
// took the release's label away, which makes them no less ours.
func (m *maker) findUnlisted(ctx context.Context, items []Item) error {
	missing := slices.DeleteFunc(slices.Clone(items), func(item Item) bool {
		return m.live.object(item.ID) != nil || m.live.unreadableErr(item.ID) != nil || m.live.namespaceMissing(item.ID)
	})
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(parallelism)
	for _, item := range missing {
		kind := schema.GroupVersionKind{Group: item.ID.Group, Version: item.Version, Kind: item.ID.Kind}
		group.Go(func() error {
			u, err := m.reader.Get(ctx, kind, item.ID.Namespace, item.ID.Name)
			m.mu.Lock()
			defer m.mu.Unlock()
			return m.live.addOne(item.ID, u, err)
		})
	}
	return group.Wait()
}

// removable returns the live object of an item that may be deleted. Otherwise it
// is gone, or it is noted why it stays.
func (m *maker) removable(item Item) (*unstructured.Unstructured, bool) {
	if err := m.live.unreadableErr(item.ID); err != nil {
		m.keep(item.ID, "it could not be read")
		m.warn(Warning{
			Summary: fmt.Sprintf("%s could not be read and is left alone", item.ID),
			Detail:  m.secret.Text(err.Error()),
		})
		return nil, false
	}
	u := m.live.object(item.ID)
	// What is being deleted already takes no plan, but a release is not destroyed
	// before it is gone.
	if u == nil || u.GetDeletionTimestamp() != nil && !m.in.Options.Destroy {
		return nil, false
	}
	if why := m.notTheSame(item, u); why != "" {
		m.keep(item.ID, why)
		m.warn(Warning{Summary: fmt.Sprintf("%s is left alone: %s", item.ID, why)})
		return nil, false
	}
	if why := cmp.Or(m.givenBack(item), m.guarded(item.ID)); why != "" {
		m.keep(item.ID, why)
		return nil, false
	}
	if m.protects(item) {
		m.spare(item)
		return nil, false
	}
	return u, true
}

// notTheSame says why a live object is not the one that the release made. An
// item without a UID was about to be made when its run was interrupted.
func (m *maker) notTheSame(item Item, u *unstructured.Unstructured) string {
	switch {
	case item.UID != "" && item.UID != string(u.GetUID()):
		return "somebody made it anew after the release had made it"
	case item.UID == "" && ownTree(u) == nil:
		return "it is not sure that the release made it"
	case item.UID != "" && item.ID.Kind == claimKind.Kind:
		return "" // made from a template by a controller, and recorded when it was to be deleted
	case !m.isOurs(u):
		return "it belongs to " + ownerOf(u)
	}
	return ""
}

// guarded says why an object may not be deleted without an explicit permission.
func (m *maker) guarded(id ObjectID) string {
	switch {
	case isVolume(id) && !m.in.Options.DeleteData:
		return "it holds data; --delete-data deletes it"
	case isDefinition(id) && !m.in.Options.DeleteData:
		return "deleting it would delete all its custom resources; --delete-data does"
	case id.Group != "":
		return ""
	case id.Kind == claimKind.Kind && !m.in.Options.DeleteData:
		return "it holds data; --delete-data deletes it"
	case id.Kind == namespaceKind.Kind && !m.in.Options.DeleteNamespace:
		return "deleting it would delete all that is in it; --delete-namespace does"
	}
	return ""
}

func (m *maker) keep(id ObjectID, reason string) {
	m.kept = append(m.kept, Kept{ID: id, Reason: reason})
}

// remove plans the delete of a live object.
func (m *maker) remove(u *unstructured.Unstructured, reason string) {
	if m.in.Options.Destroy {
		reason = "the release is destroyed"
	}
	if takesClaims(u, "whenDeleted") && !m.in.Options.DeleteData {
		m.fail(&ObjectError{
			ID: IDOf(u), Err: errors.New("DATA: refused: its claims would be deleted with it, as their retention policy says"),
			Hint: "--delete-data gives up what they hold; to keep them, apply claim_retention { when_deleted = \"Retain\" } first",
		})
	}
	c := &Change{
		ID: IDOf(u), Action: Delete, Reason: reason,
		Address: m.blockOf(u), App: labelOf(u, LabelApp), Role: roleOf(u), Unchecked: "deletes are not dry-run",
	}
	c.affects(deleteImpact(u))
	c.baseOn(u)
	c.Health = nil
	m.deletes = append(m.deletes, c)
}

func roleOf(u *unstructured.Unstructured) Role {
	switch u.GetKind() {
	case "Namespace":
		return RoleNamespace
	case "ConfigMap", "Secret":
		return RoleData
	case "PersistentVolumeClaim":
		return RoleClaim
	case "Service":
		return RoleService
	case "HorizontalPodAutoscaler":
		return RoleAutoscaler
	case "PodDisruptionBudget":
		return RoleBudget
	case "ServiceAccount", "Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding":
		return RoleAccess
	case "Ingress", "HTTPRoute":
		return RoleRoute
	}
	switch {
	case u.GetLabels()[LabelCheck] != "":
		return RoleCheck
	case podSpecOf(u) != nil:
		return RoleWorkload
	}
	return ""
}

// reportStrays tells of live objects that have our label but are in no record:
// they are not ours to delete.
func (m *maker) reportStrays() {
	known := make(map[ObjectID]bool, len(m.in.Prior.Inventory))
	for _, item := range m.in.Prior.Inventory {
		known[item.ID] = true
	}
	var strays []ObjectID
	for id := range maps.Keys(m.live.objects) {
		if _, desired := m.desired[id]; !desired && !known[id] {
			strays = append(strays, id)
		}
	}
	slices.SortFunc(strays, compareIDs)
	for _, id := range strays {
		m.keep(id, "it has the release's label but is not in its record")
	}
}
