package planner

import (
	"cmp"
	"errors"
	"regexp"
	"slices"
	"strings"

	"github.com/hashicorp/go-multierror"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// ObjectError is what stands in the way of one object. Its text never holds a
// value of a Secret.
type ObjectError struct {
	ID     ObjectID
	Origin Origin // the block the object comes from; zero for an object of no file
	Field  string // path of the field at fault, when known
	Err    error
	Hint   string // what to do about it; may be empty
}

// Error returns "petclinic.hcl:8: Deployment petclinic: spec.replicas: ...".
func (e *ObjectError) Error() string {
	parts := make([]string, 0, 4)
	if at := e.Origin.String(); at != "" {
		parts = append(parts, at)
	}
	parts = append(parts, e.ID.String())
	if e.Field != "" {
		parts = append(parts, e.Field)
	}
	return strings.Join(append(parts, e.Err.Error()), ": ")
}

// Unwrap returns the cause.
func (e *ObjectError) Unwrap() error { return e.Err }

// joined returns all of them as one *multierror.Error, by position in the
// configuration, or nil.
func joined(errs []*ObjectError) error {
	slices.SortStableFunc(errs, func(a, b *ObjectError) int {
		return cmp.Or(
			cmp.Compare(a.Origin.File, b.Origin.File),
			cmp.Compare(a.Origin.Line, b.Origin.Line),
			cmp.Compare(a.Error(), b.Error()),
		)
	})
	var all *multierror.Error
	for _, err := range errs {
		all = multierror.Append(all, err)
	}
	return all.ErrorOrNil()
}

// rejections turns what the API server answered about an object into one error
// for each field it names. Texts are redacted: a server or a webhook may quote
// the values that it refuses.
func rejections(o Object, err error, secret *Redactor) []*ObjectError {
	blank := ObjectError{ID: o.ID, Origin: o.Origin}
	causes := FieldCauses(err)
	if len(causes) == 0 {
		e := blank
		e.Err = secret.rejection(o, &causeError{text: WithoutSubject(o.ID.Name, err.Error()), status: err})
		return []*ObjectError{&e}
	}
	errs := make([]*ObjectError, 0, len(causes))
	for _, cause := range causes {
		e := blank
		e.Field, e.Origin = cause.Field, o.at(cause.Field)
		e.Err = secret.rejection(o, &causeError{text: cause.Message, status: err})
		errs = append(errs, &e)
	}
	return errs
}

// FieldCauses returns what the API server has against single fields, or nil.
func FieldCauses(err error) []metav1.StatusCause {
	var status apierrors.APIStatus
	if !errors.As(err, &status) || status.Status().Details == nil {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(status.Status().Details.Causes), func(c metav1.StatusCause) bool {
		return c.Field == ""
	})
}

// subject is how the API server begins what it has against an object:
// deployments.apps "petclinic" is forbidden: ...
var subject = regexp.MustCompile(`^[A-Za-z0-9.-]+ "([^"]*)" is (?:forbidden|invalid): `)

// WithoutSubject returns a message of the API server about the object of that
// name without its first words when they only repeat which object that is.
func WithoutSubject(name, message string) string {
	if m := subject.FindStringSubmatch(message); m != nil && m[1] == name {
		return message[len(m[0]):]
	}
	return message
}

// causeError says in its own words what an API error says; errors.As finds that.
type causeError struct {
	text   string
	status error
}

func (e *causeError) Error() string { return e.text }
func (e *causeError) Unwrap() error { return e.status }
