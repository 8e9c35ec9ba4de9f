package applier

import (
	"context"

	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"stowage/planner"
)

// takeFields makes the first write of an adoption, which hands the fields of an object over
// and changes nothing else, and returns what is left of the change: an update. A run that
// is killed in between leaves an object that is stowage's and as it was.
func (r *run) takeFields(ctx context.Context, c *planner.Change) (*planner.Change, error) {
	adoption := c.Adoption
	kind, throughStatus := c.Object.GroupVersionKind(), adoption.ThroughStatus()
	for attempt := 1; ; attempt++ {
		patch, err := adoption.Patch(c.Object)
		if err != nil {
			return nil, err
		}
		subresource := ""
		if throughStatus {
			subresource = "status"
		}
		object, err := r.cluster.JSONPatch(ctx, kind, c.ID.Namespace, c.ID.Name, subresource, patch)
		if throughStatus && apierrors.IsForbidden(err) {
			throughStatus = false // the account may write to the object alone
			continue
		}
		if err == nil {
			update, live := *c, *c.Live
			live.ResourceVersion = object.GetResourceVersion()
			update.Action, update.Live = planner.Update, &live
			return &update, nil
		}
		if !isPrecondition(err) || attempt == takeOverAttempts {
			return nil, err
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
