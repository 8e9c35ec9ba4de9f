package release

import (
	"errors"
	"maps"
	"slices"
	"testing"

	"stowage/internal/testcluster"
)

func statuses(t *testing.T, s *Store) map[int]Status {
	t.Helper()
	history, err := s.History(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	all := map[int]Status{}
	for _, summary := range history {
		all[summary.Revision] = summary.Status
	}
	return all
}

// labels returns the statuses as they are stored.
func labels(t *testing.T, s *Store) map[int]Status {
	t.Helper()
	stored, err := s.list(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	all := map[int]Status{}
	for _, h := range stored.heads {
		all[h.Revision] = h.label
	}
	return all
}

func wantStatuses(t *testing.T, got map[int]Status, want ...Status) {
	t.Helper()
	all := map[int]Status{}
	for i, status := range want {
		all[i+1] = status
	}
	if !maps.Equal(got, all) {
		t.Errorf("statuses %v, want %v", got, all)
	}
}

// backTo returns a revision that goes back to another one.
func backTo(revision, target int) *Record {
	r := newRecord(revision)
	r.RollbackTo = target
	return r
}

func TestStatusesFollowEachOther(t *testing.T) {
	s := shop(t)
	finish(t, s, begin(t, s, newRecord(1)), Deployed)
	finish(t, s, begin(t, s, newRecord(2)), Failed)
	begin(t, s, newRecord(3)) // its run is killed
	wantStatuses(t, statuses(t, s), Deployed, Failed, Pending)
	four := begin(t, s, newRecord(4))
	wantStatuses(t, statuses(t, s), Deployed, Failed, Failed, Pending)
	finish(t, s, four, Deployed)
	want := []Status{Superseded, Failed, Failed, Deployed}
	wantStatuses(t, statuses(t, s), want...) // even if the run is killed now
	wantStatuses(t, labels(t, s), Deployed, Failed, Pending, Deployed)
	if err := s.Settle(t.Context(), 10); err != nil {
		t.Fatal(err)
	}
	wantStatuses(t, labels(t, s), want...)
	wantStatuses(t, statuses(t, s), want...)
}

func TestStatusesAfterGoingBack(t *testing.T) {
	s := shop(t)
	finish(t, s, begin(t, s, newRecord(1)), Failed)
	finish(t, s, begin(t, s, newRecord(2)), Deployed)
	finish(t, s, begin(t, s, newRecord(3)), Deployed)
	finish(t, s, begin(t, s, newRecord(4)), Failed)
	finish(t, s, begin(t, s, newRecord(5)), Failed)
	six := begin(t, s, backTo(6, 2))
	wantStatuses(t, statuses(t, s), Failed, Superseded, Deployed, Failed, Failed, Pending)
	finish(t, s, six, Failed)
	wantStatuses(t, statuses(t, s), Failed, Superseded, Deployed, Failed, Failed, Failed)
	finish(t, s, begin(t, s, backTo(7, 2)), Deployed)
	finish(t, s, begin(t, s, newRecord(8)), Failed)
	want := []Status{Failed, Superseded, Superseded, RolledBack, RolledBack, RolledBack, Deployed, Failed}
	wantStatuses(t, statuses(t, s), want...)
	finish(t, s, begin(t, s, newRecord(9)), Deployed)
	if err := s.Settle(t.Context(), 10); err != nil {
		t.Fatal(err)
	}
	want = []Status{Failed, Superseded, Superseded, RolledBack, RolledBack, RolledBack, Superseded, Failed, Deployed}
	wantStatuses(t, labels(t, s), want...)
}

func TestGoodRunTakesFewRequests(t *testing.T) {
	client, requests := counting(dial(t))
	s := NewStore(client, testcluster.Start(t).Namespace(t), "shop")
	finish(t, s, begin(t, s, newRecord(1)), Deployed)
	revision := 1
	run := func(keep int) int64 {
		requests.Store(0)
		revision++
		finish(t, s, begin(t, s, newRecord(revision)), Deployed)
		if err := s.Settle(t.Context(), keep); err != nil {
			t.Fatal(err)
		}
		return requests.Load()
	}
	if n := run(2); n != 4 { // create, update, list, label of the one before
		t.Errorf("second revision: %d requests", n)
	}
	if n := run(2); n != 5 { // and the delete of the oldest
		t.Errorf("third revision: %d requests", n)
	}
	requests.Store(0)
	if err := s.Settle(t.Context(), 2); err != nil {
		t.Fatal(err)
	}
	if n := requests.Load(); n != 1 {
		t.Errorf("nothing to settle: %d requests", n)
	}
}

func TestKilledBetweenAnyTwoWrites(t *testing.T) {
	c := dial(t)
	runs := 0
	for writes := 0; ; writes++ {
		s := NewStore(c, testcluster.Start(t).Namespace(t), "shop")
		finish(t, s, begin(t, s, newRecord(1)), Deployed)

		dying := NewStore(killed(c, writes), s.namespace, s.release)
		r := large(2)
		err := dying.Begin(t.Context(), r)
		if err == nil {
			r.Status, r.Messages = Deployed, []string{incompressible(chunkSize, 9)}
			err = dying.Finish(t.Context(), r)
		}
		if err == nil {
			err = dying.Settle(t.Context(), 1)
		}
		if err == nil {
			break // it was not killed any more
		}
		if !errors.Is(err, errKilled) {
			t.Fatal(err)
		}
		runs++
		left := latest(t, s) // whatever it is, it can be read
		if _, err := left.Objects(); err != nil {
			t.Fatalf("killed after write %d: %v", writes, err)
		}
		next := newRecord(left.Revision + 1)
		finish(t, s, begin(t, s, next), Deployed)
		if err := s.Settle(t.Context(), 1); err != nil {
			t.Fatal(err)
		}
		if names := secrets(t, s); len(names) != len(next.digests) {
			t.Errorf("killed after write %d, then applied and pruned: %q", writes, names)
		}
	}
	if runs < 7 {
		t.Errorf("only %d writes to be killed before", runs)
	}
}

func TestOldRevisionsAreRemoved(t *testing.T) {
	c := dial(t)
	s := NewStore(c, testcluster.Start(t).Namespace(t), "shop")
	if err := s.CreateKey(t.Context(), NewKey()); err != nil {
		t.Fatal(err)
	}
	finish(t, s, begin(t, s, newRecord(1)), Deployed)
	finish(t, s, begin(t, s, newRecord(2)), Deployed)
	finish(t, s, begin(t, s, large(3)), Failed)
	finish(t, s, begin(t, s, newRecord(4)), Failed)
	finish(t, s, begin(t, s, newRecord(5)), Failed)
	if err := s.Settle(t.Context(), 2); err != nil {
		t.Fatal(err)
	}
	want := map[int]Status{2: Deployed, 4: Failed, 5: Failed}
	if got := statuses(t, s); !maps.Equal(got, want) {
		t.Errorf("left: %v, want %v", got, want)
	}
	names := []string{"stowage.shop.key", "stowage.shop.v2", "stowage.shop.v4", "stowage.shop.v5"}
	if got := secrets(t, s); !slices.Equal(got, names) {
		t.Errorf("left: %q, want %q", got, names)
	}
}

// TestTargetOfARollbackStays has more failures than revisions are kept.
func TestTargetOfARollbackStays(t *testing.T) {
	for keep, want := range map[int][]int{1: {6}, 2: {2, 5, 6}, 3: {2, 4, 5, 6}, 5: {2, 3, 4, 5, 6}} {
		s := shop(t)
		finish(t, s, begin(t, s, newRecord(1)), Deployed)
		finish(t, s, begin(t, s, newRecord(2)), Deployed)
		for revision := 3; revision <= 5; revision++ {
			finish(t, s, begin(t, s, newRecord(revision)), Failed)
		}
		if r := latest(t, s); !slices.Equal(r.Healthy, []int{2, 1}) {
			t.Errorf("the healthy revisions are %d", r.Healthy)
		}
		finish(t, s, begin(t, s, newRecord(6)), Deployed)
		if err := s.Settle(t.Context(), keep); err != nil {
			t.Fatal(err)
		}
		if got := slices.Sorted(maps.Keys(statuses(t, s))); !slices.Equal(got, want) {
			t.Errorf("of %d to keep: %v, want %v", keep, got, want)
		}
	}
}

func TestForgetLeavesNothing(t *testing.T) {
	c := dial(t)
	s := NewStore(c, testcluster.Start(t).Namespace(t), "shop")
	other := NewStore(c, s.namespace, "shop.v1") // its names begin as ours do
	if err := s.CreateKey(t.Context(), NewKey()); err != nil {
		t.Fatal(err)
	}
	finish(t, s, begin(t, s, large(1)), Deployed)
	finish(t, s, begin(t, s, large(2)), Deployed)
	finish(t, other, begin(t, other, newRecord(1)), Deployed)
	acquire(t, s, by("ann"))
	for range 2 {
		if err := s.Forget(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if names := secrets(t, s); len(names) != 0 {
		t.Errorf("left: %q", names)
	}
	isHeldBy(t, s, "ann")
	if latest(t, other) == nil {
		t.Error("the other release is gone")
	}
}
