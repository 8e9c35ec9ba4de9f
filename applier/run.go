package applier

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/hashicorp/go-multierror"
	"k8s.io/apimachinery/pkg/types"

	"stowage/internal/release"
	"stowage/planner"
)

// run is one walk of one plan.
type run struct {
	cluster  Cluster
	plan     *planner.Plan
	opts     Options
	events   *sink
	secrets  *planner.Redactor
	watches  *watches
	recorder *recorder
	lock     *keeper
	stop     context.CancelCauseFunc // ends the walk

	// By the index of the change. Each is written by the goroutine that runs the
	// step, or by the walk when it never runs, and read after the walk.
	steps    []Step
	outcomes []outcome
}

// outcome is what a step left in the cluster, for the record.
type outcome struct {
	uid  types.UID // of the object that is there now; empty: as it was before
	gone bool
	ran  bool // it is a Job that has run with success
}

func newRun(cluster Cluster, store *release.Store, plan *planner.Plan, opts Options, events *sink, lock *keeper) *run {
	r := &run{
		cluster:  cluster,
		plan:     plan,
		opts:     opts,
		events:   events,
		secrets:  plan.Redactor(),
		watches:  newWatches(cluster, plan),
		lock:     lock,
		steps:    make([]Step, len(plan.Changes)),
		outcomes: make([]outcome, len(plan.Changes)),
	}
	for i := range plan.Changes {
		c := &plan.Changes[i]
		r.steps[i] = Step{ID: c.ID, Action: c.Action, Address: c.Address, Origin: c.Origin, Status: Pending}
	}
	r.recorder = newRecorder(store, plan, opts, r.steps, r.outcomes)
	return r
}

// all walks the plan and records the outcome.
func (r *run) all(ctx context.Context) (*Result, error) {
	began := time.Now()
	walking, stop := context.WithCancelCause(ctx)
	r.stop = stop
	newWalk(r.tasks(), r.opts.Parallelism, r.opts.OnFailure, r.skipped).run(walking)
	stop(nil)
	r.watches.drain()

	result := &Result{Revision: r.plan.Release.FromRevision, Steps: r.steps, Interrupted: r.interrupted(ctx)}
	errs := r.errors(result)
	if err := r.settle(ctx, result, errs); err != nil {
		errs = multierror.Append(errs, err)
	}
	result.Duration = time.Since(began)
	return result, errs.ErrorOrNil()
}

// interrupted reports whether the context ended before all was done.
func (r *run) interrupted(ctx context.Context) bool {
	if ctx.Err() == nil {
		return false
	}
	for i := range r.steps {
		if s := &r.steps[i]; s.Message == ErrInterrupted.Error() || errors.Is(s.Err, ErrInterrupted) {
			return true
		}
	}
	return errors.Is(r.recorder.failure, ErrInterrupted)
}

// errors returns what went wrong. Why the run stopped is told once.
func (r *run) errors(result *Result) *multierror.Error {
	var errs *multierror.Error
	if err := r.recorder.failure; err != nil && !isStop(err) {
		errs = multierror.Append(errs, err)
	}
	done := 0
	for i := range r.steps {
		switch s := &r.steps[i]; {
		case s.Status == Done:
			done++
		case s.Err != nil && !isStop(s.Err):
			errs = multierror.Append(errs, s.Err)
		}
	}
	if result.Interrupted {
		errs = multierror.Append(errs, fmt.Errorf("%w: %d of %d steps were done", ErrInterrupted, done, len(r.steps)))
	}
	if err := r.lock.lostErr(); err != nil {
		errs = multierror.Append(errs, fmt.Errorf("%w; %d of %d steps were done, and somebody else may be going on", err, done, len(r.steps)))
	}
	return errs
}

// settle records how the run ended, also when it was interrupted. Without the
// lock nothing is written: what is recorded may be somebody else's by now.
func (r *run) settle(ctx context.Context, result *Result, errs *multierror.Error) error {
	if r.lock.lostErr() != nil {
		return nil
	}
	if r.recorder.isUntrue(errs != nil) {
		if err := r.lock.take(ctx, r.plan.Release.Name, r.opts.Prior); err != nil {
			return err
		}
	}
	ctx, cancel := r.lock.writing(ctx)
	defer cancel()
	status, err := r.recorder.settle(ctx, errs)
	if status == "" {
		return err
	}
	result.Revision, result.Record = r.recorder.revision(), status
	r.events.send(Event{Type: RecordWritten, Revision: result.Revision, Record: status})
	return err
}

// tasks returns the graph of the plan's changes, at their indexes, followed by
// two more: the recording of the revision, which all but the release's new
// namespace waits for, and the end of all that makes or changes objects, which
// the deletions wait for. So nothing is deleted unless all else went well, but
// for what another change cannot be made beside.
func (r *run) tasks() []task {
	changes := r.plan.Changes
	index := make(map[planner.ObjectID]int, len(changes))
	for i := range changes {
		index[changes[i].ID] = i
	}
	begin, made := len(changes), len(changes)+1
	tasks := make([]task, len(changes)+2)
	tasks[begin] = task{title: "beginning the revision", run: r.begin}
	tasks[made] = task{run: func(context.Context, func()) error { return nil }}
	first := inTheWay(changes)
	for i := range changes {
		c := &changes[i]
		t := task{title: c.ID.String(), app: c.Address, writes: c.Action != planner.NoOp, run: func(ctx context.Context, applied func()) error {
			return r.step(ctx, i, applied)
		}}
		for _, n := range c.Needs {
			if on, planned := index[n.ID]; planned { // otherwise it is there and not ours
				t.needs = append(t.needs, need{on, n.Gate})
			}
		}
		switch {
		case c.Action == planner.Create && r.isHome(c.ID):
			tasks[begin].needs = append(tasks[begin].needs, need{i, planner.Applied})
		default:
			t.needs = append(t.needs, need{begin, planner.Applied})
		}
		switch {
		case c.Action != planner.Delete:
			tasks[made].needs = append(tasks[made].needs, need{i, planner.Ready})
		case !first[c.ID]:
			t.needs = append(t.needs, need{made, planner.Ready})
		}
		tasks[i] = t
	}
	return r.joinMoves(tasks)
}

// inTheWay returns what has to be gone before an object can be made or changed.
func inTheWay(changes []planner.Change) map[planner.ObjectID]bool {
	objects := map[planner.ObjectID]bool{}
	for i := range changes {
		for _, n := range changes[i].Needs {
			if changes[i].Action != planner.Delete && n.Gate == planner.Gone {
				objects[n.ID] = true
			}
		}
	}
	return objects
}

// isHome reports whether it is the namespace that the record and the lock are
// kept in.
func (r *run) isHome(id planner.ObjectID) bool {
	return id == planner.ObjectID{Kind: "Namespace", Name: r.plan.Release.Namespace}
}

// begin takes the lock and records what is about to be done.
func (r *run) begin(ctx context.Context, _ func()) error {
	if r.plan.Empty() {
		return nil
	}
	r.recorder.failure = r.tryBegin(ctx)
	return r.recorder.failure
}

func (r *run) tryBegin(ctx context.Context) error {
	if err := r.lock.take(ctx, r.plan.Release.Name, r.opts.Prior); err != nil {
		return err
	}
	go r.stopWithoutLock(ctx)
	ctx, cancel := r.lock.writing(ctx)
	defer cancel()
	if err := r.recorder.begin(ctx); err != nil {
		return err
	}
	r.events.send(Event{Type: RecordWritten, Revision: r.recorder.revision(), Record: release.Pending})
	return nil
}

// stopWithoutLock ends the walk when the lock is lost: nothing more is begun, and
// nothing is waited for.
func (r *run) stopWithoutLock(ctx context.Context) {
	select {
	case <-r.lock.lost():
		r.stop(ErrLockLost)
	case <-ctx.Done():
	}
}

// skipped notes that a task will never run, unless another one has done its work.
func (r *run) skipped(i int, why string) {
	if i >= len(r.steps) || r.steps[i].Status != Pending {
		return
	}
	r.steps[i].Status, r.steps[i].Message = Skipped, why
	e := eventOf(StepSkipped, &r.plan.Changes[i])
	e.Message = why
	r.events.send(e)
}

// writeTimeout bounds a write, with all its attempts, that an interrupt may not
// cut short.
const writeTimeout = 2 * time.Minute
