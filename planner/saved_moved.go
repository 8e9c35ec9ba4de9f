package planner

import (
	"errors"
	"fmt"
	"time"

	"github.com/hashicorp/go-multierror"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// MovedError says that a saved plan is not to be carried out, since what it was made
// from has changed: one *ObjectError for each object or field.
type MovedError struct{ All *multierror.Error }

func (e *MovedError) Error() string { return e.All.Error() }

// Unwrap returns all of them.
func (e *MovedError) Unwrap() error { return e.All }

func movedError(errs []*ObjectError) error {
	var all *multierror.Error
	_ = errors.As(joined(errs), &all)
	return &MovedError{all}
}

var errDeleted = errors.New("was deleted since the plan was made")

// madeBy says who has made an object, and when, as far as it tells.
func (v *restoring) madeBy(u *unstructured.Unstructured) string {
	text := "it belongs to " + ownerOf(u)
	if isOurs(u, v.plan.Release.Name, v.plan.Release.Namespace) {
		text = "it has the label of this release"
	}
	for _, o := range ownershipsOf(u) {
		if o.subresource == "" {
			text = "made by " + o.manager
			break
		}
	}
	if at := u.GetCreationTimestamp(); !at.IsZero() {
		text += " at " + at.UTC().Format(time.RFC3339)
	}
	return v.redactor.Text(text)
}

// longestShown is up to where a value is shown in an error.
const longestShown = 200

// now says what a field is now that has changed, and who has written it.
func (v *restoring) now(id ObjectID, live *unstructured.Unstructured, p path) error {
	if p.String() == deletionPath.String() {
		return errors.New("has changed since the plan was made: it is being deleted")
	}
	text := "has changed since the plan was made: it is gone now"
	if value, there := lookup(live.Object, p); there {
		text = "has changed since the plan was made: it has another value now"
		shown, _, masked := v.redactor.values(hides(id, p), value, nil)
		if now := jsonOf(shown); !masked && len(now) <= longestShown {
			text = "has changed since the plan was made: it is " + now + " now"
		}
	}
	if who, at := writerOf(live, p); who != "" {
		text += fmt.Sprintf(", written by %s", who)
		if !at.IsZero() {
			text += " at " + at.UTC().Format(time.RFC3339)
		}
	}
	return errors.New(v.redactor.Text(text))
}

// writerOf returns who has written a field last, of those that own it.
func writerOf(live *unstructured.Unstructured, p path) (manager string, at time.Time) {
	for _, o := range ownershipsOf(live) {
		if o.subresource != "status" && owns(o.tree, p) && (manager == "" || !o.time.Before(at)) {
			manager, at = o.manager, o.time
		}
	}
	return manager, at
}
