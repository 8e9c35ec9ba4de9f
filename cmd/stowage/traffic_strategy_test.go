package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"stowage/internal/testcluster"
)

// The rollouts that apps change between.
const (
	rolling     = `strategy = "rolling"`
	blueGreen   = `strategy = "blue-green"`
	autoSwitch  = "strategy = \"blue-green\"\n    auto_switch = true"
	keepNothing = "strategy = \"blue-green\"\n    keep_previous = 0"
	canary      = "strategy = \"canary\"\n    steps = [30, 60]"

	// otherLabels is rolling, with pods that have no label of stowage's.
	otherLabels = "rolling with a selector"
)

// leg is a command on a way.
type leg struct {
	rollout string // of the configuration from here on; empty: as before
	command string // "apply VERSION", "switch FLAG...", or "rollback REVISION"
	during  string // the versions that may answer while it is carried out
	after   string // those that all do when it is over
	preview string // the one that the preview answers from then; empty: it refuses
}

// trafficWays are legs one after the other, the first of which installs the app before anybody
// uses it.
var trafficWays = map[string]struct {
	idle string // a color that never answers, the preview's users excepted
	legs []leg
}{
	"rolling, blue-green, rolling": {"green", []leg{
		{rolling, "apply 1.0.0", "", "1.0.0", ""},
		{blueGreen, "apply 1.0.0", "1.0.0", "1.0.0", ""},
		{"", "apply 1.0.1", "1.0.0", "1.0.0", "1.0.1"},
		{rolling, "apply 1.0.0", "1.0.0", "1.0.0", ""},
	}},
	"rolling to the version of the idle color": {"green", []leg{
		{blueGreen, "apply 1.0.0", "", "1.0.0", ""},
		{"", "apply 1.0.1", "1.0.0", "1.0.0", "1.0.1"},
		{rolling, "apply 1.0.1", "1.0.0 1.0.1", "1.0.1", ""},
	}},
	"rolling with the old color idle": {"", []leg{
		{blueGreen, "apply 1.0.0", "", "1.0.0", ""},
		{"", "apply 1.0.1", "1.0.0", "1.0.0", "1.0.1"},
		{"", "switch", "1.0.0 1.0.1", "1.0.1", "1.0.0"},
		{rolling, "apply 1.0.1", "1.0.1", "1.0.1", ""},
	}},
	"blue-green with another version at once": {"green", []leg{
		{rolling, "apply 1.0.0", "", "1.0.0", ""},
		{blueGreen, "apply 1.0.1", "1.0.0 1.0.1", "1.0.1", ""},
		{rolling, "apply 1.0.2", "1.0.1 1.0.2", "1.0.2", ""},
	}},
	"rolling, canary, promoted, rolling": {"", []leg{
		{rolling, "apply 1.0.0", "", "1.0.0", ""},
		{canary, "apply 1.0.0", "1.0.0", "1.0.0", ""},
		{"", "apply 1.0.1", "1.0.0 1.0.1", "1.0.0 1.0.1", ""},
		{"", "switch --promote", "1.0.0 1.0.1", "1.0.1", ""},
		{rolling, "apply 1.0.1", "1.0.1", "1.0.1", ""},
		{"", "apply 1.0.2", "1.0.1 1.0.2", "1.0.2", ""},
	}},
	"pods without labels of stowage, blue-green, and back": {"green", []leg{
		{otherLabels, "apply 1.0.0", "", "1.0.0", ""},
		{"", "apply 1.0.1", "1.0.0 1.0.1", "1.0.1", ""},
		{blueGreen, "apply 1.0.1", "1.0.1", "1.0.1", ""},
		{"", "apply 1.0.2", "1.0.1", "1.0.1", "1.0.2"},
		{otherLabels, "apply 1.0.1", "1.0.1", "1.0.1", ""},
	}},
	"pods without labels of stowage, and blue-green with another version": {"green", []leg{
		{otherLabels, "apply 1.0.0", "", "1.0.0", ""},
		{blueGreen, "apply 1.0.1", "1.0.0 1.0.1", "1.0.1", ""},
		{"", "rollback 1", "1.0.0 1.0.1", "1.0.0", ""},
	}},
	"blue-green to canary": {"green", []leg{
		{blueGreen, "apply 1.0.0", "", "1.0.0", ""},
		{"", "apply 1.0.1", "1.0.0", "1.0.0", "1.0.1"},
		{canary, "apply 1.0.0", "1.0.0", "1.0.0", ""},
		{"", "apply 1.0.1", "1.0.0 1.0.1", "1.0.0 1.0.1", ""},
		{"", "switch --abort", "1.0.0 1.0.1", "1.0.0", ""},
	}},
	"canary under way to blue-green": {"", []leg{
		{canary, "apply 1.0.0", "", "1.0.0", ""},
		{"", "apply 1.0.1", "1.0.0 1.0.1", "1.0.0 1.0.1", ""},
		{blueGreen, "apply 1.0.1", "1.0.0 1.0.1", "1.0.1", ""},
	}},
	"one version after the other": {"", []leg{
		{blueGreen, "apply 1.0.0", "", "1.0.0", ""},
		{"", "apply 1.0.1", "1.0.0", "1.0.0", "1.0.1"},
		{"", "switch", "1.0.0 1.0.1", "1.0.1", "1.0.0"},
		{"", "apply 1.0.2", "1.0.1", "1.0.1", "1.0.2"},
		{"", "rollback 3", "1.0.1", "1.0.1", "1.0.0"},
		{"", "rollback 2", "1.0.0 1.0.1", "1.0.0", "1.0.1"},
	}},
	"retired, and back": {"", []leg{
		{blueGreen, "apply 1.0.0", "", "1.0.0", ""},
		{"", "apply 1.0.1", "1.0.0", "1.0.0", "1.0.1"},
		{"", "switch", "1.0.0 1.0.1", "1.0.1", "1.0.0"},
		{"", "switch --retire", "1.0.1", "1.0.1", ""},
		{"", "switch --back", "1.0.0 1.0.1", "1.0.0", "1.0.1"},
	}},
	"nothing is kept": {"", []leg{
		{keepNothing, "apply 1.0.0", "", "1.0.0", ""},
		{"", "apply 1.0.1", "1.0.0", "1.0.0", "1.0.1"},
		{"", "switch", "1.0.0 1.0.1", "1.0.1", ""},
		{"", "switch --back", "1.0.0 1.0.1", "1.0.0", "1.0.1"}, // the newest version is kept
	}},
	"apply switches": {"", []leg{
		{autoSwitch, "apply 1.0.0", "", "1.0.0", ""},
		{"", "apply 1.0.1", "1.0.0 1.0.1", "1.0.1", "1.0.0"},
		{"", "apply 1.0.2", "1.0.1 1.0.2", "1.0.2", "1.0.1"},
	}},
}

// TestWaysUnderLoad takes an app from one version to another, and from one way of replacing
// versions to another, while people use it. None of their requests fails, the Service leads to
// pods at every moment, no version answers before it is meant to, and the preview never does
// from the color with the traffic.
func TestWaysUnderLoad(t *testing.T) {
	for name, way := range trafficWays {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tr := newTraffic(t, way.legs[0].rollout, 3)
			tr.take(way.legs[0])
			tr.settles(tr.service, usedApp)
			var all []testcluster.Reply
			for n, l := range way.legs[1:] {
				all = append(all, tr.walk(n+1, l)...)
			}
			noneBy(t, all, "it is idle", func(r testcluster.Reply) bool { return way.idle != "" && colorBy(r) == way.idle })
			tr.judgePreview()
			testcluster.Report(t, "%s in %d legs", summary(all), len(way.legs)-1)
		})
	}
}

// walk takes one leg under load, and returns what became of the requests meanwhile.
func (tr *traffic) walk(n int, l leg) []testcluster.Reply {
	t := tr.test
	t.Helper()
	load := tr.begins(wayRate)
	load.AwaitReplies(t, 10)
	tr.take(l)
	tr.settles(tr.service, usedApp)
	after := load.AwaitReplies(t, 30)
	during := tr.ends(load)
	if got := versionsOf(after); got != l.after {
		t.Errorf("after leg %d, %s, %s answer, want %s", n, l.command, got, l.after)
	}
	noneBy(t, during, fmt.Sprintf("during leg %d, %s", n, l.command), func(r testcluster.Reply) bool {
		return !r.Failed() && !slices.Contains(strings.Fields(l.during), versionBy(r))
	})
	tr.previews(n, l)
	return during
}

// previews expects the preview to answer from the version that it is to, or not at all.
func (tr *traffic) previews(n int, l leg) {
	t := tr.test
	t.Helper()
	tr.settles(tr.preview, usedApp+"-preview")
	load := testcluster.StartLoad(t, tr.preview.URL, wayRate)
	replies := load.AwaitReplies(t, 10)
	load.Stop()
	failed := len(testcluster.Failures(replies))
	if got := versionsOf(replies); got != l.preview || (failed > 0) != (l.preview == "") {
		t.Errorf("after leg %d, %s, the preview answers from %q, and refuses %d of %d, want %q", n, l.command, got, failed, len(replies), l.preview)
	}
}

// take runs the command of a leg.
func (tr *traffic) take(l leg) {
	tr.test.Helper()
	if l.rollout != "" {
		app := sidedApp{name: usedApp, pods: tr.apps[0].pods, rollout: l.rollout}
		if l.rollout == otherLabels {
			app.rollout, app.selector = rolling, `{ used = "yes" }`
		}
		tr.configure(app)
	}
	command := strings.Fields(l.command)
	switch command[0] {
	case "apply":
		tr.does(tr.applies(command[1]))
	case "switch":
		tr.does(tr.switches(command[1:]...))
	case "rollback":
		tr.does(append(append([]string{"rollback", command[1]}, tr.where()...), unattended...))
	}
}

// versionsOf are the versions that have answered, as "1.0.0 1.0.1".
func versionsOf(replies []testcluster.Reply) string {
	versions := map[string]bool{}
	for _, r := range replies {
		if !r.Failed() {
			versions[versionBy(r)] = true
		}
	}
	return strings.Join(slices.Sorted(maps.Keys(versions)), " ")
}
