package release

import (
	"errors"
	"fmt"
)

// ErrKeyExists says that a release has a key already.
var ErrKeyExists = errors.New("the release has a key already: somebody else applied it first just now")

// ExistsError says that somebody else has begun the same revision.
type ExistsError struct {
	Release  string
	Revision int
}

// Error says which revision it is.
func (e *ExistsError) Error() string {
	return fmt.Sprintf("revision %d of release %s exists already: somebody else has begun to apply the release",
		e.Revision, e.Release)
}

// FormatError says that a revision was written in a format of a later stowage.
type FormatError struct {
	Release        string
	Revision       int
	Format         int
	StowageVersion string // that wrote it
}

// Error says what can be read and what is needed.
func (e *FormatError) Error() string {
	return fmt.Sprintf(
		"revision %d of release %s has record format %d, written by stowage %s; this stowage reads formats up to %d: use a newer one",
		e.Revision, e.Release, e.Format, e.StowageVersion, Format)
}

// DamagedError says that a stored revision cannot be read.
type DamagedError struct {
	Release   string
	Revision  int
	Namespace string
	Secret    string // the stored object that is damaged or missing
	Err       error
}

// Error names the damaged object.
func (e *DamagedError) Error() string {
	return fmt.Sprintf("revision %d of release %s cannot be read: Secret %s in namespace %s: %v",
		e.Revision, e.Release, e.Secret, e.Namespace, e.Err)
}

// Unwrap returns what is wrong with it.
func (e *DamagedError) Unwrap() error { return e.Err }
