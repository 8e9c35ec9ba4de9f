package applier

import (
	"cmp"
	"context"
	"time"

	"stowage/internal/release"
	"stowage/planner"
)

// The defaults of Options.
const (
	DefaultParallelism = 16
	DefaultTimeout     = 10 * time.Minute
)

// Options say how a plan is applied. The zero value is what the command does
// without flags.
type Options struct {
	Parallelism    int           // writes at the same time; 0: DefaultParallelism
	Timeout        time.Duration // bounds the wait for one object; 0: DefaultTimeout
	NoWait         bool          // what the API server has taken counts as ready
	ForceConflicts bool          // fields that somebody else owns are taken over
	OnFailure      Policy        // empty: Stop
	Lock           release.LockOptions

	// Prior is the newest revision as it was read for the plan; nil when there
	// is none.
	Prior *release.Record
	// NewKey is the key that the versions of the plan's Secrets were made with,
	// when the release had none yet. It is stored before anything that uses it.
	NewKey []byte

	// For the record.
	Who            string // user@host
	Pipeline       string // URL of the run of a CI system
	Commit         string // of the configuration, in git
	Dirty          bool   // files differ from the commit
	Env            string // the environment that values come from
	StowageVersion string
	ConfigDir      string
	// Outputs are the results of the configuration once the run has gone well; nil when
	// it follows none, or a part of one: those that are recorded stay.
	Outputs []release.Output

	// OnEvent is told what happens, by one goroutine at a time. A run goes no
	// faster than it returns.
	OnEvent func(Event)

	undoes int // the revision that the plan leads back to, though it is a switch
}

// Status is how far a step got.
type Status string

// The statuses of a step.
const (
	Pending Status = "pending"
	Done    Status = "done"
	Failed  Status = "failed"
	Skipped Status = "skipped"
)

// Step is the outcome of one change of the plan.
type Step struct {
	ID       planner.ObjectID
	Action   planner.Action
	Address  string
	Origin   planner.Origin
	Status   Status // Done, Failed or Skipped
	Message  string // why it was skipped
	Err      error  // of a failed one: an *ObjectError
	Duration time.Duration
	Moved    *Moved   // set when the step has moved traffic
	Logs     []string // last lines of the Job that it has run to its end
}

// Moved tells when traffic moved from one version of an app to another.
type Moved struct {
	Move planner.Move
	// At is when the API server had taken the write, as this machine's clock says.
	At time.Time
	// Followed is how long after that all endpoints were those of the new version: a
	// request that begins later is not answered by the old one.
	Followed time.Duration
}

// Result is the outcome of a run.
type Result struct {
	Revision    int            // the newest one now; 0 when there is none
	Record      release.Status // how it is recorded; empty when nothing was written
	Interrupted bool           // the context ended before the walk did
	Steps       []Step         // one for each change, in the order of the plan
	Duration    time.Duration
	// Rollback is set when the policy was to go back, or when traffic was moved that was
	// not known to be right; nil: neither, or nothing was written.
	Rollback *Rollback
}

// Count returns how many steps have the action and the status.
func (r *Result) Count(a planner.Action, s Status) int {
	n := 0
	for i := range r.Steps {
		if r.Steps[i].Action == a && r.Steps[i].Status == s {
			n++
		}
	}
	return n
}

// Run makes the cluster what the plan says, in the plan's order, and records it
// in the store. A plan that changes nothing writes nothing, but what is not
// ready is waited for.
//
// Before it records the revision it takes the release's lock, and holds it to the
// end: it is a *release.LockedError when somebody else does for too long, a
// *StaleError when somebody else has come between plan and lock, and ErrLockLost
// when the lock could not be kept.
//
// When a change fails, what needs it is skipped, nothing is deleted, and the
// policy decides about the rest. Traffic that was moved is moved back when its endpoints
// do not follow, or a Job fails that checks the new version. When the context ends, no further step is begun,
// writes under way are ended, and the revision is recorded as failed. The error is a
// *multierror.Error with an *ObjectError for each change that failed; the result
// is never nil.
func Run(ctx context.Context, cluster Cluster, store *release.Store, plan *planner.Plan, opts Options) (*Result, error) {
	if opts.Parallelism <= 0 {
		opts.Parallelism = DefaultParallelism
	}
	if opts.Timeout <= 0 {
		opts.Timeout = DefaultTimeout
	}
	opts.OnFailure = cmp.Or(opts.OnFailure, Stop)
	events := &sink{consume: opts.OnEvent}
	lock := newKeeper(store, opts.Lock, events)
	defer lock.giveBack(ctx)

	events.send(Event{Type: RunStarted})
	r := newRun(cluster, store, plan, opts, events, lock)
	result, err := r.all(ctx)
	if err != nil {
		if result.Rollback = r.goBack(ctx, result); result.Rollback != nil {
			result.Duration += result.Rollback.duration()
			result.Revision = result.Rollback.revision(result.Revision)
		}
	}
	events.send(Event{Type: RunFinished, Duration: result.Duration, Result: result})
	return result, err
}
