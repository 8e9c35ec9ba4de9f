package planner

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// restore makes the objects of a recording whole, and makes sure that what they
// refer to is there. All that is missing is one error each, before anything else
// is asked: a rollback that cannot end well is not begun.
func (m *maker) restore(ctx context.Context) error {
	if m.way.target == nil {
		return nil
	}
	needed := m.neededFromCluster()
	there, err := m.fetch(ctx, needed)
	if err != nil {
		return err
	}
	objects := slices.Clone(m.in.Objects)
	for i, o := range objects {
		if lacksValues(o.Manifest) {
			objects[i] = m.fillIn(o, there[o.ID])
			continue
		}
		objects[i] = m.keepSizes(o)
	}
	m.checkUses(there)
	target, err := m.orderCanaries(m.way.target.with(objects))
	if err != nil {
		return err
	}
	m.setTarget(target.objects, target)
	return joined(m.errs)
}

// neededFromCluster lists the Secrets whose values are nowhere else, and what
// pods refer to and the recording does not have.
func (m *maker) neededFromCluster() []ObjectID {
	var needed []ObjectID
	for _, o := range m.in.Objects {
		if lacksValues(o.Manifest) {
			needed = append(needed, o.ID)
		}
		if !m.way.back[o.ID] || runsOnce(o.Manifest) { // going back runs no Job
			continue
		}
		for id := range referencesOf(o.Manifest) {
			if _, recorded := m.desired[id]; !recorded {
				needed = append(needed, id)
			}
		}
	}
	needed = unique(needed)
	slices.SortFunc(needed, compareIDs)
	return needed
}

// finding is what is known of an object that a recording needs.
type finding struct {
	object *unstructured.Unstructured // nil: there is none, or err
	err    error                      // why it could not be read
}

// fetch finds the objects, those that no LIST showed one by one.
func (m *maker) fetch(ctx context.Context, ids []ObjectID) (map[ObjectID]finding, error) {
	found := make(map[ObjectID]finding, len(ids))
	var mu sync.Mutex
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(parallelism)
	for _, id := range ids {
		if object := m.live.object(id); object != nil || m.live.namespaceMissing(id) {
			mu.Lock()
			found[id] = finding{object: object}
			mu.Unlock()
			continue
		}
		group.Go(func() error {
			object, err := m.reader.Get(ctx, schema.GroupVersionKind{Version: "v1", Kind: id.Kind}, id.Namespace, id.Name)
			switch {
			case apierrors.IsNotFound(err):
				object, err = nil, nil
			case err != nil && !apierrors.IsForbidden(err):
				return fmt.Errorf("cannot read %s: %w", id, err)
			}
			mu.Lock()
			defer mu.Unlock()
			found[id] = finding{object, err}
			return nil
		})
	}
	return found, group.Wait()
}

// secretFields are where a Secret has its values.
var secretFields = []string{"data", "stringData"}

// lacksValues reports whether a manifest is that of a Secret as a record has it:
// its keys, each with a null.
func lacksValues(manifest *unstructured.Unstructured) bool {
	if !IDOf(manifest).IsSecret() {
		return false
	}
	return slices.ContainsFunc(secretFields, func(field string) bool {
		values, _ := manifest.Object[field].(map[string]any)
		for _, v := range values {
			if v == nil {
				return true
			}
		}
		return false
	})
}

// fillIn returns the Secret with the values of the live one of its name.
func (m *maker) fillIn(o Object, live finding) Object {
	values, err := m.valuesFor(o, live)
	if err != nil {
		m.fail(err)
		return o
	}
	filled, missing := withValues(o.Manifest, values)
	for _, key := range missing {
		m.fail(m.cannotComeBack(o, fmt.Sprintf("has no key %q any more, and no record holds the value", key)))
	}
	if m.way.back[o.ID] {
		m.warnOfOtherValues(o, live.object)
	}
	o.Manifest = filled
	return o
}

// withValues returns the manifest of a Secret with data, which is in base64, for
// its nulls, and the keys that there is none for.
func withValues(manifest *unstructured.Unstructured, data map[string]any) (filled *unstructured.Unstructured, missing []string) {
	filled = manifest.DeepCopy()
	for _, field := range secretFields {
		values, _ := filled.Object[field].(map[string]any)
		for key, v := range values {
			value, ok := data[key].(string)
			switch {
			case v != nil:
			case !ok:
				missing = append(missing, key)
			case field == "stringData":
				plain, _ := base64.StdEncoding.DecodeString(value) // the API server encoded it
				values[key] = string(plain)
			default:
				values[key] = value
			}
		}
	}
	slices.Sort(missing)
	return filled, missing
}

// valuesFor returns the data of the live Secret, or why it is of no use.
func (m *maker) valuesFor(o Object, live finding) (map[string]any, *ObjectError) {
	switch {
	case live.err != nil:
		return nil, &ObjectError{
			ID: o.ID, Origin: o.Origin,
			Err:  fmt.Errorf("cannot be read, and no record holds the values that it has in revision %d: %w", m.way.revisionOf(o.ID), live.err),
			Hint: "a rollback needs the right to get Secrets: their values are nowhere else",
		}
	case live.object == nil:
		return nil, m.cannotComeBack(o, "is gone, and no record holds the values")
	case !m.isOurs(live.object):
		return nil, m.foreign(o, live.object)
	}
	values, _ := live.object.Object["data"].(map[string]any)
	return values, nil
}

// cannotComeBack says why a Secret cannot be as it was.
func (m *maker) cannotComeBack(o Object, why string) *ObjectError {
	return &ObjectError{
		ID: o.ID, Origin: o.Origin, Err: fmt.Errorf("%s that it had in revision %d", why, m.way.revisionOf(o.ID)),
		Hint: "roll back to another revision, or apply the configuration, which has the values",
	}
}

// warnOfOtherValues warns when the values may not be those of the revision: only
// an immutable Secret that nobody made anew has them for sure.
func (m *maker) warnOfOtherValues(o Object, live *unstructured.Unstructured) {
	immutable, _, _ := unstructured.NestedBool(live.Object, "immutable")
	summary := ""
	switch {
	case o.Version == nil:
		summary = "keeps the values that it has: those of revision %d are not kept, since it has no versions"
	case !immutable || m.madeAnew(live):
		summary = "was made anew, so that its values may not be those of revision %d"
	default:
		return
	}
	m.warn(Warning{Summary: fmt.Sprintf("%s "+summary, o.ID, m.way.revisionOf(o.ID)), Origin: o.Origin})
}

// madeAnew reports whether a live object is another one than the release made.
func (m *maker) madeAnew(live *unstructured.Unstructured) bool {
	id := IDOf(live)
	return slices.ContainsFunc(m.in.Prior.Inventory, func(item Item) bool {
		return item.ID == id && item.UID != "" && item.UID != string(live.GetUID())
	})
}

// checkUses reports what the objects that go back refer to and nobody has. What
// goes back with them has all that they need.
func (m *maker) checkUses(there map[ObjectID]finding) {
	reported := map[reference]bool{}
	for _, o := range m.in.Objects {
		if !m.way.back[o.ID] || runsOnce(o.Manifest) {
			continue
		}
		for use := range usesOf(o.Manifest) {
			if m.way.back[use.to] || use.optional || reported[use] {
				continue
			}
			reported[use] = true
			found := there[use.to]
			if stays, ok := m.desired[use.to]; ok {
				found = finding{object: stays.Manifest}
			}
			m.checkUse(o, use, found)
		}
	}
}

func (m *maker) checkUse(user Object, use reference, found finding) {
	needs := fmt.Sprintf("%s of revision %d needs", user.ID, m.way.to)
	switch {
	case found.err != nil:
		m.warn(Warning{
			Summary: fmt.Sprintf("%s, which %s, cannot be read: it is not known whether it is there", use.to, needs),
			Detail:  found.err.Error(), Origin: user.Origin,
		})
		return
	case found.object == nil && use.to.Kind == "ServiceAccount" && use.to.Name == "default":
		return // comes with the namespace
	case found.object == nil && use.key != "":
		return // said of the object as a whole
	case found.object == nil:
		m.fail(&ObjectError{
			ID: use.to, Origin: user.Origin, Err: errors.New("does not exist, and " + needs + " it"),
			Hint: "make it again, or roll back to another revision",
		})
		return
	}
	if use.key != "" && !hasDataKey(found.object, use.key) {
		m.fail(&ObjectError{
			ID: use.to, Origin: user.Origin, Err: fmt.Errorf("has no key %q, which %s", use.key, needs),
			Hint: "add the key, or roll back to another revision",
		})
	}
}

// hasDataKey reports whether a live ConfigMap or Secret has a key.
func hasDataKey(u *unstructured.Unstructured, key string) bool {
	for _, field := range []string{"data", "binaryData"} {
		values, _ := u.Object[field].(map[string]any)
		if _, ok := values[key]; ok {
			return true
		}
	}
	return false
}
