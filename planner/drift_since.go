package planner

import (
	"context"
	"fmt"
	"slices"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// Since is what drift is told against: a revision as it was recorded.
type Since struct {
	Release   string
	Namespace string
	From      *Recording
	Newest    *Prior // the newest revision, which need not be From
	// Leaving are the objects that the newest revision was to delete or to make anew,
	// when it is not From: that they are gone is its own work.
	Leaving []ObjectID
}

// Drift tells what somebody else has changed since a revision was applied: fields that
// stowage had set, and objects that are gone. The plan that it returns is what would undo
// that, and is not meant to be carried out: the revision is not read from a configuration.
//
// What nobody of stowage's has set is no drift, nor is status, a number of pods that an
// autoscaler chooses, a field that is left to others (ignore_changes), a Job that has run,
// or an object that is not ready. It reads one LIST for each kind, and one more object for
// each that is missing; nothing is dry-run, so that it takes no right to write.
func Drift(ctx context.Context, since Since, r Reader) (*Plan, error) {
	from, err := since.From.whole()
	if err != nil {
		return nil, fmt.Errorf("revision %d: %w", since.From.Revision, err)
	}
	m, err := newMaker(&Input{
		Release: since.Release, Namespace: since.Namespace, Objects: from.objects, Graph: from, Prior: since.Newest,
	}, r)
	if err != nil {
		return nil, err
	}
	// What left the release before is not looked at, so its kinds are not listed.
	scopes, namespaces := scopesOf(&Input{Namespace: since.Namespace, Objects: from.objects})
	if m.live, err = readLive(ctx, r, since.Release, since.Namespace, scopes, namespaces); err != nil {
		return nil, err
	}
	m.secret = newRedactor(from.objects, m.live.objects)
	m.scaling = scalingOf(from.objects, m.in.Prior.Objects)
	p := &Plan{Release: ReleaseInfo{
		Name: since.Release, Namespace: since.Namespace, FromRevision: m.in.Prior.Revision, ToRevision: m.in.Prior.Revision,
		Interrupted: m.in.Prior.Interrupted, DriftSince: from.Revision,
	}}
	for _, o := range from.Order() {
		change, err := m.driftOf(ctx, o, &since)
		if err != nil {
			return nil, err
		}
		p.Changes = append(p.Changes, *change)
	}
	return p, nil
}

// driftOf compares one object with what was recorded of it.
func (m *maker) driftOf(ctx context.Context, o Object, since *Since) (*Change, error) {
	c := &Change{
		ID: o.ID, Action: NoOp, Address: o.Address, App: appOf(o), Role: o.Role, Origin: o.Origin,
		Version: o.Version, Object: o.Manifest,
	}
	was, err := m.find(ctx, o)
	if err != nil {
		return nil, err
	}
	unread := m.live.unreadableErr(o.ID)
	switch {
	case was == nil && unread != nil:
		c.Unchecked = "cannot be read: " + m.secret.Text(unread.Error())
	case was == nil && m.wasThere(o, since):
		c.Action, c.Reason = Create, "is not there any more"
	case was == nil, isImplied(o) && !m.isOurs(was):
	case !m.isOurs(was):
		c.Action, c.Reason = Replace, "is not what was applied any more, and belongs to "+ownerOf(was)
	default:
		c.baseOn(was)
		c.Health = nil // that something is not ready is no drift
		m.driftOfOurs(o, c, was)
	}
	return c, nil
}

// driftOfOurs compares a live object of the release with what was recorded of it.
func (m *maker) driftOfOurs(o Object, c *Change, was *unstructured.Unstructured) {
	switch {
	case was.GetDeletionTimestamp() != nil:
		c.Action, c.Reason = Replace, "is being deleted"
	case !runsOnce(o.Manifest):
		m.driftedFields(o, c, was)
	}
}

// find returns the live object; nil when it is not there, or cannot be read. One that no
// LIST shows may have lost its label.
func (m *maker) find(ctx context.Context, o Object) (*unstructured.Unstructured, error) {
	known := m.live.object(o.ID) != nil || m.live.unreadableErr(o.ID) != nil || m.live.namespaceMissing(o.ID)
	if known || o.ID.Kind == namespaceKind.Kind && o.ID.Group == "" {
		return m.live.object(o.ID), nil
	}
	was, err := m.reader.Get(ctx, o.Manifest.GroupVersionKind(), o.ID.Namespace, o.ID.Name)
	if err := m.live.addOne(o.ID, was, err); err != nil {
		return nil, err
	}
	return m.live.object(o.ID), nil
}

// wasThere reports whether an object that is gone was there, and was to stay: a Job that
// has run may go, and what the newest revision took away is not missed.
func (m *maker) wasThere(o Object, since *Since) bool {
	if runsOnce(o.Manifest) || slices.Contains(since.Leaving, o.ID) {
		return false
	}
	return slices.ContainsFunc(m.in.Prior.Inventory, func(item Item) bool { return item.ID == o.ID && item.UID != "" })
}

// driftedFields fills in which fields of an object are not as they were recorded, and who
// changed them.
func (m *maker) driftedFields(o Object, c *Change, was *unstructured.Unstructured) {
	want, values := withOwnValues(ignoring(o.Manifest, was), was)
	if len(values) == 0 && unchangedInOrder(was, want) {
		return // and no schema is needed to tell
	}
	result, err := mergeLocally(was, inLiveOrder(want, was))
	if err != nil {
		c.Unchecked = "cannot be compared: " + m.secret.Text(err.Error())
		return
	}
	own := ownTree(was)
	free := m.choosesPods(o)
	changes := slices.DeleteFunc(diffObjects(was, result), func(ch fieldChange) bool {
		// What stowage still owns has the value that it gave, however the server spells it.
		return owns(own, ch.path) || free && ch.path.String() == replicasPath.String()
	})
	prior := m.in.Prior
	trusted := !prior.Failed && !prior.Interrupted
	drift, _ := contested(changes, was, want, want, trusted)
	drift = append(drift, values...)
	if len(drift) == 0 {
		return
	}
	c.Action, c.Drift = Update, m.secret.shownOwners(o.ID, drift)
	c.Diff = m.secret.shown(o.ID, slices.DeleteFunc(changes, func(ch fieldChange) bool {
		return !slices.ContainsFunc(drift, func(d fieldOwner) bool { return d.path.String() == ch.path.String() })
	}))
	c.Reason = reasonOf(c, nil)
}

// choosesPods reports whether the number of pods of a workload is somebody else's choice:
// an autoscaler's, or, of versions side by side that declare none, anybody's.
func (m *maker) choosesPods(o Object) bool {
	r, err := rolloutOf(o.Manifest)
	return m.scaling.now[o.ID] || err == nil && r != nil && r.Replicas == nil
}

// withOwnValues gives the recorded manifest of a Secret, which has no values, those that
// stowage has set, and returns the keys that somebody else has: of a value no more is known
// than whose it is. Other objects are returned as they are.
func withOwnValues(manifest, live *unstructured.Unstructured) (*unstructured.Unstructured, []fieldOwner) {
	if !lacksValues(manifest) {
		return manifest, nil
	}
	var changed []fieldOwner
	data, _ := live.Object["data"].(map[string]any)
	kept := map[string]any{}
	for _, field := range secretFields {
		keys, _ := manifest.Object[field].(map[string]any)
		for _, key := range unionKeys(keys, nil) {
			at := path{{field: "data"}, {field: key}} // where the server keeps text too
			if value, there := data[key]; there && owns(ownTree(live), at) {
				kept[key] = value
			} else {
				changed = append(changed, lastOwner(live, at))
			}
		}
	}
	filled := &unstructured.Unstructured{Object: overlaid(manifest.Object, map[string]any{"data": kept})}
	delete(filled.Object, "stringData")
	if len(kept) == 0 {
		delete(filled.Object, "data")
	}
	return filled, changed
}

// lastOwner returns who has set a field of a live object; whoever took it away is unknown.
func lastOwner(live *unstructured.Unstructured, at path) fieldOwner {
	owner := fieldOwner{path: at, manager: unknownManager}
	for _, o := range ownershipsOf(live) {
		if o.subresource != "status" && owns(o.tree, at) && !o.time.Before(owner.time) {
			owner.manager, owner.time = o.manager, o.time
		}
	}
	return owner
}

// Unchecked returns how many objects that the plan leaves as they are could not be
// compared.
func (p *Plan) Unchecked() int {
	n := 0
	for i := range p.Changes {
		if c := &p.Changes[i]; c.Action == NoOp && c.Unchecked != "" {
			n++
		}
	}
	return n
}
