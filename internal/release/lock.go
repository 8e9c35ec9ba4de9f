package release

import (
	"context"
	"fmt"
	"time"
)

// DefaultLockTTL is how long a lock lives that is not renewed.
const DefaultLockTTL = 30 * time.Second

// Holder tells who holds a lock.
type Holder struct {
	Who      string    `json:"who"`                // user@host
	PID      int       `json:"pid,omitempty"`      // on that host
	Process  string    `json:"process,omitempty"`  // tells the process from all others that ever ran on any machine; empty: not known
	Pipeline string    `json:"pipeline,omitempty"` // URL of the run of a CI system
	Command  string    `json:"command,omitempty"`  // what it does: apply, rollback, destroy
	Acquired time.Time `json:"acquired,omitzero"`
	Renewed  time.Time `json:"renewed,omitzero"`
}

// LockOptions say how a lock is acquired and held.
type LockOptions struct {
	Holder  Holder        // who is to hold it; its times are ignored
	Timeout time.Duration // how long it is waited for; 0: not at all
	TTL     time.Duration // 0: DefaultLockTTL
	// Dead reports whether a holder is known to have ended, so that its lock need
	// not be waited for. nil: that is never known.
	Dead func(Holder) bool
	// OnWait is told who holds the lock, when the wait begins and whenever that
	// changes.
	OnWait func(Holder)
	// OnTakeover is told whose lock is taken over, because it has ended or has
	// not renewed the lock for its time to live.
	OnTakeover func(Holder)
}

// Lock is a held lock on a release. It is renewed until it is released or lost.
type Lock struct{}

// LockedError says that somebody else holds the lock, and did for as long as it
// was waited for.
type LockedError struct {
	Release string
	Holder  Holder
	Waited  time.Duration
}

// Error says who holds the lock.
func (e *LockedError) Error() string {
	return fmt.Sprintf("release %s is locked by %s", e.Release, e.Holder.Who)
}

// Lock acquires the lock of the release, a Lease in its namespace, which must
// exist. It is a *LockedError when somebody else holds it for longer than it is
// waited for.
func (s *Store) Lock(ctx context.Context, o LockOptions) (*Lock, error) {
	panic("to come")
}

// Waited reports whether somebody else held the lock before, so that what was
// read before may be out of date.
func (l *Lock) Waited() bool { panic("to come") }

// Lost is closed when the lock could not be renewed, or was taken away. That is
// before its time to live ends, with time left to end the writes under way.
func (l *Lock) Lost() <-chan struct{} { panic("to come") }

// Release gives the lock back. It is not an error when it was lost before.
func (l *Lock) Release(ctx context.Context) error { panic("to come") }

// Holder returns who holds the lock; nil: nobody.
func (s *Store) Holder(ctx context.Context) (*Holder, error) { panic("to come") }

// Unlock takes the lock away from whoever holds it, and returns who that was;
// nil: nobody. The holder writes nothing more once it learns of that, which is
// when it next renews the lock.
func (s *Store) Unlock(ctx context.Context) (*Holder, error) { panic("to come") }

// Unchanged reports whether a revision is still stored as it was read.
func (s *Store) Unchanged(ctx context.Context, r *Record) (bool, error) { panic("to come") }

// LastHealthy returns the newest revision before another one that was deployed
// with success, whatever came after; nil when there is none. One that cannot be
// read is passed over, and told of in the second result.
func (s *Store) LastHealthy(ctx context.Context, before int) (*Record, []error, error) {
	panic("to come")
}
