package planner

import (
	"context"
	"errors"
	"fmt"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// leftAlone marks a change that turned out to be none: the plan does not have it.
const leftAlone Action = ""

// decide says what happens to an object as far as that can be told without a
// request, and whether the server must be asked for the rest.
func (m *maker) decide(o Object) (change *Change, ask bool) {
	c := &Change{
		ID: o.ID, Action: Create, Address: o.Address, App: appOf(o), Role: o.Role, Origin: o.Origin,
		Needs: m.in.Graph.Needs(o.ID), Version: o.Version, Timeout: o.Timeout, Object: o.Manifest, Delay: o.Delay,
	}
	was := m.live.object(o.ID)
	switch {
	case o.Run:
		c.Action = Run
		return c, false
	case o.Untouched:
		c.Action = NoOp
		if was != nil {
			c.baseOn(was)
			c.Before, c.Health = nil, nil // neither compared nor waited for
		}
		return c, false
	}
	if was != nil {
		if isImplied(o) && !m.isOurs(was) {
			c.Action = leftAlone // somebody else's namespace, which we only use
			return c, false
		}
		c.baseOn(was)
	}
	if runsOnce(o.Manifest) && m.decideJob(o, c, was) {
		return c, false
	}
	switch {
	case was == nil && m.nowhere(o.ID):
		m.fail(&ObjectError{
			ID: o.ID, Origin: o.at("metadata.namespace"), Err: fmt.Errorf("namespace %s does not exist", o.ID.Namespace),
			Hint: fmt.Sprintf("make it: resource \"Namespace\" %q {}", o.ID.Namespace),
		})
		return c, false
	case was == nil && m.live.namespaceMissing(o.ID):
		m.createUnchecked(o, c, fmt.Sprintf("namespace %s does not exist yet", o.ID.Namespace))
		return c, false
	case was == nil && m.undefined(o.ID) != "":
		m.createUnchecked(o, c, m.undefined(o.ID))
		return c, false
	case was == nil:
		return c, true
	case was.GetDeletionTimestamp() != nil:
		m.recreate(o, c)
		return c, false
	case unchangedInOrder(was, m.expected(o, was)):
		c.Action, c.Object = NoOp, ignoring(o.Manifest, was)
		return c, false
	}
	return c, true
}

// isImplied reports whether an object is the namespace that a release has without
// saying so: one that is there already is used as it is.
func isImplied(o Object) bool { return o.Role == RoleNamespace && o.Fields == nil }

// baseOn pins the change to the live object.
func (c *Change) baseOn(u *unstructured.Unstructured) {
	c.Live = &LiveRef{
		APIVersion: u.GetAPIVersion(), UID: u.GetUID(),
		ResourceVersion: u.GetResourceVersion(), Generation: u.GetGeneration(),
	}
	c.Before = u
	if c.Role == RoleWorkload || c.Role == RoleClaim {
		health := HealthOf(u)
		c.Health = &health
	}
}

// createUnchecked plans to create what the server cannot dry-run yet; the local
// schema checks it instead.
func (m *maker) createUnchecked(o Object, c *Change, why string) {
	c.Action, c.Unchecked = Create, why
	if err := Validate(o); err != nil {
		m.fail(rejections(o, err, m.secret)...)
	}
}

// recreate plans for an object that is on its way out.
func (m *maker) recreate(o Object, c *Change) {
	if o.Role == RoleNamespace || o.Role == RoleClaim {
		m.fail(&ObjectError{
			ID: o.ID, Origin: o.Origin, Err: errors.New("is being deleted"),
			Hint: "wait until it is gone, then run again",
		})
		return
	}
	c.Action, c.Reason = Replace, "is being deleted; made again once it is gone"
	c.KeepPods = orphans(m.live.object(o.ID))
	m.keepCount(o, c, m.live.object(o.ID))
	c.Unchecked = "the server cannot check it while the old one is being deleted"
}

// ask lets the server work out what applying the object would do.
func (m *maker) ask(ctx context.Context, o Object, c *Change) error {
	was := m.live.object(o.ID)
	if was == nil && m.adopts() {
		switch found, err := m.findForeign(ctx, o); {
		case err != nil:
			return err
		case found != nil:
			return m.adopt(ctx, o, c, found)
		}
	}
	was, result, err := m.dryRun(ctx, o, was)
	switch {
	case err == nil:
		return m.compare(ctx, o, c, was, result)
	case ctx.Err() != nil:
		return ctx.Err()
	case namespaceNotFound(err):
		m.createUnchecked(o, c, fmt.Sprintf("namespace %s does not exist yet", o.ID.Namespace))
	case cannotGrow(o, err):
		m.fail(dataRefusal(o, "spec.resources", m.secret.Text(err.Error())+", and a new claim would be empty"))
	case isAnswer(err) && m.redefined(o.ID) != "":
		return m.compareLocally(ctx, o, c, was, m.redefined(o.ID))
	case cannotDryRun(err):
		return m.compareLocally(ctx, o, c, was, m.secret.Text(err.Error()))
	case apierrors.IsInvalid(err):
		return m.refused(ctx, o, c, was, err)
	case !isAnswer(err):
		return fmt.Errorf("cannot dry-run %s: %w", o.ID, err)
	default:
		m.fail(rejections(o, err, m.secret)...)
	}
	return nil
}

// isAnswer reports whether an error is what the server says about the object,
// rather than that it could not be asked.
func isAnswer(err error) bool {
	var status apierrors.APIStatus
	return errors.As(err, &status) || meta.IsNoMatchError(err)
}

// dryRun asks what applying the object would make of it, and returns the live
// object that the answer is about: when somebody, most often a controller, wrote
// to it after it was listed, it is read again, so that the difference between
// both is ours alone.
func (m *maker) dryRun(ctx context.Context, o Object, listed *unstructured.Unstructured) (was, result *unstructured.Unstructured, err error) {
	const attempts = 4
	was = listed
	for range attempts {
		result, err = m.reader.DryRun(ctx, inLiveOrder(m.expected(o, was), was))
		if err != nil || was == nil || result.GetResourceVersion() == was.GetResourceVersion() {
			return was, result, err
		}
		was, err = m.reader.Get(ctx, o.Manifest.GroupVersionKind(), o.ID.Namespace, o.ID.Name)
		switch {
		case apierrors.IsNotFound(err):
			was = nil // gone; the next answer is about a create
		case apierrors.IsForbidden(err):
			return listed, result, nil // may be listed, but not read alone
		case err != nil:
			return listed, nil, err
		}
	}
	return was, result, nil
}

// compare finds the difference between the live object and what the server
// would make of it.
func (m *maker) compare(ctx context.Context, o Object, c *Change, was, result *unstructured.Unstructured) error {
	c.Checked = true
	if was == nil && result.GetResourceVersion() == "" {
		c.Live, c.Before, c.Health = nil, nil, nil
		return nil // a plain create
	}
	if was == nil {
		var err error
		if was, err = m.unlisted(ctx, o, c); was == nil {
			return err
		}
		if _, counted := m.ownCount(o, was); counted || len(ignoredIn(o.Manifest)) > 0 {
			if was, result, err = m.dryRun(ctx, o, was); err != nil {
				return fmt.Errorf("cannot dry-run %s: %w", o.ID, err)
			}
		}
	}
	if !m.isOurs(was) {
		return m.adopt(ctx, o, c, was)
	}
	c.baseOn(was)
	c.Object = asSent(o.Manifest, was)
	m.hold(o, c, was)
	m.foresee(result)
	changes := diffObjects(was, result)
	kept := keptByServer(o, was, result)
	switch {
	case len(kept) > 0:
		m.replace(o, c, was, kept)
	case len(changes) > 0:
		c.Action = Update
		m.describe(o, c, was, result, changes)
	case !equalValues(ownTree(was), ownTree(result)):
		// The values are right, but not all of them are ours to take away again.
		c.Action, c.Reason = Update, "takes over fields that others set to the same values"
		c.affects(harmless("no pod rolls; no value changes"))
	default:
		c.Action = NoOp
	}
	return nil
}

// refused deals with an object that the server finds invalid, which may be
// because of what is already there.
func (m *maker) refused(ctx context.Context, o Object, c *Change, was *unstructured.Unstructured, err error) error {
	if was == nil {
		var readErr error
		if was, readErr = m.unlisted(ctx, o, c); readErr != nil {
			return readErr
		}
	}
	if was == nil {
		m.fail(rejections(o, err, m.secret)...)
		return nil
	}
	if !m.isOurs(was) {
		return m.adopt(ctx, o, c, was)
	}
	c.baseOn(was)
	if decided, growErr := m.growTemplates(ctx, o, c, was); decided || growErr != nil {
		return growErr
	}
	m.replaceOrReject(o, c, was, err)
	return nil
}

// unlisted reads an object that exists although no LIST showed it: it has not
// our label, or its kind may not be listed. It returns nil when the change is
// decided without it.
func (m *maker) unlisted(ctx context.Context, o Object, c *Change) (*unstructured.Unstructured, error) {
	was, err := m.reader.Get(ctx, o.Manifest.GroupVersionKind(), o.ID.Namespace, o.ID.Name)
	switch {
	case err == nil:
		if isImplied(o) && !m.isOurs(was) {
			c.Action = leftAlone
			return nil, nil
		}
		return was, nil
	case apierrors.IsNotFound(err):
		return nil, nil // gone in the meantime: still a create
	case apierrors.IsForbidden(err):
		c.Action, c.Reason = Update, cannotBeRead
		c.Unchecked = "cannot be read, so what changes is not known: " + m.secret.Text(err.Error())
		c.Checked = false
		return nil, nil
	}
	return nil, fmt.Errorf("cannot read %s: %w", o.ID, err)
}

// compareLocally does without the server's dry-run.
func (m *maker) compareLocally(ctx context.Context, o Object, c *Change, was *unstructured.Unstructured, why string) error {
	c.Unchecked = why
	if was == nil {
		m.decideBlindly(o, c, why)
		return nil
	}
	if !m.isOurs(was) {
		return m.adopt(ctx, o, c, was)
	}
	result, err := mergeLocally(was, inLiveOrder(m.expected(o, was), was))
	if err != nil {
		m.fail(rejections(o, err, m.secret)...)
		return nil
	}
	m.foresee(result)
	c.Object = asSent(o.Manifest, was)
	changes := diffObjects(was, result)
	if len(changes) == 0 {
		c.Action = NoOp
		return nil
	}
	c.Action = Update
	m.hold(o, c, was)
	m.describe(o, c, was, result, changes)
	return nil
}

// cannotBeRead is the reason for an update of which nothing is known.
const cannotBeRead = "may be there already, and cannot be read"

// decideBlindly decides about an object that the server does not check and that
// was not found, which may mean that it could not be looked for.
func (m *maker) decideBlindly(o Object, c *Change, why string) {
	cause := m.live.unreadableErr(o.ID)
	switch {
	case cause == nil:
		m.createUnchecked(o, c, why)
	case o.Role == RoleNamespace:
		c.Action = leftAlone
		m.warn(Warning{
			Summary: fmt.Sprintf("%s can neither be read nor checked and is taken to be there", o.ID),
			Detail:  m.secret.Text(cause.Error()),
			Origin:  o.Origin,
		})
	default:
		c.Action, c.Reason = Update, cannotBeRead
		c.Unchecked = "can neither be read nor checked: " + m.secret.Text(cause.Error())
	}
}

// describe fills in an update whose changes are known.
func (m *maker) describe(o Object, c *Change, was, result *unstructured.Unstructured, changes []fieldChange) {
	prior := m.in.Prior
	trusted := !prior.Failed && !prior.Interrupted
	drift, conflicts := contested(changes, was, o.Manifest, m.before(o.ID), trusted)
	// A revision has set once what goes back to it, and a switch is not stopped by who scales.
	if m.in.Options.ForceConflicts || m.way.back[o.ID] || m.switching != nil {
		drift, conflicts = append(drift, conflicts...), nil
	}
	for _, owner := range m.secret.shownOwners(o.ID, conflicts) {
		m.fail(conflictError(o, owner, "--force-conflicts"))
	}
	c.Diff = m.secret.shown(o.ID, changes)
	c.Drift = m.secret.shownOwners(o.ID, drift)
	c.affects(impactOf(was, result, changes))
}

// namespaceNotFound tells a missing namespace from a missing kind.
func namespaceNotFound(err error) bool {
	var status apierrors.APIStatus
	if !apierrors.IsNotFound(err) || !errors.As(err, &status) {
		return false
	}
	details := status.Status().Details
	return details != nil && details.Kind == "namespaces"
}

// cannotDryRun reports whether it is not the object that is refused, but the
// question: by the account's rights, or by a webhook that cannot be tried.
// Quotas and admission deny with the same code, but in other words.
func cannotDryRun(err error) bool {
	text := err.Error()
	switch {
	case apierrors.IsForbidden(err):
		return strings.Contains(text, "cannot patch resource") || strings.Contains(text, "cannot create resource")
	case apierrors.IsBadRequest(err), apierrors.IsInternalError(err):
		return strings.Contains(text, "does not support dry run")
	}
	return apierrors.IsMethodNotSupported(err)
}
