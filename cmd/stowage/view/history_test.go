package view_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"stowage/cmd/stowage/view"
	"stowage/internal/release"
	"stowage/planner"
)

var morning = time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)

const commit = "1a2b3c4d5e6f708192a3b4c5d6e7f80912a3b4c5"

// revisions are those of a release that was rolled back once.
func revisions() []release.Summary {
	apps := func(version string) []release.App {
		return []release.App{{Name: "mysql", Version: "5.7"}, {Name: "petclinic", Version: version}}
	}
	both := []string{"mysql", "petclinic"}
	return []release.Summary{
		{
			Release: "petclinic", Revision: 12, Status: release.Pending, Started: morning.Add(5 * time.Hour), Who: "ci@runner-7", Commit: commit,
			Apps: apps("1.0.3.RELEASE"), Changed: release.Changed{Created: 1, Updated: 1, Deleted: 1, Apps: both},
		},
		{
			Release: "petclinic", Revision: 11, Status: release.Deployed, Started: morning.Add(4 * time.Hour), Finished: morning.Add(4 * time.Hour),
			Who: "ann@laptop", Apps: apps("1.0.1.RELEASE"), RollbackTo: 9,
			Changed: release.Changed{Created: 1, Updated: 1, Apps: []string{"petclinic"}},
		},
		{
			Release: "petclinic", Revision: 10, Status: release.RolledBack, Started: morning.Add(3 * time.Hour), Who: "ann@laptop",
			Commit: commit, Dirty: true, Apps: apps("1.0.2.RELEASE"),
			Changed: release.Changed{Updated: 2, Replaced: 1, Apps: []string{"petclinic"}},
		},
		{
			Release: "petclinic", Revision: 9, Status: release.Superseded, Started: morning, Who: "ann@laptop", Commit: commit,
			Apps: apps("1.0.1.RELEASE"), Changed: release.Changed{Created: 7, Apps: both},
		},
	}
}

func TestHistory(t *testing.T) {
	history := view.History{
		Target: target, Release: "petclinic", Revisions: revisions(),
		Warnings: []planner.Warning{{Summary: "Revision 10 cannot be read", Detail: "Secret stowage.petclinic.v10: its content is not what was written"}},
	}
	for name, width := range map[string]int{"history.txt": 120, "history_80.txt": 80} {
		golden(t, name, shown(t, width, func(s view.Screen) error { return view.ShowHistory(s, history) }))
	}
	golden(t, "history.json", shown(t, 80, func(s view.Screen) error { return view.HistoryJSON(s.Out, history) }))
	absent := view.History{Target: target, Release: "petclinic"}
	golden(t, "history_absent.txt", shown(t, 80, func(s view.Screen) error { return view.ShowHistory(s, absent) }))
	golden(t, "history_absent.json", shown(t, 80, func(s view.Screen) error { return view.HistoryJSON(s.Out, absent) }))
}

// The least there can be: neither who, nor commit, nor apps, nor changes.
func TestHistoryLeavesOutColumnsThatNobodyFills(t *testing.T) {
	bare := view.History{Target: target, Release: "web", Revisions: []release.Summary{
		{Revision: 2, Status: release.Deployed, Started: morning, RollbackTo: 1}, {Revision: 1, Status: release.Superseded, Started: morning},
	}}
	golden(t, "history_bare.txt", shown(t, 80, func(s view.Screen) error { return view.ShowHistory(s, bare) }))
}

func TestHistoryFitsItsWidth(t *testing.T) {
	history := view.History{Target: target, Release: "petclinic", Revisions: revisions()}
	for width := 80; width <= 120; width++ {
		t.Run(fmt.Sprint(width), func(t *testing.T) {
			got := shown(t, width, func(s view.Screen) error { return view.ShowHistory(s, history) })
			for line := range strings.Lines(string(got)) {
				if len([]rune(strings.TrimRight(line, "\n"))) > width {
					t.Errorf("wider than %d: %s", width, line)
				}
			}
		})
	}
}

// failedRevision is a revision of which one workload did not start.
func failedRevision() *release.Record {
	exit := int32(137)
	record := &release.Record{
		Summary: release.Summary{
			Release: "petclinic", Namespace: "petclinic", Revision: 10, Status: release.RolledBack, Started: morning, Finished: morning.Add(83 * time.Second),
			Who: "ci@runner-7", Pipeline: "https://ci.example/jobs/4711", Commit: commit, Dirty: true, StowageVersion: "v1.2.3",
			Apps: []release.App{{Name: "mysql", Version: "5.7"}, {Name: "petclinic", Version: "1.0.2.RELEASE"}},
		},
		Content: release.Content{
			ConfigDir: "deploy/petclinic",
			Changes: []release.Change{
				{
					ObjectRef: ref("ConfigMap", "petclinic-config-5k2m9tq8xc"), Action: "create", Address: "app.petclinic",
					Origin: release.Origin{File: "petclinic.hcl", Line: 14, Column: 1}, Reason: "new version of petclinic-config-7d41h0w3rb", Status: "done",
				},
				{
					ObjectRef: release.ObjectRef{Group: "apps", Kind: "Deployment", Namespace: "petclinic", Name: "petclinic"}, Action: "update",
					Address: "app.petclinic", Origin: release.Origin{File: "petclinic.hcl", Line: 3, Column: 1}, Reason: "changed fields",
					Impact: "3 pods of petclinic roll, one at a time", Status: "failed",
					Fields:  []string{"spec.template.spec.containers[petclinic].image", "spec.template.spec.containers[petclinic].envFrom[0].configMapRef.name"},
					Message: "1/3 updated, 2 available; pod petclinic-6c9f8, container petclinic: OOMKilled, exit code 137, signal 9, 3 restarts",
					Evidence: &release.Evidence{
						App: "petclinic", Pod: "petclinic-6c9f8", Container: "petclinic", Reason: "OOMKilled", ExitCode: &exit, Signal: 9, Restarts: 3,
						Events:   []release.EventLine{{Object: "Pod petclinic-6c9f8", Reason: "BackOff", Message: "Back-off restarting failed container", Count: 4}},
						Previous: []string{"java.lang.OutOfMemoryError: Java heap space"},
					},
				},
				{
					ObjectRef: ref("Service", "petclinic"), Action: "update", Reason: "changed fields", Fields: []string{"spec.ports"},
					Status: "skipped", Message: "Deployment petclinic failed",
				},
				{ObjectRef: ref("ConfigMap", "petclinic-old"), Action: "delete", Reason: "left the configuration", Status: "skipped", Message: "Deployment petclinic failed"},
			},
			Messages: []string{"old revisions cannot be removed: forbidden"},
		},
	}
	return record
}

func ref(kind, name string) release.ObjectRef {
	return release.ObjectRef{Kind: kind, Namespace: "petclinic", Name: name}
}

func TestRevisionShowsItsChangesAndEvidenceLast(t *testing.T) {
	failed := view.Revision{Target: target, Record: failedRevision()}
	for name, width := range map[string]int{"revision.txt": 120, "revision_80.txt": 80} {
		golden(t, name, shown(t, width, func(s view.Screen) error { return view.ShowRevision(s, failed) }))
	}
	golden(t, "revision.json", shown(t, 80, func(s view.Screen) error { return view.RevisionJSON(s.Out, failed) }))
}

func TestRevisionThatWentBackAndOneThatIsPending(t *testing.T) {
	back := &release.Record{Summary: revisions()[1]}
	golden(t, "revision_back.txt", shown(t, 80, func(s view.Screen) error { return view.ShowRevision(s, view.Revision{Target: target, Record: back}) }))
	pending := failedRevision()
	pending.Status, pending.Finished, pending.Messages = release.Pending, time.Time{}, nil
	for i := range pending.Changes {
		pending.Changes[i].Status, pending.Changes[i].Message, pending.Changes[i].Evidence = "", "", nil
	}
	got := shown(t, 100, func(s view.Screen) error {
		return view.ShowRevision(s, view.Revision{Target: target, Record: pending, Pending: pendingRevision(nil, false)})
	})
	golden(t, "revision_pending.txt", got)
}

// holder is a pipeline that holds the lock.
func holder() *release.Holder {
	return &release.Holder{
		Who: "ci@runner-7", PID: 4711, Process: "x", Pipeline: "https://ci.example/jobs/4711", Command: "apply",
		Acquired: morning, Renewed: morning.Add(50 * time.Second),
	}
}

func pendingRevision(holder *release.Holder, applying bool) *view.Pending {
	return &view.Pending{Revision: 3, Holder: holder, Applying: applying, Changes: []view.PendingChange{
		{ID: id("ConfigMap", "petclinic-config-5k2m9tq8xc"), Action: planner.Create, State: view.Made},
		{ID: id("Deployment", "petclinic"), Action: planner.Update, State: view.NotMade},
		{ID: id("Secret", "token"), Action: planner.Update, State: view.NotKnown},
	}}
}

func TestPendingBoundsWhatItNames(t *testing.T) {
	many := &view.Pending{Revision: 3}
	for i := range 25 {
		state := view.Made
		if i%2 == 0 {
			state = view.NotMade
		}
		many.Changes = append(many.Changes, view.PendingChange{ID: id("ConfigMap", fmt.Sprintf("c%d", i)), Action: planner.Create, State: state})
	}
	status := view.Status{Target: target, Release: "petclinic", Revision: &view.StatusRevision{Number: 3, Status: "pending", Pending: many}}
	golden(t, "status_pending.txt", shown(t, 80, func(s view.Screen) error { return view.ShowStatus(s, status) }))
}

func TestLock(t *testing.T) {
	held := view.Lock{Target: target, Release: "petclinic", Holder: holder()}
	golden(t, "lock.txt", shown(t, 80, func(s view.Screen) error { return view.ShowLock(s, held) }))
	free := view.Lock{Target: target, Release: "petclinic"}
	golden(t, "lock_free.txt", shown(t, 80, func(s view.Screen) error { return view.ShowLock(s, free) }))
	held.Evicted = true
	golden(t, "lock_evicted.txt", shown(t, 80, func(s view.Screen) error { return view.Evicted(s, held) }))
	golden(t, "lock.json", shown(t, 80, func(s view.Screen) error { return view.LockJSON(s.Out, held) }))
}

func TestHistoryNamesSwitches(t *testing.T) {
	moved := release.Changed{Updated: 2, Apps: []string{"mysql", "petclinic"}}
	revisions := []release.Summary{
		{Release: "petclinic", Revision: 4, Status: release.Deployed, Started: morning, Switch: "next", SwitchApps: []string{"api"}, Changed: moved},
		{Release: "petclinic", Revision: 3, Status: release.Superseded, Started: morning, Switch: "back", SwitchApps: []string{"petclinic"}},
		{Release: "petclinic", Revision: 2, Status: release.Superseded, Started: morning, Switch: "switch", SwitchApps: []string{"api", "petclinic"}, Changed: moved},
	}
	golden(t, "history_switch.txt", shown(t, 80, func(s view.Screen) error {
		return view.ShowHistory(s, view.History{Target: target, Release: "petclinic", Revisions: revisions})
	}))
	golden(t, "revision_switch.txt", shown(t, 80, func(s view.Screen) error {
		return view.ShowRevision(s, view.Revision{Target: target, Record: &release.Record{Summary: revisions[2]}})
	}))
}
