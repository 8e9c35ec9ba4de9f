package planner

import "strings"

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
