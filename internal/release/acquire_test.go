package release

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
)

func TestS24KilledHoldersLockIsTakenOver(t *testing.T) {
	s := shop(t)
	const ttl = 2 * time.Second
	first := by("ann")
	first.TTL = ttl
	die(acquire(t, s, first))

	began := time.Now()
	second := by("bob")
	var waited, from []string
	second.OnWait = func(h Holder) { waited = append(waited, h.Who) }
	second.OnTakeover = func(h Holder) { from = append(from, h.Who) }
	l := acquire(t, s, second)
	if took := time.Since(began); took < ttl {
		t.Errorf("taken over after %s", took)
	}
	if !l.Waited() || !slices.Equal(waited, []string{"ann"}) || !slices.Equal(from, []string{"ann"}) {
		t.Errorf("waited %t for %q, taken over from %q", l.Waited(), waited, from)
	}
	isHeldBy(t, s, "bob")
}

func TestEndedHolderIsNotWaitedFor(t *testing.T) {
	s := shop(t)
	die(acquire(t, s, LockOptions{Holder: Holder{Who: "ann", Process: "ended"}}))
	from := ""
	l := acquire(t, s, LockOptions{
		Holder:     Holder{Who: "bob"},
		Dead:       func(h Holder) bool { return h.Process == "ended" },
		OnWait:     func(h Holder) { t.Errorf("waited for %s", h) },
		OnTakeover: func(h Holder) { from = h.Who },
	})
	if !l.Waited() || from != "ann" {
		t.Errorf("Waited %t, taken over from %q", l.Waited(), from)
	}
	isHeldBy(t, s, "bob")
}

// TestTwoTakeOver has two see the same dead holder before either acts on that.
func TestTwoTakeOver(t *testing.T) {
	s := shop(t)
	die(acquire(t, s, LockOptions{Holder: Holder{Who: "ann", Process: "ended"}}))
	var both sync.WaitGroup
	both.Add(2)
	var inside, takeovers atomic.Int64
	group, ctx := errgroup.WithContext(t.Context())
	for i := range 2 {
		o := by(fmt.Sprintf("p%d", i))
		met := false
		o.Dead = func(h Holder) bool {
			if h.Process == "ended" && !met {
				met = true
				both.Done()
				both.Wait()
			}
			return h.Process == "ended"
		}
		o.OnTakeover = func(Holder) { takeovers.Add(1) }
		group.Go(func() error {
			l, err := s.Lock(ctx, o)
			if err != nil {
				return err
			}
			if inside.Add(1) != 1 {
				t.Error("two hold the lock")
			}
			isHeldBy(t, s, o.Holder.Who)
			inside.Add(-1)
			return l.Release(ctx)
		})
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	if n := takeovers.Load(); n > 1 {
		t.Errorf("%d say that they took it over", n)
	}
}

// TestLateRenewalKeepsTheLock has a holder renew between the moment when another
// one finds it dead and the moment when that acts.
func TestLateRenewalKeepsTheLock(t *testing.T) {
	s := shop(t)
	o := by("ann")
	o.TTL = 2 * time.Second
	late := acquire(t, s, o)
	die(late)
	vacating := s.through(func(ctx context.Context, r request, send func() error) error {
		if r.verb == "patch" && late != nil {
			if err := late.renew(ctx); err != nil {
				t.Error(err)
			}
			late = nil
		}
		return send()
	})
	second := by("bob")
	second.Timeout = 3500 * time.Millisecond // for one time to live, not for two
	locked := (*LockedError)(nil)
	if _, err := vacating.Lock(t.Context(), second); !errors.As(err, &locked) || locked.Holder.Who != "ann" {
		t.Errorf("error %v", err)
	}
	if late != nil {
		t.Error("it was not found dead")
	}
	isHeldBy(t, s, "ann")
}

func TestLostAnswersOfCreate(t *testing.T) {
	for name, lose := range map[string]func(ctx context.Context, send func() error) error{
		"reset": func(_ context.Context, send func() error) error { return errors.Join(send(), errReset) },
		"busy":  func(context.Context, func() error) error { return apierrors.NewServiceUnavailable("busy") },
	} {
		t.Run(name, func(t *testing.T) {
			creates := 0
			s := shop(t)
			l := acquire(t, s.through(func(ctx context.Context, r request, send func() error) error {
				if r.verb == "create" {
					if creates++; creates == 1 {
						return lose(ctx, send)
					}
				}
				return send()
			}), LockOptions{Holder: Holder{Who: "ann"}})
			if l.Waited() {
				t.Error("it says that somebody else had it")
			}
			isHeldBy(t, s, "ann")
			if creates != 2 {
				t.Errorf("%d times created", creates)
			}
		})
	}
}

// TestEachHolderIsToldOnce has the Lease change hands while it is waited for.
func TestEachHolderIsToldOnce(t *testing.T) {
	s := shop(t)
	die(acquire(t, s, LockOptions{Holder: Holder{Who: "ann"}}))
	looks := 0
	watched := s.through(func(ctx context.Context, r request, send func() error) error {
		if r.verb == "get" {
			looks++
			switch looks {
			case 3: // ann's for two looks, cem's for two more
				patch := []byte(`{"metadata":{"annotations":{"stowage.dev/who":"cem"}},"spec":{"holderIdentity":"cem_1"}}`)
				if _, err := s.client.MergePatch(ctx, leaseKind, s.namespace, "stowage.shop", patch); err != nil {
					t.Error(err)
				}
			case 5:
				if _, err := s.Unlock(ctx); err != nil {
					t.Error(err)
				}
			}
		}
		return send()
	})
	var told []string
	o := by("bob")
	o.OnWait = func(h Holder) { told = append(told, h.Who) }
	acquire(t, watched, o)
	if !slices.Equal(told, []string{"ann", "cem"}) {
		t.Errorf("told of %q", told)
	}
}

func TestWaitEnds(t *testing.T) {
	s := shop(t)
	o := by("ann")
	o.Holder.Command = "apply"
	die(acquire(t, s, o))
	locked := (*LockedError)(nil)
	t.Run("not begun", func(t *testing.T) {
		o := LockOptions{Holder: Holder{Who: "bob"}, OnWait: func(Holder) { t.Error("waited") }}
		if _, err := s.Lock(t.Context(), o); !errors.As(err, &locked) || locked.Waited != 0 || locked.Holder.Command != "apply" {
			t.Errorf("error %#v", err)
		}
	})
	t.Run("time is up", func(t *testing.T) {
		o := LockOptions{Holder: Holder{Who: "bob"}, Timeout: 100 * time.Millisecond}
		if _, err := s.Lock(t.Context(), o); !errors.As(err, &locked) || locked.Waited < o.Timeout || locked.Waited > 10*time.Second {
			t.Errorf("error %#v", err)
		}
	})
	t.Run("interrupted", func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		interrupt := errors.New("interrupt")
		o := by("bob")
		o.OnWait = func(Holder) { cancel(interrupt) }
		if _, err := s.Lock(ctx, o); !errors.Is(err, interrupt) {
			t.Errorf("error %v", err)
		}
	})
	isHeldBy(t, s, "ann")
}

func TestInterruptedCreateLeavesNoLock(t *testing.T) {
	s := shop(t)
	ctx, cancel := context.WithCancelCause(t.Context())
	interrupt := errors.New("interrupt")
	_, err := s.through(func(ctx context.Context, r request, send func() error) error {
		err := send()
		if r.verb == "create" {
			cancel(interrupt)
			return errors.Join(err, context.Cause(ctx))
		}
		return err
	}).Lock(ctx, by("ann"))
	if !errors.Is(err, interrupt) {
		t.Errorf("error %v", err)
	}
	isHeldBy(t, s, "")
}

// TestClocksMayDiffer has a Lease whose holder's clock is years behind.
func TestClocksMayDiffer(t *testing.T) {
	s := shop(t)
	acquire(t, s, by("ann"))
	patch := []byte(`{"spec":{"renewTime":"2001-01-01T00:00:00.000000Z"}}`)
	if _, err := s.client.MergePatch(t.Context(), leaseKind, s.namespace, "stowage.shop", patch); err != nil {
		t.Fatal(err)
	}
	locked := (*LockedError)(nil)
	if _, err := s.Lock(t.Context(), LockOptions{Timeout: 100 * time.Millisecond}); !errors.As(err, &locked) {
		t.Errorf("error %v", err)
	}
}
