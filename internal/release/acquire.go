package release

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
)

// acquisition is one attempt to get the lock.
type acquisition struct {
	store   *Store
	options LockOptions
	own     *lease    // that is to be
	began   time.Time // to wait

	created bool      // or perhaps so: the request was sent
	waited  bool      // somebody else had it
	told    string    // whom the caller knows to hold it
	dead    *Holder   // whose lock is taken over
	seen    string    // the state of the Lease that was seen last,
	since   time.Time // and since when
}

func (a *acquisition) acquire(ctx context.Context) (*Lock, error) {
	for {
		asked := time.Now()
		created, err := a.store.createLease(ctx, a.own)
		a.created = err == nil || passes(err)
		if apierrors.IsAlreadyExists(err) {
			asked = time.Time{}
			created, err = a.awaitEnd(ctx)
		}
		if err != nil {
			return nil, err
		}
		if created == nil {
			continue
		}
		if lock, err := a.hold(ctx, created, asked); !errors.Is(err, errTaken) {
			return lock, err
		}
	}
}

// awaitEnd waits until the Lease is gone, and has it go when its holder is dead.
// It returns the Lease if it turns out to be our own: the answer to the request
// that created it got lost.
func (a *acquisition) awaitEnd(ctx context.Context) (*lease, error) {
	for {
		live, err := a.store.getLease(ctx)
		switch {
		case err != nil || live == nil:
			return nil, err
		case live.identity == a.own.identity:
			a.created = true
			return live, nil
		}
		a.waited = true
		if state := live.uid + live.resourceVersion; state != a.seen {
			a.seen, a.since = state, time.Now()
		}
		if a.isDead(live) {
			return nil, a.takeOver(ctx, live)
		}
		a.dead = nil
		if err := a.pause(ctx, live); err != nil {
			return nil, err
		}
	}
}

// isDead reports whether nobody holds the Lease any more.
func (a *acquisition) isDead(live *lease) bool {
	return live.identity == "" || time.Since(a.since) >= live.ttl ||
		a.options.Dead != nil && a.options.Dead(live.Holder)
}

// pause waits for the next look at the Lease, or fails when the time is up.
func (a *acquisition) pause(ctx context.Context, live *lease) error {
	left := a.options.Timeout - time.Since(a.began)
	if left <= 0 {
		waited := time.Since(a.began)
		if a.options.Timeout == 0 {
			waited = 0
		}
		return &LockedError{Release: a.store.release, Holder: live.Holder, Waited: waited}
	}
	if a.told != live.identity && a.options.OnWait != nil {
		a.options.OnWait(live.Holder)
	}
	a.told = live.identity
	// Those who wait for the same lock should not all ask at the same time.
	const shortest = 500 * time.Millisecond
	poll := shortest + rand.N(shortest)
	return sleep(ctx, min(left, poll, max(live.ttl-time.Since(a.since), 0)))
}

// takeOver removes the Lease of a dead holder. It is not updated in place: the
// late end of a holder that was not so dead must find another object. First it is
// said to be nobody's, and only if it is as it was seen, so that a holder that
// just now renews it keeps it.
func (a *acquisition) takeOver(ctx context.Context, live *lease) error {
	if live.identity != "" {
		err := a.store.vacateLease(ctx, live)
		if apierrors.IsConflict(err) || apierrors.IsNotFound(err) {
			return nil // the next look tells
		}
		if err != nil {
			return err
		}
		a.dead = &live.Holder
	}
	return a.store.deleteLease(ctx, live.uid)
}

// hold returns the lock that a Lease stands for, and keeps it renewed. When the
// request that made the Lease was sent a while ago, or it is not known when, it is
// renewed first; it is errTaken when that is too late.
func (a *acquisition) hold(ctx context.Context, live *lease, asked time.Time) (*Lock, error) {
	l := &Lock{
		store: a.store, identity: a.own.identity, uid: live.uid, ttl: a.options.TTL, waited: a.waited,
		done: make(chan struct{}), lost: make(chan struct{}),
	}
	if time.Since(asked) > l.interval() {
		asked = time.Now()
		if err := persist(ctx, l.renew); err != nil {
			return nil, err
		}
	}
	if a.dead != nil && a.options.OnTakeover != nil {
		a.options.OnTakeover(*a.dead)
	}
	keeping, stop := context.WithCancel(context.WithoutCancel(ctx))
	l.stop = stop
	go l.keep(keeping, asked)
	return l, nil
}

// abandon removes a Lease that may have been created though nobody wants it any
// more. If that fails, others wait for its time to live.
func (a *acquisition) abandon(ctx context.Context) {
	if !a.created {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), requestTimeout)
	defer cancel()
	live, err := a.store.getLease(ctx)
	if err == nil && live != nil && live.identity == a.own.identity {
		_ = a.store.deleteLease(ctx, live.uid)
	}
}
