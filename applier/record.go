package applier

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"reflect"
	"time"

	"github.com/hashicorp/go-multierror"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"stowage/internal/release"
	"stowage/planner"
)

// recorder writes the release's record: that a revision is begun, before any of
// its objects is touched, and how it ended.
type recorder struct {
	store *release.Store
	plan  *planner.Plan
	opts  Options

	known    map[planner.ObjectID]release.Item // the inventory of the revision before
	to       int                               // the revision that is recorded
	current  *release.Record                   // the same, once it is begun
	failure  error                             // why it could not be begun
	mends    bool                              // current is the revision of an earlier run
	steps    []Step
	outcomes []outcome
}

func newRecorder(store *release.Store, plan *planner.Plan, opts Options, steps []Step, outcomes []outcome) *recorder {
	r := &recorder{
		store: store, plan: plan, opts: opts, known: map[planner.ObjectID]release.Item{},
		to: plan.Release.ToRevision, steps: steps, outcomes: outcomes,
	}
	if opts.Prior != nil {
		for _, item := range opts.Prior.Inventory {
			r.known[idOf(item)] = item
		}
	}
	return r
}

// revision returns the newest revision now.
func (r *recorder) revision() int {
	if r.current != nil {
		return r.current.Revision
	}
	return r.plan.Release.FromRevision
}

// begin records the revision as pending, with all objects that there may be while
// it is applied.
func (r *recorder) begin(ctx context.Context) error {
	if r.opts.NewKey != nil {
		if err := r.store.CreateKey(ctx, r.opts.NewKey); err != nil {
			return r.stale(err, "the release's key cannot be stored")
		}
	}
	record := &release.Record{
		Summary: release.Summary{
			Revision: r.to, Started: time.Now(),
			Who: r.opts.Who, Pipeline: r.opts.Pipeline, Commit: r.opts.Commit, Dirty: r.opts.Dirty,
			Env: r.opts.Env, StowageVersion: r.opts.StowageVersion, RollbackTo: cmp.Or(r.plan.Release.RollbackTo, r.opts.undoes),
			Switch: string(r.plan.Release.Switch), SwitchApps: r.plan.Release.SwitchApps,
			Apps: appsOf(r.plan), Changed: changedBy(r.plan),
		},
		Content: release.Content{
			ConfigDir: r.opts.ConfigDir, HistoryLimit: r.plan.Release.HistoryLimit, Inventory: r.inventory(), Changes: plannedChanges(r.plan),
			Undone: r.toDo(), Outputs: r.outputsBefore(),
		},
	}
	if err := record.SetObjects(r.objects()); err != nil {
		return err
	}
	if err := r.store.Begin(ctx, record); err != nil {
		return r.stale(err, fmt.Sprintf("revision %d cannot be recorded, so nothing is applied", r.to))
	}
	r.current = record
	return nil
}

// stale returns what it means that the record could not be begun: often that
// another run began first.
func (r *recorder) stale(err error, otherwise string) error {
	if exists := (*release.ExistsError)(nil); errors.As(err, &exists) || errors.Is(err, release.ErrKeyExists) {
		return &StaleError{Release: r.plan.Release.Name, Revision: r.plan.Release.FromRevision}
	}
	return fmt.Errorf("%s: %w", otherwise, err)
}

// settle records how the run ended and returns how that is. The status is empty
// when there was nothing to record.
func (r *recorder) settle(ctx context.Context, errs *multierror.Error) (release.Status, error) {
	switch {
	case r.plan.Release.Destroy && errs == nil:
		if err := r.store.Forget(ctx); err != nil {
			return "", fmt.Errorf("everything is deleted, but not the release's record: %w", err)
		}
		return "", nil
	case r.isUntrue(errs != nil):
		if err := r.mend(ctx); err != nil {
			return "", err
		}
	case r.current == nil:
		return "", nil
	}
	r.current.Finished = time.Now()
	r.current.Inventory = r.inventory()
	if r.mends {
		r.current.Changes = mendedChanges(r.current.Changes, madeChanges(r.plan, r.steps))
	} else {
		r.current.Changes = madeChanges(r.plan, r.steps)
	}
	if errs != nil {
		r.current.Status, r.current.Messages = release.Failed, messagesOf(errs)
	} else {
		r.current.Status, r.current.Messages, r.current.Undone = release.Deployed, nil, r.undone()
		if r.opts.Outputs != nil {
			r.current.Outputs = r.opts.Outputs
		}
	}
	if left := r.current.Undone; left != nil && errs == nil {
		r.current.Status, r.current.Messages = release.Failed, messagesAbout(left)
	}
	if err := r.store.Finish(ctx, r.current); err != nil {
		return "", fmt.Errorf("how revision %d ended cannot be recorded: %w", r.to, err)
	}
	if errs == nil {
		if err := r.store.Settle(ctx, r.plan.Release.HistoryLimit); err != nil {
			return r.current.Status, fmt.Errorf("the revisions before it cannot be put in order: %w", err)
		}
	}
	return r.current.Status, nil
}

// messagesOf returns what went wrong beside the changes, which have their own.
func messagesOf(errs *multierror.Error) []string {
	var messages []string
	for _, err := range errs.Errors {
		if object := (*ObjectError)(nil); !errors.As(err, &object) {
			messages = append(messages, err.Error())
		}
	}
	return messages
}

// isUntrue reports whether the record says what is not so of a release that is as
// the plan wants it, and that was waited for: that its run did not end, that it
// failed, or that there is a release at all. A failure that goes on is recorded
// anew when the release is to go back from there.
func (r *recorder) isUntrue(failed bool) bool {
	prior := r.opts.Prior
	switch {
	case !r.plan.Empty():
		return false
	case r.plan.Release.Destroy:
		return !failed
	case prior == nil, r.undone() != nil:
		return false
	case prior.Status == release.Pending:
		return true
	case len(prior.Damaged) > 0 && !failed:
		return true // writing it again makes it whole
	case !failed && r.plan.Release.RollbackTo == 0 && OutputsDiffer(prior, r.opts.Outputs):
		return true
	}
	return prior.Status == release.Failed && (!failed || r.opts.OnFailure == RollBack)
}

// mend begins to put an untrue record right: it is known now how the newest
// revision ended, or what is there is another one, which is recorded now.
func (r *recorder) mend(ctx context.Context) error {
	same, err := r.isRecordedIn(r.opts.Prior)
	if err != nil {
		return err
	}
	if same && r.plan.Release.RollbackTo == 0 {
		mended := *r.opts.Prior
		r.to, r.current, r.mends = mended.Revision, &mended, true
		return nil
	}
	r.to++
	return r.begin(ctx)
}

// isRecordedIn reports whether a record has the very objects of the plan.
func (r *recorder) isRecordedIn(record *release.Record) (bool, error) {
	recorded, err := record.Objects()
	if err != nil {
		return false, err
	}
	var planned release.Record // which takes the values out of Secrets
	if err := planned.SetObjects(r.objects()); err != nil {
		return false, err
	}
	objects, err := planned.Objects()
	return err == nil && reflect.DeepEqual(recorded, objects), err
}

// objects returns what there is to be, in the order of the plan. A Job that is only run
// is not among it.
func (r *recorder) objects() []*unstructured.Unstructured {
	var objects []*unstructured.Unstructured
	for i := range r.plan.Changes {
		if c := &r.plan.Changes[i]; c.Object != nil && c.Action != planner.Run {
			objects = append(objects, c.Object)
		}
	}
	return objects
}

// item returns what the newest revision before this one says of an object.
func (r *recorder) item(id planner.ObjectID) (release.Item, bool) {
	item, ok := r.known[id]
	return item, ok
}

// inventory returns every object that belongs to the release: those of the
// plan, and those of the prior revision that are not known to be gone.
func (r *recorder) inventory() []release.Item {
	var items []release.Item
	listed := map[planner.ObjectID]bool{}
	for i := range r.plan.Changes {
		c := &r.plan.Changes[i]
		if c.Action == planner.Run && (r.outcomes[i].gone || r.current != nil && r.outcomes[i].uid == "") {
			continue // while it may be there, it is listed: one that a killed run leaves is to be found
		}
		listed[c.ID] = true
		if item, ok := r.itemOf(c, r.outcomes[i]); ok {
			item.Ran = c.Ran || r.outcomes[i].ran
			items = append(items, item)
		}
	}
	for _, kept := range r.plan.Kept {
		item, ok := r.item(kept.ID)
		if !ok { // found by its label only; the kinds that are kept are of the core group
			item = release.Item{
				Group: kept.ID.Group, Version: "v1", Kind: kept.ID.Kind, Namespace: kept.ID.Namespace, Name: kept.ID.Name,
			}
		}
		if !listed[kept.ID] {
			listed[kept.ID] = true
			items = append(items, item)
		}
	}
	return items
}

// itemOf returns a change's place in the inventory; false when its object is gone.
func (r *recorder) itemOf(c *planner.Change, out outcome) (release.Item, bool) {
	item, known := r.item(c.ID)
	if c.Object == nil && out.gone {
		return item, false
	}
	item.Group, item.Kind, item.Namespace, item.Name = c.ID.Group, c.ID.Kind, c.ID.Namespace, c.ID.Name
	if c.Live != nil {
		item.UID = c.Live.UID
		if gv, err := schema.ParseGroupVersion(c.Live.APIVersion); err == nil && gv.Version != "" {
			item.Version = gv.Version
		}
	}
	if out.gone || out.uid != "" {
		item.UID = out.uid
	}
	switch {
	case c.Action == planner.Adopt:
		item.Adopted = r.to
	case c.Live == nil:
		item.Adopted = 0 // it was gone, and is made anew
	}
	if c.Object != nil {
		item.Version = c.Object.GroupVersionKind().Version
		item.LastRevision = r.to
		item.Address, item.Origin, item.Role, item.Timeout = c.Address, release.Origin(c.Origin), string(c.Role), c.Timeout
		if !known || r.plan.Release.Switch == "" { // what a switch waits for is nothing that the object needs
			item.Needs = needsOf(c)
		}
	}
	if v := c.Version; v != nil {
		item.DataVersion = &release.DataVersion{BaseName: v.BaseName, Version: v.Version}
	}
	return item, true
}

func needsOf(c *planner.Change) []release.Need {
	var needs []release.Need
	for _, need := range c.Needs {
		needs = append(needs, release.Need{ObjectRef: release.ObjectRef(need.ID), Gate: string(need.Gate)})
	}
	return needs
}
