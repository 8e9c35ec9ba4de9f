package planner

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// Adoption is how an object that was made without stowage becomes one of the release. It
// takes two writes: the first hands over who owns which field and changes nothing else,
// the second is the apply that every other change is.
type Adoption struct {
	From     string   `json:"from"`               // whose the object was: "kubectl apply", "Helm release web"
	Managers []string `json:"managers,omitempty"` // the field managers whose fields pass to stowage
	// TakeOwnership says that the tool which owns the object loses it, and others the
	// fields that they have set to another value.
	TakeOwnership bool `json:"takeOwnership,omitempty"`
	// Fields is a digest of which fields pass, without their values.
	Fields string `json:"fields"`
	// Live is the object as it was looked at.
	Live *unstructured.Unstructured `json:"-"`
}

// errAdoptionMoved says that an object is not any more what its adoption was planned for.
var errAdoptionMoved = errors.New("who has set which of its fields has changed since the plan was made")

func newAdoption(t *takeover, tools bool) (*Adoption, error) {
	text, err := t.set.ToJSON()
	if err != nil {
		return nil, fmt.Errorf("cannot write the managed fields: %w", err)
	}
	sum := sha256.Sum256(text)
	return &Adoption{
		From: formerOwner(t.live), Managers: t.managers, TakeOwnership: tools,
		Fields: hex.EncodeToString(sum[:digestSize]), Live: t.live,
	}, nil
}

// formerOwner names whose an object was that is taken over.
func formerOwner(live *unstructured.Unstructured) string {
	if toolOf(live) == "" && ownTree(live) != nil {
		return "a run of stowage that did not end"
	}
	return ownerOf(live)
}

// Patch returns the JSON patch that hands the fields of the live object over to what
// applies the other one. It is a Conflict on any other state of the live object.
func (a *Adoption) Patch(object *unstructured.Unstructured) ([]byte, error) {
	t, err := takeOver(a.Live, object, a.TakeOwnership)
	if err != nil {
		return nil, err
	}
	return t.patch()
}

// Unmark returns the merge patch that takes the annotations away by which others know a
// Deployment; nil for other objects. It is to be made to the status subresource, where
// that is no new generation: otherwise the API server counts a Deployment that loses an
// annotation as one with a new specification. The apply takes them away as well.
func (a *Adoption) Unmark(object *unstructured.Unstructured) ([]byte, error) {
	gone := map[string]any{}
	for _, p := range marksOn(a.Live, object, a.TakeOwnership) {
		if p[1].field == "annotations" {
			gone[p[2].field] = nil
		}
	}
	if a.Live.GetKind() != "Deployment" || len(gone) == 0 {
		return nil, nil
	}
	return json.Marshal(map[string]any{"metadata": map[string]any{"uid": a.Live.GetUID(), "annotations": gone}})
}

// At returns the same adoption for a later state of the live object. It is an error when
// other fields would pass then, or fields with other values.
func (a *Adoption) At(live, object *unstructured.Unstructured) (*Adoption, error) {
	before, err := takeOver(a.Live, object, a.TakeOwnership)
	if err != nil {
		return nil, err
	}
	next, err := a.renewed(live, object)
	if err != nil {
		return nil, err
	}
	own := ownTree(before.after())
	if !equalValues(ownFields(own, a.Live.Object), ownFields(own, live.Object)) {
		return nil, errAdoptionMoved
	}
	return next, nil
}

// renewed returns the same adoption for a later state of the live object, whatever the
// values of its fields are.
func (a *Adoption) renewed(live, object *unstructured.Unstructured) (*Adoption, error) {
	t, err := takeOver(live, object, a.TakeOwnership)
	if err != nil {
		return nil, err
	}
	next, err := newAdoption(t, a.TakeOwnership)
	if err == nil && next.Fields != a.Fields {
		err = errAdoptionMoved
	}
	return next, err
}

// adopts reports whether the plan takes over what is nobody's release.
func (m *maker) adopts() bool { return m.in.Options.Adopt || m.in.Options.TakeOwnership }

// mayAdopt reports whether the plan takes over an object that is not ours. If not, it is
// an error that says why.
func (m *maker) mayAdopt(o Object, live *unstructured.Unstructured) bool {
	switch {
	case !m.adopts(), releaseOf(live) != "", metav1.GetControllerOf(live) != nil,
		toolOf(live) != "" && !m.in.Options.TakeOwnership:
		m.fail(m.foreign(o, live))
		return false
	case live.GetDeletionTimestamp() != nil:
		m.fail(&ObjectError{
			ID: o.ID, Origin: o.Origin, Err: fmt.Errorf("belongs to %s, and is being deleted", ownerOf(live)),
			Hint: "wait until it is gone, then run again",
		})
		return false
	}
	return true
}

// givenBack says why an object stays that was there before the release took it over: going
// back to a time before that deletes nothing, nor does a release none of whose revisions
// with the object has ever been healthy.
func (m *maker) givenBack(item Item) string {
	switch {
	case item.Adopted == 0 || m.in.Options.Destroy:
		return ""
	case m.way.target != nil && item.Adopted > m.way.to:
	case slices.ContainsFunc(m.in.Prior.Healthy, func(r int) bool { return item.Adopted <= r && r <= item.LastRevision }):
		return ""
	}
	return fmt.Sprintf("it was there before revision %d took it over", item.Adopted)
}

// findForeign returns an object that no LIST of the release's has shown; nil when there is
// none, or it cannot be read, which the server's dry-run finds out as well.
func (m *maker) findForeign(ctx context.Context, o Object) (*unstructured.Unstructured, error) {
	was, err := m.reader.Get(ctx, o.Manifest.GroupVersionKind(), o.ID.Namespace, o.ID.Name)
	if apierrors.IsNotFound(err) || apierrors.IsForbidden(err) || meta.IsNoMatchError(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("cannot read %s: %w", o.ID, err)
	}
	if m.isOurs(was) {
		return nil, nil
	}
	return was, nil
}

// adoptAttempts is how often an object is read again that controllers keep writing to.
const adoptAttempts = 4

// adopt plans to take an object over that is not ours: what of it would really change.
func (m *maker) adopt(ctx context.Context, o Object, c *Change, was *unstructured.Unstructured) error {
	for attempt := 1; ; attempt++ {
		if !m.mayAdopt(o, was) {
			return nil
		}
		t, err := takeOver(was, o.Manifest, m.in.Options.TakeOwnership)
		if err != nil {
			m.fail(rejections(o, err, m.secret)...)
			return nil
		}
		mine := t.after()
		result, err := m.tryAdoption(ctx, o, c, was, mine)
		if apierrors.IsConflict(err) && attempt < adoptAttempts {
			if was, err = m.reader.Get(ctx, o.Manifest.GroupVersionKind(), o.ID.Namespace, o.ID.Name); err != nil {
				return fmt.Errorf("cannot read %s: %w", o.ID, err)
			}
			continue
		}
		if err != nil || result == nil {
			return err
		}
		if c.Adoption, err = newAdoption(t, m.in.Options.TakeOwnership); err != nil {
			return err
		}
		m.adopted(o, c, t, mine, result)
		return nil
	}
}

// tryAdoption returns what the object is when it is adopted, by the server if it says so.
// Without a result and an error, the error is noted.
func (m *maker) tryAdoption(ctx context.Context, o Object, c *Change, was, mine *unstructured.Unstructured) (*unstructured.Unstructured, error) {
	predicted, err := mergeLocally(mine, inLiveOrder(m.expected(o, mine), mine))
	if err != nil {
		m.fail(rejections(o, err, m.secret)...)
		return nil, nil
	}
	patch, err := patchTo(was, predicted)
	if err != nil {
		return nil, err
	}
	c.Checked, c.Unchecked = true, ""
	result, err := m.reader.DryRunPatch(ctx, o.Manifest.GroupVersionKind(), o.ID.Namespace, o.ID.Name, patch)
	switch {
	case err == nil:
		return withManagedFields(result, predicted), nil
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case apierrors.IsConflict(err):
		return nil, err
	case cannotDryRun(err):
		c.Checked, c.Unchecked = false, m.secret.Text(err.Error())
		return predicted, nil
	case !isAnswer(err):
		return nil, fmt.Errorf("cannot dry-run %s: %w", o.ID, err)
	}
	m.fail(m.notAdoptable(o, was, err)...)
	return nil, nil
}

// patchTo returns the JSON patch that makes of a live object another one, but for status
// and what the server keeps for itself.
func patchTo(live, wanted *unstructured.Unstructured) ([]byte, error) {
	ops := []map[string]any{{"op": "replace", "path": "/metadata/resourceVersion", "value": live.GetResourceVersion()}}
	compare := func(at path, before, after map[string]any) {
		for _, name := range unionKeys(before, after) {
			b, had := before[name]
			a, has := after[name]
			p := pointer(at.with(step{field: name}))
			switch {
			case has && (!had || !equalValues(b, a)):
				ops = append(ops, map[string]any{"op": "add", "path": p, "value": a}) // or replace
			case had && !has:
				ops = append(ops, map[string]any{"op": "remove", "path": p})
			}
		}
	}
	fields := func(u *unstructured.Unstructured) (top, metadata map[string]any) {
		top, metadata = overlaid(u.Object, nil), map[string]any{}
		for _, name := range []string{"apiVersion", "kind", "metadata", "status"} {
			delete(top, name)
		}
		all, _ := u.Object["metadata"].(map[string]any)
		for _, name := range []string{"annotations", "finalizers", "labels", "ownerReferences"} {
			if value, ok := all[name]; ok {
				metadata[name] = value
			}
		}
		return top, metadata
	}
	before, metadataBefore := fields(live)
	after, metadataAfter := fields(wanted)
	compare(nil, before, after)
	compare(path{{field: "metadata"}}, metadataBefore, metadataAfter)
	return json.Marshal(ops)
}

// adopted fills in the change of an object that is adopted. Mine is the live object with
// its fields handed over, and result what the apply makes of it.
func (m *maker) adopted(o Object, c *Change, t *takeover, mine, result *unstructured.Unstructured) {
	c.baseOn(mine)
	c.Action, c.Object = Adopt, asSent(o.Manifest, mine)
	c.Reason = "taken over from " + c.Adoption.From
	m.hold(o, c, mine)
	m.foresee(result)
	changes := slices.DeleteFunc(diffObjects(mine, result), isFormal)
	if len(changes) == 0 {
		c.Reason += "; no value changes, no pod rolls"
		return
	}
	c.Diff = m.secret.shown(o.ID, changes)
	c.affects(impactOf(mine, result, changes))
	_, disputed := contested(changes, t.disputed(), o.Manifest, nil, false)
	owners := m.secret.shownOwners(o.ID, disputed)
	if c.Adoption.TakeOwnership || m.in.Options.ForceConflicts {
		c.Drift = owners
		return
	}
	for _, owner := range owners {
		m.fail(conflictError(o, owner, "--take-ownership"))
	}
}

// isFormal reports whether a change only says whose an object is.
func isFormal(ch fieldChange) bool {
	if len(ch.path) != 3 || !touches([]fieldChange{ch}, "metadata") {
		return false
	}
	name := ch.path[2].field
	switch ch.path[1].field {
	case "labels":
		return strings.HasPrefix(name, "stowage.dev/") || name == labelManagedBy ||
			ch.op == Create && strings.HasPrefix(name, "app.kubernetes.io/") || ch.op == Delete && IsToolMark(name)
	case "annotations":
		return strings.HasPrefix(name, "stowage.dev/") || name == annotationLastApplied || ch.op == Delete && IsToolMark(name)
	}
	return false
}

// notAdoptable says why the server does not take what an adoption would make of an object.
// Nothing is deleted to be adopted: a field that cannot be changed has to be as it is.
func (m *maker) notAdoptable(o Object, was *unstructured.Unstructured, err error) []*ObjectError {
	differing := differingImmutables(o, was)
	if !explains(differing, FieldCauses(err)) {
		return rejections(o, err, m.secret)
	}
	var errs []*ObjectError
	for _, p := range differing {
		live, _ := lookup(was.Object, p)
		want, _ := lookup(o.Manifest.Object, p)
		errs = append(errs, m.immutableError(o, p, live, want))
	}
	return errs
}

func (m *maker) immutableError(o Object, p path, live, want any) *ObjectError {
	e := &ObjectError{
		ID: o.ID, Origin: o.at(p.String()), Field: p.String(), Err: errors.New("cannot be changed, and is another one"),
		Hint: "make the configuration say what is there; or rename it there",
	}
	if live, want, masked := m.secret.values(hides(o.ID, p), live, want); !masked {
		e.Err = fmt.Errorf("cannot be changed, and is another one: live %s, config %s", jsonOf(live), jsonOf(want))
	}
	switch {
	case p.String() != "spec.selector" || o.Role != RoleWorkload || appOf(o) == "":
	case o.Rollout != nil:
		e.Hint = "versions side by side are told apart by labels of stowage's own: give the app another name, and remove this one when the traffic has moved"
	default:
		e.Hint = "the app's arguments selector and pod_labels make them what is there"
		if labels, ok, _ := unstructured.NestedMap(map[string]any{"live": live}, "live", "matchLabels"); ok {
			e.Hint = "selector = " + hclMap(labels) + " in the app makes it what is there"
		}
	}
	return e
}

// hclMap writes labels as an HCL expression.
func hclMap(labels map[string]any) string {
	pairs := make([]string, 0, len(labels))
	for _, name := range unionKeys(labels, nil) {
		pairs = append(pairs, fmt.Sprintf("%q = %q", name, labels[name]))
	}
	return "{ " + strings.Join(pairs, ", ") + " }"
}
