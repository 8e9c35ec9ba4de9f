package applier

import (
	"context"
	"fmt"
	"reflect"
	"time"

	"github.com/hashicorp/go-multierror"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"stowage/internal/release"
	"stowage/planner"
)

// PriorOf returns what planning wants to know of the newest revision; nil when
// there is none.
func PriorOf(record *release.Record) (*planner.Prior, error) {
	if record == nil {
		return nil, nil
	}
	objects, err := record.Objects()
	if err != nil {
		return nil, err
	}
	prior := &planner.Prior{
		Revision:    record.Revision,
		Interrupted: record.Status == release.Pending,
		Failed:      record.Status == release.Failed || record.Status == release.RolledBack,
		Inventory:   make([]planner.Item, len(record.Inventory)),
		Objects:     make(map[planner.ObjectID]*unstructured.Unstructured, len(objects)),
	}
	for i, item := range record.Inventory {
		prior.Inventory[i] = planner.Item{
			ID: idOf(item), Version: item.Version, UID: string(item.UID), LastRevision: item.LastRevision,
		}
		for _, need := range item.Needs {
			prior.Inventory[i].Needs = append(prior.Inventory[i].Needs, planner.ObjectID(need.ObjectRef))
		}
		if v := item.DataVersion; v != nil {
			prior.Inventory[i].DataVersion = &planner.DataVersion{BaseName: v.BaseName, Version: v.Version}
		}
	}
	for _, object := range objects {
		prior.Objects[planner.IDOf(object)] = object
	}
	return prior, nil
}

func idOf(item release.Item) planner.ObjectID {
	return planner.ObjectID{Group: item.Group, Kind: item.Kind, Namespace: item.Namespace, Name: item.Name}
}

// recorder writes the release's record: that a revision is begun, before any of
// its objects is touched, and how it ended.
type recorder struct {
	store *release.Store
	plan  *planner.Plan
	opts  Options

	known   map[planner.ObjectID]release.Item // the inventory of the revision before
	current *release.Record                   // the revision of this run, once it is begun
	failure error                             // why it could not be begun
}

func newRecorder(store *release.Store, plan *planner.Plan, opts Options) *recorder {
	r := &recorder{store: store, plan: plan, opts: opts, known: map[planner.ObjectID]release.Item{}}
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
func (r *recorder) begin(ctx context.Context, outcomes []outcome) error {
	r.failure = r.tryBegin(ctx, outcomes)
	return r.failure
}

func (r *recorder) tryBegin(ctx context.Context, outcomes []outcome) error {
	if r.opts.NewKey != nil {
		if err := r.store.CreateKey(ctx, r.opts.NewKey); err != nil {
			return fmt.Errorf("the release's key cannot be stored: %w", err)
		}
	}
	record := &release.Record{
		Summary: release.Summary{
			Revision: r.plan.Release.ToRevision, Started: time.Now(),
			Who: r.opts.Who, Commit: r.opts.Commit, StowageVersion: r.opts.StowageVersion,
		},
		Content: release.Content{ConfigDir: r.opts.ConfigDir, Inventory: r.inventory(outcomes)},
	}
	if err := record.SetObjects(r.objects()); err != nil {
		return err
	}
	if err := r.store.Begin(ctx, record); err != nil {
		return fmt.Errorf("revision %d cannot be recorded, so nothing is applied: %w", record.Revision, err)
	}
	r.current = record
	return nil
}

// settle records how the run ended and returns how that is. The status is empty
// when there was nothing to record.
func (r *recorder) settle(ctx context.Context, outcomes []outcome, errs *multierror.Error) (release.Status, error) {
	switch {
	case r.plan.Release.Destroy && errs == nil:
		if err := r.store.Forget(ctx); err != nil {
			return "", fmt.Errorf("everything is deleted, but not the release's record: %w", err)
		}
		return "", nil
	case r.current == nil && r.plan.Empty() && errs == nil:
		return r.mend(ctx)
	case r.current == nil:
		return "", nil
	}
	r.current.Finished = time.Now()
	r.current.Inventory = r.inventory(outcomes)
	r.current.Status, r.current.Messages = release.Deployed, nil
	if errs != nil {
		r.current.Status = release.Failed
		for _, err := range errs.Errors {
			r.current.Messages = append(r.current.Messages, err.Error())
		}
	}
	if err := r.store.Finish(ctx, r.current); err != nil {
		return "", fmt.Errorf("how revision %d ended cannot be recorded: %w", r.current.Revision, err)
	}
	if errs == nil {
		if err := r.store.Prune(ctx, r.plan.Release.HistoryLimit); err != nil {
			return r.current.Status, fmt.Errorf("old revisions cannot be removed: %w", err)
		}
	}
	return r.current.Status, nil
}

// mend records the newest revision as deployed when it is what the cluster has,
// and healthy, though the run that applied it failed or was killed.
func (r *recorder) mend(ctx context.Context) (release.Status, error) {
	prior := r.opts.Prior
	if prior == nil || prior.Status != release.Pending && prior.Status != release.Failed {
		return "", nil
	}
	if same, err := r.isRecordedIn(prior); err != nil || !same {
		return "", err
	}
	mended := *prior
	mended.Status, mended.Finished, mended.Messages = release.Deployed, time.Now(), nil
	if err := r.store.Finish(ctx, &mended); err != nil {
		return "", fmt.Errorf("revision %d is deployed, but that cannot be recorded: %w", prior.Revision, err)
	}
	return mended.Status, nil
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

// objects returns what the configuration says, in the order of the plan.
func (r *recorder) objects() []*unstructured.Unstructured {
	var objects []*unstructured.Unstructured
	for i := range r.plan.Changes {
		if object := r.plan.Changes[i].Object; object != nil {
			objects = append(objects, object)
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
func (r *recorder) inventory(outcomes []outcome) []release.Item {
	var items []release.Item
	listed := map[planner.ObjectID]bool{}
	for i := range r.plan.Changes {
		c := &r.plan.Changes[i]
		listed[c.ID] = true
		if item, ok := r.itemOf(c, outcomes[i]); ok {
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
	item, _ := r.item(c.ID)
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
	if c.Object != nil {
		item.Version = c.Object.GroupVersionKind().Version
		item.LastRevision = r.plan.Release.ToRevision
		item.Address, item.Origin, item.Role, item.Timeout = c.Address, release.Origin(c.Origin), string(c.Role), c.Timeout
		item.Needs = nil
		for _, need := range c.Needs {
			item.Needs = append(item.Needs, release.Need{ObjectRef: release.ObjectRef(need.ID), Gate: string(need.Gate)})
		}
	}
	if v := c.Version; v != nil {
		item.DataVersion = &release.DataVersion{BaseName: v.BaseName, Version: v.Version}
	}
	return item, true
}
