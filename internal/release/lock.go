package release

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// DefaultLockTTL is how long a lock lives that is not renewed.
const DefaultLockTTL = time.Minute

// LockOptions say how a lock is acquired and held.
type LockOptions struct {
	Holder  Holder        // who is to hold it; its times are ignored
	Timeout time.Duration // how long it is waited for; 0: not at all
	TTL     time.Duration // whole seconds; 0: DefaultLockTTL
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

// LockedError says that somebody else holds the lock, and did for as long as it
// was waited for.
type LockedError struct {
	Release string
	Holder  Holder
	Waited  time.Duration
}

// Error says who holds the lock.
func (e *LockedError) Error() string {
	text := fmt.Sprintf("release %s is locked by %s", e.Release, e.Holder)
	if waited := e.Waited.Round(time.Second); waited > 0 {
		text += fmt.Sprintf("; waited %s for it", waited)
	}
	return text
}

// Lock acquires the lock of the release, a Lease in its namespace, which must
// exist. It is a *LockedError when somebody else holds it for longer than it is
// waited for, and the context's cause when that ends before.
//
// The lock of a holder that has stopped renewing it is taken over. That is told
// by nobody's clock but ours, since those of two machines may differ: the Lease
// has been seen unchanged for its holder's time to live. A shorter Timeout leaves
// no time to see that.
func (s *Store) Lock(ctx context.Context, o LockOptions) (*Lock, error) {
	if o.TTL == 0 {
		o.TTL = DefaultLockTTL
	}
	a := &acquisition{store: s, options: o, own: s.newLease(o.Holder, o.TTL), began: time.Now()}
	lock, err := a.acquire(ctx)
	if err == nil {
		return lock, nil
	}
	a.abandon(ctx)
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	return nil, err
}

// Lock is a held lock on a release. It is renewed until it is released or lost.
type Lock struct {
	store    *Store
	identity string
	uid      string
	ttl      time.Duration
	waited   bool

	stop context.CancelFunc // ends keep
	done chan struct{}      // keep has ended
	lost chan struct{}
	err  error // why it is lost; set before that is closed
}

// Waited reports whether somebody else held the lock before, so that what was
// read before may be out of date.
func (l *Lock) Waited() bool { return l.waited }

// Lost is closed when the lock could not be renewed, or was taken away. That is
// before its time to live ends, with time left to end the writes under way.
func (l *Lock) Lost() <-chan struct{} { return l.lost }

// Err returns why the lock is lost; nil when it is not.
func (l *Lock) Err() error {
	select {
	case <-l.lost:
		return l.err
	default:
		return nil
	}
}

// Release gives the lock back. It is not an error when it was lost before.
func (l *Lock) Release(ctx context.Context) error {
	l.stop()
	<-l.done
	return l.store.deleteLease(ctx, l.uid)
}

// interval is the time from one renewal to the next.
func (l *Lock) interval() time.Duration { return l.ttl / 3 }

// keep renews the lock until the context ends or the lock is lost. All times are
// by the monotonic clock, and count from before a request was sent: the server
// stored the renewal after that, so that others see it live for longer than we do.
func (l *Lock) keep(ctx context.Context, renewed time.Time) {
	defer close(l.done)
	next := renewed.Add(l.interval())
	for {
		end := renewed.Add(l.ttl * 5 / 6)
		if sleep(ctx, time.Until(earliest(next, end))) != nil {
			return
		}
		began := time.Now()
		attempt, cancel := context.WithDeadline(ctx, earliest(began.Add(l.ttl/5), end))
		err := l.renew(attempt)
		cancel()
		switch {
		case ctx.Err() != nil:
			return
		case err == nil:
			renewed, next = began, began.Add(l.interval())
		case errors.Is(err, errTaken):
			l.lose(fmt.Errorf("the lock of release %s is lost: %w", l.store.release, err))
			return
		case !time.Now().Before(end):
			l.lose(fmt.Errorf("the lock of release %s is lost: it could not be renewed for %s: %w",
				l.store.release, time.Since(renewed).Round(time.Second), err))
			return
		default:
			next = time.Now().Add(l.ttl / 15)
		}
	}
}

func (l *Lock) lose(err error) {
	l.err = err
	close(l.lost)
}

// renew makes one attempt. It is errTaken when the lock is not ours any more.
func (l *Lock) renew(ctx context.Context) error {
	live, err := l.store.renewLease(ctx, l.uid)
	if err == nil && live.identity != l.identity {
		return errTaken
	}
	return err
}

// Holder returns who holds the lock; nil: nobody. That it is held does not mean
// that the holder is alive.
func (s *Store) Holder(ctx context.Context) (*Holder, error) {
	live, err := s.getLease(ctx)
	if err != nil || live == nil || live.identity == "" {
		return nil, err
	}
	return &live.Holder, nil
}

// Unlock takes the lock away from whoever holds it, and returns who that was;
// nil: nobody. The holder writes nothing more once it learns of that, which is
// when it next renews the lock.
func (s *Store) Unlock(ctx context.Context) (*Holder, error) {
	live, err := s.getLease(ctx)
	if err != nil || live == nil {
		return nil, err
	}
	if err := s.deleteLease(ctx, live.uid); err != nil {
		return nil, err
	}
	return &live.Holder, nil
}

// Unlatch removes the lock of a holder that is known to have ended, which nobody
// waited for. Any other stays.
func (s *Store) Unlatch(ctx context.Context, dead func(Holder) bool) error {
	live, err := s.getLease(ctx)
	if err != nil || live == nil || !dead(live.Holder) {
		return err
	}
	return s.deleteLease(ctx, live.uid)
}

func earliest(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
