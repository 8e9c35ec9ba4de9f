package release

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sync/errgroup"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"

	"stowage/internal/kube"
	"stowage/internal/testcluster"
)

// shop returns the store of a release in a namespace of its own.
func shop(t *testing.T) *Store {
	t.Helper()
	return NewStore(dial(t), testcluster.Start(t).Namespace(t), "shop")
}

// through returns the same store for a client that a test taps.
func (s *Store) through(on func(ctx context.Context, r request, send func() error) error) *Store {
	return NewStore(&tap{s.client, on}, s.namespace, s.release)
}

func by(who string) LockOptions { return LockOptions{Holder: Holder{Who: who}, Timeout: time.Minute} }

func acquire(t *testing.T, s *Store, o LockOptions) *Lock {
	t.Helper()
	l, err := s.Lock(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.stop)
	return l
}

// die ends the process of a holder.
func die(l *Lock) {
	l.stop()
	<-l.done
}

func release(t *testing.T, l *Lock) {
	t.Helper()
	if err := l.Release(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// isHeldBy checks who holds the lock; empty: nobody.
func isHeldBy(t *testing.T, s *Store, who string) {
	t.Helper()
	holder, err := s.Holder(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if holder == nil && who != "" || holder != nil && holder.Who != who {
		t.Errorf("held by %v, want %q", holder, who)
	}
}

func isLost(l *Lock) bool {
	select {
	case <-l.Lost():
		return true
	default:
		return false
	}
}

// hang is a request that gets no answer.
func hang(ctx context.Context) error {
	<-ctx.Done()
	return ctx.Err()
}

var errReset = errors.New("connection reset")

func TestFreeLockTakesTwoRequestsAndLeavesNothing(t *testing.T) {
	client, requests := counting(dial(t))
	s := NewStore(client, testcluster.Start(t).Namespace(t), "shop")
	l := acquire(t, s, LockOptions{Holder: Holder{Who: "ann"}})
	if l.Waited() || l.Err() != nil {
		t.Errorf("waited %t, lost: %v", l.Waited(), l.Err())
	}
	release(t, l)
	if n := requests.Load(); n != 2 {
		t.Errorf("%d requests", n)
	}
	isHeldBy(t, s, "")
	release(t, l) // again
}

func TestLeaseSaysWhoAndHowLong(t *testing.T) {
	s := shop(t)
	before := time.Now().Add(-time.Second)
	want := Holder{Who: "ann@laptop", PID: 4711, Process: "boot/4711/99", Pipeline: "https://ci.example/42", Command: "apply"}
	acquire(t, s, LockOptions{Holder: want, TTL: 1500 * time.Millisecond})
	lease, err := testcluster.Start(t).Client.CoordinationV1().Leases(s.namespace).Get(t.Context(), "stowage.shop", metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(*lease.Spec.HolderIdentity, "ann@laptop_") {
		t.Errorf("holder identity %s", *lease.Spec.HolderIdentity)
	}
	if *lease.Spec.LeaseDurationSeconds != 2 {
		t.Errorf("%d s", *lease.Spec.LeaseDurationSeconds)
	}
	if lease.Labels[labelRecord] != "shop" {
		t.Errorf("labels %v", lease.Labels)
	}
	holder, err := s.Holder(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if !holder.Acquired.Equal(lease.Spec.AcquireTime.Time) || holder.Acquired.Before(before) || holder.Renewed.Before(holder.Acquired) {
		t.Errorf("acquired %s, renewed %s; the Lease says %s", holder.Acquired, holder.Renewed, lease.Spec.AcquireTime)
	}
	holder.Acquired, holder.Renewed = time.Time{}, time.Time{}
	if diff := cmp.Diff(want, *holder); diff != "" {
		t.Errorf("holder (-want +got):\n%s", diff)
	}
}

func TestS24LockHasOneHolder(t *testing.T) {
	s := shop(t)
	var inside, turns atomic.Int64
	group, ctx := errgroup.WithContext(t.Context())
	for i := range 20 {
		group.Go(func() error {
			l, err := s.Lock(ctx, by(fmt.Sprintf("p%d", i)))
			if err != nil {
				return err
			}
			if inside.Add(1) != 1 {
				t.Error("two hold the lock")
			}
			isHeldBy(t, s, fmt.Sprintf("p%d", i))
			turns.Add(1)
			inside.Add(-1)
			return l.Release(ctx)
		})
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	if turns.Load() != 20 {
		t.Errorf("%d of 20 had it", turns.Load())
	}
	isHeldBy(t, s, "")
}

func TestOldHolderLeavesTheNewOnesLockAlone(t *testing.T) {
	s := shop(t)
	const ttl = time.Second
	frozen := s.through(func(ctx context.Context, r request, send func() error) error {
		if r.verb == "patch" {
			return hang(ctx)
		}
		return send()
	})
	o := by("ann")
	o.TTL = ttl
	old := acquire(t, frozen, o)
	fresh := acquire(t, s, by("bob"))
	if !isLost(old) {
		t.Error("another one has the lock, and its old holder does not know")
	}
	awake := *old
	awake.store = s
	if err := awake.renew(t.Context()); !errors.Is(err, errTaken) {
		t.Errorf("renewing it late: %v", err)
	}
	release(t, old)
	isHeldBy(t, s, "bob")
	if err := fresh.renew(t.Context()); err != nil {
		t.Errorf("the new holder's: %v", err)
	}
}

func TestLostBeforeItsTimeToLiveEnds(t *testing.T) {
	const ttl = 2 * time.Second
	for name, fail := range map[string]func(context.Context) error{
		"refused":   func(context.Context) error { return apierrors.NewTooManyRequests("busy", 1) },
		"no answer": hang,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			refused := shop(t).through(func(ctx context.Context, r request, send func() error) error {
				if r.verb == "patch" {
					return fail(ctx)
				}
				return send()
			})
			began := time.Now()
			o := by("ann")
			o.TTL = ttl
			l := acquire(t, refused, o)
			<-l.Lost()
			if lived := time.Since(began); lived < ttl/2 || lived >= ttl {
				t.Errorf("lost after %s of %s", lived, ttl)
			}
			if err := l.Err(); err == nil || !strings.Contains(err.Error(), "the lock of release shop is lost: it could not be renewed for 2s: ") {
				t.Errorf("reason: %v", err)
			}
			release(t, l)
			isHeldBy(t, refused, "")
		})
	}
}

// TestRenewedThroughFaults lets one of three attempts through.
func TestRenewedThroughFaults(t *testing.T) {
	t.Parallel()
	const ttl = 6 * time.Second
	var attempts atomic.Int64
	renewed := make(chan time.Time, 100)
	faulty := shop(t).through(func(ctx context.Context, r request, send func() error) error {
		if r.verb != "patch" {
			return send()
		}
		switch attempts.Add(1) % 3 {
		case 1:
			return hang(ctx)
		case 2:
			return errors.Join(send(), errReset) // stored, and the answer lost
		}
		err := send()
		renewed <- time.Now()
		return err
	})
	o := by("ann")
	o.TTL = ttl
	began := time.Now()
	l := acquire(t, faulty, o)
	for last := began; last.Sub(began) < ttl; {
		select {
		case last = <-renewed:
		case <-l.Lost():
			t.Fatal(l.Err())
		}
	}
	release(t, l)
}

func TestUnlockEvictsTheHolder(t *testing.T) {
	s := shop(t)
	if holder, err := s.Unlock(t.Context()); holder != nil || err != nil {
		t.Errorf("nothing to unlock: %v, %v", holder, err)
	}
	o := by("ann")
	o.TTL = 3 * time.Second
	o.Holder.Command = "apply"
	l := acquire(t, s, o)
	holder, err := s.Unlock(t.Context())
	if err != nil || holder == nil || holder.Who != "ann" || holder.Command != "apply" {
		t.Fatalf("evicted %v, %v", holder, err)
	}
	began := time.Now()
	<-l.Lost()
	if took := time.Since(began); took > 2*time.Second {
		t.Errorf("the holder knew after %s", took)
	}
	if !errors.Is(l.Err(), errTaken) {
		t.Errorf("reason: %v", l.Err())
	}
	isHeldBy(t, s, "")
	release(t, l)
}

func TestUnlatchRemovesTheLockOfTheDeadAlone(t *testing.T) {
	s := shop(t)
	isAnn := func(h Holder) bool { return h.Who == "ann" }
	if err := s.Unlatch(t.Context(), isAnn); err != nil {
		t.Errorf("nothing to remove: %v", err)
	}
	die(acquire(t, s, by("bob")))
	if err := s.Unlatch(t.Context(), isAnn); err != nil {
		t.Error(err)
	}
	isHeldBy(t, s, "bob")
	if _, err := s.Unlock(t.Context()); err != nil {
		t.Fatal(err)
	}
	die(acquire(t, s, by("ann")))
	if err := s.Unlatch(t.Context(), isAnn); err != nil {
		t.Error(err)
	}
	isHeldBy(t, s, "")
}

func TestLockWithoutTheRightTo(t *testing.T) {
	config := rest.CopyConfig(testcluster.Start(t).Config)
	config.Impersonate.UserName = "nobody"
	c, err := kube.New(config)
	if err != nil {
		t.Fatal(err)
	}
	s := NewStore(c, testcluster.Start(t).Namespace(t), "shop")
	_, err = s.Lock(t.Context(), by("ann"))
	want := fmt.Sprintf("the lock of release shop takes the right to create leases.coordination.k8s.io in namespace %s: ", s.namespace)
	if !apierrors.IsForbidden(err) || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("error %v", err)
	}
	if _, err := s.Unlock(t.Context()); err == nil || !strings.Contains(err.Error(), "the right to get leases.coordination.k8s.io") {
		t.Errorf("unlock: %v", err)
	}
}

func TestLockedErrorTellsAll(t *testing.T) {
	err := &LockedError{Release: "shop", Waited: 5*time.Minute + 3*time.Millisecond, Holder: Holder{
		Who: "ann@laptop", PID: 4711, Command: "apply", Pipeline: "https://ci.example/42", Acquired: start,
	}}
	want := "release shop is locked by ann@laptop since 2026-03-01T12:00:00Z (apply, process 4711, https://ci.example/42); waited 5m0s for it"
	if err.Error() != want {
		t.Errorf("got  %s\nwant %s", err, want)
	}
	err = &LockedError{Release: "shop"}
	if want := "release shop is locked by somebody unknown"; err.Error() != want {
		t.Errorf("got  %s\nwant %s", err, want)
	}
}
