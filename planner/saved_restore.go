package planner

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// Restore makes sure that the cluster is as the plan has seen it, with one LIST for
// each kind and one GET for each object that is to be made, and returns the plan to
// carry out. What moved is a *MovedError; any other error means that the cluster
// could not be asked. Only status, and what the configuration leaves to others, may
// have changed.
//
// Values of Secrets that are not in the cluster come from what rendered returns, the
// objects of the configuration; it is asked only when there are any.
func (s *Saved) Restore(ctx context.Context, r Reader, key []byte, rendered func() ([]Object, error)) (*Plan, error) {
	plan := s.Planned()
	v := &restoring{plan: plan, saved: s, reader: r, seen: newSeer(key), secrets: newBlinder(key)}
	if err := v.read(ctx); err != nil {
		return nil, err
	}
	v.redactor = newRedactor(nil, v.live.objects)
	v.scaled = autoscaledIn(plan.Changes)
	for i := range plan.Changes {
		v.verify(&plan.Changes[i], s.Objects[i].Seen)
	}
	if len(v.moved) > 0 {
		return nil, movedError(v.moved)
	}
	if err := v.fillSecrets(rendered); err != nil {
		return nil, err
	}
	if v.renewAdoptions(); len(v.moved) > 0 {
		return nil, movedError(v.moved)
	}
	for i := range plan.Changes {
		v.update(&plan.Changes[i])
	}
	return plan, nil
}

// restoring is the work on one plan that was saved.
type restoring struct {
	plan     *Plan
	saved    *Saved
	reader   Reader
	seen     *seer
	secrets  *blinder
	live     *live
	redactor *Redactor
	scaled   map[ObjectID]bool
	moved    []*ObjectError

	mu sync.Mutex // guards live
}

// read reads all that the plan has seen or means to make.
func (v *restoring) read(ctx context.Context) error {
	var scopes []scope
	var namespaces []string
	for i := range v.plan.Changes {
		c := &v.plan.Changes[i]
		switch {
		case c.ID.Group == "" && c.ID.Kind == namespaceKind.Kind:
			namespaces = append(namespaces, c.ID.Name)
		case c.Live != nil:
			scopes = append(scopes, scope{v.kindOf(c), c.ID.Namespace})
		case c.Action == Create && c.ID.Namespace != "":
			namespaces = append(namespaces, c.ID.Namespace)
		}
	}
	info := v.plan.Release
	var err error
	v.live, err = readLive(ctx, v.reader, info.Name, info.Namespace, unique(scopes), unique(namespaces))
	if err != nil {
		return err
	}
	return v.readSingly(ctx)
}

// kindOf returns the kind that a change's object is read with.
func (v *restoring) kindOf(c *Change) schema.GroupVersionKind {
	if c.Live != nil {
		return schema.FromAPIVersionAndKind(c.Live.APIVersion, c.ID.Kind)
	}
	return c.Object.GroupVersionKind()
}

// readSingly reads what no LIST has shown: objects without the release's label, and
// those that are not to be there.
func (v *restoring) readSingly(ctx context.Context) error {
	unread, err := v.unread()
	if err != nil {
		return err
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(parallelism)
	for _, c := range unread {
		group.Go(func() error {
			object, err := v.reader.Get(ctx, v.kindOf(c), c.ID.Namespace, c.ID.Name)
			if apierrors.IsForbidden(err) && c.Live == nil {
				object, err = v.tryToMake(ctx, c)
			}
			v.mu.Lock()
			defer v.mu.Unlock()
			return v.add(c.ID, object, err)
		})
	}
	return group.Wait()
}

// unread returns the changes of which it is not known yet whether their objects are
// there.
func (v *restoring) unread() ([]*Change, error) {
	var unread []*Change
	for i := range v.plan.Changes {
		c := &v.plan.Changes[i]
		switch {
		case c.ID.Group == "" && c.ID.Kind == namespaceKind.Kind:
			if err := v.live.unreadableErr(c.ID); err != nil {
				return nil, unchecked(c.ID, err)
			}
		case c.Live == nil && c.Action != Create, v.live.object(c.ID) != nil, v.live.namespaceMissing(c.ID):
		default:
			unread = append(unread, c)
		}
	}
	return unread, nil
}

// tryToMake asks by a dry-run whether there is an object that may not be read.
func (v *restoring) tryToMake(ctx context.Context, c *Change) (*unstructured.Unstructured, error) {
	result, err := v.reader.DryRun(ctx, c.Object)
	if err != nil || result.GetResourceVersion() == "" {
		return nil, err
	}
	return result, nil
}

func (v *restoring) add(id ObjectID, object *unstructured.Unstructured, err error) error {
	switch {
	case apierrors.IsNotFound(err) || meta.IsNoMatchError(err):
		return nil
	case err != nil:
		return unchecked(id, err)
	case object != nil:
		v.live.objects[id] = object
	}
	return nil
}

func unchecked(id ObjectID, err error) error {
	return fmt.Errorf("whether %s is as it was planned for cannot be checked: %w", id, err)
}

// verify notes what of a change's object is not as the plan has seen it.
func (v *restoring) verify(c *Change, seen map[string]any) {
	live := v.live.object(c.ID)
	switch {
	case c.Live == nil && (c.Action != Create || live == nil):
	case c.Live == nil:
		v.miss(c, "", fmt.Errorf("was absent when the plan was made, and is there now: %s", v.madeBy(live)))
	case live == nil && c.Ran:
	case live == nil:
		v.miss(c, "", errDeleted)
	case live.GetUID() != c.Live.UID:
		v.miss(c, "", fmt.Errorf("was deleted since the plan was made, and made anew: %s", v.madeBy(live)))
	default:
		for _, p := range v.seen.moved(c.ID, seen, live) {
			if !isWithin(p, leftOpen(c, live, v.scaled)) {
				v.miss(c, p.String(), v.now(c.ID, live, p))
			}
		}
	}
}

func isWithin(p path, open []path) bool {
	return slices.ContainsFunc(open, func(o path) bool { return len(p) >= len(o) && p[:len(o)].String() == o.String() })
}

func (v *restoring) miss(c *Change, field string, err error) {
	v.moved = append(v.moved, &ObjectError{ID: c.ID, Origin: c.Origin, Field: field, Err: err})
}

// renewAdoptions has adoptions begin with the objects as they are now, as long as the same
// fields pass of them, from the same owner.
func (v *restoring) renewAdoptions() {
	for i := range v.plan.Changes {
		c := &v.plan.Changes[i]
		if c.Adoption == nil {
			continue
		}
		live := v.live.object(c.ID)
		next, err := c.Adoption.renewed(live, c.Object)
		switch {
		case formerOwner(live) != c.Adoption.From:
			v.miss(c, "", fmt.Errorf("belonged to %s when the plan was made, and now %s", c.Adoption.From, v.madeBy(live)))
		case err != nil:
			v.miss(c, "", err)
		default:
			c.Adoption = next
		}
	}
}

// update takes over from the live object what is not the plan's: its newest version,
// how it does, and what the configuration leaves to others.
func (v *restoring) update(c *Change) {
	live := v.live.object(c.ID)
	if live == nil {
		c.Live = nil // it was a Job that has run, and is tidied away
		return
	}
	if c.Live == nil {
		return
	}
	was := *c
	c.baseOn(live)
	c.Before = nil
	if was.Health == nil {
		c.Health = nil // not waited for
	}
	if c.Object == nil {
		return
	}
	if runsOnce(c.Object) && conditionOf(live, "Complete").status == "True" {
		c.Ran = true
	}
	if was.Action != Replace {
		c.Object = asSent(c.Object, live)
	}
	if c.Hold != nil {
		c.Hold = heldNow(c.Action, live)
	}
}

// heldNow returns the number of pods that a change holds for an autoscaler, which may
// have chosen another one since.
func heldNow(action Action, live *unstructured.Unstructured) *int64 {
	count, ok := intAt(live, replicasPath[0].field, replicasPath[1].field)
	taken := slices.ContainsFunc(ownershipsOf(live), func(o ownership) bool { return !o.ours() && owns(o.tree, replicasPath) })
	if !ok || action != Replace && (taken || !owns(ownTree(live), replicasPath)) {
		return nil
	}
	return &count
}
