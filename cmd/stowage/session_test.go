package main

import (
	"errors"
	"testing"
	"time"

	"stowage/applier"
	"stowage/dsl"
	"stowage/internal/release"
)

func TestNumbersOf(t *testing.T) {
	for want, revisions := range map[string][]int{
		"revision 3":              {3},
		"revisions 3, 4":          {4, 3},
		"revisions 1, 3 to 5, 9":  {9, 5, 4, 3, 1},
		"revisions 1 to 3":        {3, 2, 1},
		"revisions 1, 2, 4, 5, 7": {7, 5, 4, 2, 1},
	} {
		var history []release.Summary
		for _, revision := range revisions {
			history = append(history, release.Summary{Revision: revision})
		}
		if got := numbersOf(history); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestTheHistoryLimitIsThatOfTheRecordWhereThereIsNoConfiguration(t *testing.T) {
	for _, test := range []struct {
		configuration *configuration
		record        *release.Record
		want          int
	}{
		{&configuration{}, &release.Record{Content: release.Content{HistoryLimit: 25}}, 3},
		{nil, &release.Record{Content: release.Content{HistoryLimit: 25}}, 25},
		{nil, &release.Record{}, 10},
		{nil, nil, 10},
	} {
		s := &session{configuration: test.configuration, release: &dsl.Release{HistoryLimit: 3}}
		if s.setHistoryLimit(test.record); s.release.HistoryLimit != test.want {
			t.Errorf("%+v: got %d, want %d", test, s.release.HistoryLimit, test.want)
		}
	}
}

func TestDamageIsAWarning(t *testing.T) {
	if warnings := damageOf(&release.Record{}); len(warnings) > 0 || len(damageOf(nil)) > 0 {
		t.Errorf("warnings of nothing: %v", warnings)
	}
	damaged := &release.Record{Damaged: []error{errors.New("Secret s: it is missing")}, ContentRevision: 2}
	warnings := damageOf(damaged)
	want := "Secret s: it is missing. What belongs to the release is read from revision 2 instead."
	if len(warnings) != 1 || warnings[0].Detail != want {
		t.Errorf("got %+v, want %q", warnings, want)
	}
}

// A holder on another machine is at work as long as it renews the lock, by clocks
// that may differ a little.
func TestIsAtWork(t *testing.T) {
	now := time.Now()
	for age, want := range map[time.Duration]bool{-time.Minute: true, 0: true, time.Minute: true, 2 * time.Minute: false} {
		if got := isAtWork(release.Holder{Who: "ci@runner", Renewed: now.Add(-age)}, now); got != want {
			t.Errorf("renewed %s ago: %v, want %v", age, got, want)
		}
	}
}

func TestThePolicyOfTheReleaseHoldsWhereItMakesSense(t *testing.T) {
	for _, test := range []struct {
		flag, release string
		choices       []string
		want          applier.Policy
	}{
		{"", "", []string{"stop", "rollback"}, applier.Stop},
		{"", "rollback", []string{"stop", "rollback"}, applier.RollBack},
		{"", "rollback", []string{"stop", "continue"}, applier.Stop},
		{"continue", "rollback", []string{"stop", "rollback", "continue"}, applier.Continue},
	} {
		f := policyFlag{policy: applier.Policy(test.flag), choices: test.choices}
		if got := f.of(&dsl.Release{OnFailure: test.release}); got != test.want {
			t.Errorf("%+v: got %s", test, got)
		}
	}
}
