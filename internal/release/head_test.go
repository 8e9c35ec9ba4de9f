package release

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"stowage/internal/testcluster"
)

func TestHistoryTellsAllInOneRequest(t *testing.T) {
	client, requests := counting(dial(t))
	s := NewStore(client, testcluster.Start(t).Namespace(t), "shop")
	r := newRecord(1)
	r.Pipeline, r.Dirty, r.RollbackTo = "https://ci.example/42?a=b&c", true, 7
	r.Apps = []App{{Name: "db"}, {Name: "web", Version: "1.0 \"ü\""}}
	r.Changed = Changed{Created: 1, Updated: 2, Replaced: 3, Deleted: 4, Apps: []string{"db", "web"}}
	r.Switch, r.SwitchApps = "switch", []string{"db", "web"}
	finish(t, s, begin(t, s, r), Deployed)
	bare := &Record{Summary: Summary{Revision: 2, Started: start}}
	if err := s.Begin(t.Context(), bare); err != nil {
		t.Fatal(err)
	}

	requests.Store(0)
	history, err := s.History(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if n := requests.Load(); n != 1 {
		t.Errorf("%d requests", n)
	}
	want := r.Summary
	want.Finished = start.Add(time.Minute)
	if diff := cmp.Diff([]Summary{bare.Summary, want}, history); diff != "" {
		t.Errorf("history (-want +got):\n%s", diff)
	}
}

func TestSummaryOfThousandsOfApps(t *testing.T) {
	s := shop(t)
	r := newRecord(1)
	r.Pipeline = "https://ci.example/" + strings.Repeat("ü", 100_000)
	for i := range 5000 {
		name := fmt.Sprintf("app-%04d", i)
		r.Apps = append(r.Apps, App{Name: name, Version: "1.0.0"})
		r.Changed.Apps = append(r.Changed.Apps, name)
		r.SwitchApps = append(r.SwitchApps, name)
	}
	begin(t, s, r)
	for range 2 { // what was cut stays cut when the record is written again
		r = latest(t, s)
		if n := len(r.Apps); n < 100 || n+r.AppsOmitted != 5000 || r.Apps[n-1].Name != fmt.Sprintf("app-%04d", n-1) {
			t.Errorf("%d apps, %d omitted", n, r.AppsOmitted)
		}
		if n := len(r.Changed.Apps); n < 100 || n+r.Changed.AppsOmitted != 5000 {
			t.Errorf("%d changed apps, %d omitted", n, r.Changed.AppsOmitted)
		}
		if n := len(r.SwitchApps); n < 100 || n+r.SwitchAppsOmitted != 5000 {
			t.Errorf("%d switched apps, %d omitted", n, r.SwitchAppsOmitted)
		}
		if n := len(r.Pipeline); n < maxText-1 || n > maxText {
			t.Errorf("%d bytes of a URL", n)
		}
		finish(t, s, r, Deployed)
	}
	stored, err := s.list(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(stored.heads[0].meta)
	if err != nil {
		t.Fatal(err)
	}
	if len(text) > 32<<10 {
		t.Errorf("%d bytes of metadata", len(text))
	}
}

// TestGarbledSummary has a list of revisions show what can be read.
func TestGarbledSummary(t *testing.T) {
	s := shop(t)
	r := newRecord(1)
	r.Apps, r.Dirty, r.Switch = []App{{Name: "web"}}, true, "back"
	begin(t, s, r)
	damage(t, s, "stowage.shop.v1", `{"metadata":{"annotations":{
		"stowage.dev/apps":"{", "stowage.dev/changed":"[]", "stowage.dev/switch":"1", "stowage.dev/dirty":"x", "stowage.dev/rollback-to":"x", "stowage.dev/started":"x"}}}`, "")
	read := latest(t, s)
	want := r.Summary
	want.Apps, want.Dirty, want.Started, want.Switch = nil, false, time.Time{}, ""
	if diff := cmp.Diff(want, read.Summary); diff != "" {
		t.Errorf("summary (-want +got):\n%s", diff)
	}
}
