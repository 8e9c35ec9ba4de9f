package applier

import (
	"context"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"stowage/planner"
)

// adopt makes an object that others have made one of the release, and returns what is
// left of the change: an update. Its fields pass to stowage, and nothing else changes, so
// that a run which is killed in between leaves an object as it was, to be updated by the
// next one.
func (r *run) adopt(ctx context.Context, c *planner.Change) (*planner.Change, error) {
	object, err := r.takeFields(ctx, c)
	if err != nil {
		return nil, err
	}
	patch, err := c.Adoption.Unmark(c.Object)
	if err != nil {
		return nil, err
	}
	if patch != nil {
		unmarked, err := r.cluster.PatchStatus(ctx, c.Object.GroupVersionKind(), c.ID.Namespace, c.ID.Name, patch)
		switch {
		case err == nil:
			object = unmarked
		case !apierrors.IsForbidden(err): // which the apply does instead, at the price of a new generation
			return nil, err
		}
	}
	update, live := *c, *c.Live
	live.ResourceVersion = object.GetResourceVersion()
	update.Action, update.Live = planner.Update, &live
	return &update, nil
}

// takeFields has the fields of an object pass to stowage.
func (r *run) takeFields(ctx context.Context, c *planner.Change) (*unstructured.Unstructured, error) {
	adoption := c.Adoption
	for attempt := 1; ; attempt++ {
		patch, err := adoption.Patch(c.Object)
		if err != nil {
			return nil, err
		}
		object, err := r.cluster.JSONPatch(ctx, c.Object.GroupVersionKind(), c.ID.Namespace, c.ID.Name, patch)
		if !isPrecondition(err) || attempt == takeOverAttempts {
			return object, err
		}
		// Somebody wrote to it, most often a controller to its status. Or the write went
		// well and its answer was lost.
		live, err := r.same(ctx, c)
		if err != nil {
			return nil, err
		}
		if adoption, err = adoption.At(live, c.Object); err != nil {
			return nil, &ChangedError{What: "was changed: " + err.Error()}
		}
	}
}
