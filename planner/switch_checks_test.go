package planner_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"stowage/planner"
)

const smoke = `check "smoke" {
  image   = "curlimages/curl:8.11.0"
  command = ["curl", "-f", "http://$(STOWAGE_HOST):$(STOWAGE_PORT)/"]
  env     = { TOKEN = "t" }
  timeout = "20m"
 }`

// environmentOf returns the variables of the only container of a Job.
func environmentOf(t testing.TB, job *unstructured.Unstructured) []string {
	t.Helper()
	containers, _, err := unstructured.NestedSlice(job.Object, "spec", "template", "spec", "containers")
	if err != nil || len(containers) != 1 {
		t.Fatal(containers, err)
	}
	container, _ := containers[0].(map[string]any)
	env, _ := container["env"].([]any)
	var variables []string
	for _, e := range env {
		variable, _ := e.(map[string]any)
		variables = append(variables, variable["name"].(string)+"="+variable["value"].(string))
	}
	return variables
}

func TestChecksRunBeforeAndAfterTrafficMoves(t *testing.T) {
	c := deployed(t, with(colors, smoke))
	p := c.planSwitch(t, planner.SwitchForward, "web")
	want := []string{
		"run Job web-smoke-before-3", "update Service web", "run Job web-smoke-after-3", "update Service web-preview",
	}
	if d := cmp.Diff(want, summary(p)); d != "" {
		t.Fatal(d)
	}
	checkOrder(t, p)
	for _, test := range []struct {
		job, reason, impact string
		before, after       planner.Change
		env                 string
	}{
		{
			job: "web-smoke-before-3", reason: "checks green 1.0.1 before traffic moves", impact: "asks web-preview:80", after: change(t, p, "Service", "web"),
			env: "STOWAGE_COLOR=green STOWAGE_HOST=web-preview STOWAGE_PHASE=before STOWAGE_PORT=80 STOWAGE_VERSION=1.0.1 TOKEN=t",
		},
		{
			job: "web-smoke-after-3", reason: "checks green 1.0.1 after traffic moves", impact: "asks web:80", after: change(t, p, "Service", "web-preview"),
			env: "STOWAGE_COLOR=green STOWAGE_HOST=web STOWAGE_PHASE=after STOWAGE_PORT=80 STOWAGE_VERSION=1.0.1 TOKEN=t",
		},
	} {
		job := change(t, p, "Job", test.job)
		if got := strings.Join(environmentOf(t, job.Object), " "); got != test.env {
			t.Errorf("%s: %s", test.job, got)
		}
		if job.Reason != test.reason || job.Impact != test.impact || job.Timeout != 20*time.Minute || job.Origin.File == "" && job.Address != "app.web" {
			t.Errorf("%s: %q, %q, %s", test.job, job.Reason, job.Impact, job.Timeout)
		}
		if d := cmp.Diff([]planner.Need{{ID: job.ID, Gate: planner.Ready}}, test.after.Needs); d != "" {
			t.Errorf("what comes after %s: %s", test.job, d)
		}
		if deadline, _, _ := unstructured.NestedInt64(job.Object.Object, "spec", "activeDeadlineSeconds"); deadline != 20*60+60 {
			t.Errorf("it ends after %d s", deadline)
		}
		labels := job.Object.GetLabels()
		if labels[planner.LabelRelease] != "shop" || labels[planner.LabelCheck] != "smoke" || labels[planner.LabelApp] != "web" {
			t.Errorf("labels %v", labels)
		}
		made := c.mustApply(t, job.Object) // the server takes it
		c.remove(t, planner.IDOf(made))
	}
}

func TestNoChecksOnTheWayBack(t *testing.T) {
	c := deployed(t, with(colors, smoke))
	p, err := c.trySwitch(t, planner.Switch{Operation: planner.SwitchForward, Apps: []string{"web"}, NoChecks: true})
	if err != nil {
		t.Fatal(err)
	}
	if n := p.Count(planner.Run); n > 0 {
		t.Errorf("%d checks though there are to be none", n)
	}
	c.settle(t, p)
	if n := c.planSwitch(t, planner.SwitchBack, "web").Count(planner.Run); n > 0 {
		t.Errorf("%d checks on the way back", n)
	}
	if n := c.planSwitch(t, planner.SwitchForward, "web").Count(planner.Run); n > 0 {
		t.Errorf("%d checks where nothing moves", n)
	}
}

// The checks of a run that was killed are not lost, and what its run has checked is not
// checked by way of a preview that leads nowhere.
func TestS43ChecksOfARunThatWasKilled(t *testing.T) {
	c := deployed(t, with(colors, smoke))
	p := c.planSwitch(t, planner.SwitchForward, "web")
	service := change(t, p, "Service", "web")
	c.killed(p)
	c.mustApply(t, change(t, p, "Job", "web-smoke-before-3").Object)
	c.mustApply(t, service.Move.Preview)
	want := []string{
		"update Service web", "run Job web-smoke-after-4", "update Service web-preview", "delete Job web-smoke-before-3",
	}
	if d := cmp.Diff(want, summary(c.planSwitch(t, planner.SwitchForward, "web"))); d != "" {
		t.Errorf("with the preview parked: %s", d)
	}
	c.mustApply(t, service.Object)
	if d := cmp.Diff(want[1:], summary(c.planSwitch(t, planner.SwitchForward, "web"))); d != "" {
		t.Errorf("with the traffic moved: %s", d)
	}
}

func TestChecksNeedAPreviewThatLeadsToWhatTheyCheck(t *testing.T) {
	c := deployed(t, with(colors, smoke))
	id := change(t, c.planSwitch(t, planner.SwitchForward, "web"), "Service", "web-preview").ID
	c.as(t, "kubectl-edit", id, `{"spec":{"selector":{"stowage.dev/color":"blue"}}}`)
	_, err := c.trySwitch(t, planner.Switch{Operation: planner.SwitchForward, Apps: []string{"web"}})
	if err == nil || !strings.Contains(err.Error(), "Service web-preview, that its checks ask, does not lead to green 1.0.1") {
		t.Error(err)
	}
	c.remove(t, id)
	_, err = c.trySwitch(t, planner.Switch{Operation: planner.SwitchForward, Apps: []string{"web"}})
	if err == nil || !strings.Contains(err.Error(), "Service web-preview that they ask is gone") {
		t.Error(err)
	}
}
