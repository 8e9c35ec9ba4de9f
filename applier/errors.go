package applier

import (
	"cmp"
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
	Err    error          // among others *RejectedError, *ChangedError, *NotReadyError, *NotGoneError
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

// ErrInterrupted is the cause of a step that was being waited for when the run
// was interrupted. What was written stays written.
var ErrInterrupted = errors.New("interrupted")

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
