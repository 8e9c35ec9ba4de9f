package planner_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"stowage/planner"
)

func TestS42SwitchingBackIsOneWriteAndNoNewPod(t *testing.T) {
	c := deployed(t, colors)
	pods := append(c.podsBehind(t, "web"), c.podsBehind(t, "web-preview")...)

	for _, step := range []struct {
		operation planner.Operation
		from, to  string
	}{
		{planner.SwitchForward, "blue 1.0.0", "green 1.0.1"},
		{planner.SwitchBack, "green 1.0.1", "blue 1.0.0"},
	} {
		c.requests.take()
		p := c.planSwitch(t, step.operation, "web")
		if w := writes(c.requests.take()); len(w) > 0 {
			t.Errorf("%s: planning writes: %q", step.operation, w)
		}
		if d := cmp.Diff([]string{"update Service web", "update Service web-preview"}, summary(p)); d != "" {
			t.Fatal(d)
		}
		checkOrder(t, p)
		service := change(t, p, "Service", "web")
		move := service.Move
		if move == nil || move.From.String() != step.from || move.To.String() != step.to || move.Pods != 2 ||
			move.Ready == nil || move.Ready.Name != "web-preview" {
			t.Fatalf("%s: %+v", step.operation, move)
		}
		if parked, _, _ := unstructured.NestedString(move.Preview.Object, "spec", "selector", planner.LabelColor); parked != planner.NoColor {
			t.Errorf("%s: the preview shows %q while traffic moves", step.operation, parked)
		}
		if len(service.Needs) > 0 || service.Reason != "switch to "+step.to || service.Impact != fmt.Sprintf("traffic moves from %s to %s", step.from, step.to) {
			t.Errorf("%s: needs %v, %q, %q", step.operation, service.Needs, service.Reason, service.Impact)
		}
		preview := change(t, p, "Service", "web-preview")
		if d := cmp.Diff([]planner.Need{{ID: service.ID, Gate: planner.Ready}}, preview.Needs); d != "" {
			t.Error(d)
		}
		if p.Release.Switch != step.operation || !slices.Equal(p.Release.SwitchApps, []string{"web"}) {
			t.Errorf("%+v", p.Release)
		}
		c.settle(t, p)
		if got := c.colorOf(t, "web") + " " + c.colorOf(t, "web-preview"); !strings.HasPrefix(step.to, c.colorOf(t, "web")) || !strings.HasPrefix(step.from, c.colorOf(t, "web-preview")) {
			t.Errorf("%s: %s", step.operation, got)
		}
		now := append(c.podsBehind(t, "web"), c.podsBehind(t, "web-preview")...)
		slices.Sort(now)
		slices.Sort(pods)
		if d := cmp.Diff(pods, now); d != "" {
			t.Errorf("%s: other pods: %s", step.operation, d)
		}
		// A second run has nothing to do.
		again := c.planSwitch(t, step.operation, "web")
		if d := cmp.Diff([]string{"web: " + step.to + " is active already"}, warningsOf(again)); d != "" || !again.Empty() {
			t.Errorf("%s: %q %s", step.operation, summary(again), d)
		}
		// Nor has an apply of what is there.
		if p := c.planHCL(t, versions(colors, "1.0.1", "1.0.1"), planner.Options{}); !p.Empty() {
			t.Errorf("after %s, an apply: %q", step.operation, summary(p))
		}
	}
}

func TestS42ASwitchWithoutAPreviewIsOneWrite(t *testing.T) {
	hcl := with(colors, "preview = false")
	c := deployed(t, hcl)
	c.settle(t, c.planSwitch(t, planner.SwitchForward, "web"))
	p := c.planSwitch(t, planner.SwitchBack, "web")
	if d := cmp.Diff([]string{"update Service web"}, summary(p)); d != "" {
		t.Error(d)
	}
	if move := change(t, p, "Service", "web").Move; move == nil || move.Ready != nil || move.Preview != nil || move.Pods != 2 {
		t.Errorf("%+v", move)
	}
}

func TestS44OfTwoAppsTheSecondIsNotReady(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	c.settle(t, c.planHCL(t, versions(colors, "1.0.0", "1.0.0"), planner.Options{}))
	const apiImage = "image    = \"nginx:1.27\"\n  replicas = 1"
	broken := strings.Replace(versions(colors, "1.0.1", "1.0.1"), apiImage, strings.Replace(apiImage, "nginx:1.27", "simulate.local/never-ready", 1)+"\n readiness { tcp = \"http\" }", 1)
	p := c.planHCL(t, broken, planner.Options{})
	c.carryOut(t, p)
	c.newest = recordingOf(p)
	c.waitHealthy(t, "apps", "Deployment", "web-green")
	c.waitEndpoints(t, "web-preview")

	c.requests.take()
	got, err := c.trySwitch(t, planner.Switch{Operation: planner.SwitchForward, Apps: []string{"web", "api"}})
	if got != nil || err == nil {
		t.Fatalf("%+v, %v", got, err)
	}
	var notThere *planner.NotThereError
	if !errors.As(err, &notThere) || notThere.App != "api" || notThere.Side.String() != "green 1.0.1" || notThere.Ready != 0 || notThere.Wanted != 1 {
		t.Errorf("%+v", notThere)
	}
	if texts := errorsOf(t, err); len(texts) != 1 || !strings.HasPrefix(texts[0], "api: green 1.0.1 is not fully there: 0 of 1 pods ready; Pod api-green-") ||
		!strings.HasSuffix(texts[0], " is not ready yet") {
		t.Errorf("%q", texts)
	}
	if w := writes(c.requests.take()); len(w) > 0 {
		t.Errorf("writes: %q", w)
	}
	// Alone, the first one can.
	if p := c.planSwitch(t, planner.SwitchForward, "web"); p.Empty() {
		t.Error("web cannot be switched")
	}
}

func TestSwitchedTogether(t *testing.T) {
	c := deployed(t, colors)
	p := c.planSwitch(t, planner.SwitchForward, "web", "api")
	want := []string{"update Service web", "update Service api", "update Service web-preview", "update Service api-preview"}
	if d := cmp.Diff(want, summary(p)); d != "" {
		t.Fatal(d)
	}
	moves := []planner.Need{
		{ID: change(t, p, "Service", "web").ID, Gate: planner.Ready},
		{ID: change(t, p, "Service", "api").ID, Gate: planner.Ready},
	}
	for _, preview := range []string{"web-preview", "api-preview"} {
		if d := cmp.Diff(moves, change(t, p, "Service", preview).Needs); d != "" {
			t.Errorf("%s does not wait for both: %s", preview, d)
		}
	}
	if d := cmp.Diff([]string{"api", "web"}, p.Release.SwitchApps); d != "" {
		t.Error(d)
	}
}

// What a switch leaves stays in the record, and nothing of it is touched.
func TestASwitchLeavesWhatIsThere(t *testing.T) {
	c := deployed(t, colors)
	c.settle(t, c.planHCL(t, versions(colors, "1.0.2", "1.0.1"), planner.Options{}))
	before := c.prior
	p := c.planSwitch(t, planner.SwitchForward, "web")
	if len(p.Kept) == 0 || p.Count(planner.Delete) > 0 {
		t.Errorf("kept %v, changes %q", p.Kept, summary(p))
	}
	for _, change := range p.Changes {
		if change.Action == planner.NoOp && (change.Health != nil || change.Live == nil || change.Object == nil) {
			t.Errorf("%s: waited for, or not recorded: %+v", change.ID, change)
		}
	}
	c.settle(t, p)
	for _, item := range before.Inventory {
		if !slices.ContainsFunc(c.prior.Inventory, func(now planner.Item) bool { return now.ID == item.ID }) {
			t.Errorf("%s has left the inventory", item.ID)
		}
	}
	for id, object := range before.Objects {
		now := c.prior.Objects[id]
		if id.Kind == "Service" {
			continue
		}
		if now == nil {
			t.Errorf("%s is not recorded any more", id)
		} else if d := cmp.Diff(object.Object, now.Object); d != "" {
			t.Errorf("%s is recorded otherwise: %s", id, d)
		}
	}
}

func TestASwitchScalesUpFirst(t *testing.T) {
	c := deployed(t, colors)
	c.as(t, "kubectl-scale", c.deployment("web-blue"), `{"spec":{"replicas":4}}`)
	c.waitHealthy(t, "apps", "Deployment", "web-blue")
	p := c.planSwitch(t, planner.SwitchForward, "web")
	want := []string{"update Deployment web-green", "update Service web", "update Service web-preview"}
	if d := cmp.Diff(want, summary(p)); d != "" {
		t.Fatal(d)
	}
	grown := change(t, p, "Deployment", "web-green")
	if grown.Impact != "scales 2 -> 4" || len(grown.Diff) != 1 {
		t.Errorf("%q, %+v", grown.Impact, grown.Diff)
	}
	service := change(t, p, "Service", "web")
	if d := cmp.Diff([]planner.Need{{ID: grown.ID, Gate: planner.Ready}}, service.Needs); d != "" || service.Move.Pods != 4 {
		t.Errorf("%d pods, %s", service.Move.Pods, d)
	}
	c.settle(t, p)
	if pods := c.endpoints(t, "web"); len(pods) != 4 {
		t.Errorf("endpoints %q", pods)
	}
}

func TestASwitchKeepsAsManyPreviousPodsAsItIsTold(t *testing.T) {
	c := deployed(t, with(colors, "keep_previous = 1"))
	p := c.planSwitch(t, planner.SwitchForward, "web")
	want := []string{"update Service web", "update Service web-preview", "update Deployment web-blue"}
	if d := cmp.Diff(want, summary(p)); d != "" {
		t.Fatal(d)
	}
	old := change(t, p, "Deployment", "web-blue")
	if old.Impact != "scales 2 -> 1" || old.Delay != 5*time.Second || old.Reason != "keep_previous = 1" {
		t.Errorf("%q after %s, %q", old.Impact, old.Delay, old.Reason)
	}
	if d := cmp.Diff([]planner.Need{{ID: change(t, p, "Service", "web-preview").ID, Gate: planner.Applied}}, old.Needs); d != "" {
		t.Error(d)
	}
	c.settle(t, p)
	// The way back begins with as many pods as the traffic needs, and the newest version keeps its own.
	p = c.planSwitch(t, planner.SwitchBack, "web")
	want = []string{"update Deployment web-blue", "update Service web", "update Service web-preview"}
	if d := cmp.Diff(want, summary(p)); d != "" {
		t.Error(d)
	}
}

func TestTheAutoscalerFollowsTheActiveColor(t *testing.T) {
	hcl := strings.Replace(colors, "replicas = 2\n", "resources { requests = { cpu = \"1m\" } }\n autoscale {\n min = 2\n max = 9\n cpu = 80\n}\n", 1)
	c := deployed(t, hcl)
	// The number that a version begins with is applied although an autoscaler is to have it.
	c.as(t, "autoscaler", c.deployment("web-blue"), `{"spec":{"replicas":4}}`)
	c.waitHealthy(t, "apps", "Deployment", "web-blue")
	p := c.planSwitch(t, planner.SwitchForward, "web")
	want := []string{
		"update Deployment web-green", "update Service web", "update Service web-preview", "update HorizontalPodAutoscaler web",
	}
	if d := cmp.Diff(want, summary(p)); d != "" {
		t.Fatal(d)
	}
	scaler := change(t, p, "HorizontalPodAutoscaler", "web")
	if d := cmp.Diff([]planner.Need{{ID: change(t, p, "Service", "web").ID, Gate: planner.Ready}}, scaler.Needs); d != "" {
		t.Error(d)
	}
	if name, _, _ := unstructured.NestedString(scaler.Object.Object, "spec", "scaleTargetRef", "name"); name != "web-green" {
		t.Errorf("it scales %s", name)
	}
	c.settle(t, p)
	if p := c.planHCL(t, versions(hcl, "1.0.1", "1.0.1"), planner.Options{}); !p.Empty() {
		t.Errorf("an apply: %q", summary(p))
	}
	c.as(t, "autoscaler", c.deployment("web-green"), `{"spec":{"replicas":5}}`)
	c.waitHealthy(t, "apps", "Deployment", "web-green")
	p = c.planSwitch(t, planner.SwitchBack, "web")
	if got := change(t, p, "Deployment", "web-blue"); !strings.HasSuffix(got.Impact, " -> 5") {
		t.Errorf("%q", got.Impact)
	}
}

// A switch makes a revision, which pushes another one out of the history. What goes with
// that waits for the next change: the plan after a switch is empty.
func TestThePlanAfterASwitchIsEmpty(t *testing.T) {
	t.Parallel()
	c := newCluster(t, true)
	hcl := strings.Replace(colors, `{ namespace = "NAMESPACE" }`, "{\n namespace = \"NAMESPACE\"\n history_limit = 2\n}", 1)
	c.settle(t, c.planHCL(t, versions(hcl, "1.0.0", "1.0.0"), planner.Options{}))
	const gone = "app \"gone\" {\n image = \"nginx:1.27\"\n config = { X = \"x\" }\n}\n"
	c.settle(t, c.planHCL(t, versions(hcl, "1.0.1", "1.0.0")+gone, planner.Options{}))
	c.settle(t, c.planHCL(t, versions(hcl, "1.0.1", "1.0.0"), planner.Options{}))
	if got := len(c.list(t, "ConfigMap")); got != 3 {
		t.Fatalf("%d ConfigMaps", got)
	}
	c.settle(t, c.planSwitch(t, planner.SwitchForward, "web"))
	if p := c.planHCL(t, versions(hcl, "1.0.1", "1.0.0"), planner.Options{}); !p.Empty() {
		t.Errorf("%q", summary(p))
	}
	p := c.planHCL(t, versions(hcl, "1.0.1", "1.0.2"), planner.Options{})
	if !slices.ContainsFunc(summary(p), func(line string) bool { return strings.HasPrefix(line, "delete ConfigMap gone-config-") }) {
		t.Errorf("%q", summary(p))
	}
}
