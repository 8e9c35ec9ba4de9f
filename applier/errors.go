package applier

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"stowage/internal/release"
	"stowage/planner"
)

// ObjectError is why a change could not be made, or did not become ready. Its
// text never holds a value of a Secret of the plan.
type ObjectError struct {
	ID     planner.ObjectID
	Action planner.Action
	Origin planner.Origin // the block the object comes from; zero for an object of no file
	Err    error          // among others *RejectedError, *ChangedError, *NotReadyError, *NotGoneError, *planner.NotThereError
	Hint   string         // what to do about it; may be empty
}

// Error returns "petclinic.hcl:8: Deployment petclinic: ...".
func (e *ObjectError) Error() string {
	text := fmt.Sprintf("%s: %v", e.ID, e.Err)
	if at := e.Origin.String(); at != "" {
		text = at + ": " + text
	}
	return text
}

// Unwrap returns the cause.
func (e *ObjectError) Unwrap() error { return e.Err }

// Why a run stops before its end. Each is the cause of the steps that were being
// waited for at that moment; what was written stays written.
var (
	// ErrInterrupted says that the context of the run ended.
	ErrInterrupted = errors.New("interrupted")
	// ErrAbandoned says that a change failed and the run goes back.
	ErrAbandoned = errors.New("not waited for any longer, since the release goes back")
	// ErrLockLost says that the lock on the release could not be renewed, or was
	// taken away, so that somebody else may be writing.
	ErrLockLost = errors.New("the lock on the release was lost")
)

// ErrNoHealthyRevision says that a release that was to go back cannot, since no
// revision of it was ever healthy.
var ErrNoHealthyRevision = errors.New("there is no healthy revision to go back to")

// stopped returns why the context of a walk ended.
func stopped(ctx context.Context) error {
	return cmp.Or(stopCause(context.Cause(ctx)), ErrInterrupted)
}

// isStop reports whether an error is not the step's own, but the run's end.
func isStop(err error) bool { return stopCause(err) != nil }

// stopCause returns which end of the run an error tells of, or nil.
func stopCause(err error) error {
	for _, cause := range []error{ErrInterrupted, ErrAbandoned, ErrLockLost} {
		if errors.Is(err, cause) {
			return cause
		}
	}
	return nil
}

// StaleError says that the release was changed by another run since the plan was
// made, so that nothing was written.
type StaleError struct {
	Release  string
	Revision int // that the plan was made from
}

// Error says that the plan has to be made again.
func (e *StaleError) Error() string {
	if e.Revision == 0 {
		return fmt.Sprintf("release %s was applied by somebody else since the plan was made", e.Release)
	}
	return fmt.Sprintf("release %s was changed by somebody else since the plan was made from its revision %d", e.Release, e.Revision)
}

// RejectedError is what the API server, or a webhook it asks, has against a
// write.
type RejectedError struct {
	Reason  string // of the API, such as Forbidden or Invalid
	Message string
	Fields  []FieldCause // set when the server named fields
}

// FieldCause is what the server has against one field.
type FieldCause struct {
	Field   string // path
	Message string
}

// Error returns the causes by field, or else the server's message.
func (e *RejectedError) Error() string {
	if len(e.Fields) == 0 {
		return "the API server refuses it: " + e.Message
	}
	causes := make([]string, len(e.Fields))
	for i, f := range e.Fields {
		causes[i] = f.Field + ": " + f.Message
	}
	return "the API server refuses it: " + strings.Join(causes, "; ")
}

// ChangedError says that an object is not any more what the plan was based on,
// so that nothing was written.
type ChangedError struct {
	What   string       // "was deleted", "was made anew", "was changed"
	Fields []FieldOwner // set when fields of ours are at stake
}

// FieldOwner is a field of ours that somebody else has taken.
type FieldOwner struct {
	Field   string // path
	Manager string
}

// Error names who changed what.
func (e *ChangedError) Error() string {
	if len(e.Fields) == 0 {
		return "changed since the plan: it " + e.What
	}
	owners := make([]string, len(e.Fields))
	for i, f := range e.Fields {
		owners[i] = fmt.Sprintf("%s by %s", f.Field, f.Manager)
	}
	return "changed since the plan: " + strings.Join(owners, ", ")
}

// NotReadyError says why an object that was written does not do its work.
type NotReadyError struct {
	Health   planner.Health
	TimedOut time.Duration // how long it was waited for; 0: it failed for good
	Evidence *release.Evidence
}

// Error says what was seen last, and of which pod and container.
func (e *NotReadyError) Error() string {
	text := e.Health.Message
	if e.TimedOut > 0 {
		text = fmt.Sprintf("not ready after %s: %s", e.TimedOut, text)
	}
	if e.Evidence != nil && e.Evidence.Reason != "" && !strings.Contains(text, cmp.Or(e.Evidence.Message, e.Evidence.Reason)) {
		text += "; " + e.Evidence.Summary()
	}
	return text
}

// NotGoneError says that a deleted object is still there.
type NotGoneError struct {
	TimedOut   time.Duration
	Finalizers []string // that hold it
}

// Error names the finalizers.
func (e *NotGoneError) Error() string {
	if len(e.Finalizers) == 0 {
		return fmt.Sprintf("still there %s after it was deleted", e.TimedOut)
	}
	return fmt.Sprintf("still there %s after it was deleted, held by finalizer %s",
		e.TimedOut, strings.Join(e.Finalizers, ", "))
}

// NotFollowedError says that a Service was changed and did not come to lead where it
// should.
type NotFollowedError struct {
	TimedOut time.Duration
	Left     []string // pods that it still leads to
}

// Error names the pods.
func (e *NotFollowedError) Error() string {
	if len(e.Left) == 0 {
		return fmt.Sprintf("%s after its selector was changed, no pod that it selects is ready", e.TimedOut)
	}
	return fmt.Sprintf("%s after its selector was changed, it still leads to %s", e.TimedOut, strings.Join(e.Left, ", "))
}

// MovedBackError says that traffic was moved back at once, since that of another app
// could not be moved with it.
type MovedBackError struct {
	To      planner.Side
	Because planner.ObjectID
	Err     error // why even that failed; nil: it did not
}

// Error names both.
func (e *MovedBackError) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("was to go back to %s, since %s failed, and could not: %v", e.To, e.Because, e.Err)
	}
	return fmt.Sprintf("is back at %s, since %s failed", e.To, e.Because)
}

// Unwrap returns why the way back failed.
func (e *MovedBackError) Unwrap() error { return e.Err }
