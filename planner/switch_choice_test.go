package planner_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"stowage/planner"
)

func TestWhatCannotBeSwitched(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	c.settle(t, c.planHCL(t, versions(colors, "1.0.0", "1.0.0"), planner.Options{}))
	c.settle(t, c.planHCL(t, versions(colors, "1.0.1", "1.0.0"), planner.Options{}))
	for _, test := range []struct {
		name string
		ask  planner.Switch
		want []string
	}{
		{"names", planner.Switch{Operation: planner.SwitchForward, Apps: []string{"wep", "back", "web", "wep"}}, []string{
			`there is no app "wep" in release shop: it has api, back, web; switch can move api, web. Did you mean "web"?`,
			`back has no versions side by side, since its rollout replaces pods in place; strategy = "blue-green" or "canary" would change that: switch can move api, web`,
		}},
		{"canary", planner.Switch{Operation: planner.CanaryNext, Apps: []string{"web"}}, []string{
			"web has no canary, but two colors: switch moves its traffic, --back moves it back",
		}},
		{"version", planner.Switch{Operation: planner.SwitchForward, Apps: []string{"web"}, To: "1.0.2"}, []string{
			`web: there is no 1.0.2, only blue 1.0.0 and green 1.0.1. Did you mean "1.0.0"?`,
		}},
		{"color", planner.Switch{Operation: planner.SwitchForward, Apps: []string{"web"}, To: "gren"}, []string{
			`web: there is no gren, only blue 1.0.0 and green 1.0.1. Did you mean "green"?`,
		}},
		{"other", planner.Switch{Operation: planner.SwitchForward, Apps: []string{"web"}, To: "canary"}, []string{
			"web: there is no canary, only blue 1.0.0 and green 1.0.1",
		}},
		{"one color", planner.Switch{Operation: planner.SwitchBack, Apps: []string{"api", "web"}}, []string{
			"api: there is no version beside blue 1.0.0 to go back to; rollback goes back to an earlier revision",
		}},
		{"retire", planner.Switch{Operation: planner.SwitchRetire, Apps: []string{"api"}}, []string{
			"api: there is nothing to retire beside blue 1.0.0",
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			p, err := c.trySwitch(t, test.ask)
			if p != nil || err == nil {
				t.Fatalf("%q, %v", summary(p), err)
			}
			if d := cmp.Diff(test.want, errorsOf(t, err)); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestASwitchOfWhatWasNeverApplied(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	if _, err := c.trySwitch(t, planner.Switch{Operation: planner.SwitchForward, Apps: []string{"web"}}); err == nil ||
		err.Error() != "the release was never applied, so there is nothing to switch" {
		t.Error(err)
	}
	c.newest = c.deploy(t, shop)
	_, err := c.trySwitch(t, planner.Switch{Operation: planner.SwitchForward, Apps: []string{"front"}})
	if err == nil || !strings.HasSuffix(err.Error(), "no app of the release has versions side by side\n\n") {
		t.Errorf("%q", err)
	}
}

func TestASwitchNamesAVersionOrAColor(t *testing.T) {
	c := deployed(t, colors)
	for to, want := range map[string]string{"1.0.1": "green", "green": "green", "1.0.0": "", "blue": ""} {
		p, err := c.trySwitch(t, planner.Switch{Operation: planner.SwitchForward, Apps: []string{"web"}, To: to})
		switch {
		case err != nil:
			t.Error(err)
		case want == "" && !p.Empty():
			t.Errorf("to %s: %q", to, summary(p))
		case want != "" && change(t, p, "Service", "web").Move.To.Name != want:
			t.Errorf("to %s: %+v", to, change(t, p, "Service", "web").Move)
		}
	}
	c.settle(t, c.planHCL(t, strings.Replace(versions(colors, "1.0.1", "1.0.1"), `GREETING = "1.0.1"`, `GREETING = "hi"`, 1), planner.Options{}))
	c.settle(t, c.planSwitch(t, planner.SwitchForward, "web"))
	c.settle(t, c.planHCL(t, versions(colors, "1.0.1", "1.0.1"), planner.Options{}))
	_, err := c.trySwitch(t, planner.Switch{Operation: planner.SwitchForward, Apps: []string{"web"}, To: "1.0.1"})
	if err == nil || !strings.Contains(err.Error(), "web: both colors have version 1.0.1: say blue or green") {
		t.Error(err)
	}
}

func TestAllAppsThatHaveSomethingToDo(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	c.settle(t, c.planHCL(t, versions(colors, "1.0.0", "1.0.0"), planner.Options{}))
	c.settle(t, c.planHCL(t, versions(colors, "1.0.1", "1.0.0"), planner.Options{}))
	all := func(operation planner.Operation) *planner.Plan {
		p, err := c.trySwitch(t, planner.Switch{Operation: operation, All: true})
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	for _, operation := range []planner.Operation{planner.SwitchForward, planner.SwitchBack} {
		p := all(operation)
		if operation == planner.SwitchBack {
			c.settle(t, all(planner.SwitchForward))
			p = all(operation)
		}
		if d := cmp.Diff([]string{"update Service web", "update Service web-preview"}, summary(p)); d != "" {
			t.Errorf("%s: %s", operation, d)
		}
		if d := cmp.Diff([]string{"web"}, p.Release.SwitchApps); d != "" || len(p.Warnings) > 0 {
			t.Errorf("%s: %s %q", operation, d, warningsOf(p))
		}
	}
	p := all(planner.SwitchForward)
	if d := cmp.Diff([]string{"there is nothing to do for any app"}, warningsOf(p)); d != "" || !p.Empty() {
		t.Errorf("%q %s", summary(p), d)
	}
	if p := all(planner.CanaryNext); !p.Empty() {
		t.Errorf("%q", summary(p))
	}
}

func TestRetireAndBackAgain(t *testing.T) {
	c := deployed(t, colors)
	p := c.planSwitch(t, planner.SwitchRetire, "web")
	if d := cmp.Diff([]string{"web: green 1.0.1 was deployed last, and has no pods from now on"}, warningsOf(p)); d != "" {
		t.Error(d)
	}
	c.settle(t, c.planSwitch(t, planner.SwitchForward, "web"))
	p = c.planSwitch(t, planner.SwitchRetire, "web")
	if d := cmp.Diff([]string{"update Deployment web-blue"}, summary(p)); d != "" || len(p.Warnings) > 0 {
		t.Fatalf("%s %q", d, warningsOf(p))
	}
	if got := change(t, p, "Deployment", "web-blue"); got.Impact != "scales 2 -> 0" || got.Reason != "retired" {
		t.Errorf("%q %q", got.Impact, got.Reason)
	}
	c.settle(t, p)
	if p := c.planHCL(t, versions(colors, "1.0.1", "1.0.1"), planner.Options{}); !p.Empty() {
		t.Errorf("an apply: %q", summary(p))
	}
	p = c.planSwitch(t, planner.SwitchRetire, "web")
	if d := cmp.Diff([]string{"web: blue has no pods any more"}, warningsOf(p)); d != "" || !p.Empty() {
		t.Errorf("%q %s", summary(p), d)
	}
	p = c.planSwitch(t, planner.SwitchBack, "web")
	want := []string{"update Deployment web-blue", "update Service web", "update Service web-preview"}
	if d := cmp.Diff(want, summary(p)); d != "" {
		t.Fatal(d)
	}
	c.settle(t, p)
	if got := c.endpoints(t, "web"); len(got) != 2 || !strings.HasPrefix(got[0], "web-blue-") {
		t.Errorf("%q", got)
	}
}

// A version that is not there now is an error, even of all apps.
func TestOfAllAppsOneIsNotReady(t *testing.T) {
	c := deployed(t, colors)
	c.as(t, "kubectl-scale", c.deployment("web-green"), `{"spec":{"replicas":30}}`)
	_, err := c.trySwitch(t, planner.Switch{Operation: planner.SwitchForward, All: true})
	if notThere := (*planner.NotThereError)(nil); !errors.As(err, &notThere) || notThere.App != "web" || notThere.Wanted != 30 {
		t.Error(err)
	}
}
