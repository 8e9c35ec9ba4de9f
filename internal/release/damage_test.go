package release

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// damages are what can happen to the head of a revision, or to a chunk.
var damages = map[string]struct {
	patch  string // of the head
	remove string // the Secret whose name begins so
	secret string // that the error names
	want   string // what the error says
}{
	"no format":       {patch: `{"metadata":{"annotations":{"stowage.dev/format":null}}}`, secret: "stowage.shop.v2", want: "is no number"},
	"no chunks":       {patch: `{"metadata":{"annotations":{"stowage.dev/chunks":null}}}`, secret: "stowage.shop.v2", want: "is empty"},
	"garbled chunks":  {patch: `{"metadata":{"annotations":{"stowage.dev/chunks":"../a b"}}}`, secret: "stowage.shop.v2", want: `has "../a", which is no digest`},
	"changed content": {patch: `{"data":{"record":"aGVsbG8="}}`, secret: "stowage.shop.v2", want: "not what was written"},
	"no content":      {patch: `{"data":null}`, secret: "stowage.shop.v2", want: `it has no data "record"`},
	"missing chunk":   {patch: `{"metadata":{"labels":{"stowage.dev/revision":"garbled"}}}`, remove: "stowage.shop.v2.1.", secret: "stowage.shop.v2.1.", want: "it is missing"},
}

// TestDamagedRevisionStopsNothing damages the newest of two revisions.
func TestDamagedRevisionStopsNothing(t *testing.T) {
	for name, test := range damages {
		t.Run(name, func(t *testing.T) {
			s := shop(t)
			finish(t, s, begin(t, s, newRecord(1, configMap("a", "1"))), Deployed)
			finish(t, s, begin(t, s, large(2)), Failed)
			damage(t, s, "stowage.shop.v2", test.patch, test.remove)

			r := latest(t, s)
			if r.Revision != 2 || r.Status != Failed || r.ContentRevision != 1 || r.Inventory[0].LastRevision != 2 || !slices.Equal(r.Healthy, []int{1}) {
				t.Errorf("revision %d, %s, with the content of %d (%v), healthy %d",
					r.Revision, r.Status, r.ContentRevision, r.Inventory, r.Healthy)
			}
			if objects, err := r.Objects(); err != nil || len(objects) != 1 {
				t.Errorf("objects %v, %v", objects, err)
			}
			if len(r.Damaged) != 1 {
				t.Fatalf("damaged: %q", r.Damaged)
			}
			isDamaged(t, r.Damaged[0], test.secret, test.want)
			_, err := s.Get(t.Context(), 2)
			isDamaged(t, err, test.secret, test.want)
			wantStatuses(t, statuses(t, s), Deployed, Failed)

			same, err := s.Unchanged(t.Context(), r)
			if err != nil || !same {
				t.Errorf("unchanged: %t, %v", same, err)
			}
			finish(t, s, begin(t, s, newRecord(3)), Deployed)
			if err := s.Settle(t.Context(), 10); err != nil {
				t.Fatal(err)
			}
			wantStatuses(t, statuses(t, s), Superseded, Failed, Deployed)
			if r := latest(t, s); r.Revision != 3 || r.Damaged != nil || r.ContentRevision != 0 {
				t.Errorf("revision %d, damaged %q, content of %d", r.Revision, r.Damaged, r.ContentRevision)
			}
		})
	}
}

// TestFinishMendsADamagedRevision writes a revision again whose content came from
// another one.
func TestFinishMendsADamagedRevision(t *testing.T) {
	s := shop(t)
	finish(t, s, begin(t, s, newRecord(1)), Deployed)
	begin(t, s, newRecord(2))
	damage(t, s, "stowage.shop.v2", `{"data":null,"metadata":{"annotations":{"stowage.dev/chunks":"../a"}}}`, "")
	r := latest(t, s)
	finish(t, s, r, Deployed)
	if r := latest(t, s); r.Revision != 2 || r.Status != Deployed || r.Damaged != nil || r.Unreadable != "" {
		t.Errorf("revision %d, %s, damaged %q, unreadable %q", r.Revision, r.Status, r.Damaged, r.Unreadable)
	}
}

func TestNoReadableRevision(t *testing.T) {
	s := shop(t)
	begin(t, s, newRecord(1))
	finish(t, s, begin(t, s, newRecord(2)), Failed)
	for _, head := range []string{"stowage.shop.v1", "stowage.shop.v2"} {
		damage(t, s, head, `{"data":null}`, "")
	}
	r := latest(t, s)
	if r.Revision != 2 || r.ContentRevision != 0 || len(r.Inventory) != 0 || len(r.Damaged) != 2 {
		t.Errorf("revision %d, content of %d, inventory %v, damaged %q", r.Revision, r.ContentRevision, r.Inventory, r.Damaged)
	}
	if objects, err := r.Objects(); err != nil || len(objects) != 0 {
		t.Errorf("objects %v, %v", objects, err)
	}
	begin(t, s, newRecord(3))
}

func TestLaterFormat(t *testing.T) {
	const later = `{"metadata":{"annotations":{"stowage.dev/format":"2","stowage.dev/version":"9.0.0","stowage.dev/chunks":"#"}}}`
	const want = "revision 2 of release shop has record format 2, written by stowage 9.0.0; this stowage reads formats up to 1: use a newer one"
	s := shop(t)
	finish(t, s, begin(t, s, newRecord(1)), Deployed)
	finish(t, s, begin(t, s, large(2)), Deployed)
	damage(t, s, "stowage.shop.v2", later, "")
	format := (*FormatError)(nil)
	if r, err := s.Latest(t.Context()); r != nil || !errors.As(err, &format) || err.Error() != want {
		t.Errorf("latest: %v, %v", r, err)
	}
	if r, err := s.Get(t.Context(), 2); r != nil || !errors.As(err, &format) {
		t.Errorf("get: %v, %v", r, err)
	}
	history, err := s.History(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(history) != 2 || history[0].Who != "ann@laptop" || history[0].Unreadable != want || history[1].Unreadable != "" {
		t.Errorf("history %+v", history)
	}
	// What only that stowage can read is not taken for unused.
	before := secrets(t, s)
	finish(t, s, begin(t, s, newRecord(3)), Deployed)
	if err := s.Settle(t.Context(), 10); err != nil {
		t.Fatal(err)
	}
	if left := secrets(t, s); len(left) != len(before)+1 {
		t.Errorf("left: %q of %q and one more", left, before)
	}
}

func TestLastHealthyPassesOverWhatCannotBeRead(t *testing.T) {
	s := shop(t)
	for revision, status := range []Status{Deployed, Deployed, Deployed, Failed} {
		finish(t, s, begin(t, s, newRecord(revision+1)), status)
	}
	begin(t, s, newRecord(5))
	for before, want := range map[int]int{1: 0, 2: 1, 3: 2, 4: 3, 5: 3, 6: 3} {
		r, unreadable, err := s.LastHealthy(t.Context(), before)
		if err != nil || unreadable != nil || (r == nil) != (want == 0) || r != nil && r.Revision != want {
			t.Errorf("before %d: %v, %q, %v", before, r, unreadable, err)
		}
	}
	damage(t, s, "stowage.shop.v3", `{"data":null}`, "")
	damage(t, s, "stowage.shop.v2", `{"metadata":{"annotations":{"stowage.dev/format":"2"}}}`, "")
	r, unreadable, err := s.LastHealthy(t.Context(), 5)
	if err != nil || r == nil || r.Revision != 1 || len(unreadable) != 2 {
		t.Fatalf("%v, %q, %v", r, unreadable, err)
	}
	isDamaged(t, unreadable[0], "stowage.shop.v3", "it has no data")
	if format := (*FormatError)(nil); !errors.As(unreadable[1], &format) {
		t.Errorf("%v", unreadable[1])
	}
}

// TestReadBesideARunThatEnds has another run replace the chunks of the revision
// between the reads of its head and of its chunks.
func TestReadBesideARunThatEnds(t *testing.T) {
	s := shop(t)
	r := begin(t, s, large(1))
	r.Messages = []string{incompressible(chunkSize, 9)}
	var once sync.Once
	reader := s.through(func(ctx context.Context, q request, send func() error) error {
		if q.verb == "get" && strings.HasPrefix(q.name, "stowage.shop.v1.") {
			once.Do(func() {
				r.Status = Failed
				if err := s.Finish(ctx, r); err != nil {
					t.Error(err)
				}
			})
		}
		return send()
	})
	read := latest(t, reader)
	if read.Status != Failed || read.Damaged != nil || !slices.Equal(read.Messages, r.Messages) {
		t.Errorf("%s, damaged %q", read.Status, read.Damaged)
	}
}

// TestReadBesideARunThatForgets has another run remove the release between the
// list and the read.
func TestReadBesideARunThatForgets(t *testing.T) {
	s := shop(t)
	begin(t, s, newRecord(1))
	reader := s.through(func(ctx context.Context, q request, send func() error) error {
		if q.verb == "get" {
			if err := s.Forget(ctx); err != nil {
				t.Error(err)
			}
		}
		return send()
	})
	if r := latest(t, reader); r != nil {
		t.Errorf("revision %d", r.Revision)
	}
}

func TestUnchanged(t *testing.T) {
	s := shop(t)
	is := func(r *Record, want bool) {
		t.Helper()
		if same, err := s.Unchanged(t.Context(), r); err != nil || same != want {
			t.Errorf("%t, %v; want %t", same, err, want)
		}
	}
	is(nil, true)
	r := begin(t, s, newRecord(1))
	is(nil, false)
	is(r, true)
	read := latest(t, s)
	is(read, true)
	finish(t, s, r, Deployed)
	is(read, false)
	is(r, true)
	begin(t, s, newRecord(2))
	is(r, false)
	if err := s.Forget(t.Context()); err != nil {
		t.Fatal(err)
	}
	is(r, false)
	is(nil, true)
}

// TestDamagedLeftoverIsReplaced has a killed run leave a chunk of the very content
// that the next one writes, and somebody damage it.
func TestDamagedLeftoverIsReplaced(t *testing.T) {
	s := shop(t)
	err := NewStore(killed(s.client, 1), s.namespace, s.release).Begin(t.Context(), large(1))
	if !errors.Is(err, errKilled) {
		t.Fatal(err)
	}
	left := secrets(t, s)
	if len(left) != 1 {
		t.Fatalf("left: %q", left)
	}
	damage(t, s, left[0], `{"data":{"record":"aGVsbG8="}}`, "")
	r := begin(t, s, large(1))
	if diff := cmp.Diff(r.objects, latest(t, s).objects); diff != "" {
		t.Error("other objects")
	}
}

func TestRevisionThatNoListShows(t *testing.T) {
	s := shop(t)
	begin(t, s, newRecord(1))
	damage(t, s, "stowage.shop.v1", `{"metadata":{"labels":null}}`, "")
	if r := latest(t, s); r != nil {
		t.Fatalf("revision %d", r.Revision)
	}
	isDamaged(t, s.Begin(t.Context(), newRecord(1)), "stowage.shop.v1", "it is there without the label stowage.dev/record=shop")
}

// damage changes one Secret and removes those whose names begin with a prefix.
func damage(t *testing.T, s *Store, name, patch, remove string) {
	t.Helper()
	if _, err := s.client.MergePatch(t.Context(), secretKind, s.namespace, name, []byte(patch)); err != nil {
		t.Fatal(err)
	}
	if remove == "" {
		return
	}
	for _, name := range secrets(t, s) {
		if !strings.HasPrefix(name, remove) {
			continue
		}
		if err := s.client.Delete(t.Context(), secretKind, s.namespace, name, "", ""); err != nil {
			t.Fatal(err)
		}
	}
}

// isDamaged checks that an error names a damaged Secret and what is wrong with it.
func isDamaged(t *testing.T, err error, secret, want string) {
	t.Helper()
	damaged := (*DamagedError)(nil)
	if !errors.As(err, &damaged) || !strings.HasPrefix(damaged.Secret, secret) || !strings.Contains(err.Error(), want) {
		t.Errorf("error %v, want of Secret %s: %s", err, secret, want)
	}
}
