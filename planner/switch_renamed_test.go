package planner_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"stowage/planner"
)

// TestSwitchOfAServiceWithItsOwnName switches an app whose Service, and so its preview, is
// not named after it. A Service that is renamed then takes over the color of the old one.
func TestSwitchOfAServiceWithItsOwnName(t *testing.T) {
	t.Parallel()
	named := func(name string) string {
		return strings.Replace(colors, `port "http" { number = 80 }`, "port \"http\" { number = 80 }\n service { name = \""+name+"\" }", 1)
	}
	c := deployed(t, named("front"))
	if got := c.colorOf(t, "front") + " " + c.colorOf(t, "front-preview"); got != "blue green" {
		t.Fatal(got)
	}
	p := c.planSwitch(t, planner.SwitchForward, "web")
	if d := cmp.Diff([]string{"update Service front", "update Service front-preview"}, summary(p)); d != "" {
		t.Fatal(d)
	}
	c.settle(t, p)
	if got := c.colorOf(t, "front") + " " + c.colorOf(t, "front-preview"); got != "green blue" {
		t.Error(got)
	}
	if p := c.planHCL(t, versions(named("front"), "1.0.1", "1.0.1"), planner.Options{}); !p.Empty() {
		t.Errorf("after the switch: %q", summary(p))
	}

	renamed := versions(named("entrance"), "1.0.1", "1.0.1")
	p = c.planHCL(t, renamed, planner.Options{})
	want := []string{
		"create Service entrance", "create Service entrance-preview", "delete Service front", "delete Service front-preview",
	}
	if d := cmp.Diff(want, summary(p)); d != "" {
		t.Fatal(d)
	}
	c.settle(t, p)
	if got := c.colorOf(t, "entrance") + " " + c.colorOf(t, "entrance-preview"); got != "green blue" {
		t.Error(got)
	}
	if p := c.planHCL(t, renamed, planner.Options{}); !p.Empty() {
		t.Errorf("after the renaming: %q", summary(p))
	}
}
