package applier

import (
	"context"
	"sync"

	"stowage/internal/release"
)

// keeper holds the lock on the release from before its record is written until
// the run, with what undoes it, is over.
type keeper struct {
	store  *release.Store
	opts   release.LockOptions
	events *sink
	lock   *release.Lock // nil: never taken
	once   sync.Once     // gives it back
}

func newKeeper(store *release.Store, opts release.LockOptions, events *sink) *keeper {
	k := &keeper{store: store, opts: opts, events: events}
	k.opts.OnWait = func(h release.Holder) { events.send(Event{Type: LockWaiting, Holder: &h}) }
	k.opts.OnTakeover = func(h release.Holder) { events.send(Event{Type: LockTakenOver, Holder: &h}) }
	return k
}

// take acquires the lock, unless it is held already, and makes sure that prior is
// still the newest revision, in the state that it was read in. Without a wait
// and after a revision that had ended this needs no look: whoever came between
// has begun the next revision, which nobody can begin twice.
func (k *keeper) take(ctx context.Context, name string, prior *release.Record) error {
	if k.lock != nil {
		return nil
	}
	lock, err := k.store.Lock(ctx, k.opts)
	if err != nil {
		if ctx.Err() != nil {
			return stopped(ctx)
		}
		return err
	}
	k.lock = lock
	if prior == nil || !lock.Waited() && prior.Status != release.Pending {
		return nil
	}
	same, err := k.store.Unchanged(ctx, prior)
	if err == nil && !same {
		err = &StaleError{Release: name, Revision: prior.Revision}
	}
	return err
}

// lost is closed when the lock cannot be kept any longer. It is nil, which
// blocks forever, when none is held.
func (k *keeper) lost() <-chan struct{} {
	if k.lock == nil {
		return nil
	}
	return k.lock.Lost()
}

// lostErr returns an ErrLockLost when the lock was lost.
func (k *keeper) lostErr() error {
	if k.lock == nil || k.lock.Err() == nil {
		return nil
	}
	return lockLostError{k.lock.Err()}
}

// lockLostError is an ErrLockLost that says why.
type lockLostError struct{ error }

// Is makes it an ErrLockLost.
func (e lockLostError) Is(target error) bool { return target == ErrLockLost }

// Unwrap returns why the lock was lost.
func (e lockLostError) Unwrap() error { return e.error }

// giveBack releases the lock. One that cannot be given back ends by itself.
func (k *keeper) giveBack(ctx context.Context) {
	if k.lock == nil {
		return
	}
	k.once.Do(func() {
		ctx, cancel := k.writing(ctx)
		defer cancel()
		_ = k.lock.Release(ctx)
	})
}

// writing returns a context that goes on when ctx is cancelled: a write whose
// answer was not waited for would leave open what is in the cluster. It ends when
// the lock is lost, since somebody else may write from then on.
func (k *keeper) writing(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), writeTimeout)
	if k.lostErr() != nil {
		cancel()
	}
	if lost := k.lost(); lost != nil {
		go func() {
			select {
			case <-lost:
				cancel()
			case <-ctx.Done():
			}
		}()
	}
	return ctx, cancel
}
